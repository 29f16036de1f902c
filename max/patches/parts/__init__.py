"""Patches that others show through a window: in Max's folder `patchers`, for users' patches too."""

from __future__ import annotations

from max.patches.parts.input import input_part
from max.patches.parts.status import status_part
from max.patches.parts.strip import strip_part
from max.patches.patch import Patch


def parts() -> list[Patch]:
    """All of them."""
    return [input_part(), strip_part(), status_part()]
