"""POST /v1/predict and GET /v1/model."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from clothier.bundle import Lookalikes
from clothier.errors import DataError, RefusedError, unknown_name
from clothier.explain import occlusion
from clothier.photo import FORMATS, SCALED, SUFFIXES
from clothier.serve import responses, uploads
from clothier.serve.decoders import Decoded
from clothier.serve.service import Service
from clothier.serve.uploads import Upload
from clothier.values import UNREADABLE, Floats, Images, Prediction, Predictions

KEYS = ("show", "whole")  # of the query
SHOWN = ("image", "heat", "lookalikes")
NUM_LOOKALIKES = 5


async def predict(request: Request) -> Response:
    """What the network makes of the pictures in the body: an answer each."""
    service: Service = request.app.state.service
    shown, whole = _query(request)
    service.admit(service.picture_slots)
    with service.bodies.admitted(request, service.settings.body_bytes) as body:
        pictures = await uploads.pictures(body, service.settings.pictures)
        passes = len(pictures) * (
            1 + ("heat" in shown) * occlusion.passes(service.model.batcher.predictor.image_shape)
        )
        with service.price(len(pictures), passes):
            async with service.deadline():
                decoded, predictions = await _predicted(service, pictures, whole)
                answers = await _answers(service, pictures, decoded, predictions, shown)
    for answer in answers:
        service.metrics.picture(answer.status)
    if len(answers) == 1 and answers[0].status == UNREADABLE:
        upload = f"{answers[0].filename or 'the upload'} {answers[0].reason}"
        raise RefusedError(422, UNREADABLE, f"{upload}; wanted a picture that can be read; send another")
    return responses.Json(responses.Answers(service.name, answers))


async def model(request: Request) -> Response:
    """What is known of the network."""
    service: Service = request.app.state.service
    content, settings = service.model.content, service.settings
    manifest, known = content.manifest, content.lookalikes
    return responses.Json(
        responses.ModelDescription(
            name=service.name,
            classes=list(manifest.class_names),
            image_shape=list(manifest.image_shape),
            photos=manifest.preprocessing["photos"],
            source=manifest.source,
            fingerprint=manifest.fingerprint,
            scores=manifest.scores,
            temperature=manifest.temperature,
            thresholds=manifest.thresholds,
            photo_thresholds=manifest.photo_thresholds,
            recipe=manifest.recipe,
            versions=manifest.versions,
            card=manifest.card,
            lookalikes=0 if known is None else len(known.labels),
            limits=responses.Limits(
                bytes=settings.body_bytes,
                pictures=settings.pictures,
                megapixels=settings.megapixels,
                jpeg_megapixels=settings.megapixels * SCALED,
                formats=list(FORMATS),
                endings=sorted(SUFFIXES),
            ),
        )
    )


def _query(request: Request) -> tuple[frozenset[str], bool]:
    """(what is shown beside the answer, whether the whole photo is used)."""
    for key in sorted(request.query_params.keys() - set(KEYS)):
        raise RefusedError(400, "bad_query", str(unknown_name("query key", ascii(key)[1:-1][:60], KEYS)))
    whole = request.query_params.get("whole", "0")
    if whole not in ("0", "1"):
        raise RefusedError(
            400, "bad_query", f"whole is {ascii(whole)[:60]}; wanted 1 for the whole photo, or 0"
        )
    shown = {word for text in request.query_params.getlist("show") for word in text.split(",")}
    for word in sorted(shown - set(SHOWN)):
        raise RefusedError(
            400,
            "bad_query",
            f"show has {ascii(word)[:60]}; wanted one or more of {', '.join(SHOWN)}, separated by commas",
        )
    return frozenset(shown), whole == "1"


async def _predicted(
    service: Service, pictures: Sequence[Upload], whole: bool
) -> tuple[list[Decoded | str], Predictions]:
    """Of each picture its image, or the reason why it cannot be read; and the predictions for the images.

    A single picture has a slot until then: what is shown besides takes longer, and must not shut out
    others.
    """
    with service.slot(service.picture_slots) if len(pictures) == 1 else contextlib.nullcontext():
        decoded = await _decoded(service, pictures, whole)
        batcher = service.model.batcher
        images = [picture.image for picture in decoded if isinstance(picture, Decoded)]
        if images:
            found = await batcher.predict(np.stack(images))
            warnings = [picture.warnings for picture in decoded if isinstance(picture, Decoded)]
            return decoded, batcher.predictor.as_photos(found, warnings)
        return decoded, batcher.predictor.predict(np.empty((0, *batcher.predictor.image_shape), np.uint8))


async def _decoded(service: Service, pictures: Sequence[Upload], whole: bool) -> list[Decoded | str]:
    """Of each picture its image, or the reason why it cannot be read."""
    # As many at once as there are decoders: of several requests, each gets its turn.
    turns = asyncio.Semaphore(service.model.decoders.count)

    async def one(upload: Upload) -> Decoded | str:
        async with turns:
            try:
                return await service.model.decoders.decode(upload.content, len(pictures) > 1, whole)
            except DataError as error:
                return str(error)

    if len(pictures) == 1:
        return [await one(pictures[0])]
    return await asyncio.gather(*map(one, pictures))


async def _answers(
    service: Service,
    pictures: Sequence[Upload],
    decoded: Sequence[Decoded | str],
    predictions: Predictions,
    shown: frozenset[str],
) -> list[responses.Answer]:
    answers, features = list[responses.Answer](), iter(predictions.features)
    everything = replace(
        predictions.with_unreadable([picture if isinstance(picture, str) else "" for picture in decoded]),
        warnings=tuple(() if isinstance(picture, str) else picture.warnings for picture in decoded),
        filenames=tuple(upload.filename for upload in pictures),
    )
    for prediction, picture in zip(everything, decoded, strict=True):
        if isinstance(picture, str):
            answers.append(responses.answer(prediction))
            continue
        answers.append(await _answer(service, picture, prediction, next(features), shown))
        await asyncio.sleep(0)  # others have their turn
    return answers


async def _answer(
    service: Service,
    picture: Decoded,
    prediction: Prediction,
    features: Floats,
    shown: frozenset[str],
) -> responses.Answer:
    if not shown:
        return responses.answer(prediction)
    batcher, known = service.model.batcher, service.model.content.lookalikes
    falls = await _falls(service, picture.image, prediction.label) if "heat" in shown else None

    def drawn() -> responses.Answer:
        return responses.answer(
            prediction,
            responses.data_url(picture.image) if "image" in shown else None,
            None if falls is None else responses.data_url(occlusion.overlay(falls)),
            _lookalikes(known, batcher.predictor.class_names, features)
            if "lookalikes" in shown and known
            else (),
        )

    return await asyncio.to_thread(drawn)  # seven PNGs of a large image take long: others have their turn


async def _falls(service: Service, image: Images, label: int) -> Floats:
    """What `occlusion.heat` gives; others have their turn meanwhile."""
    covered = await asyncio.to_thread(occlusion.covered, image)  # of a large image this takes long
    return occlusion.falls(await service.model.batcher.predict(covered), image, label)


def _lookalikes(known: Lookalikes, names: Sequence[str], features: Floats) -> list[responses.Lookalike]:
    """The training images whose features are nearest to those of the picture, the nearest first."""
    distances = np.linalg.norm(known.features - features, axis=1)
    return [
        responses.Lookalike(
            label=names[known.labels[row]],
            distance=round(float(distances[row]), 3),
            id=int(known.ids[row]),
            image=responses.data_url(known.images[row]),
        )
        for row in np.argsort(distances, kind="stable")[:NUM_LOOKALIKES]
    ]
