"""The page in a real browser, before a real service: what the tests ask of it and do to it."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from clothier import calibrate
from clothier.bundle import Bundle, Lookalikes
from clothier.calibrate import Outputs
from clothier.photo import doctor
from clothier.predict import Predictor
from clothier.values import Images
from support import linear_network

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
NAMES = ("dark", "<b>light</b>", "spotted, \"big\" or 'small'")
SIZE = (linear_network.SIDE, linear_network.SIDE)
TILES = 32  # of the network's features: with so many a cnn1's model file can be read back
MARGIN = 3  # pixels of white around pictures of which the doctor warns of nothing
SOFT = 6.0  # a temperature at which some of its answers are not sure
LIMITS = {"sure": 0.6, "possible": 0.25}  # with which it gives every verdict


def bundle() -> Bundle:
    """A linear network whose classes have names that try to be more than text, with look-alikes."""
    weights = np.tile(linear_network.WEIGHTS, TILES)
    head = np.asarray(np.tile(linear_network.HEAD, (TILES, 1)) / TILES, np.float32)
    images = np.stack(
        [doctor.prepare(as_png(image), "doctor", SIZE, 1) for image in linear_network.pictures(100)[..., 0]]
    )
    logits, features = linear_network.outputs(images)
    features = np.tile(features, TILES)
    fitted = calibrate.fit(Outputs(logits, features, images, logits.argmax(axis=1)))
    thresholds = {**fitted.thresholds, **LIMITS}
    manifest = replace(
        linear_network.bundle("doctor").manifest,
        class_names=NAMES,
        recipe={"name": "cnn1"},
        scores={"test": {"images": 90, "loss": 0.5, "accuracy": 0.8}},
        temperature=SOFT,
        thresholds=thresholds,
        photo_thresholds={"temperature": SOFT, **thresholds},
        card="What it is.\nWhat it is not for.",
    )
    known = Lookalikes(images[:9], logits[:9].argmax(axis=1), features[:9], np.arange(9) * 10)
    return Bundle(manifest, linear_network.graph(weights, head), fitted.as_tensors(), known)


def as_png(image: Images) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def photos() -> dict[str, bytes]:
    """A PNG of each status, found by asking the network itself; "warned" is one that the doctor warns of."""
    predictor = Predictor(bundle(), 1)
    rng = np.random.default_rng(3)
    smooth = linear_network.pictures(60, seed=1)[..., 0]
    candidates = [
        *np.pad(smooth, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), constant_values=255),
        *smooth,
        *rng.integers(0, 256, (20, 8, 8), dtype=np.uint8),
    ]
    found: dict[str, bytes] = {}
    for candidate in candidates:
        content = as_png(candidate)
        examined = doctor.examine(content, size=SIZE)
        image = examined.image[np.newaxis]
        (prediction,) = predictor.as_photos(predictor.predict(image), [examined.warnings])
        found.setdefault(prediction.status, content)
        if examined.warnings:
            found.setdefault("warned", content)
    return found


class Opened:
    """The page in the browser, and what went wrong or out meanwhile."""

    def __init__(self, page: Page, address: str, pictures: dict[str, bytes]) -> None:
        self.page, self.address, self.pictures = page, address, pictures
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("filechooser", lambda _: None)  # from the start: a key may be faster than asking for it later
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self) -> None:
        """Afresh, until the model is known."""
        self.page.goto(self.address)
        self.page.locator("#about h2").wait_for()

    def payload(self, name: str, content: bytes | None = None, kind: str = "image/png") -> FilePayload:
        """A file to choose; by default the picture of that status."""
        return {"name": name, "mimeType": kind, "buffer": self.pictures[name] if content is None else content}

    def choose(self, *files: FilePayload) -> None:
        self.page.locator("#files").set_input_files(list(files))

    def drop(self, *paths: str) -> None:
        """Drop what lies at those paths, as a file manager does."""
        data = {"items": [], "files": list(paths), "dragOperationsMask": 1}
        line = self.page.context.new_cdp_session(self.page)
        for kind in ("dragEnter", "dragOver", "drop"):
            line.send("Input.dispatchDragEvent", {"type": kind, "x": 99, "y": 99, "data": data})

    def hand_over(self, event: str, names: Sequence[str], text: str = "") -> None:
        """Drop or paste the pictures of those statuses, or a text."""
        files = [[name, base64.b64encode(self.pictures[name]).decode()] for name in names]
        self.page.evaluate(
            """([event, files, text]) => {
              const data = new DataTransfer();
              for (const [name, content] of files) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                data.items.add(new File([bytes], name, { type: "image/png" }));
              }
              if (text) data.setData("text/plain", text);
              const made = event === "paste"
                ? new ClipboardEvent(event, { clipboardData: data, bubbles: true, cancelable: true })
                : new DragEvent(event, { dataTransfer: data, bubbles: true, cancelable: true });
              document.getElementById("zone").dispatchEvent(made);
            }""",
            [event, files, text],
        )

    def answered(self, count: int) -> Locator:
        """The answer that is shown once that many entries are there."""
        self.page.locator(f"#entries li:nth-child({count})").wait_for()
        self.page.locator("#progress").wait_for(state="hidden")
        return self.page.locator("#answer")

    @property
    def badge(self) -> str:
        return self.page.locator("#answer .badge").inner_text()

    @property
    def title(self) -> str:
        return self.page.locator("#answer .label").inner_text()

    @property
    def live(self) -> str:
        return str(self.page.locator("#live").text_content())

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.errors.append(text)
