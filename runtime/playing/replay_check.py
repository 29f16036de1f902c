"""Checks that a replayed cycle computes the same as one that runs without a graph.

A graph that was recorded on the wrong device, or that is empty, replays without any error and
leaves the last outputs unchanged. So the first replay is compared with the same operations run one
by one. Between the two, the operations run on other inputs, so that stale outputs are noticed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Buffer
from sideman.engine.backends.program import discard
from sideman.engine.comparing.deviation import relative_error
from sideman.engine.errors import BackendError
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.noise import GaussianNoise

#: Largest relative error between a replay and a plain run. Both run the same kernels, whose sums
#: may be ordered differently; a stale or unrelated output has an error of about 1.
TOLERANCE = 1e-2


def check_replay(cycle: Cycle) -> None:
    """Compare a replay with a plain run; the cycle's inputs are as before afterwards.

    Args:
        cycle: its program replays a record.

    Raises:
        BackendError: the replay computes something else, or the outputs do not depend on the
            inputs, so that the comparison shows nothing.
    """
    inputs = (cycle.audio, cycle.source, cycle.keep, *cycle.noise.buffers)
    # After an upload, the host's half of a double buffer is not the one that was uploaded: read
    # back what is on the device.
    for buffer in cycle.noise.buffers:
        buffer.download()
    before = [buffer.host.copy() for buffer in inputs]
    try:
        _write_inputs(cycle, seed=1)
        wanted = _plain(cycle)
        _write_inputs(cycle, seed=2)
        other = _plain(cycle)
        _write_inputs(cycle, seed=1)
        for buffer in _outputs(cycle):
            buffer.host.fill(np.nan)
        cycle.run(discard)
        replayed = _copy_outputs(cycle)
    finally:
        for buffer, content in zip(inputs, before, strict=True):
            buffer.host[...] = content
        cycle.prepare()
    names = ("mixture", "latent", "audio")
    for name, want, differs, got in zip(names, wanted, other, replayed, strict=True):
        if relative_error(differs, want) <= TOLERANCE:
            raise BackendError(f"The {name} of a cycle depends on none of its inputs.")
        error = relative_error(got, want)
        if error > TOLERANCE:
            raise BackendError(
                f"The first replay of the cycle's graph gives another {name} than the same cycle "
                f"without a graph (relative error {error:.2g}).",
                "Set SIDEMAN_NO_CUDA_GRAPH=1 to run without graphs, and report this.",
            )


def _write_inputs(cycle: Cycle, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cycle.audio.host[...] = 0.1 * rng.standard_normal(cycle.audio.host.shape)
    cycle.source.host[...] = rng.standard_normal(cycle.source.host.shape)
    cycle.keep.host[...] = 0
    cycle.keep.host[:, : cycle.geometry.keep_columns] = 1
    GaussianNoise(seed).fill(cycle.noise)
    cycle.prepare()


def _outputs(cycle: Cycle) -> tuple[Buffer, ...]:
    return cycle.mixture, cycle.latent, cycle.decoded


def _copy_outputs(cycle: Cycle) -> list[NDArray[np.float32]]:
    cycle.mixture.download()  # the one output that a cycle leaves on the device
    return [buffer.host.copy() for buffer in _outputs(cycle)]


def _plain(cycle: Cycle) -> list[NDArray[np.float32]]:
    """Run the operations themselves, not a record of them."""
    cycle.program.measure(discard)
    return _copy_outputs(cycle)
