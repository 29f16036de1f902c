"""Figures for people, for Prometheus and for programs; and an operator's wishes."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.engine.optional import found
from sideman.runtime.fleet.command import change, drain
from sideman.runtime.fleet.director import Director
from sideman.runtime.fleet.figures import figures
from sideman.runtime.fleet.report import SessionReport
from sideman.runtime.fleet.tables import tables
from sideman.runtime.fleet.web import WISH_HEADER, Web
from tests.runtime.fleet.fakes import report

SMALL = Path(__file__).parents[2] / "models" / "small"


class Fleet:
    """A fleet that stands still."""

    def __init__(self) -> None:
        self.wishes: list[tuple[str, ...]] = []
        self.director = Director({"small": "/small"}, {"small-1": "small", "small-2": "small"})
        lease, _ = self._grant()
        playing = ((lease.token, lease.client),)
        self.director.heard(report("small-1", used=0.31, sessions=playing), 1.0)

    def _grant(self):
        self.director.heard(report("small-1"), 0.0)
        return self.director.hello("", "192.0.2.1:1", 0.0)

    def figures(self) -> dict:
        return figures(self.director, 1.0, uptime=1.0, listen=("127.0.0.1", 7_000), ignored=3)

    def drain(self, player: str) -> None:
        self.director.drain(player)
        self.wishes.append(("drain", player))

    def resume(self, player: str) -> None:
        self.wishes.append(("resume", player))

    def change(self, bundle: str, folder: str) -> None:
        self.wishes.append(("change", bundle, folder))


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def web(fleet: Fleet) -> Iterator[Web]:
    made = Web(fleet, 0)
    yield made
    made.close()


def ask(web: Web, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    method = "GET" if body is None else "POST"
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], text


def test_the_page_is_three_files_and_nothing_else(web) -> None:
    for path, kind in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "javascript")):
        status, said, text = ask(web, path)
        assert (status, kind in said) == (200, True)
        assert "://" not in text  # nothing comes from elsewhere
    assert ask(web, "/../web.py")[0] == 404
    assert ask(web, "/page.js/../../web.py")[0] == 404


def test_figures_name_all_and_no_token(web, fleet) -> None:
    status, _, text = ask(web, "/status.json")
    told = json.loads(text)
    assert status == 200
    assert [p["state"] for p in told["players"]] == ["ready", "absent"]
    assert told["sessions"][0]["client"] == "192.0.2.1:1"
    assert told["leases"] == {"granted": 1, "waiting": 0, "playing": 1, "lapsed": 0}
    (token,) = (lease.token for lease in fleet.director.leases.at("small-1"))
    assert token not in text
    assert any("small-2 is absent" in line for line in told["warnings"])


@pytest.mark.skipif(not found("prometheus_client"), reason="prometheus-client is not installed")
def test_prometheus_reads_it(web, fleet) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    fleet.director.refused["busy"] += 2
    status, kind, text = ask(web, "/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=0.0.4")
    families = {each.name: each for each in text_string_to_metric_families(text)}
    used = {s.labels["player"]: s.value for s in families["sideman_player_used_ratio"].samples}
    assert used == {"small-1": 0.31, "small-2": 0.0}
    assert [s.value for s in families["sideman_refused"].samples] == [2.0]
    states = {s.labels["state"]: s.value for s in families["sideman_players"].samples}
    assert (states["ready"], states["absent"]) == (1.0, 1.0)


def test_wishes_need_the_header_that_no_other_page_can_send(web, fleet) -> None:
    body = json.dumps({"player": "small-1"})
    assert ask(web, "/drain", body)[0] == 403
    assert fleet.wishes == []
    assert ask(web, "/drain", body, **{WISH_HEADER: "1"})[0] == 200
    assert fleet.wishes == [("drain", "small-1")]
    status, _, text = ask(web, "/drain", json.dumps({"player": "x"}), **{WISH_HEADER: "1"})
    assert status == 409
    assert "There is no player 'x'" in text
    for wrong in ("", "[]", "{}", '{"player": 1}', "\0"):
        assert ask(web, "/resume", wrong, **{WISH_HEADER: "1"})[0] == 400
    assert ask(web, "/other", body, **{WISH_HEADER: "1"})[0] == 404


def test_a_name_that_was_made_to_mean_this_machine_is_refused(web) -> None:
    assert ask(web, "/status.json", Host="evil.example:80")[0] == 403
    assert ask(web, "/status.json", Host=f"localhost:{web.port}")[0] == 200


def test_a_port_that_is_taken_is_named(web, fleet) -> None:
    with pytest.raises(SidemanError, match=f"Port {web.port} for figures is busy"):
        Web(fleet, web.port)


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_fits_and_says_all(fleet, width) -> None:
    from rich.console import Console

    session = SessionReport("the token", "192.0.2.1:1", deadline=0.4, cycle_p99=0.1)
    told = replace(report("small-1", used=0.31), sessions=(session,), refused=3, ignored=4)
    fleet.director.heard(told, 1.0)
    fleet.director.players["small-1"].refused = 2
    console = Console(width=width, record=True, file=Path("/dev/null").open("w"))  # noqa: SIM115
    with console.file:
        for each in tables(fleet.figures(), width):
            console.print(each)
    text = console.export_text()
    for word in (
        "Front door 127.0.0.1:7000",
        "3 refused (3 by players)",
        "2 declined, 7 datagrams ignored",
        "Node node: 1 players, 1 sessions.",
        "small-1",
        "31%",
        "192.0.2.1:1",
        "400 25%",
        "missed",
        "small-2 is absent",
    ):
        assert word in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= width


def test_an_order_that_is_taken_is_confirmed(web, capsys) -> None:
    drain("small-1", web.port)
    assert "Nobody new is sent to small-1." in capsys.readouterr().out


def test_a_folder_that_is_no_bundle_costs_no_player(tmp_path, web, fleet, capsys) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(SidemanError, match=str(folder)):
            change("small", folder, web.port)
    assert fleet.wishes == []
    assert capsys.readouterr().out == ""
    change("small", SMALL, web.port)
    assert fleet.wishes == [("change", "small", str(SMALL.absolute()))]
    assert "clients go on asking for small" in capsys.readouterr().out
