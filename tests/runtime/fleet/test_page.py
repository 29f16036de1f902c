"""The fleet's page in a real browser: what it shows, asks for, and lets a keyboard reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sideman.runtime.fleet.web import Web
from tests.runtime.fleet.fakes import report
from tests.runtime.fleet.test_web import Fleet
from tests.runtime.listen.browser import Browser, browser

#: A name that would be markup if it were not taken as text.
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def page(chromium: Browser, fleet: Fleet) -> Iterator[Browser]:
    web = Web(fleet, 0)
    for log in ("browser", "performance"):
        chromium.driver.get_log(log)
    chromium.port = web.port
    chromium.driver.get(f"http://127.0.0.1:{web.port}/")
    shows(chromium, "#summary", "1 session at")
    yield chromium
    chromium.driver.get("about:blank")
    web.close()


def text(page: Browser, selector: str) -> str:
    return page.run("return document.querySelector(arguments[0]).innerText", selector)


def shows(page: Browser, selector: str, said: str) -> None:
    page.wait(lambda: said in text(page, selector), f"{said!r} in {selector}", 30)


def test_it_shows_players_sessions_and_what_to_look_at(page, fleet) -> None:
    fleet.director.refused["busy"] += 1
    told = replace(fleet.director.players["small-1"].report, refused=3, ignored=2)
    fleet.director.heard(told, 1.0)
    shows(page, "#summary", "refused, 0 restarts, 5")
    assert text(page, "#summary") == (
        "1 session at 1 of 2 players on 1 node; front door 127.0.0.1:7000; 4 hellos refused, "
        "0 restarts, 5 datagrams ignored."
    )
    assert text(page, "#warnings") == "small-2 is absent."
    assert "small-1" in text(page, "#player-rows")
    assert "31 % of 70 %" in text(page, "#player-rows")
    assert "192.0.2.1:1" in text(page, "#sessions")
    assert "small" in text(page, "#bundles")
    assert page.driver.title == "1 sessions – sideman fleet"


def test_what_changes_is_shown_without_a_reload(page, fleet) -> None:
    fleet.director.lost("small-1", f"It was {NASTY} killed.", 1.0)
    shows(page, "#warnings", f"small-1 is absent: It was {NASTY} killed.")
    shows(page, "#sessions", "Nobody plays.")
    assert page.all("img") == []
    fleet.director.heard(replace(report("small-1", life="2"), node="elsewhere"), 1.0)
    shows(page, "#player-rows", "elsewhere")
    assert text(page, "#warnings") == "small-2 is absent."


def test_a_director_that_is_gone_is_told(page, fleet) -> None:
    def gone() -> dict:
        from sideman.engine.errors import SidemanError

        raise SidemanError("The director does not answer.", "Try again.")

    fleet.figures = gone
    shows(page, "#warnings", "What stands below is old")
    assert text(page, "#summary") == "The director does not answer."


def test_no_request_leaves_the_port_and_the_console_is_empty(page) -> None:
    page.wait(
        lambda: page.run("return performance.getEntriesByType('resource').length") > 3, "asked", 30
    )
    asked = page.requests()
    assert {url.removeprefix(f"http://127.0.0.1:{page.port}") for url in asked} <= {
        "/", "/page.css", "/page.js", "/status.json",
    }  # fmt: skip
    assert len(asked) > 3
    assert page.complaints() == []


def test_the_keyboard_reaches_everything_in_the_order_in_which_it_stands(page) -> None:
    from selenium.webdriver.common.keys import Keys

    page.run("window.scrollTo(0, 0); document.activeElement.blur()")
    reached = []
    for _ in range(4):
        page.press(Keys.TAB)
        reached.append(
            page.run(
                "const e = document.activeElement;"
                "return [e.className, e.getAttribute('aria-labelledby') || e.getAttribute('href'),"
                " e.getBoundingClientRect().width > 0, getComputedStyle(e).outlineStyle]"
            )
        )
    assert [(kind, name) for kind, name, *_ in reached] == [
        ("skip", "#players"),
        ("wide", "bundles-title"),
        ("wide", "players-title"),
        ("wide", "sessions-title"),
    ]
    assert all(wide and outline != "none" for _, _, wide, outline in reached)
    # Nothing that can be used is left out.
    wanted = "a[href], button, input, select, textarea, [tabindex='0']"
    assert len(page.all(wanted)) == len(reached)
    page.run("document.activeElement.blur(); document.querySelector('.skip').focus()")
    page.press(Keys.ENTER)
    assert page.driver.current_url.endswith("#players")


def test_a_screen_reader_finds_names_rows_and_what_changes(page) -> None:
    nodes = page.cdp("Accessibility.getFullAXTree")["nodes"]

    def names(role: str) -> list[str]:
        return [
            n.get("name", {}).get("value", "")
            for n in nodes
            if n.get("role", {}).get("value") == role and not n.get("ignored")
        ]

    assert {"Bundles", "Players", "Sessions"} <= set(names("region"))
    assert names("heading")[0] == "sideman fleet"
    assert {"small-1", "192.0.2.1:1"} <= set(names("rowheader"))
    assert "cycle against deadline" in names("columnheader")
    assert page.one("#summary").get_attribute("aria-live") == "polite"
    assert page.run("return document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_both_schemes_and_on_a_narrow_screen(page, scheme) -> None:
    page.cdp(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-color-scheme", "value": scheme}],
    )
    colours = page.run(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    )
    ink, paper = (_brightness(colour) for colour in colours)
    assert (paper > ink) == (scheme == "light")
    assert abs(ink - paper) > 120
    page.driver.set_window_size(400, 800)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    page.driver.set_window_size(1280, 1000)
    page.cdp("Emulation.setEmulatedMedia", features=[])


def _brightness(colour: str) -> float:
    values = colour[colour.index("(") + 1 : -1].replace(",", " ").split()[:3]
    return sum(map(float, values)) / 3


def test_what_the_page_asks_for_is_what_programs_get(page, fleet) -> None:
    told = json.loads(page.run("return fetch('status.json').then((answer) => answer.text())"))
    assert [p["player"] for p in told["players"]] == ["small-1", "small-2"]
