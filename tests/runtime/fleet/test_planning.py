"""Which bundles, ports and places a fleet may have."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BundleError, SidemanError
from sideman.runtime.fleet import planning
from sideman.runtime.fleet.planning import Request, check_places, plan_fleet
from tests.fakes.manifest import shared_context

SMALL = Path(__file__).parents[2] / "models" / "small"


PLAIN = Request(
    bundles=(),
    address="local",
    players=None,
    listen="127.0.0.1:7000",
    announce="",
    player_ports="",
    allow=(),
    sessions=4,
    cores=1,
    backend="onnxruntime",
    precision=None,
    status_port=0,
    verbose=False,
)


@pytest.fixture(autouse=True)
def installed(monkeypatch) -> None:
    """Every backend: what is planned here is not run."""
    monkeypatch.setattr(planning, "check_choice", lambda choice: None)


def request(*bundles: Path, **options) -> Request:
    return replace(PLAIN, bundles=bundles, **options)


def called(name: str, folder: Path) -> Path:
    """A copy of the small bundle under another name."""
    shutil.copytree(SMALL, folder)
    file = folder / "manifest.json"
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {"name": name}), "utf-8")
    return folder


def test_bundles_go_by_the_names_in_their_manifests(tmp_path) -> None:
    two = request(called("first", tmp_path / "a"), called("the second", tmp_path / "b"))
    assert list(plan_fleet(two).plan.bundles) == ["first", "the second"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [("n" * 101, "101 bytes"), ("a\nb", "cannot be shown"), ("", "is empty")],
)
def test_a_name_that_no_client_can_ask_for_is_refused(tmp_path, name: str, fault: str) -> None:
    with pytest.raises(SidemanError, match="no client can ask for") as error:
        plan_fleet(request(called(name, tmp_path / "a")))
    assert fault in str(error.value)
    assert "sideman export --name" in str(error.value)


@pytest.mark.parametrize(
    ("options", "nodes", "said"),
    [
        ({"players": 8, "player_ports": "7001-7002"}, 1, "8 players need a port each"),
        ({"players": 5, "player_ports": "7001-7002"}, 2, "has 2 for 2 nodes"),
        ({"player_ports": "6990-7005"}, 1, "holds the front door's own port 7000"),
        ({"address": "auto"}, 2, "is reached from this machine alone"),
        ({"address": "auto", "listen": "[::1]:7000"}, 3, "players run on 3 nodes"),
        ({"players": 1}, 1, "1 players cannot play 2 bundles"),
    ],
)
def test_what_could_never_stand_is_refused(tmp_path, options, nodes: int, said: str) -> None:
    bundles = [SMALL]
    if "bundles" in said:
        bundles.append(called("other", tmp_path / "a"))
    with pytest.raises(SidemanError) as error:
        plan_fleet(request(*bundles, **options), nodes=nodes)
    assert said in error.value.what
    assert error.value.remedy


def test_more_players_than_cores_are_noted(monkeypatch) -> None:
    monkeypatch.setattr(planning, "available_cores", lambda: 2)
    (note,) = plan_fleet(request(SMALL, players=3, cores=1)).notes
    assert note.startswith("3 players of 1 core each share 2")
    assert not plan_fleet(request(SMALL, players=2, cores=1)).notes
    assert not plan_fleet(request(SMALL, players=3, backend="tensorrt"), gpus=3).notes


def test_batches_reach_the_players_of_bundles_that_have_them(tmp_path) -> None:
    made = plan_fleet(request(SMALL, batch=4))
    assert {player.batch for player in made.players.values()} == {4}
    old = called("old", tmp_path / "old")
    (old / "manifest.json").write_text(shared_context(Bundle.open(old).manifest).to_json())
    with pytest.raises(BundleError, match="Export the bundle again"):
        plan_fleet(request(old, batch=4))
    assert plan_fleet(request(old)).players


def test_as_many_ports_as_players_on_every_node_are_enough() -> None:
    options = {"players": 4, "player_ports": "7001-7002", "listen": "192.0.2.1:7000"}
    made = plan_fleet(request(SMALL, address="auto", allow=("192.0.2.2",), **options), nodes=2)
    assert [each.ports for each in made.players.values()] == [(7001, 7002)] * 4
    # Each binds the address of the node where it runs.
    assert {each.host for each in made.players.values()} == {""}
    alone = plan_fleet(request(SMALL, address="auto"), nodes=1)
    assert {each.host for each in alone.players.values()} == {"127.0.0.1"}


CPUS = {"CPU": 4.0}


@pytest.mark.parametrize(
    ("players", "cores", "nodes", "said"),
    [
        (4, 1, [CPUS], ""),
        (5, 1, [CPUS], "5 players of 1 cores each do not fit: Ray finds 4 cores on 1 node, "),
        # A player stands on one node: a core that is left over on each makes none.
        (2, 3, [CPUS], "room for 1"),
        (2, 3, [CPUS, CPUS], ""),
        (3, 3, [CPUS, CPUS], "Ray finds 8 cores on 2 nodes, which is room for 2"),
    ],
)
def test_players_that_find_no_cores_are_refused(players, cores, nodes, said: str) -> None:
    made = plan_fleet(request(SMALL, players=players, cores=cores))
    if not said:
        check_places(made, nodes)
        return
    with pytest.raises(SidemanError, match="do not fit") as error:
        check_places(made, nodes)
    assert said in error.value.what


def test_on_this_machine_gpus_alone_say_how_many_players_there_are() -> None:
    """Ray is started before anybody knows how many GPUs it finds, with few cores to count."""
    wanted = request(SMALL, backend="tensorrt", cores=None)
    made = plan_fleet(wanted, gpus=12)
    assert len(made.players) == 12
    check_places(made, [{"CPU": 1.0, "GPU": 12.0}])
    with pytest.raises(SidemanError, match="need a GPU each, and Ray finds 2"):
        check_places(made, [{"CPU": 1.0, "GPU": 2.0}])
    there = plan_fleet(
        replace(wanted, address="auto", listen="192.0.2.1:7000", allow=("192.0.2.2",)), gpus=2
    )
    with pytest.raises(SidemanError, match="with a core beside"):
        check_places(there, [{"CPU": 1.0, "GPU": 2.0}])
