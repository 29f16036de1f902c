"""A fleet, planned from the options of `sideman fleet start`."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.cores import available_cores
from sideman.engine.errors import SidemanError
from sideman.engine.loading.registry import check_choice
from sideman.runtime.fleet.desk import Plan
from sideman.runtime.fleet.player import PlayerPlan
from sideman.runtime.streaming.control import bundle_fault
from sideman.runtime.system.hosts import is_loopback, parse_address, resolve

#: Backends whose players take a GPU each.
ON_GPU = ("onnxruntime-cuda", "tensorrt", "tensorrt-rtx")


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of `sideman fleet start`, as they were written."""

    bundles: tuple[Path, ...]
    address: str
    players: int | None
    listen: str
    announce: str
    player_ports: str
    allow: tuple[str, ...]
    sessions: int
    cores: int | None
    backend: str
    precision: str | None
    status_port: int
    verbose: bool
    batch: int = 1


@dataclass(frozen=True)
class Fleets:
    """A fleet, planned.

    Attributes:
        plan: of the director.
        players: by name.
        cores: of a player.
        gpus: of a player.
        reserved: CPUs of a player that Ray counts; none where GPUs alone say how many there can be.
        notes: lines that the log begins with.
    """

    plan: Plan
    players: dict[str, PlayerPlan]
    cores: int
    gpus: int
    notes: tuple[str, ...] = ()
    reserved: int = 0


def plan_fleet(request: Request, *, gpus: int = 0, nodes: int | None = 1) -> Fleets:
    """A fleet of what was asked for.

    Args:
        request: the options.
        gpus: that there are.
        nodes: of the cluster; None where nobody knows yet.

    Raises:
        SidemanError: options that do not go together, or a folder that is no bundle.
    """
    if request.address not in ("auto", "local"):
        raise SidemanError(
            f"--address {request.address!r} is neither auto nor local.",
            "auto joins the Ray cluster that this machine belongs to; local starts one here.",
        )
    bundles, notes = _bundles(request.bundles)
    listen = parse_address(request.listen, "--listen")
    ports = _ports(request.player_ports)
    on_gpu = request.backend in ON_GPU
    count = request.players or max(gpus if on_gpu else 0, len(bundles))
    if count < len(bundles):
        raise SidemanError(
            f"{count} players cannot play {len(bundles)} bundles.",
            f"Use --players {len(bundles)} or more.",
        )
    _check_ports(ports, listen, count, nodes)
    cores = request.cores or (1 if on_gpu else max(1, available_cores() // count))
    threads = None if on_gpu else cores
    have = available_cores()
    if not on_gpu and request.address == "local" and count * cores > have:
        notes += (
            f"{count} players of {cores} core{'s' if cores > 1 else ''} each share {have}: cycles "
            "take longer, and fewer performers fit, than with fewer players.",
        )
    if request.batch > 1:
        _check_batches(bundles)
    choice = BackendChoice(request.backend, threads, request.precision)
    check_choice(choice)
    host = _players_host(request, listen, nodes)
    announced = parse_address(request.announce, "--announce")[0] if request.announce else ""
    if request.address != "local":
        announced = ""  # each node has its own
    names = list(bundles)
    numbers = dict.fromkeys(names, 0)
    players: dict[str, PlayerPlan] = {}
    owners: dict[str, str] = {}
    for index in range(count):
        bundle = names[index % len(names)]
        numbers[bundle] += 1
        name = f"{bundle}-{numbers[bundle]}"
        owners[name] = bundle
        players[name] = PlayerPlan(
            name=name,
            folder=bundles[bundle],
            seats=request.sessions,
            backend=choice,
            host=host,
            ports=ports,
            allow=request.allow,
            announced=announced,
            verbose=request.verbose,
            cores=cores,
            batch=request.batch,
        )
    plan = Plan(bundles, owners, listen, request.allow, request.announce, verbose=request.verbose)
    reserved = 0 if on_gpu and request.address == "local" else cores
    return Fleets(plan, players, cores, int(on_gpu), notes, reserved)


def check_places(fleets: Fleets, nodes: Sequence[Mapping[str, float]]) -> None:
    """Refuse a fleet that would wait for CPUs or GPUs for ever.

    Args:
        fleets: that is to run.
        nodes: of the cluster: CPUs and GPUs of each, as "CPU" and "GPU".

    Raises:
        SidemanError: there is no place for all players.
    """
    count = len(fleets.players)

    def places(node: Mapping[str, float]) -> int:
        """Players that find a place there; one never stands on two nodes."""
        needs = {"CPU": fleets.reserved, "GPU": fleets.gpus}
        return min((int(node.get(k, 0) // n) for k, n in needs.items() if n), default=count)

    if (found := sum(map(places, nodes))) >= count:
        return
    if fleets.gpus:
        there = int(sum(node.get("GPU", 0) for node in nodes))
        raise SidemanError(
            f"{count} players need a GPU each, and Ray finds {there} with a core beside.",
            "Use fewer --players, or another --backend.",
        )
    there = int(sum(node.get("CPU", 0) for node in nodes))
    raise SidemanError(
        f"{count} players of {fleets.cores} cores each do not fit: Ray finds {there} cores on "
        f"{len(nodes)} node{'s' * (len(nodes) != 1)}, which is room for {found}.",
        "Use fewer --players, or fewer --cores.",
    )


def _check_ports(
    ports: tuple[int, int], listen: tuple[str, int], count: int, nodes: int | None
) -> None:
    """Refuse ports that players could never have."""
    low, high = ports
    if low == 0:
        return
    if low <= listen[1] <= high:
        raise SidemanError(
            f"--player-ports {low}-{high} holds the front door's own port {listen[1]}.",
            "Give players other ports, for example "
            f"{listen[1] + 1}-{min(65_535, listen[1] + max(count, high - low))}.",
        )
    if nodes is not None and count > (high - low + 1) * nodes:
        where = "this machine" if nodes == 1 else f"{nodes} nodes"
        raise SidemanError(
            f"{count} players need a port each, and --player-ports {low}-{high} has "
            f"{high - low + 1} for {where}.",
            f"Name more, for example {low}-{min(65_535, low + count - 1)}.",
        )


def _players_host(request: Request, listen: tuple[str, int], nodes: int | None) -> str:
    """Where players bind; nothing for the address of the node that each runs on."""
    family, at = resolve(*listen, "--listen")
    if is_loopback(at):
        if nodes is not None and nodes > 1:
            raise SidemanError(
                f"--listen {request.listen} is reached from this machine alone, and players run on "
                f"{nodes} nodes.",
                "Name this machine's address in the cluster, for example --listen 10.0.0.1:7000, "
                "and with --allow who may play.",
            )
        # Clients that reach the door only from this machine reach players only there, too.
        return str(at[0])
    if request.address != "local":
        return ""
    return _own_address(family) if str(at[0]) in ("0.0.0.0", "::") else str(at[0])  # noqa: S104


def _bundles(folders: tuple[Path, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Folders by name; each is opened, so that what is wrong is said at once."""
    from sideman.engine.bundle.bundle import Bundle

    notes: tuple[str, ...] = ()
    if not folders:
        from sideman.runtime.rehearse.demo import demo_bundle

        folders = (demo_bundle(),)
        notes = ("No BUNDLE is named, so the demonstration's small model plays.",)
    found: dict[str, str] = {}
    for folder in folders:
        if not folder.is_dir():
            raise SidemanError(
                f"{folder} is no folder.",
                "Give the one that `sideman export --out` wrote, or none for the demonstration's.",
            )
        name = Bundle.open(folder, check=False).manifest.name
        if fault := bundle_fault(name) or ("is empty" if not name else ""):
            raise SidemanError(
                f"The bundle in {folder} is called {name!r}, which no client can ask for: it "
                f"{fault}.",
                "Export it under another name, `sideman export --name`.",
            )
        if name in found:
            raise SidemanError(
                f"Two bundles are called {name}.",
                "Clients ask by name: export one of them under another, `sideman export --name`.",
            )
        found[name] = str(folder.absolute())
    return found, notes


def _check_batches(bundles: Mapping[str, str]) -> None:
    """Refuse bundles whose rows all hear one context."""
    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.bundle.contexts import check_contexts

    for folder in bundles.values():
        check_contexts(Bundle.open(Path(folder), check=False).manifest)


def _ports(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise SidemanError(f"--player-ports {text!r} is not FIRST-LAST.", "For example 7001-7016.")
    low, high = int(first), int(last or first)
    if not 0 < low <= high <= 65_535:
        raise SidemanError(
            f"--player-ports {text!r} names no ports.", "Ports are from 1 to 65535, lowest first."
        )
    return low, high


def _own_address(family: int) -> str:
    """The address of this machine that datagrams to others leave from."""
    far = "2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1"  # nobody's; nothing is sent
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise SidemanError(
            f"This machine's own address was not found: {error}.", "Name it: --listen HOST:PORT."
        ) from error
