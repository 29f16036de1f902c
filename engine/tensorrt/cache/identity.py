"""What an engine is valid for; one key is a hash of that, a second one of its shapes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from typing import Any

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import INT8, short_name
from sideman.engine.cache.keys import key_of
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.flavours import Flavour
from sideman.engine.tensorrt.precision import (
    Rewriter,
    convolves_products,
    find_rewriter,
)
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.targets import Target


@dataclass(frozen=True)
class EngineIdentity:
    """Everything that decides whether an engine is valid, except its shapes.

    Attributes:
        stage: name of the stage.
        graph: SHA-256 of the ONNX file.
        weights: SHA-256 of each file of external weights.
        flavour: name of the TensorRT flavour.
        version: of the library, with its build number.
        target: compute capability, such as "sm89", or several that one plan serves
            (`target_names`).
        gpu: the GPU's name where the engine belongs to that model; empty where it belongs to an
            architecture.
        precision: "fp32", "fp16" or "bf16".
        rewriter: revision of the rewriter that wrote the precision into the graph; 0 if none did.
        convolve_products: matrix products in float32 were written as convolutions.
        flags: what the builder is told.
        exporter: versions of what made the graph, as the manifest's origin has them.
        sideman: version of sideman that built it.
    """

    stage: str
    graph: str
    weights: tuple[str, ...]
    flavour: str
    version: str
    target: str
    gpu: str
    precision: str
    rewriter: int
    convolve_products: bool
    flags: tuple[str, ...]
    exporter: str
    sideman: str

    def as_dict(self) -> dict[str, Any]:
        """Fields by name, as JSON would give them back."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }

    @property
    def key(self) -> str:
        """SHA-256 of the fields; engines with the same key differ in their shapes only."""
        return key_of(self.as_dict())


def shapes_key(shapes: Iterable[Shape]) -> str:
    """SHA-256 of the shapes that one engine holds.

    Their order counts: it is the order of the profiles.
    """
    return key_of([shape.as_dict() for shape in shapes])


def exporter_of(origin: Mapping[str, Any]) -> str:
    """Names and versions of what made a bundle, from its manifest's free-form origin."""
    versions = origin.get("versions")
    if not isinstance(versions, Mapping):
        return ""
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def rewrites(bundle: Bundle, stage: str, flavour: Flavour, target: str, precision: str) -> bool:
    """Whether a stage's graph has to be rewritten before it is built.

    Raises:
        BackendError: the bundle is not in float32, so the precision cannot be made from it.
    """
    is_precision = short_name(bundle.manifest.stages[stage].precision)
    convolve = convolves_products(flavour, target)
    if precision == INT8 and not convolve:
        if all(spec.precision != INT8 for spec in bundle.manifest.stages.values()):
            raise BackendError(
                f"{bundle.manifest.name} has no stage in int8, which cannot be written into a "
                "graph without music.",
                "Make a bundle for it with: sideman calibrate --target tensorrt",
            )
        # A stage that calibration left in float32 is built as it is.
        return False
    if is_precision == precision and not convolve:
        return False
    if is_precision != "fp32":
        wanted = f"{precision} for {target}" if convolve else precision
        # Where products become convolutions, no bundle is built as it is.
        use = "Build" if convolve else f"Use --precision {is_precision}, or build"
        raise BackendError(
            f"Stage {stage} of {bundle.manifest.name} is in {is_precision} already and cannot "
            f"become {wanted}.",
            f"{use} from the float32 bundle that it was made of.",
        )
    return True


def identify(
    bundle: Bundle,
    stage: str,
    flavour: Flavour,
    version: str,
    target: Target,
    precision: str,
    *,
    rewriter: Callable[[], Rewriter] = find_rewriter,
) -> EngineIdentity:
    """What an engine of a stage has to be valid for.

    Args:
        bundle: opened with its hashes checked.
        stage: name of the stage.
        flavour: which library.
        version: of the library (`library.__version__`).
        target: what it is for (`sideman.engine.tensorrt.targets.resolve_targets`).
        precision: of the engine.
        rewriter: finds what writes the precision; asked only where the graph is rewritten.

    Raises:
        BackendError: the precision cannot be made of this bundle.
    """
    graph, weights = bundle.digests_of(stage)
    rewritten = rewrites(bundle, stage, flavour, target.name, precision)
    return EngineIdentity(
        stage=stage,
        graph=graph,
        weights=weights,
        flavour=flavour.name,
        version=version,
        target=target.name,
        gpu=target.gpu,
        precision=precision,
        rewriter=rewriter().revision if rewritten else 0,
        convolve_products=rewritten and convolves_products(flavour, target.name),
        flags=flavour.flags,
        exporter=exporter_of(bundle.manifest.origin),
        sideman=installed_version("sideman"),
    )
