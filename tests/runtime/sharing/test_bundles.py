"""A shared server and who names a bundle."""

from __future__ import annotations

import dataclasses
import time

from sideman.runtime.streaming.control import Accept, padded
from tests.runtime.native.peer import HELLO


def test_another_bundle_is_refused_even_where_all_seats_are_taken(serve, join) -> None:
    server = serve(1)
    name = server.load().model
    join(server, bundle=name).connect()
    other = join(server, bundle="harp").client
    end = time.monotonic() + 10
    while not other.status.refused:
        assert time.monotonic() < end
        time.sleep(0.002)
    assert other.status.refused == "model"
    assert other.status.text == f"No bundle 'harp' plays here. There is: {name}."
    assert server.load().refused == 0  # of those that found no room


def test_who_has_a_seat_and_asks_for_another_bundle_is_refused(serve, peers) -> None:
    server = serve()
    client = peers(server)
    assert isinstance(client.ask(padded(HELLO)), Accept)
    answer = client.ask(padded(HELLO, "harp"))
    assert answer.code == "model"


def test_players_of_a_front_door_take_the_names_that_it_has(serve, peers) -> None:
    server = serve(leases_only=True)
    server.expect("token", time.perf_counter() + 10)
    hello = padded(dataclasses.replace(HELLO, token="token"), "a fleet's own name")
    assert isinstance(peers(server).ask(hello), Accept)
