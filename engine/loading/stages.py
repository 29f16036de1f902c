"""From a bundle on disk to stages that run."""

from __future__ import annotations

from pathlib import Path

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.progress import Progress, nobody
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.eight_bits import warn_of_overflow
from sideman.engine.loading.registry import ON_THE_CPU, create_backend

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
    if choice.name in ON_THE_CPU:
        warn_of_overflow(bundle)
    try:
        stages = owner.load_bundle(opened, progress)
    except BaseException:
        owner.close()
        raise
    return opened.manifest, owner, stages
