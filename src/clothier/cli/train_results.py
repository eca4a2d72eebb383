"""What `clothier train` prints at its end: scores, whether they show overfitting, and what to type next."""

from __future__ import annotations

from clothier.cli import screen
from clothier.errors import RunError, command
from clothier.recipes.published import PUBLISHED
from clothier.runs import Run
from clothier.values import EpochRow, PhaseScores


def show(run: Run, scores: list[PhaseScores], json: bool) -> None:
    from clothier import evaluate

    description = run.description()
    notice, name = description.data.notice, description.recipe.name
    if json:
        phases = [phase.as_json() for phase in scores]
        screen.print_json(
            {
                "run": str(run.path),
                "notice": notice,
                "repaired": description.data.repaired,
                "recipe": description.recipe.as_json(),
                "phases": phases,
            }
        )
        return
    rows = [
        (phase.name, f"{phase.epochs}", split, f"{images:,}", loss, accuracy)
        for phase in scores
        for _, split, images, loss, accuracy in phase.rows()
    ]
    screen.say()
    title = "Scores of the last weights of each phase, dropout off"
    screen.print_table(("phase", "epochs", "split", "images", "loss", "accuracy"), rows, title=title)
    history = _history(run)
    for phase in scores:
        screen.say(f"\n{phase.name}: {evaluate.describe_fit(phase, history)}", wrap=True)
    if description.data.reading.source == "fashion-mnist":
        print_published(name, scores, is_resplit=bool(description.data.reading.options.get("resplit")))
    screen.say(f"\nrun     {run.path}\nreport  {run.report_file}")
    if notice:
        screen.say(f"NOTE: {notice}", wrap=True)
    if description.data.repaired:
        screen.say(description.data.repaired, wrap=True)
    _say_next(run)


def _say_next(run: Run) -> None:
    """Print the commands to type next, which can be pasted. A run without a model file takes only images of its own
    data, if these can be read again."""
    data = run.description().data
    if run.model_file.exists():
        commands = [
            command("predict", "photo.jpg", "--model", run.path),
            command("explain", run.path, "photo.jpg"),
            command("serve", run.path),
        ]
    elif data.reading.source:
        commands = [
            command("predict", "--model", run.path, "--index", "0"),
            command("explain", run.path, "0"),
        ]
    else:
        commands = [command("plot", run.path)]
    screen.say("\nnext\n" + "\n".join(f"    {each}" for each in commands))


def print_published(recipe: str, scores: list[PhaseScores], *, is_resplit: bool) -> None:
    """The tutorial's figures beside ours, of the phases for which it gives some after as many epochs. `is_resplit` says
    that ours were tested on images drawn anew."""
    rows, others = [], ""
    for phase in scores:
        published = PUBLISHED.get((recipe, phase.name))
        if published and phase.test and published.epochs == phase.epochs:
            loss = f"{published.test_loss:.4f}" if published.test_loss is not None else "not given"
            ours = f"{phase.test.loss:.4f}", f"{phase.test.accuracy:.4f}"
            others = "" if published.is_resplit == is_resplit else ", other test images"
            rows.append((phase.name, loss, ours[0], f"{published.test_accuracy:.4f}", ours[1]))
    if rows:
        columns = ("phase", "published test loss", "ours", "published test accuracy", "ours")
        screen.say()
        screen.print_table(columns, rows, title=f"The tutorial's figures (one seed{others}) beside ours")


def _history(run: Run) -> list[EpochRow]:
    """The rows of the history, or none if they are damaged and no checkpoint could write them again."""
    try:
        return run.read_history()
    except RunError as error:
        screen.notice(str(error))
        return []
