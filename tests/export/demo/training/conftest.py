from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _gradients(gradients: None) -> None:
    """All of these train."""
