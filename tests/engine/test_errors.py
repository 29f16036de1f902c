"""Errors that a user can act on, whatever text they quote."""

from __future__ import annotations

from sideman.engine.errors import SidemanError, printable


def test_what_happened_stands_before_what_to_do() -> None:
    assert str(SidemanError("It rains.", "Take a coat.")) == "It rains.\n  Take a coat."
    assert str(SidemanError("It rains.")) == "It rains."


def test_quoted_text_cannot_command_the_terminal() -> None:
    error = SidemanError("holds a\x1b[1mb\r.", "Rename \x9b2J\u202e.")
    assert error.what == r"holds a\x1b[1mb\r."
    assert error.remedy == r"Rename \x9b2J\u202e."
    assert str(error) == f"{error.what}\n  {error.remedy}"


def test_readable_text_stays() -> None:
    assert printable("Kontrabaß: 1\n  ギター") == "Kontrabaß: 1\n  ギター"
    assert printable("a path \udcff") == r"a path \udcff"
