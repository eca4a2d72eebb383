"""The steps of examples/Containerfile, carried out without an engine: what is copied is enough to install and serve."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "examples" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def step(word: str) -> list[str]:
    """What stands after that word, a line for each time."""
    return re.findall(rf"^ *{word} +(.+)$", STEPS, re.MULTILINE)


def test_its_steps_install_a_package_that_knows_the_command(tmp_path: Path) -> None:
    for words in map(shlex.split, step("COPY")):
        *sources, target = words
        folder = tmp_path / target.lstrip("/")
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, folder)
    [install] = step("RUN")
    assert "pip install --no-cache-dir '/source[serve]'" in install
    # Its dependencies are installed here already, and there may be no network.
    words = [
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(tmp_path / "installed"),
    ]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words, str(tmp_path / "source")]
    subprocess.run(pip, check=True, timeout=120)
    [entry] = map(json.loads, step("ENTRYPOINT"))
    assert (tmp_path / "installed" / "bin" / entry[0]).is_file()
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); sys.argv = {[*entry, '--help']!r}\n"
        "import clothier; print(clothier.__file__); from clothier.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(tmp_path / "installed" / "clothier"))
    assert "--host" in done.stdout


@pytest.mark.parametrize("engine", ["podman", "docker"])
def test_an_engine_builds_it(engine: str) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed here")
    [base] = step("FROM")
    for words in (["info"], ["pull", base]):
        if subprocess.run([engine, *words], capture_output=True, timeout=120).returncode != 0:
            pytest.skip(f"{engine} {words[0]} does not work here")
    built = [engine, "build", "--file", "examples/Containerfile", "--tag", "clothier-test", "."]
    subprocess.run(built, cwd=ROOT, check=True, timeout=280)
