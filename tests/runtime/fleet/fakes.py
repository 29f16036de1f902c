"""Players without sockets, and a fleet whose players are threads instead of actors of Ray's."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.fleet.desk import Desk, Plan
from sideman.runtime.fleet.player import Player, PlayerPlan
from sideman.runtime.fleet.report import Order, Report, SessionReport
from sideman.runtime.sharing.server import SharedServer
from tests.runtime.sharing.echo import EchoEngine

#: Reports that are made later are newer.
_NUMBERS = count(1)
#: A cycle of the echo, for each stem.
CYCLE = 0.005


def echo_server(plan: PlayerPlan, folder: str, listen: tuple[str, int]) -> SharedServer:
    """A shared server over an echo; the folder's name may say how long a cycle takes, in ms."""
    cycle = float(folder.removeprefix("echo:")) / 1e3 if folder.startswith("echo:") else CYCLE
    return SharedServer(lambda: EchoEngine(cycle), plan.seats, listen, leases_only=True)


def plan_of(name: str, folder: str = "echo:5", seats: int = 4) -> PlayerPlan:
    return PlayerPlan(name, folder, seats, BackendChoice(), "127.0.0.1")


def report(
    name: str,
    *,
    life: str = "1",
    state: str = "ready",
    room: int = 2,
    used: float = 0.0,
    each: float = 0.2,
    revision: int = 0,
    sessions: tuple[tuple[str, str], ...] = (),
) -> Report:
    return Report(
        name,
        life,
        "node",
        "folder",
        revision,
        state,
        host="127.0.0.1",
        port=9_000,
        used=used,
        each=each,
        room=room,
        number=next(_NUMBERS),
        sessions=tuple(SessionReport(token, client) for token, client in sessions),
    )


class ThreadLink:
    """A player in this process."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.pool = ThreadPoolExecutor(4)
        self.dead = False

    def report(self, wait: float) -> Future[Report]:
        return self.pool.submit(self._report, wait)

    def _report(self, wait: float) -> Report:
        if self.dead:
            raise RuntimeError("The actor died.")
        found = self.player.report(wait)
        if self.dead:
            raise RuntimeError("The actor died.")
        return found

    def give(self, order: Order) -> Future[str]:
        return self.pool.submit(self.player.give, order)

    def kill(self) -> None:
        """It is gone; nobody is told anything."""
        self.dead = True
        self.player._closed = True
        server = self.player._server
        self.player._server = None
        if server is not None:
            for seat in server._seats:
                seat.endpoint.close = lambda: None
            server.stop()

    def start_again(self, plan: PlayerPlan) -> None:
        self.player = Player(plan, "node", echo_server)
        self.dead = False

    def close(self) -> None:
        self.player.stop()
        self.pool.shutdown()


class ThreadFleet:
    """A front door and echoing players, without Ray; the last one's bundle may be another."""

    def __init__(
        self,
        players: int = 2,
        seats: int = 4,
        folder: str = "echo:5",
        bundles: tuple[str, ...] = ("echo",),
    ) -> None:
        names = [f"echo-{i + 1}" for i in range(players)]
        self.plans = {name: plan_of(name, folder, seats) for name in names}
        self.links = {
            name: ThreadLink(Player(plan, "node", echo_server)) for name, plan in self.plans.items()
        }
        owners = dict.fromkeys(names, bundles[0]) | {names[-1]: bundles[-1]}
        plan = Plan(dict.fromkeys(bundles, folder), owners, ("127.0.0.1", 0), reply_port=9)
        self.desk = Desk(plan, self.links)
        self.desk.start()

    def close(self) -> None:
        self.desk.close()
        for link in self.links.values():
            link.close()
