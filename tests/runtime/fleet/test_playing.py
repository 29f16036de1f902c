"""Real clients over UDP play with players that a front door sends them to; without Ray."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import takewhile

import numpy as np
import pytest

from sideman.runtime.client import Client
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.fleet.fakes import ThreadFleet
from tests.runtime.native.echo import Host


@pytest.fixture
def fleet() -> Iterator[ThreadFleet]:
    made = ThreadFleet()
    until(lambda: {p["state"] for p in made.desk.figures()["players"]} == {"ready"})
    yield made
    made.close()


@pytest.fixture
def host(fleet: ThreadFleet) -> Iterator[Callable[..., Host]]:
    clients: list[Client] = []

    def make(**options) -> Host:
        clients.append(Client(fleet.desk.address[:2], ("bass",), step=4, lead=4, **options))
        clients[-1].start()
        return Host(clients[-1])

    yield make
    for client in clients:
        client.close()


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def sessions(fleet: ThreadFleet) -> list[dict]:
    return fleet.desk.figures()["sessions"]


def noise(seed: int, count: int = 70_000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, count).astype(np.float32)


def test_each_hears_itself_and_nobody_else(fleet, host) -> None:
    hosts = [host() for _ in range(3)]
    for each in hosts:
        each.connect()
    sounds = [noise(seed) for seed in range(3)]
    for at in range(0, len(sounds[0]), 4_096):
        for each, sound in zip(hosts, sounds, strict=True):
            each.play(sound[at : at + 4_096])
    for each, sound in zip(hosts, sounds, strict=True):
        place = each.client._network._session.placement
        # The echo: one reply and `ahead` later than it was played.
        delay = place.reply_samples + place.ahead
        heard = each.heard[0, place.start(1) : len(sound)]
        assert np.allclose(heard, sound[place.start(1) - delay : len(sound) - delay], atol=1e-5)
    until(lambda: len(sessions(fleet)) == 3)
    assert {s["player"] for s in sessions(fleet)} == {"echo-1", "echo-2"}


def test_who_is_too_many_is_refused_and_nobody_else_notices(fleet, host) -> None:
    hosts = [host() for _ in range(8)]
    for each in hosts:
        each.connect()
    until(lambda: len(sessions(fleet)) == 8)
    ninth = host()
    until(lambda: "No room" in ninth.client.status.text)
    assert ninth.client.status.state == "connecting"
    assert ninth.client.status.refused == "busy"
    assert all(each.client.status.state == "playing" for each in hosts)
    hosts[0].client.close()
    ninth.connect()


def test_who_wants_more_stems_than_fit_is_refused_at_the_front_door() -> None:
    fleet = ThreadFleet(seats=8, folder="echo:40")
    clients = []

    def client(*stems: str) -> Client:
        clients.append(Client(fleet.desk.address[:2], stems, step=4, lead=4))
        clients[-1].start()
        return clients[-1]

    try:
        until(lambda: {p["state"] for p in fleet.desk.figures()["players"]} == {"ready"})
        for _ in range(6):
            client("bass")
        until(lambda: len(sessions(fleet)) == 6)
        granted = fleet.desk.figures()["leases"]["granted"]
        wide = client("bass", "drums", "guitar", "piano")
        until(lambda: wide.status.refused)
        assert wide.status.refused == "busy"
        assert "with 4 stems" in wide.status.text
        assert fleet.desk.figures()["leases"]["granted"] == granted
        assert fleet.desk.figures()["refused"]["busy"] >= 1
    finally:
        for each in clients:
            each.close()
        fleet.close()


def test_when_a_player_dies_its_clients_find_another(fleet, host) -> None:
    hosts = [host() for _ in range(2)]
    for each in hosts:
        each.connect()
    until(lambda: len(sessions(fleet)) == 2)
    gone = next(s["player"] for s in sessions(fleet))
    numbers = [each.client._network._session.number for each in hosts]
    fleet.links[gone].kill()

    def moved() -> bool:
        for each in hosts:
            each._process(np.zeros(512, np.float32))
        return all(s["player"] != gone for s in sessions(fleet)) and len(sessions(fleet)) == 2

    until(moved)
    for each in hosts:
        each.connect()
    again = [each.client._network._session.number for each in hosts]
    assert sum(a != b for a, b in zip(numbers, again, strict=True)) == 1
    fleet.links[gone].start_again(fleet.plans[gone])
    until(lambda: fleet.desk.figures()["restarts"] == 1)
    assert fleet.desk.figures()["players"][0]["state"] in ("ready", "loading")


def test_who_moves_brings_its_window(fleet, host) -> None:
    moving = host()
    moving.connect()
    moving.play(noise(1))
    until(lambda: len(sessions(fleet)) == 1)
    gone = sessions(fleet)[0]["player"]
    (other,) = (link for name, link in fleet.links.items() if name != gone)
    fleet.links[gone].kill()

    def given() -> list[np.ndarray]:
        moving._process(np.zeros(512, np.float32))
        made = other.player._server._engine.made
        calls = [call for each in made for call in each.calls if call[0] in ("skip", "step")]
        answered = any(call[0] == "step" for call in calls)
        first = takewhile(lambda call: call[0] == "skip", calls)
        return [call[1] for call in first] if answered else []

    until(given)
    before = np.concatenate(given())
    origin = moving.client._network._session.placement.origin
    np.testing.assert_array_equal(before, moving.played[origin - len(before) : origin])
    assert np.abs(before).max() > 0.4


def test_a_change_waits_for_who_plays(fleet, host) -> None:
    first = host()
    first.connect()
    until(lambda: len(sessions(fleet)) == 1)
    fleet.desk.change("echo", "echo:6")

    def changed() -> list[str]:
        return fleet.desk.figures()["bundles"][0]["changing"]

    playing = sessions(fleet)[0]["player"]
    until(lambda: changed() == [playing])
    assert first.client.status.state == "playing"
    second = host()
    second.connect()
    # Looked at once: reports of two players come one after the other.
    until(lambda: sorted(s["player"] for s in sessions(fleet)) == ["echo-1", "echo-2"])
    first.client.close()
    until(lambda: changed() == [])
    assert second.client.status.state == "playing"
    assert fleet.links[playing].player._folder == "echo:6"


def test_a_client_plays_with_the_second_of_two_bundles_by_its_name() -> None:
    fleet = ThreadFleet(bundles=("first", "second"))
    try:
        until(lambda: {p["state"] for p in fleet.desk.figures()["players"]} == {"ready"})
        address = fleet.desk.address[:2]
        with (
            Client(address, ("bass",), step=4, lead=4, bundle="second") as client,
            Client(address, ("bass",), step=4, lead=4) as usual,
            Client(address, ("bass",), step=4, lead=4, bundle="third") as other,
        ):
            Host(client).connect()
            Host(usual).connect()
            until(lambda: len(sessions(fleet)) == 2)
            assert {s["player"] for s in sessions(fleet)} == {"echo-1", "echo-2"}
            (second,) = [s for s in sessions(fleet) if s["player"] == "echo-2"]
            assert second["client"].endswith(f":{client._socket.getsockname()[1]}")
            until(lambda: other.status.refused)
            assert other.status.refused == "model"
            assert other.status.text == ("No bundle 'third' plays here. There are: first, second.")
    finally:
        fleet.close()


def test_who_was_cut_off_in_a_full_house_gets_its_own_place_again() -> None:
    """Its goodbye was lost: its session is over all the same when it says hello again."""
    fleet = ThreadFleet(players=1, seats=1)
    options = {"step": 4, "lead": 4}
    try:
        until(lambda: {p["state"] for p in fleet.desk.figures()["players"]} == {"ready"})
        with Client(fleet.desk.address[:2], ("bass",), **options) as owner:
            host = Host(owner)
            host.connect()
            host.play(noise(1, 30_000))
            until(lambda: len(sessions(fleet)) == 1)
            with Client(fleet.desk.address[:2], ("bass",), **options) as other:
                until(lambda: other.status.refused)  # it asks again in some seconds
                owner._network._leave("The server is silent.")
                until(lambda: owner.status.state == "playing" or other.status.state == "playing")
                assert other.status.state != "playing"
    finally:
        fleet.close()
