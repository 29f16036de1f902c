"""Errors that a user can act on.

Every error that sideman raises on purpose tells what happened, where, and what to do about it.
The command line prints these without a stack trace; anything else is a bug and keeps its trace.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with every character written out that would command a terminal.

    Names in files of unknown origin and messages of libraries hold such characters. Line breaks
    stay.
    """
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


class SidemanError(Exception):
    """An error whose message says what happened and where, then what to do about it.

    Args:
        what: one sentence that says what happened and where (file, field, address, value).
        remedy: what the reader can do about it; empty where the first sentence already says it.

    Control characters in either are written out, see `printable`.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = printable(what)
        self.remedy = printable(remedy)
        super().__init__(f"{self.what}\n  {self.remedy}" if remedy else self.what)


class MissingExtraError(SidemanError):
    """A library of an optional extra is not installed."""


class BundleError(SidemanError):
    """A bundle on disk is missing, damaged, or of a kind this version cannot read."""


class UnreadableBundleError(BundleError):
    """A bundle of which a file could not be read: another try may succeed."""


class BackendError(SidemanError):
    """A backend cannot load, bind or run a stage."""


class DeviceLostError(BackendError):
    """A device failed in a way that this process cannot recover from."""


class GeometryError(SidemanError):
    """A combination of step, lead and fade that does not fit into the window."""


class ExportError(SidemanError):
    """A checkpoint or configuration that cannot become a bundle."""


class ProtocolError(SidemanError):
    """A datagram that does not have the form that its address requires."""
