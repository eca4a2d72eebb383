"""(What is refused of a graph is among the hostile files.)"""

from __future__ import annotations

import onnx
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from support.model_files import made

from clothier.bundle import messages
from clothier.errors import BundleError

NAMES = {"TensorTypeProto": "TypeProto.Tensor", "ShapeProto": "TensorShapeProto"}
NAMES["DimensionProto"] = "TensorShapeProto.Dimension"


def _theirs(name: str) -> Descriptor:
    found = onnx.ModelProto.DESCRIPTOR.file.pool
    return found.FindMessageTypeByName(f"onnx.{NAMES.get(name, name)}")


def test_names_numbers_and_types_are_those_of_onnx() -> None:
    """But for enumerations, which are numbers here, and for messages that are left as bytes."""
    loose = {FieldDescriptor.TYPE_ENUM: "int32", FieldDescriptor.TYPE_MESSAGE: "bytes"}
    for name, fields in messages._FIELDS.items():
        for field, (number, kind) in fields.items():
            theirs = _theirs(name).fields_by_number[number]
            assert theirs.name == field
            assert theirs.is_repeated == kind.startswith("*")
            assert (theirs.containing_oneof is not None) == (kind.startswith("?") or field == "tensor_type")
            plain = kind.lstrip("*?")
            if plain in messages._FIELDS:
                assert theirs.message_type is _theirs(plain)
            else:
                strict = theirs.type == getattr(FieldDescriptor, f"TYPE_{plain.upper()}")
                assert strict or loose[theirs.type] == plain


def test_a_graph_of_ours_is_read_whole() -> None:
    content = made().graph
    model = messages.parsed(content)
    messages.check_fields(model)
    assert model.SerializeToString(deterministic=True) == content


@pytest.mark.parametrize("message", ["model", "graph", "node", "attribute", "constant", "input"])
def test_a_field_that_is_not_listed_is_refused_wherever_it_is(message: str) -> None:
    model = onnx.load_from_string(made().graph)
    node = next(node for node in model.graph.node if node.attribute)
    parts = {"model": model, "graph": model.graph, "node": node, "attribute": node.attribute[0]}
    parts |= {"constant": model.graph.initializer[0], "input": model.graph.input[0]}
    parts[message].doc_string = "abc"
    with pytest.raises(BundleError, match=r"5 bytes of fields that clothier does not write; wanted none$"):
        messages.check_fields(messages.parsed(model.SerializeToString()))
