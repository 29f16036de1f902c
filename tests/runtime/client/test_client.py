"""The client's own errors, before any server is there."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.client import Client

NOBODY = ("127.0.0.1", 9)


def test_blocks_that_do_not_fit_are_the_caller_s_mistake() -> None:
    client = Client(NOBODY, ("bass", "drums"))
    for context, out in (
        (np.zeros(64, "f4"), np.zeros((1, 64), "f4")),
        (np.zeros(64, "f4"), np.zeros((2, 63), "f4")),
        (np.zeros((2, 64), "f4"), np.zeros((2, 64), "f4")),
    ):
        with pytest.raises(ValueError, match="do not fit together"):
            client.process(context, out)
    assert client.position == 0
    client.close()


@pytest.mark.parametrize(
    ("stems", "options", "reason"),
    [
        (("bass",), {"margin": "none"}, "tight, normal, safe"),
        (("a" * 300, "b" * 300), {}, "fewer stems"),
        ("bass", {}, r"\(\"bass\",\), with the comma"),
        (("bass", "drums", "bass"), {}, "bass: more than once"),
        (("bass",), {"lead": 99}, r"^A lead of 99 columns is more than fits(.|\n)*at most 64"),
        (("bass",), {"step": 65}, "^A step of 65 columns is more than fits"),
        (("bass",), {"step": 31, "lead": 3}, "step of 31 columns with a lead of 3 columns is"),
        (("bass",), {"step": -1}, "There is no step of -1"),
    ],
)
def test_what_no_server_could_understand_is_refused(stems, options, reason) -> None:
    with pytest.raises(SidemanError, match=reason):
        Client(NOBODY, stems, **options)


def test_the_largest_step_and_lead_are_taken() -> None:
    for step, lead in ((31, 2), (1, 62), (31, 0), (0, 62)):
        Client(NOBODY, ("bass",), step=step, lead=lead).close()


def test_a_change_of_stems_takes_no_text_and_none_twice() -> None:
    with Client(NOBODY, ("bass", "drums")) as client:
        for stems in ("bass", ("drums", "drums")):
            with pytest.raises(SidemanError):
                client.change(stems=stems)


def test_a_host_that_is_not_known_is_named() -> None:
    with pytest.raises(SidemanError, match=r"nobody\.invalid"):
        Client(("nobody.invalid", 7000), ("bass",))


def test_stems_that_it_was_not_made_for_are_refused() -> None:
    with Client(NOBODY, ("bass",)) as client, pytest.raises(SidemanError, match="drums: no stem"):
        client.change(stems=("drums",))


def test_without_a_server_the_stems_are_silent_and_the_reason_is_told() -> None:
    with Client(NOBODY, ("bass",)) as client:
        for _ in range(20):
            out = np.ones((1, 512), "f4")
            client.process(np.ones(512, "f4"), out)
            assert not out.any()
        status = client.status
    assert (status.state, status.text) == ("connecting", "No answer yet.")
    assert client.position == 20 * 512
    assert client.status.state == "closed"
