"""How the director reaches its players; Ray is one way, and tests know another."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from sideman.engine.errors import SidemanError
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


def said(error: BaseException) -> str:
    """One line of an error that may be a page long.

    Ray begins with where something happened, and ends with what it was.
    """
    cause = getattr(error, "cause", None)
    if isinstance(cause, SidemanError):
        return cause.what[:300]
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1][:300]
