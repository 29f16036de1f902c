"""Whether rows of several sessions, each with a context of its own, can be one batch."""

from __future__ import annotations

from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import BundleError

#: The size by which a step stage says that its rows may have a context each.
CONTEXTS = "contexts"
#: Most rows that a batch of several sessions may have: each number of them is prepared by itself.
MOST_ROWS = 16


def takes_contexts(manifest: Manifest) -> bool:
    """Whether `step` takes a context for each row; bundles that were exported before do not."""
    return any(CONTEXTS in tensor.shape for tensor in manifest.stages["step"].inputs)


def check_contexts(manifest: Manifest) -> None:
    """Refuse a bundle whose rows cannot have a context each.

    Raises:
        BundleError: all rows of its `step` hear the same context.
    """
    if not takes_contexts(manifest):
        raise BundleError(
            f"{manifest.name} cannot play several sessions as one batch: it was exported when all "
            "rows of a batch still had to hear the same context.",
            "Export the bundle again with this version of sideman, or leave out --batch.",
        )
