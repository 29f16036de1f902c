"""How the director reaches its players; Ray is one way, and tests know another."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from sideman.runtime.fleet.report import Order, Report


class Link(Protocol):
    """One player, wherever it runs. Nothing here waits; failures are the futures' exceptions."""

    def report(self, wait: float) -> Future[Report]:
        """Ask how it does.

        Args:
            wait: seconds that it may take to answer, where nothing has changed.
        """

    def give(self, order: Order) -> Future[str]:
        """Give it an order; the answer is why it cannot, or nothing."""
