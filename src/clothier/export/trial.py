"""Whether a network can be exported, known before it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import backend, models
from clothier.backend.door import keras
from clothier.bundle import graphs
from clothier.errors import ExportError, InputError, MissingExtraError
from clothier.export.graph import emit
from clothier.export.running import onnx_outputs
from clothier.models.plan import Plan

if TYPE_CHECKING:
    from keras import KerasTensor, Model

_NUM_TRIED = 4  # images that both predict
_CLOSE = 1e-2  # of the largest logit: what differs by more was exported wrongly


def check(plan: Plan) -> None:
    """Export the plan's network, untrained. Raises InputError, naming the layer to blame where one is, for a network of
    which no model file can be written."""
    model = models.build_plan(plan)
    try:
        _try(model)
    except MissingExtraError:
        raise
    except InputError as error:
        culprit = _culprit(model)
        if culprit is None:
            raise
        raise ExportError(
            f"layer {culprit.name} ({type(culprit).__name__}) cannot be exported: {error}"
        ) from error


def _try(model: Model) -> None:
    graph = emit(model)
    shape = tuple(model.input.shape[1:])
    images = np.random.default_rng(0).integers(0, 256, (_NUM_TRIED, *shape), np.uint8)
    ours = backend.Inference(model).logits(model.get_weights(), images)
    (theirs,) = onnx_outputs(graph, images, ["logits"])
    if not np.allclose(ours, theirs, rtol=0, atol=_CLOSE * max(1.0, float(np.abs(ours).max()))):
        raise ExportError("the ONNX graph predicts other values than the network")
    graphs.check(graph, shape, int(model.output.shape[1]), graphs.width_of_features(graph))


def _culprit(model: Model) -> Any:
    """The first layer or operation with which the network cannot be exported; None where all before the logits can."""
    *operations, _ = [each for each in model.operations if type(each).__name__ != "InputLayer"]
    low, high = 0, len(operations)
    while low < high:
        middle = (low + high) // 2
        if _is_exportable(model, operations[: middle + 1]):
            low = middle + 1
        else:
            high = middle
    return operations[low] if low < len(operations) else None


def _is_exportable(model: Model, operations: Sequence[Any]) -> bool:
    """Whether a network of those operations alone, the model's first ones, can be exported."""
    made = [tensor for each in operations for tensor in each._inbound_nodes[0].output_tensors]
    used = {id(tensor) for each in operations for tensor in each._inbound_nodes[0].input_tensors}
    parts = [_as_vector(tensor) for tensor in made if id(tensor) not in used]
    features = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    try:
        _try(keras.Model(model.input, keras.layers.Dense(2, name="logits")(features)))
    except InputError:
        return False
    return True


def _as_vector(tensor: KerasTensor) -> KerasTensor:
    """float32 (n, width)."""
    tensor = keras.ops.cast(tensor, "float32")
    if len(tensor.shape) == 4:
        return keras.layers.GlobalAveragePooling2D()(tensor)
    return keras.layers.Flatten()(tensor)
