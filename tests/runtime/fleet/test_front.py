"""A director that dies: its ports, its news, and that the fleet goes on without it."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet import run
from sideman.runtime.fleet.actors import Fleet
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.front import Front, settled
from sideman.runtime.fleet.links import said
from sideman.runtime.fleet.planning import Fleets
from sideman.runtime.fleet.report import BEGINNING
from sideman.runtime.fleet.web import Web
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.fleet.fake_ray import Actor, FakeRay, RayError, RayTaskError

HERE = "127.0.0.1"


def plan(port: int = 0) -> Plan:
    return Plan({"small": "/small"}, {}, (HERE, port), reply_port=9)


def until(true, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((HERE, port))
        except OSError:
            return False
        return True


#: Serves figures, takes a connection and says where.
_SERVES = """
import time
from sideman.runtime.fleet.web import Web
class Fleet:
    drain = resume = change = None
    def figures(self): return {}
web = Web(Fleet(), 0)
print(web.port, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ports are released at once there")
def test_the_port_of_figures_is_free_as_soon_as_its_process_is_killed() -> None:
    """Also where a page had a connection open: the system keeps that for a minute."""
    with subprocess.Popen([sys.executable, "-c", _SERVES], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with socket.create_connection((HERE, port)) as page:
            page.sendall(b"GET /status.json HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")
            assert page.recv(4_096).startswith(b"HTTP/1.1 200")
            process.kill()
            process.wait()
            while page.recv(4_096):
                pass
        Web(SimpleNamespace(drain=None, resume=None, change=None, figures=dict), port).close()


def test_a_busy_port_of_figures_leaves_no_front_door_behind() -> None:
    made, _ = settled(plan(), 1)
    with socket.create_server((HERE, 0)) as taken:
        with pytest.raises(SidemanError, match="for figures is busy"):
            Front(made, {}, taken.getsockname()[1])
        # Nobody sits behind it, so nobody may have it.
        assert free(made.listen[1])


def test_a_director_that_starts_again_waits_for_its_ports_and_says_so() -> None:
    made, status = settled(plan(), 0)
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(made.listen)
    front = Front(made, {}, status, patient=True)
    try:
        ((mark, line),) = front.news(BEGINNING)
        assert f"Port {made.listen[1]} is busy" in line
        assert front.news(mark) == []
        with pytest.raises(SidemanError, match="is busy"):
            front.figures()
        taken.close()
        until(lambda: front.news(mark) == [] and not free(made.listen[1]))
        until(lambda: "Port" not in str(front._trouble))
        assert front.figures()["players"] == []
        assert front.desk.address[:2] == made.listen
        assert front.web.port == status
    finally:
        taken.close()
        front.close()
    assert free(made.listen[1])


def test_ports_are_chosen_once_for_all_lives_of_a_director() -> None:
    made, status = settled(plan(), 0)
    assert made.listen[1] != 0 != status
    assert settled(made, status) == (made, status)


def fleet(news, **methods) -> Fleet:
    """A fleet without players, whose director is given."""
    director = Actor(news=news, places=lambda: (HERE, 7_000, 7_080), stop=lambda: None, **methods)

    class Without(Fleet):
        def _direct(self, *_):
            return director

    return Without(SimpleNamespace(ray=FakeRay(director)), Fleets(plan(7_000), {}, 1, 0), 7_080)


def watch(made: Fleet, monkeypatch, rounds: int) -> None:
    """As `sideman fleet` does it, until it is ended."""
    left = iter(range(rounds))

    def sleep(_: float) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "time", SimpleNamespace(sleep=sleep))
    with pytest.raises(KeyboardInterrupt), made:
        run._watch(SimpleNamespace(address="local"), Fleets(plan(), {}, 1, 0), made)


@pytest.mark.parametrize(
    "trouble",
    [
        SidemanError("The director does not answer.", "Try again."),
        AttributeError("no attribute '_desk'"),
        RayError("The actor died.\nIt was killed."),
    ],
)
def test_whatever_the_director_says_the_fleet_goes_on(monkeypatch, caplog, trouble) -> None:
    caplog.set_level(logging.INFO)
    asked = []

    def news(since):
        asked.append(since)
        if len(asked) in (2, 3):
            raise trouble
        return [(("life", len(asked)), f"line {len(asked)}")]

    watch(fleet(news), monkeypatch, 4)
    told = [record.getMessage() for record in caplog.records]
    assert len(asked) == 5
    assert [line for line in told if line.startswith("line")] == ["line 1", "line 4", "line 5"]
    assert sum("does not answer, and is waited for" in line for line in told) == 1
    assert told.count("The director answers again.") == 1
    assert asked[3] == ("life", 1)


def test_news_of_a_director_that_started_again_are_all_told(monkeypatch, caplog) -> None:
    caplog.set_level(logging.INFO)
    first, second = (Director({"b": "/b"}, {}) for _ in range(2))
    for line in ("one", "two", "three"):
        first.tell(line)
    directors = iter([first, first, second, second])

    def news(since):
        now = next(directors)
        found = now.news_since(since)
        if now is first and since != BEGINNING:
            second.tell("started again")
            second.tell("and ready")
        return found

    watch(fleet(news), monkeypatch, 3)
    told = [r.getMessage() for r in caplog.records if r.name.endswith("fleet")]
    assert told[2:] == ["one", "two", "three", "started again", "and ready"]


def test_the_cause_of_a_long_error_is_what_is_told() -> None:
    assert said(RayTaskError(ValueError("It burns.\n"))) == "It burns."
    assert said(RayTaskError(SidemanError("No door.", "Build one."))) == "No door."
    assert said(RuntimeError()) == "RuntimeError"
