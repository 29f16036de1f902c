"""What strangers, clients and the other protocol are told at the front door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.door import Door
from sideman.runtime.fleet.proof import Proof
from sideman.runtime.fleet.state import PlayerState
from sideman.runtime.streaming.control import (
    Accept,
    Beat,
    Hello,
    Position,
    Refuse,
    padded,
    read_control,
    write_control,
)
from tests.runtime.fleet.fakes import report

CLIENT = ("192.0.2.7", 4_000)
HELLO = Hello(1, 1, 2, 44_100, 512, 4, 4, 0, "bass", "normal", "test", "", Position(0))


class Front:
    """A door whose datagrams are kept instead of sent."""

    def __init__(self, room: int = 1) -> None:
        self.sent: list[tuple[bytes, tuple]] = []
        self.director = Director(
            {"small": "/small", "large": "/large"},
            {"small-1": "small", "large-1": "large"},
            lambda: "the token",
        )
        self.director.heard(report("small-1", room=room), 0.0)
        self.director.heard(replace(report("large-1", room=room), port=9_001), 0.0)
        self.door = Door(
            self.director,
            lambda data, to: self.sent.append((data, to)),
            lambda client: ("127.0.0.1", 7000),
            8_000,
            Proof(b"secret"),
        )

    def say(self, message: Hello | bytes, now: float = 0.0, sender: tuple = CLIENT) -> None:
        data = message if isinstance(message, bytes) else write_control(message)
        self.door.handle(data, len(data), sender, now)

    def take(self) -> list:
        sent, self.sent = self.sent, []
        assert all(to == CLIENT for _, to in sent)
        return [read_control(data, len(data)) for data, _ in sent]

    def prove(self, request: int = 1, now: float = 0.0, bundle: str = "") -> Hello:
        """A hello with the proof that this one's sender got."""
        self.say(padded(replace(HELLO, request=request), bundle), now)
        (answer,) = self.take()
        assert isinstance(answer, Accept), answer
        assert (answer.host, answer.port) == ("127.0.0.1", 7000)
        return padded(replace(HELLO, request=request + 1, token=answer.token), bundle)

    def agree(self, reason: str = "") -> None:
        orders, self.director.orders = self.director.orders, []
        for order in orders:
            self.door.answered(order, reason)


@pytest.fixture
def front() -> Front:
    return Front()


def test_a_client_is_sent_to_its_player_once_that_expects_it(front) -> None:
    front.say(front.prove())
    assert front.take() == []
    front.agree()
    (answer,) = front.take()
    assert (answer.host, answer.port, answer.token) == ("127.0.0.1", 9_000, "the token")
    assert answer.request == 2


@pytest.mark.parametrize(("bundle", "port"), [("", 9_000), ("small", 9_000), ("large", 9_001)])
def test_a_client_is_sent_to_a_player_of_the_bundle_that_it_names(front, bundle, port) -> None:
    front.say(front.prove(bundle=bundle))
    front.agree()
    (answer,) = front.take()
    assert (answer.host, answer.port) == ("127.0.0.1", port)
    assert answer.version == 2


def test_a_bundle_that_nobody_plays_is_refused_with_those_that_there_are(front) -> None:
    front.say(padded(HELLO, "huge"))
    (answer,) = front.take()
    assert isinstance(answer, Refuse)
    assert answer.code == "model"
    assert answer.reason == "No bundle 'huge' plays here."
    assert answer.offer == "There are: small, large."
    assert len(front.director.leases) == 0


def test_a_full_bundle_keeps_nobody_from_another_one(front) -> None:
    front.director.heard(report("small-1", room=0), 0.1)
    front.say(padded(HELLO, "small"), 0.1)
    assert front.take()[0].code == "busy"
    front.say(front.prove(now=0.2, bundle="large"), 0.2)
    front.agree()
    assert front.take()[0].port == 9_001


def test_who_plays_and_asks_for_another_bundle_gets_that(front) -> None:
    front.say(front.prove(bundle="small"))
    front.agree()
    front.take()
    front.say(front.prove(request=5, now=1.0, bundle="large"), 1.0)
    front.agree()
    assert front.take()[0].port == 9_001
    assert len(front.director.leases) == 1


def test_nothing_is_kept_for_who_has_not_proved_its_address(front) -> None:
    for port in range(1_000, 3_000):
        front.say(padded(HELLO), sender=("192.0.2.9", port))
    assert len(front.director.leases) == 0
    assert front.director.orders == []
    front.sent.clear()
    front.say(front.prove())
    assert len(front.director.leases) == 1


def test_a_proof_is_of_one_address_and_for_a_short_time(front) -> None:
    proved = front.prove()
    front.door.handle(write_control(proved), 1_200, ("192.0.2.8", 4_000), 0.0)
    assert front.sent[-1][1] == ("192.0.2.8", 4_000)
    front.sent.clear()
    front.say(proved, now=25.0)
    assert len(front.director.leases) == 0


def test_the_same_hello_again_gets_the_same_answer_and_no_other_place(front) -> None:
    proved = front.prove()
    front.say(proved)
    front.say(proved, 0.01)
    assert front.take() == []  # the player has not answered yet
    front.agree()
    front.say(proved, 0.25)
    first, second = front.take()
    assert first == second
    assert front.director.leases.granted == 1


def test_a_false_sender_ends_nobodys_session(front) -> None:
    front.say(front.prove())
    front.agree()
    front.take()
    front.director.heard(report("small-1", sessions=(("the token", "192.0.2.7:4000"),)), 0.5)
    front.say(padded(replace(HELLO, request=9)), 1.0)
    assert front.director.leases.of("192.0.2.7:4000").playing
    assert front.director.orders == []


def test_no_answer_is_longer_than_what_came(front) -> None:
    for room in (0, 1):
        full = Front(room)
        for padding in range(0, 1_000, 52):
            data = write_control(replace(HELLO, padding=bytes(padding)))
            full.say(data)
            assert all(len(answer) <= len(data) for answer, _ in full.sent)
            full.sent.clear()


def test_a_full_house_says_why_and_when_to_try_again() -> None:
    full = Front(room=0)
    full.say(padded(HELLO))
    (answer,) = full.take()
    assert isinstance(answer, Refuse)
    assert answer.code == "busy"
    assert "No room for another performer of small" in answer.reason
    assert "Say hello again in" in answer.offer


def test_a_player_that_declines_is_no_dead_end(front) -> None:
    front.say(front.prove())
    front.agree("It is loading.")
    (answer,) = front.take()
    assert (answer.code, answer.offer) == ("busy", "Say hello again in 0.25 s.")
    assert len(front.director.leases) == 0


def test_another_version_is_refused(front) -> None:
    front.say(padded(replace(HELLO, lowest=7, highest=9)))
    (answer,) = front.take()
    assert answer.code == "version"


@pytest.mark.parametrize(
    "data",
    [
        b"/sideman/hello",
        b"/sideman/hello\0\0,i\0\0\0\0\0\1",
        write_control(Beat(1, 1, 1, Position(0), 0.0, 0, 0, 0, 0)),
        b"",
        b"rubbish",
        b"\xff" * 1_200,
    ],
)
def test_nonsense_is_answered_by_nothing(front, data: bytes) -> None:
    front.say(data)
    assert front.sent == []


def test_multi_track_is_told_once_in_a_while_what_to_do(front) -> None:
    for now in (0.0, 0.1, 4.0):
        front.say(b"/load_model\0,\0\0\0", now)
    ((data, to),) = front.sent
    assert to == ("192.0.2.7", 8_000)
    assert data.startswith(b"/error\0\0,s\0\0")
    assert b"native protocol only" in data
    assert b"sideman serve" in data
    front.say(b"/load_model\0,\0\0\0", 6.0)
    assert len(front.sent) == 2


def answers(front: Front, seconds: float, wait: float) -> list[tuple[float, int]]:
    """When a client first hears of a player that takes a while to answer, and for which request.

    It says hello every quarter of a second, anew every three quarters.
    """
    proved, due, found = front.prove(), [], []
    for step in range(int(4 * wait)):
        now = step / 4
        front.director.heard(report("small-1"), now)
        due += [(now + seconds, order) for order in front.director.orders]
        front.director.orders = []
        for order in [order for at, order in due if at <= now]:
            front.door.answered(order, "")
        due = [(at, order) for at, order in due if at > now]
        found += [(now, each.request) for each in front.take()]
        if found:
            return found
        newest = 2 + int(now / 0.75)
        front.say(replace(proved, request=newest), now)
        front.door.expire(now)
    return found


def test_a_player_that_is_told_slowly_is_found_all_the_same(front) -> None:
    # The first answer is to the newest request, and there is one lease.
    assert answers(front, 0.8, 3.0) == [(1.25, 3)]
    assert front.director.leases.granted == 1
    assert front.door._waiting == {}


def test_who_waits_for_a_player_that_is_silent_is_sent_elsewhere(front) -> None:
    proved = front.prove()
    front.say(proved)
    front.director.orders = []
    front.say(replace(proved, request=5), 0.6)
    assert front.director.leases.granted == 1
    front.director.players["small-2"] = PlayerState("small-2", "small")
    front.director.heard(replace(report("small-2"), port=9_002), 1.5)
    front.say(replace(proved, request=6), 1.6)
    front.agree()
    assert front.take()[0].port == 9_002
    front.door.expire(1.7)
    assert front.door._waiting == {}


def test_an_answer_for_a_lease_that_has_ended_sends_nobody_there(front) -> None:
    front.say(front.prove())
    front.director.give_up(front.director.leases.of("192.0.2.7:4000"))
    front.agree()
    assert front.take() == []


def test_hellos_whose_lease_lapses_are_forgotten(front) -> None:
    front.say(front.prove())
    front.director.expire(8.0)
    front.door.expire(8.0)
    assert front.door._waiting == {}
