"""An examination as one picture: the steps side by side, and under each what the model makes of it."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from clothier.photo.doctor import Examination, Step
from clothier.system import fonts
from clothier.system.files import SOFTWARE
from clothier.values import Images

Ranking = Sequence[tuple[str, float]]  # classes with their probabilities in [0, 1], the likeliest first

_DOCTOR = f"{SOFTWARE} doctor"  # in the file, by which it is known again
COLUMNS = 5
PANEL, GAP, MARGIN = 232, 28, 36  # pixels
SEEN = 84  # side of what the model sees
PAPER, INK, SOFT, BAR, FRAME, ALARM = "#ffffff", "#1b1f24", "#5c6670", "#2f6f9f", "#d5dae0", "#a4330a"
GREY = "#8a9199"  # behind pictures that are no square
_ENGLISH = frozenset(map(chr, range(32, 127)))  # the letters of Pillow's own font
_SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")  # between the picture and the text of a letter


def draw(
    examination: Examination, answers: Sequence[Ranking], title: str, warnings: Sequence[str]
) -> Image.Image:
    """The picture, mode RGB: one panel a step, in rows of five. `answers` are one a step, or none at all."""
    steps = examination.steps
    columns = min(COLUMNS, len(steps))
    tall = PANEL + 78 + (SEEN + 20 if answers else 0)
    width = 2 * MARGIN + columns * PANEL + (columns - 1) * GAP
    lines = [line for text in warnings for line in _lines(f"! {text}", 16, width - 2 * MARGIN)]
    rows = -(-len(steps) // columns)
    height = MARGIN + 46 + rows * tall + 24 * len(lines) + MARGIN // 2
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    _write(pen, (MARGIN, MARGIN - 8), title, 20, INK, width - 2 * MARGIN)
    for place, step in enumerate(steps):
        left = MARGIN + place % columns * (PANEL + GAP)
        top = MARGIN + 46 + place // columns * tall
        _panel(sheet, pen, left, top, f"{place + 1}  {step.name}", step, answers[place] if answers else ())
    for number, line in enumerate(lines):
        _write(pen, (MARGIN, MARGIN + 46 + rows * tall + 24 * number), line, 16, ALARM, width - MARGIN)
    return sheet


def as_png(drawn: Image.Image, photo: Path) -> bytes:
    """The picture as a PNG file holds it, marked as ours and as that photo's."""
    buffer, marks = io.BytesIO(), PngInfo()
    marks.add_text("Software", _DOCTOR)
    marks.add_text("Photo", _mark(photo))
    drawn.save(buffer, "PNG", optimize=True, pnginfo=marks)
    return buffer.getvalue()


def is_ours(path: Path, photo: Path | None = None) -> bool:
    """Whether the file there is a picture of this module's, and where a photo is given, of that photo."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            marks = image.info
    except Exception:  # nothing there, another kind of file, or damaged
        return False
    return marks.get("Software") == _DOCTOR and (photo is None or marks.get("Photo") == _mark(photo))


def _mark(photo: Path) -> str:
    """Tells photos apart by their places, without telling anybody where they lie."""
    return hashlib.sha256(os.fsencode(photo.resolve())).hexdigest()[:16]


def _panel(
    sheet: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int, name: str, step: Step, answer: Ranking
) -> None:
    frame = (left, top, left + PANEL - 1, top + PANEL - 1)
    pen.rectangle(frame, GREY, FRAME)
    picture = _enlarged(step.pixels, PANEL - 2)
    sheet.paste(picture, (left + (PANEL - picture.width) // 2, top + (PANEL - picture.height) // 2))
    pen.text((left, top + PANEL + 8), name, INK, _font(17))
    _write(pen, (left, top + PANEL + 32), step.words, 14, SOFT, PANEL)
    if answer:
        below = top + PANEL + 60
        sheet.paste(_enlarged(step.seen, SEEN), (left, below))
        pen.rectangle((left, below, left + SEEN - 1, below + SEEN - 1), outline=FRAME)
        _bars(pen, left + SEEN + 12, below, PANEL - SEEN - 12, answer[:3])


def _bars(pen: ImageDraw.ImageDraw, left: int, top: int, width: int, answer: Ranking) -> None:
    for place, (name, share) in enumerate(answer):
        line = top + 29 * place
        percent = f"{share:.0%}"
        reach = pen.textlength(percent, _font(13))
        colour = INK if place == 0 else SOFT
        _write(pen, (left, line), name, 13, colour, width - reach - 6)
        pen.text((left + width - reach, line), percent, colour, _font(13))
        pen.rectangle((left, line + 18, left + width - 1, line + 22), FRAME)
        if share * width >= 1:
            pen.rectangle((left, line + 18, left + round(share * width) - 1, line + 22), BAR)


def _enlarged(pixels: Images, side: int) -> Image.Image:
    """The picture with its longest edge at `side`; small ones keep their pixels as squares."""
    image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).convert("RGB")
    scale = side / max(image.size)
    size = max(1, round(scale * image.width)), max(1, round(scale * image.height))
    return image.resize(size, Image.Resampling.NEAREST if scale >= 3 else Image.Resampling.LANCZOS)


def _write(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour: str, width: float
) -> None:
    """The text on one line, or its beginning where it would be wider, in the first font that has its letters."""
    text, font = _set(text, size)
    end = len(text)
    while end > 1 and font.getlength(text[:end] + "..." * (end < len(text))) > width:
        end -= 1
    line = place[1] + _font(size).getmetrics()[0]  # that of our own font, whatever the font
    pen.text((place[0], line), text[:end] + "..." * (end < len(text)), colour, font, anchor="ls")


def _lines(text: str, size: int, width: float) -> list[str]:
    """The text in lines of that width at most, which end between words."""
    first, *words = text.split()
    lines = [first]
    for word in words:
        longer, font = _set(f"{lines[-1]} {word}", size)
        if font.getlength(longer) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(f"   {word}")
    return lines


def _set(text: str, size: int) -> tuple[str, ImageFont.FreeTypeFont]:
    """The text as it can be drawn, and the font to draw it in: Pillow's own for the letters of English, else one of
    this machine. Letters that it lacks lose their marks, or become escapes."""
    text = "".join(" " if letter.isspace() else letter for letter in text.translate(_SELECTORS))
    if text.isascii() and text.isprintable():
        return text, _font(size)
    face = fonts.best(frozenset(text) - {" "}) if fonts.can_shape(text) else None
    lacking = face.lacks(text) if face else frozenset(text) - _ENGLISH
    if lacking:
        bare = {letter: _bare(letter) for letter in lacking}
        fonts.note_lacking(letter for letter in text if letter in lacking and bare[letter][0] == "\\")
        text = "".join(bare.get(letter, letter) for letter in text)
    return (text, _font(size)) if face is None or text.isascii() else (text, face.sized(size))


def _bare(letter: str) -> str:
    """The letter without its marks where that is one of English, or its escape."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(mark))
    return bare if bare and _ENGLISH.issuperset(bare) else letter.encode("ascii", "backslashreplace").decode()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError(f"Pillow's own font is a {type(font).__name__}; wanted one that has sizes")
    return font


__all__ = ["Ranking", "as_png", "draw", "is_ours"]
