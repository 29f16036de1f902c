"""Recordings of the original system, played through a bundle with the same noise.

A recording is an .npz file of one of three kinds: denoiser (inputs and preconditioned outputs of
the U-Net), codec (audio, latent, decoded audio) or session (whole cycles in a row). The noise of
the last two comes from torch's CPU generator, which is why this lives in `export`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.grid import BINS, COLUMN_SAMPLES, FRAMES_PER_COLUMN
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.comparing.deviation import relative_error
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.session import Session

Arrays = Mapping[str, NDArray[Any]]
#: What a damaged or foreign file makes numpy, zipfile and zlib raise.
_UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, BadZipFile, zlib.error)


@dataclass(frozen=True)
class Comparison:
    """How far a bundle is from one recording.

    Attributes:
        kind: denoiser, codec or session.
        errors: largest relative error by what was compared.
    """

    kind: str
    errors: Mapping[str, float]

    @property
    def worst(self) -> float:
        """The largest of all relative errors."""
        return max(self.errors.values())


def load_recording(file: Path) -> dict[str, NDArray[Any]]:
    """Read a recording; pickled content is refused.

    Raises:
        SidemanError: not an .npz file, or unreadable.
    """
    try:
        # Opened here, because numpy does not close a damaged file that only begins like an archive.
        with file.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise SidemanError(f"Cannot read recording {file}: a single array, no .npz archive")
            return {name: archive[name] for name in archive.files}
    except _UNREADABLE as error:
        raise SidemanError(f"Cannot read recording {file}: {error}") from error


def replay(
    recording: Arrays, manifest: Manifest, backend: Backend, stages: dict[str, Stage]
) -> Comparison:
    """Play a recording through loaded stages and compare.

    Raises:
        SidemanError: the recording is of no known kind, or does not fit the bundle.
    """
    for kind, mark, function in _KINDS:
        if mark in recording:
            try:
                return Comparison(kind, function(recording, manifest, backend, stages))
            except KeyError as error:
                raise SidemanError(f"The {kind} recording lacks {error}.") from error
            except (IndexError, TypeError, ValueError) as error:
                raise SidemanError(
                    f"The {kind} recording holds what no such recording holds: {error}"
                ) from error
    raise SidemanError(
        "Neither a denoiser nor a codec nor a session recording: it holds "
        f"{', '.join(sorted(recording)[:5])} …"
    )


def _replay_denoiser(
    recording: Arrays, manifest: Manifest, backend: Backend, stages: dict[str, Stage]
) -> dict[str, float]:
    errors = {}
    for index in range(sum(name.startswith("denoised_") for name in recording)):
        x, mixture = (recording[f"{name}_{index}"][:, 0] for name in ("x", "mixture"))
        sigma = float(recording[f"sigma_{index}"])
        zeros = np.zeros_like(x)
        inputs = {
            "x": x,
            "anchor": zeros,
            "source": zeros,
            "source_noise": zeros,
            "noise": zeros,
            "keep": np.zeros((1, manifest.grid.columns)),
            "mixture": mixture,
            "label": recording[f"label_{index}"],
            # Merge nothing, return D itself.
            "coefficients": np.array([sigma, 0, 0, 0, 0, 1, 0]),
        }
        outputs = run_once(backend, stages["step"], inputs)
        recorded = recording[f"denoised_{index}"][:, 0]
        errors[f"sigma {sigma:g}"] = max(
            relative_error(outputs[name], recorded) for name in ("denoised", "next")
        )
    return errors


def _replay_codec(
    recording: Arrays, manifest: Manifest, backend: Backend, stages: dict[str, Stage]
) -> dict[str, float]:
    grid = manifest.grid
    audio = recording["audio"][:, : grid.codec_samples]
    encoded = run_once(
        backend, stages["encode"], {"audio": audio, "known": np.ones((1, grid.columns))}
    )
    name = next((n for n in recording if n.startswith("decoded_last")), "decoded_last")
    columns = recording[name].shape[1] // COLUMN_SAMPLES
    generator = torch.Generator().manual_seed(int(recording["decode_seed"]))
    noise = torch.randn(1, 2, BINS, columns * FRAMES_PER_COLUMN, generator=generator).numpy()
    latent = recording["latent"]
    decoded = run_once(
        backend,
        stages["decode"],
        {
            "sample": latent,
            "source": np.zeros_like(latent),
            "keep": np.zeros((1, grid.columns)),
            "noise": noise.reshape(1, 2, BINS, columns, FRAMES_PER_COLUMN),
            "gain": np.ones(grid.decoded_samples(columns)),
        },
    )
    return {
        "encode": relative_error(encoded["mixture"], latent),
        "decode": relative_error(decoded["audio"], recording[name]),
    }


class _RecordedNoise:
    """The original server's draws, in its order, from torch's CPU generator.

    Args:
        seed: of the recording; set once, before the first cycle.
        diffusion: which of the two orders.
    """

    def __init__(self, seed: int, diffusion: bool) -> None:
        self._seed = seed
        self._generator = torch.Generator()
        self._diffusion = diffusion
        self.restart()

    def restart(self) -> None:
        """Begin with the first cycle's first draw."""
        self._generator.manual_seed(self._seed)

    def _draw(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return torch.randn(shape, generator=self._generator).numpy()

    def fill(self, noise: Noise) -> None:
        """Draw one cycle's noise for one stem."""
        latent = noise.initial.host.shape
        if self._diffusion:
            self._draw(latent)  # fills the masked part of the source, to no effect
        noise.initial.host[:] = self._draw(latent)
        drawn = -1
        for index, evaluation in enumerate(noise.table.evaluations):
            if evaluation.source_draw > drawn:
                drawn = evaluation.source_draw
                noise.source.host[drawn] = self._draw(latent)
            if evaluation.noises:
                parts = [factor * self._draw(latent) for factor in evaluation.noises]
                noise.step.host[index] = np.sum(parts, axis=0) / evaluation.delta
        rows, parts_, bins, columns, frames = noise.decoder.host.shape
        shape = (rows, parts_, bins, columns * frames)
        noise.decoder.host[:] = self._draw(shape).reshape(noise.decoder.host.shape)
        self._draw(shape)  # a draw after the codec's only step, to no effect


def _replay_session(
    recording: Arrays, manifest: Manifest, backend: Backend, stages: dict[str, Stage]
) -> dict[str, float]:
    params = json.loads(str(recording["params"]))
    if params["cycles"] < 1:
        raise SidemanError("The session recording holds no cycle.")
    geometry = Geometry.reference(
        manifest.grid, params["r"], int(params["w"]), params["fade"], exact_mask=True
    )
    noise = _RecordedNoise(params["seed"], manifest.kind == "diffusion")
    session = Session(manifest, backend, stages, noise)
    session.configure(geometry, (params["stem"],))
    errors = {"context": 0.0, "latent": 0.0, "output": 0.0}
    for cycle in range(params["cycles"]):
        output = session.step(recording[f"input_{cycle}"])[0]
        found = {
            "context": (session.mixture, f"context_latent_{cycle}"),
            "latent": (
                session.latents[params["stem"]],
                f"generated_latent_after_shift_{cycle}",
            ),
            "output": (output, f"output_{cycle}"),
        }
        for name, (array, key) in found.items():
            errors[name] = max(errors[name], relative_error(array, recording[key]))
    return errors


_Replay = Callable[[Arrays, Manifest, Backend, dict[str, Stage]], dict[str, float]]
_KINDS: tuple[tuple[str, str, _Replay], ...] = (
    ("denoiser", "denoised_0", _replay_denoiser),
    ("codec", "decode_seed", _replay_codec),
    ("session", "params", _replay_session),
)
