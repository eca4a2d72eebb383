"""Pictures to try at once: generated clothes in colour on white, and one picture of something else."""

from __future__ import annotations

import asyncio
import functools
import io

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clothier.values import Images

SIDE = 200  # pixels
CLOTH = 35  # the darkest grey that the generator gives cloth; below, the white ground shines through
SHADE = 0.25  # of its colour that the darkest cloth keeps

# Name of the file: label of the generator, seed, colour. Seeds were chosen by eye among those that a cnn3 trained on
# Fashion-MNIST takes for what they are; `clothes` names each, too, and doubts the bag and the rings.
CLOTHES: dict[str, tuple[int, int, tuple[int, int, int]]] = {
    "t-shirt": (0, 9, (214, 73, 51)),
    "trouser": (1, 5, (66, 104, 168)),
    "pullover": (2, 7, (58, 140, 110)),
    "dress": (3, 2, (190, 70, 130)),
    "coat": (4, 8, (176, 124, 72)),
    "sandal": (5, 2, (160, 92, 48)),
    "shirt": (6, 3, (88, 128, 196)),
    "sneaker": (7, 0, (60, 150, 160)),
    "bag": (8, 7, (150, 60, 60)),
    "ankle-boot": (9, 2, (120, 84, 60)),
}
NO_CLOTHES = "rings"
NAMES = (*CLOTHES, NO_CLOTHES)
HEADERS = {"Cache-Control": "max-age=3600"}


def routes() -> list[Route]:
    """A route a picture."""
    return [Route(f"/sample-{name}.jpg", functools.partial(_sample, name)) for name in NAMES]


@functools.cache
def drawn(name: str) -> bytes:
    """The picture of that name in NAMES, as JPEG."""
    file = io.BytesIO()
    Image.fromarray(_rings() if name == NO_CLOTHES else _garment(*CLOTHES[name])).save(
        file, "JPEG", quality=80
    )
    return file.getvalue()


async def _sample(name: str, request: Request) -> Response:
    content = await asyncio.get_running_loop().run_in_executor(None, drawn, name)
    return Response(content, media_type="image/jpeg", headers=HEADERS)


def _garment(label: int, seed: int, colour: tuple[int, int, int]) -> Images:
    from clothier.data import generated  # takes its time: not before somebody looks at the page

    greys = generated.draw_one(label, np.random.Generator(np.random.PCG64(seed)), SIDE).astype(np.float64)
    cover = np.clip(greys / CLOTH, 0, 1)[..., np.newaxis]
    light = SHADE + (1 - SHADE) * greys[..., np.newaxis] / 255
    return np.asarray(255 + (light * np.array(colour) - 255) * cover, np.uint8)


def _rings() -> Images:
    """A target of red and blue."""
    across = np.linspace(-1, 1, SIDE)
    rings = (np.hypot(across, across[:, np.newaxis]) * 6).astype(np.int64)
    colours = np.array([(214, 73, 51), (250, 244, 230), (60, 110, 180), (250, 244, 230)])
    return np.asarray(np.where(rings[..., np.newaxis] < 6, colours[rings % 4], 255), np.uint8)
