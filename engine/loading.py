"""From a bundle on disk to stages that run."""

from __future__ import annotations

from pathlib import Path

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.registry import create_backend
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import STAGES, Manifest


def load_stages(
    bundle: Path, *, backend: str = "onnxruntime", threads: int | None = None
) -> tuple[Manifest, Backend, dict[str, Stage]]:
    """Check a bundle and load its stages; takes seconds to minutes.

    Args:
        bundle: the bundle's folder.
        backend: a key of `sideman.engine.backends.registry.BACKENDS`.
        threads: threads inside an operator; None lets the backend choose.

    Raises:
        SidemanError: the bundle is damaged, the backend missing, or a stage does not load.
    """
    opened = Bundle.open(bundle)
    owner = create_backend(backend, threads)
    try:
        stages = {
            name: owner.load(name, opened.stage_path(name), opened.manifest.stages[name])
            for name in STAGES
        }
    except BaseException:
        owner.close()
        raise
    return opened.manifest, owner, stages
