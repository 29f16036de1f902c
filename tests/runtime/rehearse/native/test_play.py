"""Who waits for a server that says nothing is told where to look."""

from __future__ import annotations

from sideman.runtime.client import Status
from sideman.runtime.rehearse.native.play import nobody_answers

SERVER = ("192.168.1.5", 7000)


def test_the_hint_is_for_servers_that_never_said_a_word() -> None:
    hint = nobody_answers(SERVER, Status("connecting", "No answer yet."))
    for part in ("192.168.1.5:7000", "sideman serve", "--allow", "firewall"):
        assert part in hint
    for status in (
        Status("playing"),
        Status("closed", "No answer yet."),
        Status("connecting", "Another client plays."),
    ):
        assert nobody_answers(SERVER, status) == ""
