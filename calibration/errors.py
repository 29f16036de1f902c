"""Errors of precision work."""

from __future__ import annotations

from sideman.engine.errors import SidemanError


class PrecisionError(SidemanError):
    """A graph or bundle that cannot be written in a precision."""


class CalibrationError(SidemanError):
    """Audio, options or a bundle that no calibration can be made with, or one that fell short."""
