"""An Evaluation on the screen: tables and sentences that fit sixty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from clothier.cli import screen
from clothier.system.escapes import plain
from clothier.values.wording import counted, listed

if TYPE_CHECKING:
    from clothier.evaluate import Evaluation

_SHOWN = 10  # classes, confusions or names, where there are more
_MOST_CLASSES = 40  # whose rows are printed
_WIDEST = 18  # columns of a class name


def show(evaluation: Evaluation, mistakes: int) -> None:
    """Print all of it, with that many mistakes."""
    screen.say(evaluation.title, wrap=True)
    screen.say()
    _show_numbers(evaluation)
    _show_doubts(evaluation)
    _show_classes(evaluation)
    _show_confusion(evaluation)
    _show_mistakes(evaluation, mistakes)
    if sentences := remarks(evaluation):
        screen.say()
    for sentence in sentences:
        screen.say(sentence, wrap=True)


def _show_numbers(evaluation: Evaluation) -> None:
    low, high = evaluation.interval
    rows = [
        ("accuracy", f"{evaluation.accuracy:.4f}", f"95% interval {low:.4f} to {high:.4f}"),
        ("top-2 accuracy", f"{evaluation.top2:.4f}", ""),
        ("loss", f"{evaluation.loss:.4f}", _loss_remark(evaluation)),
        ("calibration error", f"{evaluation.reliability.error:.4f}", _confidence_remark(evaluation)),
    ]
    for name, value, remark in rows:
        screen.say(f"{name:<17}  {value}  {remark}".rstrip())


def _loss_remark(evaluation: Evaluation) -> str:
    if not evaluation.is_calibrated:
        return "not calibrated"
    return f"not calibrated: {evaluation.scores.loss:.4f}"


def _confidence_remark(evaluation: Evaluation) -> str:
    """Whether the probabilities are too high or too low on average."""
    gap = 100 * (float(evaluation.probabilities.max(axis=1).mean()) - evaluation.accuracy)
    if abs(gap) < 0.05:
        return ""
    return f"{abs(gap):.1f} points too {'high' if gap > 0 else 'low'} on average"


def _show_doubts(evaluation: Evaluation) -> None:
    if not any(
        share.images for share in evaluation.shares.values()
    ):  # an uncalibrated model gives no verdict
        return
    rows = [
        (
            name,
            f"{share.images:,}",
            f"{share.correct:,}",
            "" if share.accuracy is None else f"{share.accuracy:.4f}",
        )
        for name, share in evaluation.shares.items()
    ]
    screen.say()
    screen.print_table(("verdict", "images", "correct", "accuracy"), rows)


def _show_classes(evaluation: Evaluation) -> None:
    """Print a row per class; of many classes, print those with the lowest F1. Classes without images are named
    elsewhere."""
    scores = evaluation.scores.lowest(_MOST_CLASSES)
    rows = [
        (
            _short(each.name),
            f"{each.precision:.4f}",
            f"{each.recall:.4f}",
            f"{each.f1:.4f}",
            f"{each.support:,}",
        )
        for each in scores
        if each.support
    ]
    title = (
        "" if len(scores) == len(evaluation.class_names) else f"the {len(scores)} classes with the lowest F1"
    )
    screen.say()
    screen.print_table(("class", "precision", "recall", "F1", "images"), rows, title=title, words=("class",))


def _show_confusion(evaluation: Evaluation) -> None:
    """Print the confusion matrix if it fits, else the most frequent confusions."""
    matrix = evaluation.scores.confusion
    size = max(len(str(matrix.max())), len(str(len(matrix) - 1))) + 1
    names = [f"{number} {_short(name)}" for number, name in enumerate(evaluation.class_names)]
    width = max(map(cell_len, names))
    screen.say()
    if width + size * len(matrix) <= screen.results.width and len(matrix) <= _MOST_CLASSES:
        screen.say("confusion matrix: a row for each true class,\na column for each predicted one")
        screen.say(" " * width + "".join(f"{number:>{size}}" for number in range(len(matrix))))
        for name, row in zip(names, matrix.tolist(), strict=True):
            cells = "".join(f"{count or '.':>{size}}" for count in row)
            screen.say(set_cell_size(name, width) + cells)
        return
    rows = [
        (_short(evaluation.class_names[true]), _short(evaluation.class_names[guess]), count)
        for true, guess, count in confusions(evaluation)[:_SHOWN]
    ]
    if rows:
        screen.print_table(
            ("true class", "predicted", "images"),
            rows,
            title="most frequent confusions",
            words=("true class", "predicted"),
        )


def confusions(evaluation: Evaluation) -> list[tuple[int, int, int]]:
    """(true class, predicted class, images) of each kind of mistake, the most frequent first."""
    matrix = evaluation.scores.confusion
    cells = [
        (true, guess, count)
        for true, row in enumerate(matrix.tolist())
        for guess, count in enumerate(row)
        if count and true != guess
    ]
    return sorted(cells, key=lambda cell: -cell[2])


def _show_mistakes(evaluation: Evaluation, most: int) -> None:
    rows = evaluation.mistakes[:most]
    if not rows:
        return
    screen.say(f"\nmost confident mistakes, {len(rows)} of {len(evaluation.mistakes):,}")
    for row in rows:
        prediction = evaluation.predictions[row]
        (name, share), *_ = prediction.classes
        status = "" if prediction.status in ("sure", "") else f", {prediction.status}"
        screen.say(
            f"{evaluation.images.names[row]}\n  {evaluation.true_class(row)}, predicted {name} {share:.1%}{status}"
        )


def remarks(evaluation: Evaluation) -> list[str]:
    """What was not counted, which classes were taken for which, and what is absent."""
    found = []
    if evaluation.matching.renamed:
        pairs = [f"{name} = {target}" for name, target in evaluation.matching.renamed]
        found.append(f"classes of the data and of the model: {listed(pairs, 4 * _SHOWN)}")
    absent = list(evaluation.uncounted.items())
    for name, (images, unlike) in absent[:_SHOWN]:
        verb, called = "are", f"{unlike:,} of them called"
        if images == 1:
            verb, called = "is", "it is called" if unlike else "it is not called"
        found.append(
            f"{counted(images, 'image')} of '{name}', a class this model does not have, {verb} not counted; "
            f"{called} unlike the training images"
        )
    if others := absent[_SHOWN:]:
        number = sum(images for _, (images, _) in others)
        classes = counted(len(others), "more class", "more classes")
        verb = "is" if number == 1 else "are"
        found.append(f"nor {verb} {counted(number, 'image')} of {classes} (--json names them)")
    if evaluation.absent:
        names = listed([f"'{name}'" for name in evaluation.absent], _SHOWN, "class", "classes")
        found.append(f"the data have no images of {names}")
    if evaluation.unreadable:
        reasons = [f"{name} {reason}" for name, reason in evaluation.unreadable.items()]
        pictures = counted(len(reasons), "picture")
        found.append(
            f"{pictures} cannot be read and {'is' if len(reasons) == 1 else 'are'} not counted: "
            f"{listed(reasons, _SHOWN)}"
        )
    return found


def _short(name: str) -> str:
    name = plain(name)
    return name if cell_len(name) <= _WIDEST else set_cell_size(name, _WIDEST - 1) + "…"
