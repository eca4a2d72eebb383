"""The operators that a model file's graph may have: stateless ones of ONNX's own domain whose outputs are bounded by
rules written here. All others are refused by name, with a reason.

A rule takes a Node and returns its outputs' shapes. Whatever decides a shape must be a constant, and no rule lets
values of one image reach another.
"""

from __future__ import annotations

from clothier.bundle.operators import making, pointwise, products, reducing, shaping, windows
from clothier.bundle.operators.table import Made, Operator

OPERATORS: dict[str, Operator] = dict(
    sorted(
        {
            **making.OPERATORS,
            **pointwise.OPERATORS,
            **products.OPERATORS,
            **reducing.OPERATORS,
            **shaping.OPERATORS,
            **windows.OPERATORS,
        }.items()
    )
)

# Why ONNX's other operators are refused, and which these are, until version 21.
EXCLUDED: dict[str, tuple[str, ...]] = {
    "it is control flow, which hides what runs and how often": ("If", "Loop", "Scan", "SequenceMap"),
    "it works on sequences or optional values, which have no shape": (
        "ConcatFromSequence", "Optional", "OptionalGetElement", "OptionalHasElement", "SequenceAt",
        "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SplitToSequence",
    ),
    "it works on strings": (
        "RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer",
    ),
    "the size of its output depends on values": ("Compress", "NonMaxSuppression", "NonZero", "Unique"),
    "it draws random numbers": (
        "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike",
    ),
    "it is for training": ("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"),
    "it decodes image files": ("ImageDecoder",),
    "its scale depends on all images of a batch": ("DynamicQuantizeLinear",),
    "it is obsolete and has been replaced by other operators": ("Scatter", "Upsample"),
    "it reads or writes at positions that its inputs determine": (
        "GatherElements", "GatherND", "MaxRoiPool", "MaxUnpool", "ReverseSequence", "RoiAlign", "ScatterElements",
        "ScatterND",
    ),
    "it is for sequences or sound, and clothier has no rule that limits its memory": (
        "BlackmanWindow", "DFT", "GRU", "HammingWindow", "HannWindow", "LSTM", "MelWeightMatrix", "RNN", "STFT",
    ),
    "it is rare, and clothier has no rule that limits its memory": (
        "AffineGrid", "CenterCropPad", "Col2Im", "DeformConv", "GridSample",
    ),
}  # fmt: skip

REASONS = {kind: reason for reason, kinds in EXCLUDED.items() for kind in kinds}

__all__ = ["EXCLUDED", "OPERATORS", "REASONS", "Made", "Operator"]
