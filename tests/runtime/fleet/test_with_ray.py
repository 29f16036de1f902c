"""A fleet on a real Ray of this machine: one start, and everything that only Ray can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.engine.optional import found
from sideman.runtime.client import Client
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.planning import Fleets
from sideman.runtime.fleet.report import BEGINNING
from sideman.runtime.rehearse.process import free_port
from tests.runtime.fleet.fakes import echo_server, plan_of
from tests.runtime.native.echo import Host

pytestmark = [
    pytest.mark.skipif(not found("ray"), reason="Ray is not installed: pip install .[fleet]"),
    pytest.mark.skipif(sys.platform != "linux", reason="Ray's clusters are for Linux"),
    # It starts a dozen processes and waits for what they do in real time.
    pytest.mark.realtime,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
ROOT = Path(__file__).parents[3]
NAMES = ("echo-1", "echo-2")
#: Plays another bundle.
OTHER = "other-1"
READY = ["ready"] * 3


@pytest.fixture(scope="module")
def fleet() -> Iterator:
    from sideman.runtime.fleet.actors import Cluster, Fleet

    players = {name: plan_of(name, seats=2) for name in (*NAMES, OTHER)}
    # A port of its own: a director that starts again takes the same.
    listen = ("127.0.0.1", free_port())
    bundles = {"echo": "echo:5", "other": "echo:5"}
    owners = dict.fromkeys(NAMES, "echo") | {OTHER: "other"}
    plan = Plan(bundles, owners, listen, reply_port=9)
    paths = os.pathsep.join([str(ROOT), *(p for p in sys.path if p)])
    with (
        Cluster("local", 3) as cluster,
        Fleet(
            cluster,
            Fleets(plan, players, 1, 0, reserved=1),
            make=echo_server,
            environment={"PYTHONPATH": paths},
        ) as made,
    ):
        made.cluster, made.environment = cluster, {"PYTHONPATH": paths}
        until(lambda: states(made) == READY)
        yield made


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def states(fleet) -> list[str]:
    return [player["state"] for player in fleet.figures()["players"]]


def process(fleet, name: str) -> tuple[int, int, str | None]:
    return fleet._ray.get(fleet.players[name].process.remote())


def test_workers_have_the_priority_and_the_threads_that_they_should(fleet) -> None:
    for name in NAMES:
        _, niceness, threads = process(fleet, name)
        assert niceness == os.nice(0)
        assert threads == "1"
    (node,) = fleet.cluster.nodes()
    assert node["CPU"] == 3.0
    assert not any("niceness" in line for line in fleet.figures()["warnings"])


def test_nothing_of_it_listens_beyond_this_machine(fleet) -> None:
    pid, *_ = process(fleet, "echo-1")
    session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    family = {int(session), os.getpid(), pid}
    # All that Ray has started hangs on its node's process, or on this one.
    ours = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent in family or int(entry.name) in family:
                for link in (entry / "fd").iterdir():
                    target = str(link.readlink())
                    if target.startswith("socket:["):
                        ours.add(target[8:-1])
        except OSError:
            continue
    open_to_all, seen = [], 0
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] not in ours or (name.startswith("tcp") and fields[3] != "0A"):
                continue
            seen += 1
            if set(fields[1].partition(":")[0]) == {"0"}:
                open_to_all.append(f"{name} {fields[1]}")
    assert seen > 4
    assert open_to_all == []


#: Asks a cluster for something, as any user of this machine might; prints whether it got in.
_ASKS = """
import sys, ray
ray.init(address=sys.argv[1], log_to_driver=False)
print("in", ray.cluster_resources().get("CPU"))
"""


@pytest.mark.parametrize("known", [True, False])
def test_nobody_gets_into_ray_without_the_token_of_this_process(fleet, known, tmp_path) -> None:
    token = os.environ["RAY_AUTH_TOKEN"]
    assert os.environ["RAY_AUTH_MODE"] == "token"
    plain = {k: v for k, v in os.environ.items() if not k.startswith("RAY_AUTH")}
    # Another user has another home.
    environment = plain | {"HOME": str(tmp_path), "RAY_AUTH_MODE": "token"}
    environment["RAY_AUTH_TOKEN"] = token if known else token[::-1]
    address = fleet._ray.get_runtime_context().gcs_address
    command = [sys.executable, "-c", _ASKS, address]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        # Who is refused tries again for 20 s.
        told = [next(line for line in process.stdout if "in 3.0" in line or "AuthToken" in line)]
        process.kill()
    assert ("in 3.0" in told[0]) == known, told


def test_a_client_gets_the_second_of_two_bundles_by_its_name(fleet) -> None:
    with Client(fleet.address, ("bass",), step=4, lead=4, bundle="other") as client:
        Host(client).connect()
        until(lambda: fleet.figures()["sessions"])
        (playing,) = fleet.figures()["sessions"]
        assert playing["player"] == OTHER
    until(lambda: not fleet.figures()["sessions"])
    with Client(fleet.address, ("bass",), step=4, lead=4, bundle="third") as client:
        until(lambda: client.status.refused)
        assert client.status.text == "No bundle 'third' plays here. There are: echo, other."


def test_a_killed_player_is_started_again_and_its_client_plays_on(fleet) -> None:
    with Client(fleet.address, ("bass",), step=4, lead=4) as client:
        host = Host(client)
        host.connect()
        until(lambda: fleet.figures()["sessions"])
        (playing,) = fleet.figures()["sessions"]
        pid, *_ = process(fleet, playing["player"])
        number = client._network._session.number
        os.kill(pid, signal.SIGKILL)
        # It has found another player before anybody could see it without one.
        until(lambda: (s := client._network._session) is not None and s.number != number)
        until(lambda: [s["player"] for s in fleet.figures()["sessions"]] != [playing["player"]])
        # The client was sent elsewhere before Ray has told anybody that the player is gone.
        until(lambda: fleet.figures()["restarts"] == 1)
        until(lambda: states(fleet) == READY)
        assert process(fleet, playing["player"])[0] != pid
        assert any("started again" in line for _, line in fleet.news(BEGINNING))


def test_a_director_that_dies_comes_back_and_nobody_stops_playing(fleet) -> None:
    with Client(fleet.address, ("bass",), step=4, lead=4) as client:
        Host(client).connect()
        until(lambda: fleet.figures()["sessions"])
        number = client._network._session.number
        assert fleet.figures()["leases"]["granted"] > 0
        fleet._ray.kill(fleet.director, no_restart=False)

        def back() -> bool:
            try:
                told = fleet.figures()
            except Exception:
                return False
            # It has granted none itself, and knows of the one that plays.
            return told["leases"]["granted"] == 0 and len(told["sessions"]) == 1

        until(back)
        assert client._network._session.number == number
        assert fleet.figures()["leases"]["playing"] == 1
        with Client(fleet.address, ("bass",), step=4, lead=4) as other:
            Host(other).connect()


def test_a_busy_port_is_one_sentence(fleet) -> None:
    from sideman.runtime.fleet.actors import Fleet

    host, port = fleet.address
    plan = Plan({"echo": "echo:5"}, {}, (host, port))
    with pytest.raises(SidemanError, match=f"Port {port} is busy"):
        Fleet(fleet.cluster, Fleets(plan, {}, 1, 0), environment=fleet.environment)
