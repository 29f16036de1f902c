"""Which operations may be computed in half precision, and why the others may not.

Exported nodes are named after their layer and operation, "unet.enc.64x64_block0.norm0/Mul"; the
part before the slash is the scope. The first of these rules that matches decides:

1. a scope of `PROTECTED_SCOPES`: float32, whatever the operation;
2. an operation of `MOVES`: the precision of what it moves;
3. no scope at all: float32 (`UNSCOPED`);
4. an operation of `PRODUCTS`: low;
5. an operation of `BETWEEN`: low where a low product comes before it and another after it;
6. anything else: float32, because its error was not examined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Treatment(Enum):
    """What the policy says of a node, regardless of its neighbours."""

    FULL = "float32"
    LOW = "low"
    FOLLOW = "as its input"
    BETWEEN = "low between low products"


@dataclass(frozen=True)
class Protection:
    """Scopes that stay float32.

    Attributes:
        scope: regular expression; matched anywhere in a scope.
        reason: what would go wrong in half precision.
    """

    scope: re.Pattern[str]
    reason: str


PROTECTED_SCOPES = (
    Protection(
        re.compile(r"(?:^|[._])(?:pre)?norm(?:\d*|_\w+)(?:\.|$)"),
        "Sums of up to two million squares; float16 ends at 65,504. Measured with statistics in "
        "float16: an encode off by 125 %, a decode of NaN.",
    ),
    Protection(
        re.compile(r"^i?stft$"),
        "Sums of 2,048 products; companding lifts the rounding of nearly empty bins.",
    ),
    Protection(
        re.compile(r"^compand$"),
        "Power of a bin's magnitude: its floor of 1e-30 is far below float16's smallest number.",
    ),
    Protection(
        re.compile(r"^expand$"),
        "Power of the decoder's output, audible directly, over the whole range of a spectrum.",
    ),
)

#: Why arithmetic of the stage itself, outside every layer, stays float32.
UNSCOPED = (
    "Sigma arithmetic, merge, preconditioning and the solver's combination: at sigma 80 half "
    "precision loses the latent's digits. Clip and gain: what the listener hears."
)

#: Operations that carry the weights and nearly all the work.
PRODUCTS = {
    "Conv": "Carries most weights; what goes in is normalised or of a few units.",
    "Gemm": "The embedding's layers; in float32 the step would err by 1.32e-3 instead of 1.42e-3.",
    "MatMul": "Attention: queries are scaled before the product, so scores keep to the range.",
}

#: Low only between two low products. Before the first product inputs are scaled (noise level, sine
#: and cosine embedding, codec noise); after the last one outputs are combined (tanh,
#: preconditioning, the codec's consistency skip). Both are cheap, and their errors reach the
#: outputs undamped.
BETWEEN = {
    "Add": "Residual connections and biases.",
    "Mul": "SiLU, scaling of queries and residual sums, gains per frequency.",
    "Sigmoid": "SiLU.",
    "AveragePool": "A mean of four values.",
}

#: Operations that only move values: a cast before them equals a cast after them, and a cast between
#: two of them would be wasted.
MOVES = frozenset(
    {
        "Concat",
        "DepthToSpace",
        "Expand",
        "Flatten",
        "Gather",
        "Identity",
        "Pad",
        "Reshape",
        "Resize",
        "Slice",
        "Split",
        "Squeeze",
        "Transpose",
        "Unsqueeze",
    }
)


def scope_of(name: str) -> str:
    """The scope of a node's name; empty for a node outside every layer."""
    return name.rpartition("/")[0]


def treatment(name: str, operation: str) -> Treatment:
    """What the policy says of a node.

    Args:
        name: the node's name.
        operation: its ONNX operation.
    """
    scope = scope_of(name)
    if any(protection.scope.search(scope) for protection in PROTECTED_SCOPES):
        return Treatment.FULL
    if operation in MOVES:
        return Treatment.FOLLOW
    if not scope:
        return Treatment.FULL
    if operation in PRODUCTS:
        return Treatment.LOW
    if operation in BETWEEN:
        return Treatment.BETWEEN
    return Treatment.FULL
