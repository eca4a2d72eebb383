"""What does repairing labels bring? Wrong labels are planted, found on the page of `clothier label`, and repaired.

    python -m benchmarks.label.repair [--images 60000] [--recipe cnn1] [--epochs 10] [--share 0.05] [--seeds 13 14 15]

For each seed that share of the labels of Fashion-MNIST's first training images is replaced by another class, drawn
evenly. `clothier label` is started on them, and an oracle, who knows the labels as they were, answers its page
through the page's own HTTP interface: picture by picture in the order of suspects, each with the class it had. The
recipe is then trained on the labels as planted, with the decisions about the first 1, 2 and 5 % of the images, with
as many decisions about images drawn by chance, and on the clean labels; all have the same seed, and the test images,
whose labels nobody touched, are only read to report. Keys: a person needs one for a decision (Enter for the
suggestion, k for the label, else the key of the class), and with Shift one for a picture and its look-alikes, of
which those that need another answer are first taken out, a click each.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import environment
from benchmarks.embed.suspects import flipped
from clothier import backend, data, recipes, training
from clothier.data import LoadOptions
from clothier.reports import report
from clothier.runs import Run
from clothier.values import Dataset, Labels

SHARES = (0.01, 0.02, 0.05)
DECISIONS = 100  # for which keys are counted
_TAKEN = 50  # items in a request

Ask = Callable[[str, Any], Any]  # (path, body or None) -> answer


@dataclass(frozen=True)
class Keys:
    """What a person presses for so many decisions: one by one, and with look-alikes together, clicks apart."""

    decisions: int
    single: int
    together: int
    clicks: int


def written(dataset: Dataset, folder: Path) -> str:
    """The data set as IDX files in that folder; its source."""
    folder.mkdir()
    for name, split in (("train", dataset.train), ("t10k", dataset.split("test"))):
        shape = np.array(split.images.shape[:3], ">u4").tobytes()
        images = np.ascontiguousarray(split.images).tobytes()
        (folder / f"{name}-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + shape + images)
        labels = split.labels.astype(np.uint8)
        head = b"\0\0\x08\x01" + np.array([len(labels)], ">u4").tobytes()
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(head + labels.tobytes())
    (folder / "classes.txt").write_text("\n".join(dataset.class_names) + "\n")
    return f"idx:{folder}"


@contextmanager
def page(source: str, labels: Path) -> Iterator[Ask]:
    """The page of `clothier label`, to be asked as its script asks it."""
    words = ["label", source, "--validation", "none", "--labels", str(labels)]
    command = [sys.executable, "-m", "clothier", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    try:
        address = next(line.strip() for line in process.stdout if "http://" in line)
        found = re.search(r"http://\S+", address)
        assert found is not None
        ask = asking(found[0])
        for _ in range(100):  # the address is told just before the port is opened
            try:
                ask("/api/state", None)
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield ask
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        process.wait()


def asking(address: str) -> Ask:
    parts = urllib.parse.urlsplit(address)
    token = urllib.parse.parse_qs(parts.query)["token"][0]

    def ask(path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{parts.scheme}://{parts.netloc}{path}", content)
        request.add_header("X-Clothier-Token", token)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    return ask


def answer(item: Mapping[str, Any], true: int) -> dict[str, Any]:
    """The decision of somebody who knows the class."""
    own = {"id": item["id"], "version": item["version"]}
    return {**own, "action": "keep"} if item["label"] == true else {**own, "action": "class", "new": true}


def row_of(item: Mapping[str, Any]) -> int:
    return int(item["id"].rpartition("/")[2])


def look(ask: Ask, truth: Labels, count: int) -> list[int]:
    """Decide the first `count` pictures of the page's order, one after the other; their rows."""
    rows: list[int] = []
    while len(rows) < count:
        number = min(_TAKEN, count - len(rows))
        items = ask(f"/api/items?order=suspects&undecided=1&offset=0&count={number}", None)["items"]
        if not items:
            break
        for item in items:
            rows.append(row_of(item))
            ask("/api/decisions", {"decisions": [answer(item, int(truth[rows[-1]]))]})
    return rows


def keys(ask: Ask, truth: Labels, count: int = DECISIONS) -> Keys:
    """What a person presses for the first `count` decisions. Nothing is decided."""
    done: set[str] = set()
    pressed = clicks = offset = 0
    while len(done) < count:
        items = ask(f"/api/items?order=suspects&undecided=1&offset={offset}&count={_TAKEN}", None)["items"]
        if not items:
            break
        offset += len(items)
        for item in items:
            if item["id"] in done or len(done) >= count:
                continue
            true = int(truth[row_of(item)])
            alike = [each for each in item["alike"] if each["id"] not in done]
            same = [each["id"] for each in alike if int(truth[row_of(each)]) == true]
            others = len(alike) - len(same)
            pressed += 1
            done.add(item["id"])
            if others < len(same):  # else those would be quicker one by one
                clicks += others
                done.update(same[: count - len(done)])
    return Keys(len(done), len(done), pressed, clicks)


def accuracy(dataset: Dataset, recipe: recipes.Recipe, folder: Path) -> float:
    """Of the test images, after all epochs."""
    run = Run.create(recipe.name, folder)
    scores = training.train(recipe, dataset, run)
    assert scores[-1].test is not None
    return scores[-1].test.accuracy


def repaired(dataset: Dataset, truth: Labels, rows: Sequence[int]) -> Dataset:
    """The data when these rows have their true class again."""
    labels = dataset.train.labels.copy()
    labels[list(rows)] = truth[list(rows)]
    return replace(dataset, train=replace(dataset.train, labels=labels))


def race(
    clean: Dataset, share: float, seed: int, recipe: recipes.Recipe, folder: Path
) -> dict[str, tuple[float, float]]:
    """(accuracy, share of the planted labels that is repaired) of each leg of one seed, by its words."""
    truth = clean.train.labels
    wrong, planted = flipped(clean, share, seed)
    source = written(wrong, folder / "data")
    file = folder / "labels.csv"
    total = len(truth)
    most = round(max(SHARES) * total)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with page(source, file) as ask:
        state = ask("/api/state", None)
        print(f"seed {seed}  {state['total']:,} suspects; keys {keys(ask, truth)}", flush=True)
        looked = look(ask, truth, most)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"seed {seed}  {len(looked):,} decisions; the page took {spent:.0f} s of processor time", flush=True
    )
    drawn = np.random.default_rng([seed, 1]).choice(total, most, replace=False).tolist()
    plain = LoadOptions(validation="none")
    results: dict[str, tuple[float, float]] = {}

    def add(words: str, dataset: Dataset, rows: Sequence[int]) -> None:
        results[words] = accuracy(dataset, recipe, folder), float(np.isin(planted, rows).mean())
        print(f"seed {seed}  {words:16s}  {results[words][0]:.4f}  {results[words][1]:.1%}", flush=True)

    add("as planted", data.load(source, plain), [])
    for part in SHARES:
        number = min(round(part * total), len(looked))
        dataset = data.load(source, replace(plain, labels=file, labels_rows=number))
        expected = repaired(wrong, truth, looked[:number])
        assert np.array_equal(dataset.train.labels, expected.train.labels), "labels.csv says something else"
        add(f"{part:.0%} looked at", dataset, looked[:number])
        add(f"{part:.0%} at random", repaired(wrong, truth, drawn[:number]), drawn[:number])
    add("clean", clean, planted.tolist())
    return results


def table(results: Sequence[Mapping[str, tuple[float, float]]]) -> str:
    """The mean over the seeds of each leg, with its range."""
    lines = ["| training labels | planted labels repaired | test accuracy | range |", "|---|---|---|---|"]
    for words in results[0]:
        scores, shares = zip(*(each[words] for each in results), strict=True)
        spread = f"{min(scores):.4f} to {max(scores):.4f}"
        lines.append(
            f"| {words} | {statistics.mean(shares):.1%} | {statistics.mean(scores):.4f} | {spread} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=60_000, help="the first so many training images")
    parser.add_argument("--recipe", default="cnn1")
    parser.add_argument("--epochs", type=int, default=10, help="of the recipe's first phase, the only one")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    words = parser.parse_args()
    backend.start()
    report.draw, report.render = (lambda *_: {}), (lambda *_: "")
    clean = data.load("fashion-mnist", LoadOptions(validation="none"))
    clean = replace(clean, train=clean.train.only(np.arange(words.images)))
    # At a rate that falls to 0 the last weights vary little from run to run, and what is wrong is learnt by heart.
    recipe = replace(
        recipes.get(words.recipe),
        epochs=words.epochs,
        augmented_epochs=0,
        schedule="cosine",
        validation="none",
    )
    results = []
    for seed in words.seeds:
        with tempfile.TemporaryDirectory() as folder:
            results.append(race(clean, words.share, seed, replace(recipe, seed=seed), Path(folder)))
    print(f"\n{table(results)}")


if __name__ == "__main__":
    main()
