"""Fixtures that every part of the suite may use: recordings, and tiny models, exported once.

What can be tested without recordings uses made models, so that it runs in every checkout.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.export_once import share_exports
from tests.models.places import CODEC, CONFIG

ROOT = Path(__file__).parent.parent
#: Tests that a process of pytest-xdist left out; the main one is not told, and would say nothing.
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    # A shell ignores it for what it starts in the background, and whoever is started from there
    # inherits that: programs that are to end by it would go on.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        if hasattr(item.config, "workeroutput"):
            item.config.workeroutput.setdefault("left out", []).append(item.nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    # All collect the same.
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left out", [])


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    left_out = config.stash.get(LEFT_OUT, [])
    if left_out:
        terminalreporter.write_line(f"{len(left_out)} deselected:")
        counts = Counter(name.partition("[")[0] for name in left_out)
        for name, count in sorted(counts.items()):
            terminalreporter.write_line(f"  {name}" + (f" ({count} of it)" if count > 1 else ""))


SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"../shared/{name} is not there: recordings are no part of the repository")
    return folder


@pytest.fixture(scope="session")
def golden() -> Path:
    """Recordings of the original system."""
    return _shared("golden")


@pytest.fixture(scope="session")
def real_audio() -> Path:
    """Real stems as MP3."""
    return _shared("audio")


@pytest.fixture(scope="session")
def published() -> Path:
    """Configurations and tensor shapes of the published models."""
    return _shared("spec/published")


@pytest.fixture(scope="session")
def relative_error() -> Callable[..., float]:
    """Norm of the difference over norm of the reference, in float64."""

    def error(found: object, wanted: object) -> float:
        a, b = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
        assert a.shape == b.shape
        return float(np.linalg.norm(a - b) / np.linalg.norm(b))

    return error


@pytest.fixture(scope="session")
def configs() -> dict[str, dict]:
    """A configuration of each kind: "cd" is the small one, "ldm" made from it."""
    yaml = pytest.importorskip("yaml", reason="exporting needs the extra 'export'")
    cd = yaml.safe_load(CONFIG.read_text())
    ldm = {name: dict(section) for name, section in cd.items() if name != "diffusion"}
    ldm["model"] |= {"diffusion_sigma_data": 1.0, "diffusion_dynamic_threshold": -1.0}
    ldm["audio_samples_logger"]["sampling_steps"] = 5
    ldm["diffusion_schedule"] = {"sigma_min": 1e-4, "sigma_max": 50.0, "rho": 9.0}
    ldm["diffusion_schedule"]["_target_"] = "audio_diffusion_pytorch_.KarrasSchedule"
    ldm["diffusion_sampler"] = {"rho": 1, "num_resamples": 2}
    ldm["diffusion_sampler"]["_target_"] = "audio_diffusion_pytorch_.ADPM2Sampler"
    return {"cd": cd, "ldm": ldm}


@pytest.fixture(scope="session")
def files(configs: dict[str, dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the layouts of the recordings, under the recordings' names."""
    yaml = pytest.importorskip("yaml", reason="exporting needs the extra 'export'")
    torch = pytest.importorskip("torch", reason="exporting needs the extra 'export'")
    from sideman.export.codec_config import CodecConfig
    from sideman.export.config import read_config
    from sideman.export.networks.codec import Codec
    from sideman.export.networks.unet import UNet
    from sideman.export.random_weights import random_weights
    from sideman.export.weights import expected_shapes

    folder = tmp_path_factory.mktemp("files")
    for name, config in configs.items():
        (folder / f"{name}-tiny.yaml").write_text(yaml.safe_dump(config))
    hparams = CODEC.read_text()
    (folder / "music2latent-tiny.json").write_text(hparams)
    codec = CodecConfig.read(CODEC)
    tensors = random_weights(expected_shapes(lambda: Codec(codec)), 0)
    torch.save({"gen_state_dict": tensors}, folder / "music2latent-tiny.pt")
    unet = read_config(CONFIG).unet
    shapes = expected_shapes(lambda: UNet(unet))
    state = {
        f"{owner}.model.unet.{name}": tensor
        for seed, owner in enumerate(("net", "target_model", "teacher_model"))
        for name, tensor in random_weights(shapes, seed).items()
    }
    torch.save({"state_dict": state}, folder / "cd-tiny.ckpt")
    state = {
        f"{owner}.{name}": tensor
        for owner in ("model.unet", "model.diffusion.net")
        for name, tensor in random_weights(shapes, 3).items()
    }
    torch.save({"state_dict": state}, folder / "ldm-tiny.ckpt")
    return folder


@pytest.fixture(scope="session")
def models(files: Path) -> Path:
    """The recordings' models where they are, else the made ones under the same names."""
    recorded = SHARED / "golden"
    return recorded if recorded.is_dir() else files


@pytest.fixture(scope="session")
def export_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """`export_stage`, but a stage that was exported already is copied."""
    return share_exports(tmp_path_factory)


@pytest.fixture(scope="session")
def tiny_bundle(
    models: Path, export_once: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The bundle of the tiny consistency student; exporting takes longest of all."""
    return _export("cd-tiny", models, export_once, tmp_path_factory)


@pytest.fixture(scope="session")
def tiny_diffusion_bundle(
    models: Path, export_once: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The bundle of the tiny diffusion model; it shares the student's codec."""
    return _export("ldm-tiny", models, export_once, tmp_path_factory)


def _export(
    name: str,
    models: Path,
    export_once: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    torch = pytest.importorskip("torch", reason="exporting needs the extra 'export'")
    from sideman.export import pipeline

    out = tmp_path_factory.mktemp("bundles") / name
    with torch.no_grad(), pytest.MonkeyPatch.context() as patch:
        for export in (export_once.begin, export_once):  # type: ignore[attr-defined]
            patch.setattr(pipeline, "export_stage", export)
            pipeline.export_bundle(
                pipeline.Request(
                    config=models / f"{name}.yaml",
                    checkpoint=models / f"{name}.ckpt",
                    codec=models / "music2latent-tiny.pt",
                    codec_hparams=models / "music2latent-tiny.json",
                    out=out,
                    force=True,
                )
            )
    return out
