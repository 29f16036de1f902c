"""Every stage of a backend against the reference: ONNX Runtime in float32 on the CPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.manifest import INT8, STAGES, Manifest, short_name
from sideman.engine.comparing.cases import Array, Case, CaseMaker
from sideman.engine.comparing.deviation import StageResult, coarsest
from sideman.engine.comparing.runner import LoadedStage, compare_runs
from sideman.engine.errors import BackendError


@dataclass(frozen=True)
class Loaded:
    """A backend and the stages that it loaded."""

    backend: Backend
    stages: Mapping[str, Stage]

    def stage(self, name: str) -> LoadedStage:
        """One stage, with its backend."""
        return LoadedStage(self.backend, self.stages[name])

    def precision(self) -> str:
        """The coarsest precision that it runs in: the engines' own, or the graphs'.

        What a graph has in 8 bits stays in 8 bits, whatever a library computes the rest in.
        """
        own: str | None = getattr(self.backend, "precision", None)
        graphs = coarsest(stage.spec.precision for stage in self.stages.values())
        return graphs if own is None or graphs == short_name(INT8) else own


def check_comparable(reference: Manifest, tested: Manifest) -> None:
    """Refuse a reference that is not float32, or whose stages have other tensors.

    Raises:
        BackendError: the two cannot be compared; the message names what differs.
    """
    for name in STAGES:
        first, second = reference.stages[name], tested.stages[name]
        if first.precision != "float32":
            raise BackendError(
                f"Stage {name} of {reference.name} is in {first.precision}, and what is compared "
                "with has to be float32.",
                "Name the bundle that it was converted from with --reference.",
            )
        if (first.inputs, first.outputs) != (second.inputs, second.outputs):
            raise BackendError(
                f"Stage {name} of {reference.name} and of {tested.name} have different tensors.",
                "Compare with the bundle that this one was converted from; "
                "'sideman diff' tells how two bundles differ.",
            )


def compare_stages(
    reference: Loaded,
    tested: Loaded,
    manifest: Manifest,
    sizes: Mapping[str, int],
    evaluations: Sequence[Sequence[float]],
    tolerance: float,
    seed: int = 0,
) -> Iterator[StageResult]:
    """Compare encode, step and decode, one after the other.

    Each stage gets inputs like those of a performance. Latents come from the reference's encode
    stage, so that they are distributed like those of a performance; both backends get the same
    ones.

    Args:
        reference: what is taken for right.
        tested: what is measured; sizes that it cannot run are refused before anything runs.
        manifest: of the bundle.
        sizes: those that the graphs leave free, as `LatentGrid.free_sizes` names them.
        evaluations: rows of the sampler's table at which the step stage is compared, [n][7].
        tolerance: largest relative error that passes.
        seed: of the inputs.

    Yields:
        A result for each stage, as soon as it is there.

    Raises:
        MissingExtraError: Polygraphy is not installed.
        BackendError: a stage fails, or cannot run in these sizes.
    """
    for stage in tested.stages.values():
        stage.check_sizes(sizes)
    make = CaseMaker(manifest, sizes, seed)
    mixture, latent = _encode(reference, make, 0.75), _encode(reference, make, 1.0)
    cases: dict[str, tuple[Case, ...]] = {
        "encode": make.encode(),
        "step": make.step(evaluations, latent, mixture),
        "decode": make.decode(latent),
    }
    for name in STAGES:
        deviations = compare_runs(reference.stage(name), tested.stage(name), cases[name], tolerance)
        yield StageResult(name, deviations)


def _encode(reference: Loaded, make: CaseMaker, known: float) -> Array:
    inputs = {"audio": make.audio(), "known": make.known(known)}
    latent: Array = run_once(reference.backend, reference.stages["encode"], inputs)["mixture"]
    return latent
