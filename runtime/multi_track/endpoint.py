"""The protocol of `multi_track`, as the server starts it."""

from __future__ import annotations

from sideman.engine.bundle.stem_names import RESERVED
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.multi_track.router import Router
from sideman.runtime.multi_track.wire import step_bytes
from sideman.runtime.server.protocol import Access, Endpoint, OpenEndpoint


def multi_track(*, exact_mask: bool = False) -> OpenEndpoint:
    """The protocol, with its options.

    Args:
        exact_mask: hide exactly the unknown columns rather than the next trained number.
    """

    def begin(access: Access) -> Endpoint:
        replies = ReplySender(
            access.sender,
            access.announced,
            access.counters,
            access.clock,
            lambda: router.controls.in_force.package_size,
        )
        router = Router(
            access.queue,
            replies,
            access.unready,
            access.cycle_seconds,
            access.taken,
            access.spoke,
            prints=access.prints,
            exact_mask=exact_mask,
            figures=access.figures,
        )
        return Endpoint(
            router.handle, router.expire, router.controls, replies, RESERVED, step_bytes
        )

    return begin
