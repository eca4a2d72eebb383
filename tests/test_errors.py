from __future__ import annotations

from pathlib import Path

from clothier import errors


def test_unknown_name_lists_the_known_and_suggests_the_nearest() -> None:
    error = errors.unknown_name("model", "cnn44", ["fastnet", "cnn1", "cnn4"])
    assert str(error) == "unknown model 'cnn44'; known: cnn1, cnn4, fastnet; did you mean 'cnn4'?"


def test_unknown_name_suggests_nothing_where_nothing_is_near() -> None:
    assert str(errors.unknown_name("model", "zebra", ["cnn1"])) == "unknown model 'zebra'; known: cnn1"


def test_exit_codes() -> None:
    assert errors.DataError("x").exit_code == errors.RunError("x").exit_code == 2
    assert errors.WriteError(Path("a"), OSError(28, "No space left on device")).exit_code == 74
    assert errors.InterruptedRunError("x").exit_code == 130


def test_write_error_names_the_path_and_the_reason() -> None:
    message = str(errors.WriteError(Path("runs/a"), OSError(28, "No space left on device")))
    assert message.startswith("cannot write runs/a: No space left on device; ")
    assert "\n" not in message
