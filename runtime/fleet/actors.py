"""The only module that knows Ray: directors and players as actors, and a fleet's life."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Self

from sideman.engine.errors import SidemanError
from sideman.engine.optional import require
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.front import Front, settled
from sideman.runtime.fleet.lines import Lines, level
from sideman.runtime.fleet.links import said
from sideman.runtime.fleet.player import MakeShared, Player, PlayerPlan, shared_server
from sideman.runtime.fleet.report import Mark, Order, Report

if TYPE_CHECKING:
    from sideman.runtime.fleet.planning import Fleets

log = logging.getLogger("sideman.runtime.fleet")

#: Seconds that a director is given to tell its news.
_PATIENCE = 10.0
#: Names of a fleet's actors stand in this.
NAMESPACE = "sideman"
#: Calls that a player answers at a time: a report that waits, and orders.
_AT_A_TIME = 8
#: What Ray is told before it is imported: some of it is read then.
_QUIET = {
    # No figures of use leave this machine.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray's workers run at niceness 15 otherwise, 28 times slower beside an ordinary process.
    "RAY_worker_niceness": "0",
    # It would make an environment anew for each worker under `uv run`.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
#: On Linux Ray binds all addresses of the machine, and takes `_node_ip_address="127.0.0.1"` for the
#: machine's own address. What makes it keep to loopback is what it does by itself on other systems.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def _own_token() -> dict[str, str]:
    """A token that no other user of this machine can read, for as long as this process lives.

    Whoever reaches a port of Ray without one runs what he likes as this user. Ray makes one itself
    (seen with 2.60), but in a file that others may read if the user's umask lets them.
    """
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


def load_ray(*, loopback: bool) -> Any:
    """Import Ray so that it is quiet.

    Args:
        loopback: whether a cluster that is started here is for this machine alone.

    Raises:
        MissingExtraError: it is not installed.
        SidemanError: it was imported before, and would not keep to loopback.
    """
    imported = "ray" in sys.modules
    wanted = _QUIET | (_LOOPBACK | _own_token() if loopback else {})
    late = [name for name in _LOOPBACK if name in wanted and name not in os.environ]
    if imported and late:
        raise SidemanError(
            f"Ray was imported before {late[0]} was set: it would be open to others.",
            "Let nothing of this process import ray before a fleet does.",
        )
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    return require("ray", "run a fleet")


class PlayerActor:
    """A player in a process of Ray's.

    Args:
        plan: of the player.
        make: makes its servers.
    """

    def __init__(self, plan: PlayerPlan, make: MakeShared = shared_server) -> None:
        from dataclasses import replace

        import ray

        from sideman.runtime.system.threads import let_packets_in

        let_packets_in()
        address = str(ray.util.get_node_ip_address())  # type: ignore[no-untyped-call]
        node = f"{address} ({ray.get_runtime_context().get_node_id()[:6]})"
        lines = Lines(level(verbose=plan.verbose))
        lines.listen()
        self._player = Player(replace(plan, host=plan.host or address), node, make, _end, lines)

    def report(self, wait: float) -> Report:
        """As `Player.report`."""
        return self._player.report(wait)

    def give(self, order: Order) -> str:
        """As `Player.give`."""
        return self._player.give(order)

    def stop(self) -> None:
        """As `Player.stop`."""
        self._player.stop()

    def process(self) -> tuple[int, int, str | None]:
        """Its number, its niceness, and its threads of OpenMP; for tests."""
        return os.getpid(), os.nice(0), os.environ.get("OMP_NUM_THREADS")

    def threads(self) -> dict[str, int]:
        """Its threads of Python, by name, as the system numbers them; for measurements."""
        return {t.name: t.native_id for t in threading.enumerate() if t.native_id is not None}


class DirectorActor:
    """The director in a process of Ray's.

    Args:
        plan: of the fleet.
        players: names of their actors, by the player's name. Names, not actors: a director that
            starts again finds them by these.
        status_port: for figures.
    """

    def __init__(self, plan: Plan, players: Mapping[str, str], status_port: int) -> None:
        import ray

        links = {
            name: _RayLink(ray.get_actor(actor, namespace=NAMESPACE))
            for name, actor in players.items()
        }
        # Of an actor whose making fails, Ray keeps the text alone: `places` tells it.
        self._trouble: SidemanError | None = None
        again = bool(ray.get_runtime_context().was_current_actor_reconstructed)
        try:
            self._front = Front(plan, links, status_port, patient=again)
        except SidemanError as error:
            self._trouble = error
            return
        Lines(level(verbose=plan.verbose), self._front.tell).listen()

    def places(self) -> tuple[str, int, int]:
        """Host and port of the front door, and the port of the figures.

        Raises:
            SidemanError: what kept it from starting.
        """
        if self._trouble is not None:
            raise self._trouble
        host, port = self._front.desk.address[:2]
        return str(host), int(port), self._front.web.port

    def news(self, since: Mark) -> list[tuple[Mark, str]]:
        """As `Front.news`."""
        return self._front.news(since)

    def figures(self) -> dict[str, Any]:
        """As `Desk.figures`."""
        return self._front.figures()

    def stop(self) -> None:
        """Close the door."""
        if self._trouble is None:
            self._front.close()


class _RayLink:
    """A player, through its actor."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def report(self, wait: float) -> Future[Report]:
        future: Future[Report] = self._handle.report.remote(wait).future()
        return future

    def give(self, order: Order) -> Future[str]:
        future: Future[str] = self._handle.give.remote(order).future()
        return future


class Cluster:
    """A connection to Ray, for the length of a `with` block; main thread.

    Args:
        address: "local" for a Ray of its own on this machine, "auto" for the cluster that this
            machine belongs to, or what `ray.init` takes.
        cores: that a Ray of its own is to believe in: all players', whatever this machine has. It
            starts about as many processes at once, so they are no more.

    Raises:
        SidemanError: no Ray, or no cluster.
    """

    def __init__(self, address: str, cores: int = 1) -> None:
        self.ray = ray = load_ray(loopback=address == "local")
        options: dict[str, Any] = {
            "namespace": NAMESPACE,
            "log_to_driver": False,
            "logging_level": logging.ERROR,
            "configure_logging": False,
        }
        if address == "local":
            options |= {
                "include_dashboard": False,
                "num_cpus": cores,
                "object_store_memory": 80 * 1024 * 1024,
            }
        # It warns of what is as it should be.
        logging.getLogger("ray").setLevel(logging.ERROR)
        try:
            ray.init(address=address, **options)
        except ConnectionError as error:
            raise SidemanError(
                f"No Ray cluster was found ({str(error).splitlines()[0]}).",
                "Start one with 'ray start --head' (docs/fleet.md tells how), or leave --address "
                "out: then a fleet of this machine alone is started.",
            ) from error
        except Exception as error:  # what Ray raises here has no other name
            ray.shutdown()
            raise SidemanError(
                f"Ray did not start: {str(error).strip().splitlines()[0]}",
                "Its logs are in /tmp/ray/session_latest/logs. Is this machine short of memory, or "
                "too busy?",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ray.shutdown()

    def gpus(self) -> int:
        """All that there are now."""
        return int(sum(node.get("GPU", 0) for node in self.nodes()))

    def nodes(self) -> list[dict[str, float]]:
        """What each node that lives has: "CPU", "GPU" and other things, as Ray counts them."""
        return [dict(node["Resources"]) for node in self.ray.nodes() if node["Alive"]]


class Fleet:
    """Actors of a fleet, for the length of a `with` block; main thread.

    Attributes:
        players: their actors, by name.
        director: its actor.
        address: host and port of the front door.
        status_port: where figures are.

    Args:
        cluster: that it runs on.
        fleets: what is to run.
        status_port: for figures; 0 takes any.
        make: makes players' servers; tests put another here.
        environment: variables of the players' processes.

    Raises:
        SidemanError: an address that cannot be used.
    """

    def __init__(
        self,
        cluster: Cluster,
        fleets: Fleets,
        status_port: int = 0,
        *,
        make: MakeShared = shared_server,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._ray = cluster.ray
        self._silent = False
        variables = {"OMP_NUM_THREADS": str(fleets.cores), **(environment or {})}
        player = self._ray.remote(PlayerActor)
        options = {
            "num_cpus": fleets.reserved,
            "num_gpus": fleets.gpus,
            # Ray starts it again, elsewhere if its node is gone. Its sessions are not moved: their
            # clients say hello again.
            "max_restarts": -1,
            "max_task_retries": 0,
            "max_concurrency": _AT_A_TIME,
            "runtime_env": {"env_vars": variables},
        }
        # Several fleets may share a cluster.
        mine = secrets.token_hex(3)
        self._names = {name: f"{mine}-{name}" for name in fleets.players}
        self.players = {
            name: player.options(name=self._names[name], **options).remote(each, make)
            for name, each in fleets.players.items()
        }
        self.director: Any = None
        try:
            plan, status_port = settled(fleets.plan, status_port)
            self.director = self._direct(plan, status_port, environment or {})
            host, port, self.status_port = self._get(self.director.places.remote())
        except BaseException:
            for actor in (*self.players.values(), self.director):
                if actor is not None:
                    self._ray.kill(actor)
            raise
        self.address = host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def news(self, since: Mark) -> list[tuple[Mark, str]]:
        """As `Desk.news`; nothing while the director does not answer, for whatever reason.

        Players play on without it, and Ray starts it again: nothing that it does ends a fleet.
        """
        try:
            found: list[tuple[Mark, str]] = self._get(self.director.news.remote(since), _PATIENCE)
        except (SidemanError, self._ray.exceptions.RayError) as error:
            if not self._silent:
                why = error.what if isinstance(error, SidemanError) else said(error)
                log.warning("The director does not answer, and is waited for: %s", why)
            self._silent = True
            return []
        if self._silent:
            self._silent = False
            log.info("The director answers again.")
        return found

    def figures(self) -> dict[str, Any]:
        """As `Desk.figures`."""
        found: dict[str, Any] = self._get(self.director.figures.remote())
        return found

    def close(self, seconds: float = 5.0) -> None:
        """End all actors; clients that play are told.

        Args:
            seconds: that they are waited for: a player that has not started yet answers late.
        """
        ray, actors = self._ray, [self.director, *self.players.values()]
        ended = [actor.stop.remote() for actor in actors]
        ray.wait(ended, num_returns=len(ended), timeout=seconds)
        for actor in actors:
            ray.kill(actor)

    def _direct(self, plan: Plan, status_port: int, variables: Mapping[str, str]) -> Any:
        """The director, on this node: here is the address that it listens on."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = self._ray.get_runtime_context().get_node_id()
        director = self._ray.remote(DirectorActor).options(
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=_AT_A_TIME,
            scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False),
            runtime_env={"env_vars": dict(variables)},
        )
        return director.remote(plan, self._names, status_port)

    def _get(self, ref: Any, seconds: float | None = None) -> Any:
        try:
            return self._ray.get(ref, timeout=seconds)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, SidemanError):
                raise SidemanError(cause.what, cause.remedy) from None
            raise


def _end(reason: str) -> None:
    """The device is lost: nothing but a new process helps, and Ray starts one."""
    log.error("%s", reason)
    os._exit(1)  # the cycle thread may hang in the device
