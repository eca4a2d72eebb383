"""Keras's settings, whatever keras.json says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keras

from clothier import backend

SETTINGS = """
import json
from clothier import backend
backend.start()
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
    "other": '{"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.1, "backend": "torch"}',
    "damaged": '{"floatx": ',
    "of no type": "[1, 2]",
    "wrong": '{"floatx": "float15", "epsilon": "small"}',
    "no text": "\xff\xfe",
    "folder": None,
    "nowhere": None,
}


def test_the_users_keras_json_changes_nothing(tmp_path: Path) -> None:
    running = {}
    for name, content in FILES.items():
        home = tmp_path / name
        file = home / "keras.json"
        if name == "nowhere":
            home = Path("/dev/null/keras")  # can be neither read nor made
        elif content is None:
            file.mkdir(parents=True)
        else:
            home.mkdir()
            file.write_bytes(content.encode("latin-1"))
        environment = {**os.environ, "KERAS_HOME": str(home)}
        environment.pop("KERAS_BACKEND", None)
        running[name] = subprocess.Popen(
            [sys.executable, "-c", SETTINGS], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    ended = {
        name: (*process.communicate(timeout=300), process.returncode) for name, process in running.items()
    }
    for name, (out, words, code) in ended.items():
        assert code == 0, (name, words)
        assert json.loads(out) == CONVENTIONS, name
    assert (tmp_path / "damaged" / "keras.json").read_text() == FILES["damaged"]


def test_what_the_caller_set_later_is_set_back() -> None:
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float16")
    keras.config.set_epsilon(0.5)
    backend.start()
    assert keras.config.image_data_format() == "channels_last"
    assert (keras.config.floatx(), keras.config.epsilon()) == ("float32", 1e-7)
