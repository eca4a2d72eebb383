"""Templates -> self-contained HTML pages of one look: `page.css` and the parts that every page shares."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from PIL import Image

from clothier.values import Images
from clothier.values.results import in_words
from clothier.values.wording import counted, duration


def render(template: str, contents: Mapping[str, Any]) -> str:
    """The page that the template of that file name makes of what it names; equal contents give equal pages."""
    return _environment().get_template(template).render(contents)


# A PNG of photos is several times as large as the WebP that looks the same.
_LARGE = 250_000  # bytes


def embedded(png: bytes) -> tuple[str, int]:
    """(data URI, width in CSS pixels, 96 to the inch) of a picture; as WebP where photos make the PNG large."""
    with Image.open(io.BytesIO(png)) as picture:
        width, dots = picture.width, float(picture.info["dpi"][0])
        kind, content = "png", png
        if len(png) > _LARGE:
            file = io.BytesIO()
            picture.convert("RGB").save(file, "WEBP", quality=80)
            kind, content = "webp", file.getvalue()
    return data_uri(f"image/{kind}", content), round(width * 96 / dots)


def data_uri(kind: str, content: bytes) -> str:
    """A file of that media type as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def thumbnail(image: Images, side: int) -> str:
    """A data URI of an image, uint8 (height, width, 1 or 3), of at most that many pixels a side."""
    picture = Image.fromarray(image if image.shape[2] == 3 else image[..., 0])
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    if max(image.shape[:2]) < side:
        picture.save(file, "PNG")  # few pixels, each of which is to be seen
        return data_uri("image/png", file.getvalue())
    picture.save(file, "WEBP", quality=75)
    return data_uri("image/webp", file.getvalue())


def epochs(count: int) -> str:
    """The number of epochs: 1 epoch, 2 epochs."""
    return counted(count, "epoch")


def markdown_table(columns: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; what stands in a cell cannot break out of it."""

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    return "\n".join([line(columns), "|" + "---|" * len(columns), *map(line, rows)]) + "\n"


def markdown_line(words: str) -> str:
    """A sentence as a paragraph in Markdown; nothing in it is taken for HTML."""
    return f"{escape(' '.join(words.split()), quote=False)}.\n"


def _cell(words: str) -> str:
    """On one line, without HTML or the end of a cell."""
    return escape(" ".join(words.split()), quote=False).replace("|", "\\|")


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent="{:.2%}".format,
        decimals="{:.4f}".format,
        score=in_words,
        count="{:,}".format,
        epochs=epochs,
        duration=duration,
    )
    return environment


def _read(name: str) -> str:
    return resources.files("clothier").joinpath(name).read_text(encoding="utf-8")
