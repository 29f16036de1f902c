"""Fixtures that every part of the suite may use."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
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
