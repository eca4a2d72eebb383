"""An examination as one picture: the steps side by side, and under each what the model makes of it."""

from __future__ import annotations

import hashlib
import io
import os
import textwrap
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from clothier.photo.doctor import Examination, Step
from clothier.system.files import SOFTWARE
from clothier.values import Images

Ranking = Sequence[tuple[str, float]]  # classes with their probabilities in [0, 1], the likeliest first

_DOCTOR = f"{SOFTWARE} doctor"  # in the file, by which it is known again
COLUMNS = 5
PANEL, GAP, MARGIN = 232, 28, 36  # pixels
SEEN = 84  # side of what the model sees
PAPER, INK, SOFT, BAR, FRAME, ALARM = "#ffffff", "#1b1f24", "#5c6670", "#2f6f9f", "#d5dae0", "#a4330a"
GREY = "#8a9199"  # behind pictures that are no square


def draw(
    examination: Examination, answers: Sequence[Ranking], title: str, warnings: Sequence[str]
) -> Image.Image:
    """The picture, mode RGB: one panel a step, in rows of five. `answers` are one a step, or none at all."""
    steps = examination.steps
    columns = min(COLUMNS, len(steps))
    tall = PANEL + 78 + (SEEN + 20 if answers else 0)
    width = 2 * MARGIN + columns * PANEL + (columns - 1) * GAP
    lines = [
        line
        for text in warnings
        for line in textwrap.wrap(f"! {_drawable(text)}", max(30, width // 9), subsequent_indent="   ")
    ]
    rows = -(-len(steps) // columns)
    height = MARGIN + 46 + rows * tall + 24 * len(lines) + MARGIN // 2
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN - 8), _fitting(title, 20, width - 2 * MARGIN), INK, _font(20))
    for place, step in enumerate(steps):
        left = MARGIN + place % columns * (PANEL + GAP)
        top = MARGIN + 46 + place // columns * tall
        _panel(sheet, pen, left, top, f"{place + 1}  {step.name}", step, answers[place] if answers else ())
    for number, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + 46 + rows * tall + 24 * number), line, ALARM, _font(16))
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
    pen.text((left, top + PANEL + 32), _fitting(step.words, 14, PANEL), SOFT, _font(14))
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
        pen.text((left, line), _fitting(name, 13, width - reach - 6), INK if place == 0 else SOFT, _font(13))
        pen.text((left + width - reach, line), percent, INK if place == 0 else SOFT, _font(13))
        pen.rectangle((left, line + 18, left + width - 1, line + 22), FRAME)
        if share * width >= 1:
            pen.rectangle((left, line + 18, left + round(share * width) - 1, line + 22), BAR)


def _enlarged(pixels: Images, side: int) -> Image.Image:
    """The picture with its longest edge at `side`; small ones keep their pixels as squares."""
    image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).convert("RGB")
    scale = side / max(image.size)
    size = max(1, round(scale * image.width)), max(1, round(scale * image.height))
    return image.resize(size, Image.Resampling.NEAREST if scale >= 3 else Image.Resampling.LANCZOS)


def _fitting(text: str, size: int, width: float) -> str:
    """The text, or its beginning where it would be wider."""
    font, text = _font(size), _drawable(text)
    if font.getlength(text) <= width:
        return text
    end = len(text)
    while end > 1 and font.getlength(f"{text[:end]}...") > width:
        end -= 1
    return f"{text[:end]}..."


def _drawable(text: str) -> str:
    """The text in letters that Pillow's own font has, which are those of English: others without their marks, or ?."""
    bare = (mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in bare)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


__all__ = ["Ranking", "as_png", "draw", "is_ours"]
