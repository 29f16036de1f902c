"""Which precision OpenVINO is asked for, and which one it really computes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sideman.engine.errors import BackendError

#: OpenVINO's names of the precisions that it can be asked for.
#:
#: Without a hint it takes bfloat16 wherever the processor has it. A hint of float16 reads back as
#: bfloat16 (2026.4.1), so there is no such choice.
HINTS = {"fp32": "f32", "bf16": "bf16"}
#: Where nearly all the work is: layers that multiply matrices, as the runtime model calls them.
_PRODUCTS = frozenset({"Convolution", "Deconvolution", "FullyConnected", "MatMul", "MHA"})
#: Types with fewer digits than float32.
_SHORT = frozenset({"bf16", "f16"})
_REMEDY = "Use --precision fp32, or another backend."


def check_supported(core: Any, precision: str) -> None:
    """Refuse a precision that this processor does not have.

    Args:
        core: the library's Core.
        precision: a key of `HINTS`.

    Raises:
        BackendError: an unknown precision, or bfloat16 on a processor without it.
    """
    if precision not in HINTS:
        raise BackendError(
            f"OpenVINO computes in no precision {precision!r} on a CPU.",
            f"Known are: {', '.join(HINTS)}.",
        )
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        name = core.get_property("CPU", "FULL_DEVICE_NAME")
        raise BackendError(f"This processor ({name}) has no bfloat16.", _REMEDY)


def has_exact_front(stage: str, precision: str) -> bool:
    """Whether all that comes before a stage's first convolution stays in float32.

    In `encode` it does: OpenVINO would round the samples before their Fourier transform, and
    companding lifts what that leaves in nearly empty bins.

    Args:
        stage: its name.
        precision: of the backend, a key of `HINTS`.
    """
    return stage == "encode" and precision == "bf16"


def executed(compiled: Any) -> Counter[tuple[str, str]]:
    """What a compiled model computes in, as its runtime model tells.

    Args:
        compiled: the library's CompiledModel.

    Returns:
        Numbers of layers by kind and precision, such as ("Convolution", "bf16"). Constants are left
        out: they are stored as the file has them.
    """
    found: Counter[tuple[str, str]] = Counter()
    for node in compiled.get_runtime_model().get_ordered_ops():
        told = node.get_rt_info()
        kind = told["layerType"].astype(str)
        if kind != "Const":
            found[kind, told["runtimePrecision"].astype(str)] += 1
    return found


def products(layers: Counter[tuple[str, str]]) -> Counter[str]:
    """How many layers multiply matrices, by precision.

    Args:
        layers: as `executed` returns them.
    """
    found: Counter[str] = Counter()
    for (kind, precision), count in layers.items():
        if kind in _PRODUCTS:
            found[precision] += count
    return found


def check_executed(stage: str, precision: str, layers: Counter[tuple[str, str]]) -> None:
    """Refuse a stage that computes in another precision than it was asked to.

    Args:
        stage: its name.
        precision: that was asked for, a key of `HINTS`.
        layers: as `executed` returns them.

    Raises:
        BackendError: in fp32, any layer is in fewer digits; in bf16, no product is in bf16 although
            there are products. Some always stay in float32: those that feed outputs, for example.
    """
    if precision == "fp32":
        short = {f"{kind} in {found}" for kind, found in layers if found in _SHORT}
        if short:
            raise BackendError(
                f"Stage {stage} was to be computed in fp32, and OpenVINO computes {_list(short)}.",
                "A graph in bfloat16 is always computed so: ask for --precision bf16, or use the "
                "bundle in float32 that it was made of.",
            )
        return
    counts = products(layers)
    if counts and HINTS[precision] not in counts:
        raise BackendError(
            f"Stage {stage} was to be computed in {precision}, and OpenVINO computes all of its "
            f"products in {_list(counts)}.",
            _REMEDY,
        )


def describe(counts: Counter[str]) -> str:
    """What the products of all stages are computed in: "143 products in bf16, 12 in f32".

    Args:
        counts: as `products` returns them.
    """
    (first, most), *others = counts.most_common()
    return ", ".join([f"{most} products in {first}", *(f"{n} in {name}" for name, n in others)])


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
