"""A Polygraphy runner for sideman's stages, so that the code that plays is the code compared."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.once import run_once
from sideman.engine.comparing.cases import Case
from sideman.engine.comparing.deviation import Deviation
from sideman.engine.errors import BackendError
from sideman.engine.optional import require

_PURPOSE = "compare stages"


@dataclass(frozen=True)
class LoadedStage:
    """A stage and the backend that loaded it."""

    backend: Backend
    stage: Stage


def compare_runs(
    reference: LoadedStage, tested: LoadedStage, cases: Sequence[Case], tolerance: float
) -> dict[str, dict[str, Deviation]]:
    """Run a stage of two backends on the same inputs and measure the outputs.

    Polygraphy runs both, checks what goes in against the stages' tensors, and pairs the outputs.

    Args:
        reference: what is taken for right.
        tested: what is measured.
        cases: the inputs.
        tolerance: largest relative error that passes.

    Returns:
        Deviations by output, then by case.

    Raises:
        MissingExtraError: Polygraphy is not installed.
        BackendError: a stage fails, or the two have different outputs.
    """
    comparator = require("polygraphy.comparator", _PURPOSE).Comparator
    log = require("polygraphy.logger", _PURPOSE).G_LOGGER
    problem = require("polygraphy.exception", _PURPOSE).PolygraphyException
    measured: list[OrderedDict[str, Deviation]] = []

    def measure(found: Any, wanted: Any) -> OrderedDict[str, Deviation]:
        measured.append(_measure(found, wanted, tolerance))
        return measured[-1]

    runners = [_runner_class()("tested", tested), _runner_class()("reference", reference)]
    # Polygraphy logs every tensor of every run; the caller reports what a user wants to know.
    with log.verbosity(log.CRITICAL):
        try:
            results = comparator.run(runners, data_loader=[dict(case.inputs) for case in cases])
            comparator.compare_accuracy(results, compare_func=measure)
        except problem as error:
            name = tested.stage.name
            raise BackendError(f"Polygraphy cannot compare stage {name}: {error}") from error
    outputs = [tensor.name for tensor in reference.stage.spec.outputs]
    return {
        output: {case.name: run[output] for case, run in zip(cases, measured, strict=True)}
        for output in outputs
    }


def _measure(found: Any, wanted: Any, tolerance: float) -> OrderedDict[str, Deviation]:
    if set(found) != set(wanted):
        difference = ", ".join(sorted(set(found) ^ set(wanted)))
        raise BackendError(f"The two backends have different outputs: {difference}.")
    return OrderedDict(
        (name, Deviation.of(found[name], wanted[name], tolerance)) for name in wanted
    )


@cache
def _runner_class() -> Any:
    """The runner class, made on first use because its base class is in an optional library."""
    base = require("polygraphy.backend.base", _PURPOSE).BaseRunner
    metadata = require("polygraphy.common", _PURPOSE).TensorMetadata

    class StageRunner(base):  # type: ignore[misc, valid-type]
        """Runs a stage of any backend, with buffers of its own for each run."""

        def __init__(self, name: str, loaded: LoadedStage) -> None:
            super().__init__(name=name)
            self._loaded = loaded

        def get_input_metadata_impl(self) -> Any:
            inputs = metadata()
            for tensor in self._loaded.stage.spec.inputs:
                shape = [None if isinstance(size, str) else size for size in tensor.shape]
                inputs.add(tensor.name, dtype=tensor.dtype, shape=shape)
            return inputs

        def infer_impl(self, feed_dict: Any) -> OrderedDict[str, Any]:
            start = time.perf_counter()
            outputs = run_once(self._loaded.backend, self._loaded.stage, feed_dict)
            self.inference_time = time.perf_counter() - start
            return OrderedDict(outputs)

    return StageRunner
