"""Every stage against ONNX Runtime in float32 on the CPU."""

from __future__ import annotations

from tests.gpu.measuring.job import UNFIT, Job
from tests.gpu.measuring.records import BEYOND, Journal
from tests.gpu.measuring.variants import load


def parity(job: Job, journal: Journal) -> None:
    """Every stage of every variant of ours against ONNX Runtime in float32 on the CPU."""
    from sideman.engine.comparing.deviation import tolerance_of
    from sideman.engine.comparing.stages import Loaded, compare_stages
    from sideman.engine.loading.stages import load_stages
    from sideman.runtime.playing.samplers import make_table

    manifest, backend, stages = load_stages(job.model.bundle())
    reference = Loaded(backend, stages)
    sizes = job.setting.geometry(manifest).free_sizes(1)
    rows = make_table(manifest.sampler).coefficients()
    picked = rows[sorted({0, len(rows) // 2, len(rows) - 1})].tolist()
    for variant in job.variants:
        if not variant.ours or variant.plain:
            continue
        try:
            _, tested = load(variant, job.model)
            with tested.backend:
                for result in compare_stages(
                    reference, tested, manifest, sizes, picked, tolerance_of(variant.precision)
                ):
                    beyond = "" if result.passed else f"{BEYOND}: "
                    journal.note(str(variant), result.stage, result.relative, f"{beyond}{result}")
        except UNFIT as error:
            journal.miss(str(variant), str(error))
