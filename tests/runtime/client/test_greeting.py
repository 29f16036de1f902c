"""When a client says hello: again, elsewhere, and not before it was told to."""

from __future__ import annotations

import pytest

from sideman.runtime.client.greeting import Greeting, told_to_wait
from sideman.runtime.client.shared import Shared
from sideman.runtime.client.wish import Wish
from sideman.runtime.streaming.control import Accept, Control, Position, Refuse
from sideman.runtime.streaming.packets import FLOAT32

HOME, AWAY = ("127.0.0.1", 7_000), ("127.0.0.1", 7_001)


class Connection:
    """A socket that only remembers whom it is connected to."""

    family = 2

    def __init__(self) -> None:
        self.peer = HOME

    def getpeername(self) -> tuple[str, int]:
        return self.peer

    def connect(self, to: tuple[str, int]) -> None:
        self.peer = to


class Asking:
    """A greeting, and to whom it said hello when."""

    def __init__(self, chance: float) -> None:
        self.said: list[tuple[float, tuple[str, int], Control]] = []
        self.now = 0.0
        self.socket = Connection()
        wish = Wish(("bass",), 4, 4, "normal", FLOAT32)
        self.greeting = Greeting(
            Shared(("bass",), 44_100), wish, self.socket, self._tell, lambda: chance
        )

    def _tell(self, message: Control) -> None:
        self.said.append((self.now, self.socket.peer, message))

    def next(self, most: float = 60.0) -> tuple[float, tuple[str, int]]:
        """When and to whom the next hello is said."""
        count, end = len(self.said), self.now + most
        due = self.greeting.turn(self.now)
        while len(self.said) == count:
            assert due <= end, "none is said"
            self.now = max(due, self.now)
            due = self.greeting.turn(self.now)
        return self.now, self.socket.peer

    def refused(self, code: str, offer: str) -> float:
        return self.greeting.wait(Refuse(1, code, "No room.", offer), self.now)

    def sent_on(self, to: tuple[str, int]) -> None:
        accept = Accept(1, 1, 0, 0, 0, 0, 0, 0, 0, "", "", Position(0), *to, "token")
        self.greeting.send_on(accept, self.now)


@pytest.fixture(params=[0.0, 1.0])
def asking(request) -> Asking:
    return Asking(request.param)


@pytest.mark.parametrize(
    ("offer", "seconds"),
    [
        ("Say hello again in 5 s.", 5.0),
        ("Say hello again in 0.25 s.", 0.25),
        ("Say hello again in 10 s, or ask for longer steps.", 10.0),
        ("Say hello again in 86400 s.", 30.0),
        ("Say hello again in 0 s.", 0.05),
        ("Say hello when it has left.", None),
        ("In 5 songs or so.", None),
        ("", None),
    ],
)
def test_a_refusal_says_when_to_ask_again(offer: str, seconds: float | None) -> None:
    assert told_to_wait(Refuse(1, "busy", "Another waits 7 s; in 3 s.", offer)) == seconds


def test_it_waits_as_long_as_it_is_told_and_at_most_a_tenth_longer(asking) -> None:
    asking.next()
    again = asking.refused("busy", "Say hello again in 5 s.")
    at, to = asking.next()
    assert at == again
    assert 5.0 <= at <= 5.5
    assert to == HOME
    # Who is told nothing asks as before.
    asking.refused("busy", "")
    assert asking.next()[0] == pytest.approx(at + 1.0)


def test_a_change_of_the_wish_is_asked_for_at_once(asking) -> None:
    asking.next()
    asking.refused("busy", "Say hello again in 20 s, or ask for fewer stems.")
    asking.now += 1.0
    asking.greeting.forget()
    assert asking.next()[0] == 1.0


def test_who_was_proved_and_refused_at_the_front_door_waits_there(asking) -> None:
    asking.next()
    asking.sent_on(HOME)
    assert asking.next() == (0.0, HOME)
    asking.refused("busy", "Say hello again in 5 s.")
    at, to = asking.next()
    assert to == HOME
    assert 5.0 <= at <= 5.5
    assert asking.said[-1][2].token == ""


def test_who_comes_back_asks_at_once_but_not_twice(asking) -> None:
    asking.next()
    asking.sent_on(AWAY)
    assert asking.next() == (0.0, AWAY)
    asking.now = 10.0
    asking.greeting.leave(asking.now, pause=True)
    assert asking.next() == (10.0, HOME)
    asking.sent_on(AWAY)
    asking.next()
    asking.greeting.leave(asking.now, pause=True)
    assert asking.next() == (11.0, HOME)


def test_who_loses_the_only_server_pauses(asking) -> None:
    asking.next()
    asking.greeting.leave(asking.now, pause=True)
    assert asking.next() == (1.0, HOME)


def test_who_hears_nothing_where_it_was_sent_is_back_after_six_hellos(asking) -> None:
    asking.next()
    asking.sent_on(AWAY)
    while asking.next()[1] == AWAY:
        pass
    assert asking.now == pytest.approx(1.5)
    assert sum(to == AWAY for _, to, _ in asking.said) == 6


def test_a_model_that_loads_is_waited_for_where_it_loads(asking) -> None:
    asking.next()
    asking.sent_on(AWAY)
    asking.next()
    for _ in range(100):
        asking.refused("loading", "Say hello again.")
        assert asking.next()[1] == AWAY
    assert asking.now == pytest.approx(5.0)
