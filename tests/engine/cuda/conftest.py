from __future__ import annotations

from collections.abc import Iterator

import pytest

from sideman.engine.cuda.stream import Stream
from tests.engine.fakes.driver import FakeDriver


@pytest.fixture
def driver() -> FakeDriver:
    return FakeDriver()


@pytest.fixture
def stream(driver: FakeDriver) -> Iterator[Stream]:
    """A stream that must leave nothing behind when it is closed."""
    with Stream(driver) as made:
        yield made
    if driver.lost is None:
        assert driver.leaks() == {}
