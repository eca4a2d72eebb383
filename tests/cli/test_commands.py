"""Each command of the table: its help, and what each kind of wrong words gets. None is named here."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import pytest
from support.command_line import fails
from typer.core import TyperArgument, TyperOption

from clothier import cli, export, predict
from clothier.cli import commands, layout, options
from clothier.data.options import VALIDATIONS
from clothier.photo import doctor, steps

LEAKED = ("<", ">", "TEXT", "INTEGER", "FLOAT", "RANGE", "BOOLEAN", "PATH", "Literal", "Optional", "list[")
WITHOUT_EXTRAS = """
import sys
gone = {"keras", "tensorflow", "jax", "matplotlib", "sklearn", "scipy", "jinja2", "onnx", "starlette", "granian",
        "multipart", "platformdirs", "pooch", "h5py", "numba", "openTSNE", "umap", "tensorboard", "optuna"}
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Gone())
from clothier import cli
from clothier.cli import commands
"""

names = pytest.mark.parametrize("name", commands.COMMANDS)


def _help(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.run([*words, "--help"]) == 0
    return capsys.readouterr().out


def _parameters(name: str) -> list[Any]:
    return list(commands.load(name).params)


def _long(option: Any) -> str:
    return str(max(option.opts, key=len))


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", ["", *commands.COMMANDS])
def test_help_fits_and_leaks_no_types(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = _help(capsys, *name.split())
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert [word for word in LEAKED if word in text] == []


@names
def test_help_has_a_sentence_for_everything(name: str) -> None:
    summary = commands.COMMANDS[name].summary
    assert len(summary) <= 45
    assert summary.endswith(".")
    assert summary[0].isupper()
    for parameter in _parameters(name):
        assert parameter.help, f"{name} {parameter.name} has no help"
        assert parameter.help[0].isupper() or not parameter.help[0].isalpha(), parameter.help
        assert parameter.help.endswith("."), parameter.help


def test_help_lists_the_commands_by_panel(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _help(capsys).splitlines()
    for name, entry in commands.COMMANDS.items():
        (row,) = [number for number, line in enumerate(lines) if line.split()[:1] == [name]]
        assert lines[row].endswith(entry.summary)
        heading = next(line for line in reversed(lines[:row]) if line and not line.startswith(" "))
        assert heading == f"{entry.panel}:"


def test_general_help_imports_no_room_but_its_own() -> None:
    code = (
        "import sys\nfrom clothier import cli\nassert cli.run(['--help']) == 0\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('clothier.')}\n"
        "print(sorted(rooms), 'numpy' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "['cli', 'errors', 'system'] False\n"


def test_the_base_install_helps_with_every_command() -> None:
    code = (
        f"{WITHOUT_EXTRAS}\nprint([cli.run([name, '--help']) for name in commands.COMMANDS], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == f"{[0] * len(commands.COMMANDS)}\n"


@names
def test_an_almost_right_command_is_named(capsys: pytest.CaptureFixture[str], name: str) -> None:
    wrong = f"{name}x"
    assert fails(capsys, wrong) == f"unknown command '{wrong}'; did you mean '{name}'?"


def test_a_command_that_is_like_none_gets_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, "zzz") == "unknown command 'zzz'; `clothier --help` lists them"


@names
def test_an_unknown_option_gets_its_neighbour(capsys: pytest.CaptureFixture[str], name: str) -> None:
    for option in (one for one in _parameters(name) if isinstance(one, TyperOption)):
        wrong = f"{_long(option)}s"
        assert fails(capsys, name, wrong) == f"unknown option '{wrong}'; did you mean '{_long(option)}'?"
    assert fails(capsys, name, "--zzzz") == f"unknown option '--zzzz'; `clothier {name} --help` lists them"


@names
def test_an_option_without_its_value_says_what_is_wanted(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for option in (one for one in _parameters(name) if isinstance(one, TyperOption)):
        if option.is_flag:
            told = fails(capsys, name, f"{_long(option)}=3")
            assert told == f"{_long(option)} takes no value; leave out what follows the ="
        else:
            assert fails(capsys, name, _long(option)).startswith(f"{_long(option)} has no value; wanted ")


@names
def test_a_value_of_the_wrong_kind_says_what_is_wanted(capsys: pytest.CaptureFixture[str], name: str) -> None:
    for option in (one for one in _parameters(name) if isinstance(one, TyperOption) and not one.is_flag):
        kind = option.type_descriptor
        if kind.annotation not in (int, float) and kind.choices is None:
            continue
        told = fails(capsys, name, _long(option), "ten?")
        assert told.startswith(f"{_long(option)} is 'ten?'; wanted ")
        if kind.choices is not None:
            assert str(kind.choices[-1]) in told
        elif option.min is not None:
            assert f"number {'from' if option.max is not None else 'of'} {option.min} " in told
            assert fails(capsys, name, _long(option), str(option.min - 1)).startswith(
                f"{_long(option)} is '{option.min - 1}'; wanted "
            )


@names
def test_missing_and_superfluous_words_get_the_form_of_the_command(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    form = " ".join(["clothier", name, *layout.arguments(commands.load(name))])
    arguments = [one for one in _parameters(name) if isinstance(one, TyperArgument)]
    if needed := [one for one in arguments if one.required]:
        called = needed[0].metavar or needed[0].name.upper()
        assert fails(capsys, name) == f"no {called} is given; wanted `{form}`"
    needed_options = [one for one in _parameters(name) if isinstance(one, TyperOption) and one.required]
    if all(one.nargs == 1 for one in arguments):
        words = [word for one in needed_options for word in (_long(one), "x")]
        words += [
            "fashion-mnist"
            if layout.metavar(one) == "MODEL"
            else str((one.type_descriptor.choices or ["word"])[0])
            for one in arguments
        ]
        assert fails(capsys, name, *words, "more") == f"'more' is one argument too many; wanted `{form}`"


def test_an_option_before_the_command_gets_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, "--versoin") == "unknown option '--versoin'; did you mean '--version'?"


def test_the_choices_are_those_of_the_rooms() -> None:
    assert set(get_args(options.CropName)) == set(doctor.WAYS)
    assert {*get_args(get_args(get_args(options.Validation)[0])[0]), "default"} == set(VALIDATIONS)


@names
def test_every_value_is_named_by_what_it_is(name: str) -> None:
    for parameter in _parameters(name):
        kind = parameter.type_descriptor
        if (
            getattr(parameter, "is_flag", False)
            or kind.choices is not None
            or kind.annotation in (int, float)
        ):
            continue
        assert parameter.metavar, f"{name} {parameter.name} has no metavar"


@names
def test_many_options_are_in_panels_and_few_are_not(capsys: pytest.CaptureFixture[str], name: str) -> None:
    options_ = [one for one in _parameters(name) if isinstance(one, TyperOption)]
    text = _help(capsys, name)
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings[-1] == "Options:"
    rest = [line for line in text.split("\nOptions:\n")[1].splitlines() if line.startswith("  -")]
    if len(options_) > 6:
        assert rest == ["  -h, --help  Show this message and exit."]
    else:
        assert len(rest) == len(options_) + 1


def test_the_formats_and_engines_of_the_tables_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert f"--format {'|'.join(export.FORMATS)}\n" in _help(capsys, "export")
    assert f"--engine {'|'.join(predict.ENGINES)}\n" in _help(capsys, "predict")
    assert f"out: {', '.join(steps.STEPS)}; may" in " ".join(_help(capsys, "doctor").split())
