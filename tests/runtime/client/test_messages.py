"""One line for a performer: errors before warnings, and nothing that is over."""

from __future__ import annotations

from sideman.runtime.client.messages import Messages


def test_an_error_is_not_overwritten_by_warnings_and_goes_by_itself() -> None:
    messages = Messages()
    messages.begin()
    messages.error("No memory.", 100.0)
    messages.warn("late", "Late.", on=True)
    messages.warn("close", "Close.", on=True)
    assert messages.shown(107.9, playing=True) == "No memory."
    assert messages.shown(108.1, playing=True) == "Close."
    messages.warn("close", "", on=False)
    assert messages.shown(108.2, playing=True) == "Late."
    messages.warn("late", "", on=False)
    assert messages.shown(108.3, playing=True) == ""


def test_where_nothing_plays_the_reason_is_shown() -> None:
    messages = Messages()
    assert messages.shown(0.0, playing=False) == "No answer yet."
    messages.error("Wrong.", 0.0)
    messages.begin()
    assert messages.shown(0.0, playing=True) == ""


def test_the_reason_of_other_warnings_is_shown_before_them() -> None:
    messages = Messages()
    messages.begin()
    messages.warn("slow", "Use longer steps.", on=True)
    messages.warn("late", "Late.", on=True)
    assert messages.shown(0.0, playing=True) == "Use longer steps."
    messages.warn("slow", "", on=False)
    assert messages.shown(0.0, playing=True) == "Late."


def test_who_waits_to_ask_again_is_told_how_long() -> None:
    messages = Messages()
    messages.refuse("No room. Say hello again in 5 s.", "busy", 105.2)
    assert messages.shown(100.0, playing=False).endswith(" in 5 s. Asking again in 6 s.")
    assert messages.shown(103.0, playing=False).endswith("Asking again in 3 s.")
    assert messages.shown(104.5, playing=False).endswith("Say hello again in 5 s.")
    messages.why = "Sent on to 127.0.0.1:7001."
    assert messages.shown(100.0, playing=False) == "Sent on to 127.0.0.1:7001."
    messages.begin()
    assert messages.shown(100.0, playing=True) == ""
