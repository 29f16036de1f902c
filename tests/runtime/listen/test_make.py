"""Pages from options to files, with models of a few lines."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest
import soundfile

from sideman.engine.bundle.bundle import MANIFEST, write_manifest
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.listen import make as making
from sideman.runtime.listen import run as running
from sideman.runtime.listen.against import Earlier
from sideman.runtime.listen.make import Request, make
from sideman.runtime.listen.store import PAGE, RECORD
from tests.fakes.manifest import CONSISTENCY, manifest_fields, write_bundle
from tests.runtime.listen.conftest import GRID

VOID = {"meta", "link", "input", "img", "br"}


class Checker(HTMLParser):
    """Every tag is closed, every id is there once, and what is linked is in the folder."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.files: list[str] = []
        self.named: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.files += [found[key] for key in ("src", "href") if found.get(key)]
        self.named += found.get("aria-labelledby", "").split()

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def check_page(out) -> Checker:
    checker = Checker()
    checker.feed((out / PAGE).read_text("utf-8"))
    assert checker.open == []
    assert len(set(checker.ids)) == len(checker.ids)
    assert set(checker.named) <= set(checker.ids)
    for name in checker.files:
        if not name.startswith(("#", "data:")):
            assert (out / name).is_file(), name
    return checker


def record(out) -> dict:
    return json.loads((out / RECORD).read_text("utf-8"))


@pytest.fixture
def request_of(bundles, stems, tmp_path):
    def of(**other) -> Request:
        return Request(**{"bundles": tuple(bundles), "inputs": (stems,), "out": tmp_path / "out",
                          "seconds": 2.0} | other)  # fmt: skip

    return of


def test_every_bundle_plays_every_stem_in_every_regime(request_of, players, console) -> None:
    asked = request_of()
    assert make(asked, console)
    found = record(asked.out)
    # Guitar has no file of its own and is played to all three.
    assert [row["stem"] for row in found["rows"]] == ["bass", "drums", "guitar", "piano"]
    assert [bool(row["truth"]) for row in found["rows"]] == [True, True, False, True]
    assert len(found["cells"]) == found["wanted"] == 2 * 3 * 4
    # Each is loaded once.
    assert [path.name for path in players.opened] == ["first", "second"]
    assert players.cycles == sum(len(cell["cycles"]) for cell in found["cells"])
    check_page(asked.out)
    for cell in found["cells"]:
        sound, rate = soundfile.read(asked.out / cell["sound"]["file"])
        assert (len(sound), rate) == (2 * 44_100, 44_100)
        assert {"level"} <= cell["figures"].keys()
        assert ("distance" in cell["figures"]) == (cell["row"] != "take-1-guitar")


def test_all_leave_themselves_out(request_of, players, console) -> None:
    asked = request_of()
    make(asked, console)
    found = record(asked.out)
    bass, drums = found["rows"][:2]
    parts = {n: soundfile.read(asked.inputs[0] / f"{n}.wav")[0] for n in ("bass", "drums", "piano")}
    context = soundfile.read(asked.out / bass["context"]["file"])[0]
    assert np.abs(context - parts["drums"] - parts["piano"]).max() < 1e-3
    truth = soundfile.read(asked.out / drums["truth"]["file"])[0]
    assert np.abs(truth - parts["drums"]).max() < 1e-3


def test_a_model_that_draws_more_plays_from_the_same_noise(
    request_of, bundles, players, console, tmp_path, monkeypatch
) -> None:
    more = write_bundle(tmp_path / "more", GRID, "more")
    write_manifest(
        more, **manifest_fields(GRID, name="more", sampler=replace(CONSISTENCY, steps=4))
    )
    drawn: dict[str, list] = {}

    class Heard(running.SameNoise):
        def fill(self, noise) -> None:
            super().fill(noise)
            both = (noise.initial.host.copy(), noise.decoder.host.copy())
            drawn.setdefault(players.opened[-1].name, []).append(both)

    monkeypatch.setattr(running, "SameNoise", Heard)
    make(request_of(bundles=(bundles[0], more)), console)
    assert [p["evaluations"] for p in record(request_of().out)["players"]] == [2, 4]
    first, second = drawn["first"], drawn["more"]
    assert len(first) == len(second) >= players.cycles / 2
    for one, other in zip(first, second, strict=True):
        assert all(map(np.array_equal, one, other))
    assert not np.array_equal(first[-1][0], first[-2][0])


def test_the_seed_changes_every_sound(request_of, players, console, tmp_path) -> None:
    pages = [request_of(out=tmp_path / str(seed), seed=seed) for seed in (0, 1)]
    for asked in pages:
        make(asked, console)
    for one, other in zip(*(record(asked.out)["cells"] for asked in pages), strict=True):
        assert one["id"] == other["id"]
        sounds = [
            soundfile.read(asked.out / cell["sound"]["file"])[0]
            for asked, cell in zip(pages, (one, other), strict=True)
        ]
        assert not np.array_equal(*sounds), one["id"]


def test_interrupted_kept_and_gone_on_with(request_of, players, console) -> None:
    asked = request_of()

    def interrupt(number: int) -> None:
        if number == 100:
            raise KeyboardInterrupt

    players.fail = interrupt
    with pytest.raises(KeyboardInterrupt):
        make(asked, console)
    kept = record(asked.out)
    done = sum(len(cell["cycles"]) for cell in kept["cells"])
    assert 0 < len(kept["cells"]) < kept["wanted"]
    check_page(asked.out)
    page = (asked.out / PAGE).read_text("utf-8")
    assert f"{len(kept['cells'])} of {kept['wanted']} sounds are there" in " ".join(page.split())
    assert "Not played yet" in page
    assert "the same command goes on" in console.export_text()
    players.fail = lambda number: None
    before = players.cycles
    assert make(asked, console)
    found = record(asked.out)
    assert players.cycles - before == sum(len(c["cycles"]) for c in found["cells"]) - done
    assert "Not played yet" not in (asked.out / PAGE).read_text("utf-8")
    # Run once more, nothing is played.
    before = players.cycles
    assert make(asked, console)
    assert players.cycles == before


def test_more_bundles_play_only_what_is_missing(request_of, bundles, players, console) -> None:
    make(request_of(bundles=(bundles[0],)), console)
    before = players.cycles
    make(request_of(bundles=(bundles[1], bundles[0])), console)
    assert players.cycles == 2 * before
    check_page(request_of().out)


def test_other_sounds_of_the_folder_are_not_removed_unasked(request_of, players, console) -> None:
    make(request_of(), console)
    with pytest.raises(SidemanError, match=r"does not ask for.*\n.*--force"):
        make(request_of(seed=1), console)
    assert make(request_of(seed=1, force=True), console)
    named = {name for s in (request_of().out / "sounds").iterdir() for name in [s.name]}
    found = record(request_of().out)
    # Cells, contexts and truths, each as sound, script and picture; nothing of before.
    assert len(named) == 3 * (len(found["cells"]) + 4 + 3)


def test_one_that_fails_is_named_and_the_others_play(
    request_of, players, console, monkeypatch
) -> None:
    def fail(number: int) -> None:
        if players.opened[-1].name == "first":
            raise BackendError("Stage decode gave numbers that are not finite.")

    players.fail = fail
    totals = []
    monkeypatch.setattr(
        running.Progress, "update",
        lambda self, task, **fields: totals.append(fields["total"]) if "total" in fields else None,
    )  # fmt: skip
    assert not make(request_of(), console)
    found = record(request_of().out)
    # The bar ends where what is left ends.
    assert totals == [sum(len(cell["cycles"]) for cell in found["cells"])]
    assert {cell["player"] for cell in found["cells"]} == {"player-2"}
    assert "first stopped: Stage decode gave numbers" in console.export_text()
    assert "first stopped: Stage decode" in (request_of().out / PAGE).read_text("utf-8")


def test_another_kind_of_files_is_written_without_playing(request_of, players, console) -> None:
    make(request_of(), console)
    played = players.cycles
    before = {p.name for p in (request_of().out / "sounds").glob("*.flac")}
    assert make(request_of(audio="wav"), console)
    assert players.cycles == played
    folder = request_of().out / "sounds"
    assert {p.stem for p in folder.glob("*.wav")} == {name[:-5] for name in before}
    assert not list(folder.glob("*.flac"))
    check_page(request_of().out)
    make(request_of(audio="opus"), console)
    assert players.cycles == played
    # What Opus has lost is played again.
    assert make(request_of(), console)
    assert players.cycles == 2 * played
    assert {p.name for p in folder.glob("*.flac")} == before


@pytest.mark.parametrize(
    "options",
    [
        {"leads": "1", "regimes": "1"},
        {"leads": "1", "r": 0.25},
        {"leads": "1", "fade": 0.02},
        {"columns": 4},
    ],
    ids=" ".join,
)
def test_options_that_would_change_nothing_are_refused(request_of, players, console, options):
    with pytest.raises(SidemanError, match=r"exclude each other|none are given"):
        make(request_of(**options), console)
    assert players.opened == []


def test_leads_play_as_the_native_protocol_does(request_of, players, console) -> None:
    asked = request_of(leads="1,2", columns=2, stems="bass")
    assert make(asked, console)
    found = record(asked.out)
    assert [regime["name"] for regime in found["regimes"]] == ["lead 1", "lead 2"]
    assert [regime["live"] for regime in found["regimes"]] == [True, True]
    # 4,096 samples a column, less 1,536 and the overlap of 882.
    assert found["regimes"][0]["deadline"] == pytest.approx((4096 - 1536 - 882) / 44_100)
    for cell in found["cells"]:
        sound = soundfile.read(asked.out / cell["sound"]["file"])[0]
        ahead = int(cell["regime"][-1]) * 4096 - 1536 - 882
        assert not np.any(sound[: 2 * 4096 + ahead - 1])
        assert np.any(sound[2 * 4096 + ahead :])


def test_against_an_earlier_page(request_of, bundles, players, console, tmp_path) -> None:
    before = request_of(bundles=(bundles[0],), out=tmp_path / "before")
    make(before, console)
    asked = request_of(bundles=(bundles[1],), earlier=Earlier(before.out), seed=3)
    make(asked, console)
    found = record(asked.out)
    # One player each: they are compared, whatever they are called.
    assert found["against"]["paired"] == len(found["cells"])
    assert found["against"]["new"] == found["against"]["lost"] == 0
    assert {cell["earlier"]["name"] for cell in found["cells"]} == {"first"}
    check_page(asked.out)
    page = (asked.out / PAGE).read_text("utf-8")
    assert "first → second" in page
    # It plays other noise, and that is said above the table and in the terminal.
    said = "The noise's seed was 0 there and is 3 here."
    assert said in escape_and_back(page)
    assert said in console.export_text()
    for cell in found["cells"]:
        assert (asked.out / cell["earlier"]["sound"]["file"]).is_file()
    both = request_of(out=tmp_path / "both", earlier=Earlier(asked.out), seed=3)
    make(both, console)
    # Of two players, the one of the same name.
    assert {c["player"] for c in record(both.out)["cells"] if "earlier" in c} == {"player-2"}
    with pytest.raises(SidemanError, match="same folder"):
        make(request_of(earlier=Earlier(asked.out), bundles=(bundles[1],), seed=3), console)


def escape_and_back(page: str) -> str:
    return unescape(" ".join(page.split()))


def test_a_bundle_is_compared_with_itself_in_another_precision(
    request_of, bundles, players, console, tmp_path
) -> None:
    mine = write_bundle(tmp_path / "mine", GRID, "mine")
    low = write_bundle(tmp_path / "mine-int8", GRID, "mine")
    manifest = json.loads((low / MANIFEST).read_text())
    for stage in manifest["stages"].values():
        stage["precision"] = "int8"
    (low / MANIFEST).write_text(json.dumps(manifest))
    before = request_of(bundles=(mine,), out=tmp_path / "before")
    make(before, console)
    # Both have one name in their manifests, and are called otherwise beside each other.
    asked = request_of(bundles=(mine, low), out=tmp_path / "after", earlier=Earlier(before.out),
                       r=0.125)  # fmt: skip
    make(asked, console)
    found = record(asked.out)
    assert [(p["bundle"], p["precision"]) for p in found["players"]] == [
        ("mine", "fp32"),
        ("mine", "int8"),
    ]
    changes = {(c["player"], c["earlier"]["change"]) for c in found["cells"]}
    assert changes == {("player-1", ""), ("player-2", "mine, fp32 → mine, int8")}
    # One earlier sound stands for two new ones.
    assert (found["against"]["new"], found["against"]["lost"]) == (0, 0)
    page = escape_and_back((asked.out / PAGE).read_text("utf-8"))
    assert "mine, fp32 → mine, int8" in page
    assert (
        "retrospective, immediate, look-ahead: played with --r 0.25 --fade 0.02 there and "
        "--r 0.125 --fade 0.02 here." in page
    )


def test_cycle_times_of_another_setting_are_measured_again(request_of, players, console) -> None:
    asked = request_of()
    make(asked, console)
    whole = players.cycles

    def interrupt(number: int) -> None:
        if number == whole + 100:
            raise KeyboardInterrupt

    players.fail = interrupt
    with pytest.raises(KeyboardInterrupt):
        make(request_of(threads=1), console)
    # What is not played yet stays, and the page says that times are mixed.
    found = record(asked.out)
    assert len(found["cells"]) == found["wanted"]
    assert {cell["setting"]["threads"] for cell in found["cells"]} == {None, 1}
    assert "its times are mixed" in (asked.out / PAGE).read_text("utf-8")
    players.fail = lambda number: None
    assert make(request_of(threads=1), console)
    found = record(asked.out)
    assert {cell["setting"]["threads"] for cell in found["cells"]} == {1}
    assert "its times are mixed" not in (asked.out / PAGE).read_text("utf-8")
    assert "24 sounds are played again" in console.export_text()
    check_page(asked.out)
    before = players.cycles
    assert make(request_of(threads=1), console)
    assert players.cycles == before


def test_a_page_of_another_hand_is_left_alone(request_of, players, console) -> None:
    out = request_of().out
    out.mkdir()
    (out / PAGE).write_text("mine")
    with pytest.raises(SidemanError, match="did not write"):
        make(request_of(), console)
    assert (out / PAGE).read_text() == "mine"


def test_bundles_and_files_that_cannot_be_used_are_named_together(
    request_of, bundles, stems, players, console, tmp_path
) -> None:
    write_bundle(tmp_path / "other", LatentGrid(), "other")
    (stems / "bass.wav").write_text("no sound")
    (stems / "drums.flac").write_bytes((stems / "drums.wav").read_bytes())
    asked = request_of(bundles=(bundles[0], tmp_path / "none", tmp_path / "other"))
    with pytest.raises(SidemanError) as raised:
        make(asked, console)
    for said in ("4 bundles and files", "none is not a bundle", "cannot stand on one page",
                 "both named after the stem drums", "bass.wav cannot be read"):  # fmt: skip
        assert said in str(raised.value)


def test_interrupted_before_there_is_a_page(request_of, players, console, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_takes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make(request_of(), console)
    assert "Interrupted before there was a page" in console.export_text()
    assert PAGE not in {file.name for file in request_of().out.iterdir()}
