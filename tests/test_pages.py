"""The README, tutorials, how-tos and explanations: each command and script on them runs, in order, as it is written.

Only two things are smaller than a reader's: Fashion-MNIST is 240 images, and a phase lasts one epoch.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.pages import DOCS, README, ROOT, blocks, commands, scripts

import clothier
from clothier import cli, data, recipes
from clothier.api import label as labelling
from clothier.cli import commands as loading
from clothier.cli.usage import UsageError
from clothier.data import drawn
from clothier.data.options import LoadOptions
from clothier.errors import ClothierError
from clothier.label.session import Session, Wish
from clothier.recipes.recipe import PHASES
from clothier.reports import report
from clothier.serve import Settings, server
from clothier.training import pace
from clothier.values import Dataset

FOLLOWED = (
    *(DOCS / f"tutorial-{name}.md" for name in ("article", "r")),
    *(DOCS / f"howto-{name}.md" for name in ("photos", "repair", "serving")),
    *(DOCS / f"{name}.md" for name in ("exactness", "verdicts", "fastnet-batch")),
)
TRANSLATED = ("../README", "tutorial-article", "tutorial-r")


def _few(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    return replace(drawn.load("240", options, default_validation), name="fashion-mnist")


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few images, one epoch, photos in photos/, the examples, a service that ends when it is ready, and a pace that is
    known, as tests/cli/test_reproduce.py measures it."""
    monkeypatch.setattr(report, "draw", lambda *_, **__: {})
    monkeypatch.setattr(report, "render", lambda *_: "<!DOCTYPE html>")
    source = data.SOURCES["fashion-mnist"]
    monkeypatch.setitem(data.SOURCES, "fashion-mnist", replace(source, load=_few))
    for name, recipe in recipes.RECIPES.items():
        short = replace(
            recipe, epochs=min(1, recipe.epochs), augmented_epochs=min(1, recipe.augmented_epochs)
        )
        monkeypatch.setitem(recipes.RECIPES, name, short)
    # The pretrained network takes long; tests/training/transfer has it.
    monkeypatch.setitem(
        recipes.RECIPES, "photos", replace(recipes.RECIPES["cnn1"], name="photos", augmented_epochs=0)
    )
    Path("examples").symlink_to(ROOT / "examples")
    images = drawn.load("200", LoadOptions(), "none")
    for label, image in zip(images.train.labels.tolist(), images.train.images, strict=True):
        folder = Path("photos") / images.class_names[label].replace("/", " or ")
        folder.mkdir(parents=True, exist_ok=True)
        if label < 3 and len(list(folder.iterdir())) < 8:
            picture = Image.fromarray(255 - image[..., 0]).resize((56, 56)).convert("RGB")
            picture.save(folder / f"{len(list(folder.iterdir()))}.png")
        elif not any(folder.iterdir()):
            folder.rmdir()

    def run(settings: Settings, ready: Callable[[], None]) -> None:
        ready()

    monkeypatch.setattr(server, "run", run)
    monkeypatch.setattr(labelling, "serve", _decide)
    phases = dict.fromkeys(PHASES, 1.0)
    monkeypatch.setattr(pace, "measure", lambda *_, **__: pace.TrainingPace(phases, 1.0))


def _decide(made: Session, port: int, begin: Callable[[str], None]) -> None:
    """What a person does on the page of `clothier label`, once: the first picture is of the class after its own."""
    begin("http://127.0.0.1/")
    [item, *_] = made.items("unsure", 0, 1, undecided=True)["items"]
    other = (item["label"] + 1) % len(made.board.class_names)
    made.decide([Wish(item["id"], item["version"], "class", other)])


def _follow(page: Path) -> None:
    """Carry out the commands of a page in order, as its reader would."""
    followed = commands(page)
    for line in followed:
        line = re.sub(r"(epochs) [0-9]+", r"\1 1", line)
        assert cli.run(shlex.split(line)[1:]) == 0, f"{page.name}: {line}"


def _quickstart() -> None:
    """What `make quickstart` trains, which the README and each tutorial begin with."""
    script = (ROOT / "scripts" / "quickstart.sh").read_text(encoding="utf-8")
    [line] = re.findall(r"^\$clothier (train .*)$", script, re.MULTILINE)
    words = line.replace('"$data"', "fashion-mnist").replace("--epochs 10", "--epochs 1")
    assert cli.run([*words.split(), "--verbose", "0"]) == 0


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_small")
def test_the_readme_works_as_it_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _quickstart()
    capsys.readouterr()
    _follow(README)
    assert "Dress (98 %)" in capsys.readouterr().out
    [script] = scripts(README)
    assert len(script.splitlines()) == 5
    train: Any = clothier.train
    monkeypatch.setattr(clothier, "train", lambda *a, epochs, **k: train(*a, epochs=1, verbose=0, **k))
    exec(compile(script, str(README), "exec"), {})
    first, last = capsys.readouterr().out.strip().splitlines()
    assert f"# {first}" in script
    assert 0 <= float(last) <= 1


def test_the_readme_is_short_and_each_of_its_pictures_is_there() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 130
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 7
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 300_000, picture


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_chinese_page_has_the_same_blocks_links_and_commands(page: str) -> None:
    english, chinese = DOCS / f"{page}.md", DOCS / f"{page}.zh-CN.md"
    assert list(blocks(chinese)) == list(blocks(english))
    texts = [path.read_text(encoding="utf-8") for path in (english, chinese)]
    for pattern in (r"\]\((?!https?:)[^)]*[a-z]/[^)]+\)", r"`[a-z][^`\n]*`"):  # links to files; commands
        ours, other = (set(re.findall(pattern, text)) for text in texts)
        assert ours == other
    assert f"({chinese.name})" in texts[0]
    assert f"({english.name})" in texts[1]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.stem))
@pytest.mark.usefixtures("_small")
def test_a_page_works_as_it_is_written(page: Path) -> None:
    if page.stem == "howto-serving":
        _quickstart()
    _follow(page)
    if found := scripts(page):
        names: dict[str, Any] = {}
        for block in [block for block in blocks(page) if block in found or "print(" in block]:
            exec(compile(block, str(page), "exec"), names)


def test_every_command_in_the_documentation_has_the_options_that_it_is_shown_with() -> None:
    for page in [README, *sorted(DOCS.glob("*.md"))]:
        for line in commands(page):
            words = shlex.split(line)[1:]
            if words[0].startswith("-"):
                continue
            try:
                loading.load(words[0]).make_context(words[0], words[1:])
            except UsageError as error:
                pytest.fail(f"{page.name}: {line}: {error}")
            except ClothierError as error:  # a run or a file that is not here
                assert "does not exist" in str(error), f"{page.name}: {line}: {error}"
