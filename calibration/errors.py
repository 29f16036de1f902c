"""Errors of precision work."""

from __future__ import annotations

from sideman.engine.errors import SidemanError


class PrecisionError(SidemanError):
    """A graph or bundle that cannot be written in a precision."""
