"""Keras's settings, whatever keras.json says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras

from clothier import backend

# Keras reads keras.json when it is imported: here once for each home, beside one TensorFlow,
# which reads the first of them.
SETTINGS = """
import json
import os
import sys
from clothier import backend
from clothier.backend import process
for home in sys.argv[1:]:
    os.environ["KERAS_HOME"] = home
    os.environ.pop("KERAS_BACKEND", None)
    for module in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        del sys.modules[module]
    process._threads = None
    backend.start(1)
    import keras
    from keras import layers
    print(json.dumps({
        "format": layers.Conv2D(1, 3).data_format,
        "floatx": keras.config.floatx(),
        "epsilon": keras.config.epsilon(),
        "policy": layers.Dense(1).dtype_policy.name,
        "rate": str(keras.optimizers.Adam().learning_rate.dtype),
        "backend": keras.config.backend(),
    }))
"""
CONVENTIONS = {
    "format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
    "policy": "float32",
    "rate": "float32",
    "backend": "tensorflow",
}
FILES = {
    "damaged": '{"floatx": ',
    "other": '{"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.1, "backend": "torch"}',
    "of no type": "[1, 2]",
    "wrong": '{"floatx": "float15", "epsilon": "small"}',
    "no text": "\xff\xfe",
    "folder": None,
    "nowhere": None,
}


def test_the_users_keras_json_changes_nothing(tmp_path: Path) -> None:
    homes = {}
    for name, content in FILES.items():
        homes[name] = tmp_path / name
        file = homes[name] / "keras.json"
        if name == "nowhere":
            homes[name] = Path("/dev/null/keras")  # can be neither read nor made
        elif content is None:
            file.mkdir(parents=True)
        else:
            homes[name].mkdir()
            file.write_bytes(content.encode("latin-1"))
    command = [sys.executable, "-c", SETTINGS, *map(str, homes.values())]
    ended = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    found = dict(zip(homes, map(json.loads, ended.stdout.splitlines()), strict=True))
    assert found == dict.fromkeys(homes, CONVENTIONS)
    assert (tmp_path / "damaged" / "keras.json").read_text() == FILES["damaged"]


def test_what_the_caller_set_later_is_set_back() -> None:
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float16")
    keras.config.set_epsilon(0.5)
    backend.start()
    assert keras.config.image_data_format() == "channels_last"
    assert (keras.config.floatx(), keras.config.epsilon()) == ("float32", 1e-7)
