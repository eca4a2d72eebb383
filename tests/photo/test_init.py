from __future__ import annotations

import subprocess
import sys

HEAVY = ("keras", "matplotlib", "numba", "onnxruntime", "scipy", "sklearn", "tensorflow")


def test_the_room_takes_numpy_and_pillow_alone() -> None:
    script = (
        "import sys; from clothier.photo import doctor, sheet; from PIL import Image; import io; "
        "buffer = io.BytesIO(); Image.linear_gradient('L').save(buffer, 'PNG'); "
        "sheet.draw(doctor.examine(buffer.getvalue()), [], 'a gradient', []); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
