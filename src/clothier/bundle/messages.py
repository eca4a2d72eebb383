"""The messages of an ONNX graph, as far as a graph of ours has any: what is not listed here is an unknown field.

Parsing takes `protobuf` alone, not the `onnx` package: whoever only predicts has no need of its 33 MB. Source:
onnx.proto, whose names and numbers these are.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from clothier.errors import BundleError

# Name -> number and type; * is said of what there may be many of, and ? of what excludes the others with a ?. Parts
# that no graph of ours has, and that the checks name where they find one, are bytes.
_FIELDS = {
    "ModelProto": {
        "ir_version": (1, "int64"),
        "producer_name": (2, "string"),
        "producer_version": (3, "string"),
        "graph": (7, "GraphProto"),
        "opset_import": (8, "*OperatorSetIdProto"),
        "metadata_props": (14, "*bytes"),
        "training_info": (20, "*bytes"),
        "functions": (25, "*bytes"),
        "configuration": (26, "*bytes"),
    },
    "OperatorSetIdProto": {"domain": (1, "string"), "version": (2, "int64")},
    "GraphProto": {
        "node": (1, "*NodeProto"),
        "name": (2, "string"),
        "initializer": (5, "*TensorProto"),
        "input": (11, "*ValueInfoProto"),
        "output": (12, "*ValueInfoProto"),
        "value_info": (13, "*bytes"),
        "quantization_annotation": (14, "*bytes"),
        "sparse_initializer": (15, "*bytes"),
    },
    "NodeProto": {
        "input": (1, "*string"),
        "output": (2, "*string"),
        "name": (3, "string"),
        "op_type": (4, "string"),
        "attribute": (5, "*AttributeProto"),
        "domain": (7, "string"),
    },
    "AttributeProto": {
        "name": (1, "string"),
        "f": (2, "float"),
        "i": (3, "int64"),
        "s": (4, "bytes"),
        "t": (5, "TensorProto"),
        "floats": (7, "*float"),
        "ints": (8, "*int64"),
        "type": (20, "int32"),
        "ref_attr_name": (21, "string"),
    },
    "TensorProto": {
        "dims": (1, "*int64"),
        "data_type": (2, "int32"),
        "name": (8, "string"),
        "raw_data": (9, "bytes"),
        "external_data": (13, "*bytes"),
        "data_location": (14, "int32"),
    },
    "ValueInfoProto": {"name": (1, "string"), "type": (2, "TypeProto")},
    "TypeProto": {"tensor_type": (1, "TensorTypeProto")},
    "TensorTypeProto": {"elem_type": (1, "int32"), "shape": (2, "ShapeProto")},
    "ShapeProto": {"dim": (1, "*DimensionProto")},
    "DimensionProto": {"dim_value": (1, "?int64"), "dim_param": (2, "?string")},
}
_PACKAGE = "clothier"


def parsed(content: bytes) -> Any:
    """The ModelProto of these bytes. Raises BundleError where they are none."""
    model = _MODEL()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise BundleError("model.onnx is not an ONNX graph; wanted the one clothier wrote") from error
    return model


def check_fields(model: Any) -> None:
    """Raises BundleError where a message in it has a field that is not listed above."""
    size = model.ByteSize()
    model.DiscardUnknownFields()
    if unknown := size - model.ByteSize():
        raise BundleError(
            f"model.onnx has {unknown:,} bytes of fields that clothier does not write; wanted none"
        )


def _model_class() -> Any:
    # In proto2, as onnx.proto is, text that is no UTF-8 would come back as bytes, which no check expects; the edition
    # of 2023 refuses it, and means the same otherwise.
    file = descriptor_pb2.FileDescriptorProto(name="graph.proto", package=_PACKAGE, syntax="editions")
    file.edition = descriptor_pb2.EDITION_2023
    file.options.features.repeated_field_encoding = descriptor_pb2.FeatureSet.EXPANDED
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.ModelProto"))


def _add(message: Any, name: str, number: int, kind: str) -> None:
    kinds = descriptor_pb2.FieldDescriptorProto
    plain = kind.lstrip("*?")
    field = message.field.add(name=name, number=number, label=kinds.LABEL_OPTIONAL)
    if kind.startswith("*"):
        field.label = kinds.LABEL_REPEATED
    if kind.startswith("?"):
        field.oneof_index = 0
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
    if plain in _FIELDS:
        field.type, field.type_name = kinds.TYPE_MESSAGE, f".{_PACKAGE}.{plain}"
    else:
        field.type = kinds.Type.Value(f"TYPE_{plain.upper()}")


_MODEL = _model_class()
