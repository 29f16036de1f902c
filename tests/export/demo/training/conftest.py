from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def _gradients() -> Iterator[None]:
    """Unlike all other tests of the export, these train."""
    with torch.enable_grad():
        yield
