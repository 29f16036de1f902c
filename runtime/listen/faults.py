"""Collects what is wrong, so that a user hears of all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sideman.engine.errors import SidemanError


class SeveralFaultsError(SidemanError):
    """More than one thing is wrong.

    Attributes:
        faults: each of them.
    """

    def __init__(self, faults: tuple[SidemanError, ...], what: str) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} {what}:\n" + "\n".join(str(fault) for fault in faults))


class Faults:
    """Goes on after an error, and raises all of them in the end.

    Args:
        what: what all of them are, behind their number: "files cannot be used".
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._found: list[SidemanError] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Take note of an error instead of passing it on."""
        try:
            yield
        except SeveralFaultsError as several:
            self._found += several.faults
        except SidemanError as error:
            self._found.append(error)

    def add(self, error: SidemanError) -> None:
        """Take note of an error that nobody raised."""
        self._found.append(error)

    def raise_all(self) -> None:
        """Raise what was found, one as it is; do nothing where nothing was.

        Raises:
            SidemanError: something was found.
        """
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise SeveralFaultsError(tuple(self._found), self._what)
