from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import clothier
from clothier import errors
from clothier.runs import Run


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


def test_a_command_says_what_a_person_would_type() -> None:
    run = Path("my runs/cnn1-1")
    assert errors.command("train", "--resume", run) == "clothier train --resume 'my runs/cnn1-1'"
    assert errors.command("train", "--resume", Path("runs/cnn1-1")) == "clothier train --resume runs/cnn1-1"
    assert errors.command("export", Path("-x/run")) == "clothier export ./-x/run"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    "name",
    [
        "my runs",
        'it\'s "mine"',
        "$HOME",
        "`id`",
        "a;b&c|d",
        "*?[a]",
        "back\\slash",
        "two\nlines",
        "tab\tand 'quote'",
        "bell\x07 and \x1b[31m",
        "Größe",
        "next\x85line",
        os.fsdecode(b"latin \xe9 and 'quote'"),
        "~",
        "#1",
        "",
    ],
)
def test_a_shell_reads_back_the_words_of_a_command(name: str) -> None:
    offered = errors.command("train", "--resume", name)
    assert offered.isprintable()
    script = f'clothier() {{ printf "%s\\0" "$@"; }}; {offered}'
    read = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    assert read == b"\0".join([b"train", b"--resume", os.fsencode(name), b""])


def test_no_message_puts_a_name_into_a_command_by_itself() -> None:
    """Every command that messages offer is quoted by `command`."""
    unquoted = []
    for path in sorted(Path(clothier.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
                if re.search(r"clothier [a-z]+ ([\w-]+ )*\{\}", "".join(map(str, parts))):
                    unquoted.append(f"{path.name}:{node.lineno}")
    assert unquoted == []


def test_messages_quote_the_folders_in_their_commands(tmp_path: Path) -> None:
    run = Run(tmp_path / "my runs" / "cnn1-1")
    with pytest.raises(errors.RunError) as caught:
        run.read_predictions()
    assert f"`clothier train --resume '{run.path}'` continues it" in str(caught.value)
