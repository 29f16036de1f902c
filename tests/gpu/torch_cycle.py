"""The yardstick: a cycle as one writes it in PyTorch, without this engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from sideman.engine.bundle.grid import BINS, FRAMES_PER_COLUMN, LatentGrid
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.samplers import Table
from tests.gpu.torch_stages import Modules

#: Written by the host before every cycle, and written by a cycle for the host.
_INPUTS = ("audio", "source", "keep")
_OUTPUTS = ("latent", "decoded")


def random_inputs(
    grid: LatentGrid, geometry: Geometry, table: Table, stems: int, seed: int = 0
) -> dict[str, np.ndarray]:
    """Everything that a cycle of one stem reads, by name, float32.

    Args:
        grid: window and latent sizes.
        geometry: indices.
        table: the sampler.
        stems: length of the label.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    latent, count = (1, grid.channels, grid.columns), len(table.evaluations)
    shapes = {
        "audio": (1, grid.codec_samples),
        "source": latent,
        "initial": latent,
        "source_noise": (table.source_draws, *latent),
        "noise": (count, *latent),
        "decoder": (1, 2, BINS, geometry.decoded_columns, FRAMES_PER_COLUMN),
    }
    arrays = {name: rng.standard_normal(shape, np.float32) for name, shape in shapes.items()}
    arrays["audio"] *= 0.1
    arrays["initial"] *= np.float32(table.initial_sigma)
    columns = np.arange(grid.columns)[None]
    arrays["keep"] = (columns < geometry.keep_columns).astype(np.float32)
    arrays["known"] = (columns < geometry.known_columns).astype(np.float32)
    arrays["label"] = np.eye(1, stems, dtype=np.float32)
    arrays["gain"] = np.ones(geometry.decoded_samples, np.float32)
    arrays["coefficients"] = table.coefficients()
    return arrays


class TorchCycle:
    """Copies in, encode, every evaluation, decode, copies out; optionally as one CUDA graph.

    Copies come from page-locked memory and the host waits once, so it is as good as PyTorch can
    do it. Noise is on the device beforehand, as it is for the engine.

    Attributes:
        host: what is copied in, by name.
        output: what was copied out, by name.

    Args:
        modules: the stages, on the device.
        table: the sampler.
        arrays: as `random_inputs` gives them.
        device: where it runs, as PyTorch calls it.
    """

    def __init__(
        self, modules: Modules, table: Table, arrays: Mapping[str, np.ndarray], device: str
    ) -> None:
        self._modules = modules
        self._table = table
        self._device = torch.device(device)
        self._pins = self._device.type == "cuda"
        on_device = {n: torch.from_numpy(a.copy()).to(self._device) for n, a in arrays.items()}
        self._input = {name: on_device.pop(name) for name in _INPUTS}
        self._constant = on_device
        self._unused = torch.zeros_like(self._input["source"])
        self.host = {name: self._pinned(arrays[name].shape) for name in _INPUTS}
        for name, tensor in self.host.items():
            tensor.copy_(torch.from_numpy(arrays[name]))
        shapes = (arrays["source"].shape, (len(arrays["source"]), *arrays["gain"].shape))
        self.output = {
            name: self._pinned(shape) for name, shape in zip(_OUTPUTS, shapes, strict=True)
        }
        self._graph: torch.cuda.CUDAGraph | None = None

    def run(self) -> None:
        """One cycle; outputs are in `output` when it returns."""
        with torch.no_grad():
            if self._graph is not None:
                self._graph.replay()
            else:
                self._enqueue()
        if self._pins:
            torch.cuda.current_stream().synchronize()

    def capture(self) -> None:
        """Record everything, copies too.

        Not with `torch.cuda.graph`, which first empties PyTorch's cache: graphs that this engine
        recorded of PyTorch's stages in the same process work in that memory.
        """
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.no_grad(), torch.cuda.stream(torch.cuda.Stream()):
            for _ in range(3):
                self._enqueue()
            torch.cuda.synchronize()
            graph.capture_begin()
            self._enqueue()
            graph.capture_end()
        torch.cuda.synchronize()
        self._graph = graph

    def _enqueue(self) -> None:
        for name, tensor in self._input.items():
            tensor.copy_(self.host[name], non_blocking=True)
        c, i = self._constant, self._input
        outputs: list[dict[str, Tensor]] = []
        mixture = self._modules["encode"](i["audio"], c["known"])
        state = c["initial"]
        for index, evaluation in enumerate(self._table.evaluations):
            anchor = self._unused
            if evaluation.anchor is not None:
                anchor = outputs[evaluation.anchor.evaluation][evaluation.anchor.output]
            state, denoised, merged = self._modules["step"](
                state,
                anchor,
                i["source"],
                c["source_noise"][evaluation.source_draw],
                c["noise"][index],
                i["keep"],
                mixture,
                c["label"],
                c["coefficients"][index],
            )
            outputs.append({"denoised": denoised, "merged": merged})
        latent, audio = self._modules["decode"](
            state, i["source"], i["keep"], c["decoder"], c["gain"]
        )
        self.output["latent"].copy_(latent, non_blocking=True)
        self.output["decoded"].copy_(audio, non_blocking=True)

    def _pinned(self, shape: Sequence[int]) -> Tensor:
        return torch.zeros(tuple(shape), pin_memory=self._pins)
