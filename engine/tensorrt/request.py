"""What is asked of a build, and the identities that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.flavours import Flavour
from sideman.engine.tensorrt.identity import EngineIdentity, exporter_of, stage_files
from sideman.engine.tensorrt.precision import (
    Rewriter,
    convolves_products,
    find_rewriter,
    precision_of,
)
from sideman.engine.tensorrt.targets import Target


@dataclass(frozen=True)
class BuildRequest:
    """What to build of a bundle.

    Attributes:
        flavour: which library.
        rows: how many stems are generated at once; a profile for each.
        decoded_columns: lengths of decoded audio in latent columns.
        precision: "fp16", "bf16" or "fp32".
        targets: such as "sm89"; none means this machine's GPU.
        force: build what is there already, too.
        cache: the cache's folder; None takes the user's own.
        because: why an engine that was removed beforehand has to be built.
    """

    flavour: Flavour
    rows: tuple[int, ...]
    decoded_columns: tuple[int, ...]
    precision: str = "fp16"
    targets: tuple[str, ...] = ()
    force: bool = False
    cache: Path | None = None
    because: str = ""


def rewrites(bundle: Bundle, stage: str, flavour: Flavour, target: str, precision: str) -> bool:
    """Whether a stage's graph has to be rewritten before it is built.

    Raises:
        BackendError: the bundle was written in another precision than float32, and what is asked
            for cannot be made of it.
    """
    is_precision = precision_of(bundle.manifest.stages[stage].precision)
    convolve = convolves_products(flavour, target)
    if is_precision == precision and not convolve:
        return False
    if is_precision != "fp32":
        wanted = f"{precision} for {target}" if convolve else precision
        raise BackendError(
            f"Stage {stage} of {bundle.manifest.name} is in {is_precision} already and cannot "
            f"become {wanted}.",
            "Build from the float32 bundle that it was made of.",
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
    graph, weights = stage_files(bundle, stage)
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
