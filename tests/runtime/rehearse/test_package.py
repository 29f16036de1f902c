"""The size of a datagram, on machines that let less through."""

from __future__ import annotations

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.multi_track.wire import audio_bytes
from sideman.runtime.rehearse.package import choose_package

STEMS = ("bass", "a-stem-with-a-long-name")


def passes_up_to(limit):
    return lambda size: "" if size <= limit else "Message too long"


@pytest.mark.parametrize(("wanted", "package"), [(None, 4_410), (512, 512), (13_000, 13_000)])
def test_what_passes_is_used(wanted, package):
    assert choose_package(wanted, STEMS, passes_up_to(65_507)) == (package, "")


def test_where_less_passes_the_largest_that_does_is_used_and_said():
    package, note = choose_package(None, STEMS, passes_up_to(9_216))
    longest = b"/a-stem-with-a-long-name"
    assert audio_bytes(longest, package) <= 9_216 < audio_bytes(longest, package + 1)
    assert f"so {package:,} were used" in note
    assert choose_package(None, ("bass",), passes_up_to(9_216))[0] == 1_837


def test_what_was_asked_for_and_does_not_pass_is_refused():
    with pytest.raises(SidemanError, match=r"--package 4410: a datagram of .* Message too long"):
        choose_package(4_410, STEMS, passes_up_to(9_216))
