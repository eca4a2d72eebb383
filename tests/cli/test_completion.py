"""What the shell completes of sources and names."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.core import TyperArgument

from clothier.cli import commands, completion, layout
from clothier.data import SOURCES


def test_sources_complete_by_name_and_keep_their_colon() -> None:
    assert completion.source("f") == ["fashion-mnist", "folder:"]
    assert {name.rstrip(":") for name in completion.source("")} == set(SOURCES)
    assert completion.source("nothing") == completion.source("nothing:there") == []


def test_paths_complete_after_the_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clothes" / "test").mkdir(parents=True)
    (tmp_path / "clothes.csv").touch()
    (tmp_path / "clothes.txt").touch()
    assert completion.source("folder:clo") == ["folder:clothes/"]
    assert completion.source("folder:clothes/") == ["folder:clothes/test/"]
    assert completion.source("csv:") == ["csv:clothes/", "csv:clothes.csv"]
    assert completion.source("csv:nowhere/") == completion.source("generated:6") == []


def test_names_complete_from_the_table_as_it_is_when_asked() -> None:
    table = ["cnn1"]
    complete = completion.names(table)
    table.append("cnn3")
    assert complete("cnn") == ["cnn1", "cnn3"]
    assert complete("vgg") == []


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_every_source_and_recipe_of_every_command_completes(name: str) -> None:
    answers = {"SOURCE": "fashion-mnist", "RECIPE": "cnn1", "FILE|RUN:LAYER": None}
    for parameter in commands.load(name).params:
        if (wanted := answers.get(layout.metavar(parameter))) is None:  # type: ignore[arg-type]
            continue
        assert parameter._custom_shell_complete is not None, f"{name} {parameter.name}"
        kind = "argument" if isinstance(parameter, TyperArgument) else "option"
        found = [str(getattr(item, "value", item)) for item in parameter.shell_complete(None, wanted[:3])]  # type: ignore[arg-type]
        assert wanted in found, f"{name}: {kind} {parameter.name}"
