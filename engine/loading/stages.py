"""From a bundle on disk to stages that run."""

from __future__ import annotations

from pathlib import Path

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.progress import Progress, nobody
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.loading.registry import create_backend

DEFAULT = BackendChoice()


def load_stages(
    bundle: Path, choice: BackendChoice = DEFAULT, progress: Progress = nobody
) -> tuple[Manifest, Backend, dict[str, Stage]]:
    """Verify a bundle and load its stages; takes seconds to minutes.

    Args:
        bundle: the bundle's folder.
        choice: what runs them.
        progress: is told how far it is.

    Raises:
        SidemanError: the bundle is damaged, the backend missing, or a stage does not load.
    """
    opened = Bundle.open(bundle, check=False)  # the backend verifies what it reads
    owner = create_backend(choice)
    try:
        stages = owner.load_bundle(opened, progress)
    except BaseException:
        owner.close()
        raise
    return opened.manifest, owner, stages
