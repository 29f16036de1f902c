"""The names that the protocol takes, and those that bundles may not use, are the same."""

from __future__ import annotations

from sideman.engine.bundle.stem_names import RESERVED
from sideman.runtime.multi_track import replies, router


def test_no_bundle_may_name_a_stem_as_the_protocol_names_a_message() -> None:
    answers = [
        replies.ready(),
        replies.server_predicted(),
        replies.batch_dropped(1),
        replies.late(1, 0.5),
        replies.error("x"),
        replies.loaded("x"),
        replies._PACKET_TEST_RESPONSE + b"\0",
    ]
    names = {answer[1 : answer.index(b"\0")].decode() for answer in answers}
    understood = (
        b"/context",
        *router._SETTINGS,
        *router._REQUESTS,
        router._STATS,
        *router._REPLIES,
    )
    assert names | {address[1:].decode() for address in understood} == RESERVED
