"""Operators that move a window over images (n, channels, height, width), or over one or three axes."""

from __future__ import annotations

from math import prod

from clothier.bundle.node import Node, Shape, Tensor
from clothier.bundle.operators.table import Made, Operator, names

_WINDOW = "determined by strides, padding and window, which are attributes of limited size"
_MOST_SIDE = 1024  # of a window
_MOST_STRIDE = 64


def _output(node: Node, shape: Shape, sides: Shape) -> list[int]:
    """The sides of the axes behind the channels after a window of those sides."""
    count = len(sides)
    strides = node.whole_numbers("strides", [1] * count, 1, _MOST_STRIDE)
    dilations = node.whole_numbers("dilations", [1] * count, 1, _MOST_STRIDE)
    reach = [(side - 1) * dilation + 1 for side, dilation in zip(sides, dilations, strict=True)]
    automatic = node.word("auto_pad", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
    if automatic.startswith("SAME"):
        return [-(-size // stride) for size, stride in zip(shape[2:], strides, strict=True)]
    pads = [0] * 2 * count
    if automatic == "NOTSET":
        pads = node.whole_numbers("pads", pads, 0, max(max(reach) - 1, 0))
    up = node.flag("ceil_mode", 0)
    made = []
    for axis in range(count):
        left = shape[axis + 2] + pads[axis] + pads[axis + count] - reach[axis]
        node.wanted(left >= 0, "an image that the window fits in")
        size = (-(-left // strides[axis]) if up else left // strides[axis]) + 1
        # A window that would begin in the padding behind the image is left out.
        late = up and (size - 1) * strides[axis] >= shape[axis + 2] + pads[axis]
        made.append(size - 1 if late else size)
    return made


def _image(node: Node, *places: int) -> Tensor:
    x = node.images_first(3, 4, 5)
    node.floats(*places)
    return x


def _kernel(node: Node, x: Tensor, kernel: Tensor) -> Shape:
    """The window of a convolution, and whether its kernel fits."""
    groups = node.whole_number("group", 1, 1, max(x.shape[1], 1))
    node.wanted(
        len(kernel.shape) == len(x.shape) and not kernel.is_activation,
        f"a constant kernel of {len(x.shape)} axes",
    )
    node.wanted(
        kernel.shape[1] * groups == x.shape[1] and kernel.shape[0] % groups == 0, "a kernel that fits"
    )
    sides = kernel.shape[2:]
    given = node.attributes.get("kernel_shape", list(sides))
    node.wanted(given == list(sides) and max(sides) <= _MOST_SIDE, "kernel_shape to be the kernel's")
    return sides


def _conv(node: Node) -> Tensor:
    x, kernel, bias = _image(node, 0, 1, 2), node.input(1), node.optional(2)
    sides = _kernel(node, x, kernel)
    node.wanted(bias is None or bias.shape == kernel.shape[:1], "a constant bias that fits")
    return Tensor((x.shape[0], kernel.shape[0], *_output(node, x.shape, sides)), x.kind)


def _conv_of_bytes(node: Node) -> Tensor:
    x, kernel = node.images_first(3, 4, 5), node.input(1)
    node.wanted({x.kind, kernel.kind} <= {"int8", "uint8"}, "bytes")
    node.wanted(
        all(len(tensor.shape) <= 1 for tensor in node.tensors[2:]), "one zero for all or each channel"
    )
    sides = _kernel(node, x, kernel)
    return Tensor((x.shape[0], kernel.shape[0], *_output(node, x.shape, sides)), "int32")


def _quantized_conv(node: Node) -> Tensor:
    x, kernel = node.images_first(3, 4, 5), node.input(3)
    node.wanted({x.kind, kernel.kind} <= {"int8", "uint8"}, "bytes")
    node.wanted(
        all(len(node.input(place).shape) <= 1 for place in (1, 2, 4, 5, 6, 7)),
        "one scale for all or each channel",
    )
    sides = _kernel(node, x, kernel)
    return Tensor((x.shape[0], kernel.shape[0], *_output(node, x.shape, sides)), node.input(7).kind)


def _conv_transpose(node: Node) -> Tensor:
    x, kernel, bias = _image(node, 0, 1, 2), node.input(1), node.optional(2)
    count = len(x.shape) - 2
    groups = node.whole_number("group", 1, 1, max(x.shape[1], 1))
    node.wanted(
        len(kernel.shape) == len(x.shape) and not kernel.is_activation,
        f"a constant kernel of {len(x.shape)} axes",
    )
    node.wanted(kernel.shape[0] == x.shape[1] and x.shape[1] % groups == 0, "a kernel that fits")
    sides = kernel.shape[2:]
    node.wanted(
        node.attributes.get("kernel_shape", list(sides)) == list(sides), "kernel_shape to be the kernel's"
    )
    node.wanted(bias is None or bias.shape == (kernel.shape[1] * groups,), "a constant bias that fits")
    strides = node.whole_numbers("strides", [1] * count, 1, _MOST_STRIDE)
    dilations = node.whole_numbers("dilations", [1] * count, 1, _MOST_STRIDE)
    more = node.whole_numbers("output_padding", [0] * count, 0, max(strides + dilations) - 1)
    automatic = node.word("auto_pad", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
    full = [
        stride * (size - 1) + extra + (side - 1) * dilation + 1
        for stride, size, extra, side, dilation in zip(
            strides, x.shape[2:], more, sides, dilations, strict=True
        )
    ]
    if "output_shape" in node.attributes:
        size = node.whole_numbers("output_shape", [0] * count, 1, max(full))
    elif automatic.startswith("SAME"):
        size = [side * stride for side, stride in zip(x.shape[2:], strides, strict=True)]
    else:
        pads = (
            node.whole_numbers("pads", [0] * 2 * count, 0, _MOST_SIDE)
            if automatic == "NOTSET"
            else [0] * 2 * count
        )
        size = [full[axis] - pads[axis] - pads[axis + count] for axis in range(count)]
    node.wanted(min(size) > 0, "an output of some size")
    return Tensor((x.shape[0], kernel.shape[1] * groups, *size), x.kind)


def _pool(node: Node) -> tuple[Tensor, ...]:
    x = node.images_first(3, 4, 5)
    if node.kind != "MaxPool" or x.kind not in ("int8", "uint8"):
        node.floats(0)
    count = len(x.shape) - 2
    node.wanted("kernel_shape" in node.attributes, "kernel_shape")
    node.wanted(not node.attributes.get("storage_order", 0), "places row by row")
    sides = node.whole_numbers("kernel_shape", [1] * count, 1, _MOST_SIDE)
    shape = (*x.shape[:2], *_output(node, x.shape, tuple(sides)))
    return Tensor(shape, x.kind), Tensor(shape, "int64")


def _conv_work(node: Node, made: Made) -> int:
    kernel = node.input(3 if node.kind == "QLinearConv" else 1)
    return made[0].size // kernel.shape[0] * kernel.size


def _columns(node: Node, made: Made) -> int:
    """A column of the image for each place of the output, which convolutions of bytes make."""
    kernel = node.input(3 if node.kind == "QLinearConv" else 1)
    return made[0].size // kernel.shape[0] * prod(kernel.shape[1:])


def _transpose_work(node: Node, made: Made) -> int:
    x, kernel = node.input(0), node.input(1)
    return x.size * prod(kernel.shape[1:])


def _transpose_columns(node: Node, made: Made) -> int:
    x, kernel = node.input(0), node.input(1)
    return x.size // x.shape[1] * prod(kernel.shape[1:])


def _pool_work(node: Node, made: Made) -> int:
    return made[0].size * int(prod(node.attributes["kernel_shape"]))


_CONV = names("auto_pad dilations group kernel_shape pads strides")
_POOL = names("auto_pad ceil_mode dilations kernel_shape pads strides")

OPERATORS: dict[str, Operator] = {
    "AveragePool": Operator(_pool, (1, 1), _WINDOW, _POOL | {"count_include_pad"}, work=_pool_work),
    "Conv": Operator(_conv, (2, 3), _WINDOW, _CONV, out=frozenset({2}), work=_conv_work),
    "ConvInteger": Operator(
        _conv_of_bytes, (2, 4), _WINDOW, _CONV, out=frozenset({2, 3}), work=_conv_work, scratch=_columns
    ),
    "ConvTranspose": Operator(
        _conv_transpose, (2, 3), _WINDOW, _CONV | {"output_padding", "output_shape"}, out=frozenset({2}),
        work=_transpose_work, scratch=_transpose_columns,
    ),
    "LpPool": Operator(_pool, (1, 1), _WINDOW, _POOL | {"p"}, work=_pool_work),
    "MaxPool": Operator(_pool, (1, 1), _WINDOW, _POOL | {"storage_order"}, work=_pool_work),
    "QLinearConv": Operator(
        _quantized_conv, (8, 9), _WINDOW, _CONV, out=frozenset({8}), work=_conv_work, scratch=_columns
    ),
}  # fmt: skip
