"""Patches have no faults, the kept files are what the descriptions say, and Pure Data agrees."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from max.patches import build, maxpat, pd
from max.patches.advice import ADVICE
from max.patches.check import faults
from max.patches.draw import SHOWN, draw
from max.patches.from_multi_track import from_multi_track
from max.patches.help import tabs
from max.patches.icon import draw_icon
from max.patches.lettering import text_width, wrap
from max.patches.methods import Methods, read_methods
from max.patches.parts import parts
from max.patches.patch import DRAWN_ONLY, Patch
from max.patches.pd_help import pd_help
from max.patches.ready import ready
from max.patches.style import QUIET
from tests.max.pd import need_pd, run

ROOT = Path(__file__).parents[2]
FILES = build.generated()
JSON_FILES = [path for _, path in FILES if path.endswith((".maxpat", ".maxhelp"))]


@pytest.fixture(scope="module")
def methods() -> Methods:
    return read_methods()


def patchers(patcher: dict) -> Iterator[dict]:
    """A patcher and all that are inside of it."""
    yield patcher
    for box in patcher["boxes"]:
        if "patcher" in box["box"]:
            yield from patchers(box["box"]["patcher"])


@pytest.mark.parametrize(("part", "path"), FILES, ids=lambda name: name)
def test_kept_files_are_what_is_generated(part: str, path: str) -> None:
    kept = (build.KEPT[part] / path).read_bytes()
    assert build.same(path, kept, FILES[part, path]), "run: python -m max.patches"


def test_nothing_else_is_kept_in_the_package() -> None:
    kept = {p.relative_to(build.KEPT["max"]).as_posix() for p in build.KEPT["max"].rglob("*.*")}
    externals = {path for path in kept if path.startswith("externals/")}
    assert kept - externals == {path for part, path in FILES if part == "max"}


def test_the_command_writes_a_finished_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["max.patches", str(tmp_path)])
    build.main()
    folder = tmp_path / "max" / "sideman"
    assert (folder / "license").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert (folder / "help" / "sideman~.maxhelp").is_file()
    loop = (ROOT / "runtime" / "demo" / "loop.flac").read_bytes()
    assert (folder / "media" / "sideman.loop.flac").read_bytes() == loop
    assert (tmp_path / "pd" / "sideman~" / "sideman~-help.pd").is_file()
    readme = (tmp_path / "pd" / "sideman~" / "README.md").read_text("utf-8")
    assert "com.apple.quarantine" in readme
    assert readme == build.archive_readme()
    written = {str(path) for path in tmp_path.rglob("*") if path.is_file()}
    assert set(capsys.readouterr().out.splitlines()) == written


def test_an_archive_s_readme_stands_alone() -> None:
    readme = build.archive_readme()
    # Which file to unpack, and how to get and start a server, with nothing but this archive.
    assert "sideman-max-0.1.0-macos.zip" in readme
    assert 'pip install "./sideman-0.1.0-py3-none-any.whl[cpu]"' in readme
    assert re.search(r"^sideman serve  ", readme, re.MULTILINE)
    version = json.loads(FILES["max", "package-info.json"])["version"]
    assert set(re.findall(r"-(\d+\.\d+\.\d+)\b", readme)) == {version}
    for gone in ("](", "<!--", "-->", "Build from source", "CMake", "folder above", "../"):
        assert gone not in readme
    # What a sentence stood for is gone with it: each paragraph ends as one.
    paragraphs = re.sub(r"```.*?```", "", readme, flags=re.DOTALL).split("\n\n")
    ends = {text.strip()[-1] for text in paragraphs if text.strip() and text[0] not in "#| "}
    assert ends <= {".", ":"}


def test_a_link_that_an_archive_cannot_follow_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "max").mkdir()
    (tmp_path / "max" / "README.md").write_text("See [there](../docs/there.md).\n")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"there\.md.*cannot stand in an archive"):
        build.archive_readme()


def test_the_package_has_the_version_of_the_project() -> None:
    info = json.loads(FILES["max", "package-info.json"])
    assert f'version = "{info["version"]}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("path", JSON_FILES)
def test_max_finds_every_end_of_every_cord(path: str) -> None:
    """From the file alone: neither the checker nor the descriptions are asked."""
    top = json.loads(FILES["max", path])["patcher"]
    count = 0
    for patcher in patchers(top):
        boxes = {box["box"]["id"]: box["box"] for box in patcher["boxes"]}
        assert len(boxes) == len(patcher["boxes"])
        for box in boxes.values():
            assert len(box.get("outlettype", [])) == box["numoutlets"]
            assert not set(DRAWN_ONLY) & set(box)
        for line in patcher["lines"]:
            source, outlet = line["patchline"]["source"]
            target, inlet = line["patchline"]["destination"]
            assert 0 <= outlet < boxes[source]["numoutlets"]
            assert 0 <= inlet < boxes[target]["numinlets"]
            count += 1
    assert count > 2


def test_the_help_patch_has_tabs_in_order(methods: Methods) -> None:
    top = json.loads(FILES["max", "help/sideman~.maxhelp"])["patcher"]
    found = [box["box"] for box in top["boxes"]]
    assert [box["patcher"]["showontab"] for box in found] == [1] * 5
    assert top["showrootpatcherontab"] == 0
    lefts = [box["patching_rect"][0] for box in found]
    assert lefts == sorted(lefts)
    names = [tab.name for tab in tabs(methods)]
    assert [box["text"].removeprefix("p ").strip('"') for box in found] == names
    assert names == ["play", "several stems", "look-ahead", "remote server", "troubleshooting"]


def test_help_mentions_all_that_the_object_knows(methods: Methods) -> None:
    max_words = "\n".join(tab.words() for tab in tabs(methods))
    pd_words = pd_help(methods).words()
    for name in (*methods.messages, *methods.attributes, *methods.outputs):
        assert re.search(rf"\b{name}\b", max_words), f"{name} is not in the help patch for Max"
        assert re.search(rf"\b{name}\b", pd_words), f"{name} is not in that for Pure Data"


def test_every_output_is_shown_in_a_help_patch(methods: Methods) -> None:
    for patches in (
        [*tabs(methods), *(inner for tab in tabs(methods) for inner in _inside(tab))],
        [pd_help(methods), *_inside(pd_help(methods))],
    ):
        texts = [box.text for patch in patches for box in patch.boxes.values()]
        shown = {word for text in texts if text.startswith("route ") for word in text.split()[1:]}
        # What the model is, which the window to its state tells apart.
        assert shown - {"unknown", "loading", "ready", "degraded"} == set(methods.outputs)


def test_every_tab_can_begin_and_end(methods: Methods) -> None:
    """Each has an object of its own, and a server plays with one at a time."""
    for tab in tabs(methods):
        sent = {tab.boxes[cord.source].text for cord in tab.cords if cord.target == "band"}
        assert {"start", "stop"} <= sent, tab.name


def test_every_message_in_pure_data_has_a_way_back(methods: Methods) -> None:
    messages = [box.text for box in pd_help(methods).boxes.values() if box.kind == "message"]
    for attribute in methods.attributes.values():
        values = [text for text in messages if text.startswith(f"{attribute.name} ")]
        if attribute.type == "symbols":
            continue  # at first those that the object was made with
        if not attribute.initial:
            assert attribute.name in messages  # alone, it takes a text back
            values.append(attribute.name)
        assert f"{attribute.name} {attribute.initial.rstrip('.')}".rstrip() in values
        assert len(values) == len(attribute.choices or (1, 2))


def test_both_help_patches_give_the_same_advice(methods: Methods) -> None:
    words = [tabs(methods)[-1].words(), pd_help(methods).words()]
    for seen, advice in ADVICE:
        assert all(seen in text and advice in text for text in words)


def test_the_dial_has_every_lead(methods: Methods) -> None:
    look = ready(methods).boxes["lead dial"].look["saved_attribute_attributes"]
    assert isinstance(look, dict)
    columns = [str(n) for n in range(1, 65)]
    assert look["valueof"]["parameter_enum"] == ["auto", *columns]
    assert look["valueof"]["parameter_mmax"] == 64


def _attributes_set_by(patcher: dict, source: str) -> set[str]:
    """The attributes that a control sets, found by following its cords."""
    boxes = {box["box"]["id"]: box["box"] for box in patcher["boxes"]}
    after: dict[str, list[str]] = {}
    for line in (each["patchline"] for each in patcher["lines"]):
        after.setdefault(line["source"][0], []).append(line["destination"][0])
    found, todo = set(), [source]
    while todo:
        for target in after.get(todo.pop(), []):
            words = boxes[target].get("text", "").split()
            if words and words[0] == "sideman~":
                continue
            if boxes[target]["maxclass"] == "message":
                found.add(words[0])
            elif words and words[0] == "prepend":
                found.add(words[1])
            else:
                todo.append(target)
    return found


def test_controls_show_what_is_so_when_the_patch_opens(methods: Methods) -> None:
    """From the file: each is set by loadmess, saying nothing, to what `sideman~` is at first."""
    patcher = json.loads(FILES["max", "extras/sideman.maxpat"])["patcher"]
    boxes = {box["box"]["id"]: box["box"] for box in patcher["boxes"]}
    lines = [line["patchline"] for line in patcher["lines"]]
    seen = set()
    for name, box in boxes.items():
        if box["maxclass"] not in ("textedit", "number", "flonum", "umenu", "live.dial", "toggle"):
            continue
        attributes = _attributes_set_by(patcher, name) & set(methods.attributes)
        if not attributes:
            continue
        (attribute,) = attributes
        first = methods.attributes[attribute].initial
        seen.add(attribute)
        if box["maxclass"] == "live.dial":
            # It keeps a value of its own, and sends it when the patch opens.
            value = box["saved_attribute_attributes"]["valueof"]
            assert value["parameter_initial_enable"] == 1
            assert [value["parameter_enum"][i] for i in value["parameter_initial"]] == [first]
            continue
        before = [line["source"][0] for line in lines if line["destination"] == [name, 0]]
        (shown,) = (boxes[each]["text"] for each in before)
        value = "" if shown == "loadmess clear" else shown.removeprefix("loadmess set ")
        if box["maxclass"] == "umenu":
            value = methods.attributes[attribute].choices[int(value)]
        assert value == {"auto": "0"}.get(first, first), attribute
    assert seen == {"host", "port", "bundle", "lead", "step", "margin", "latency"}


def test_the_model_is_told_in_words() -> None:
    patcher = json.loads(FILES["max", "patchers/sideman.status.maxpat"])["patcher"]
    texts = [box["box"].get("text") for box in patcher["boxes"]]
    assert "route unknown loading ready degraded" in texts
    for words in ("set model unknown", "set loading $1 %", "set model ready", "set model degraded"):
        assert words in texts


def test_stems_are_switched_in_one_way_alone(methods: Methods) -> None:
    """A message beside the switches would leave them showing what is not so."""
    for patch in (ready(methods), tabs(methods)[1]):
        ways = [
            cord.source
            for cord in patch.cords
            if cord.target == "band" and "stems" in patch.boxes[cord.source].text
        ]
        assert ways == ["stems"]


def test_in_pure_data_few_cords_meet(methods: Methods) -> None:
    patch = pd_help(methods)
    ends = [(cord.target, cord.inlet) for cord in patch.cords]
    assert max(ends.count(end) for end in ends) <= 6
    assert sum(box.text == "s $0-band" for box in patch.boxes.values()) == 5
    assert ("messages", "band") in [(cord.source, cord.target) for cord in patch.cords]


def test_a_command_of_a_patch_needs_no_bundle(methods: Methods) -> None:
    for patch in (tabs(methods)[0], pd_help(methods)):
        texts = [box.text for box in patch.boxes.values()]
        assert any("sideman serve" in text for text in texts)
        assert not any("sideman serve BUNDLE" in text for text in texts)


def test_what_a_patch_names_is_in_the_package() -> None:
    """Patches in windows, scripts and sounds: Max finds them by name alone."""
    there = {Path(path).name for part, path in FILES if part == "max"}
    there |= {Path(path).name for path in build.COPIED}
    assert all((ROOT / source).is_file() for source in build.COPIED.values())
    named = set()
    for path in JSON_FILES:
        for patcher in patchers(json.loads(FILES["max", path])["patcher"]):
            for box in (each["box"] for each in patcher["boxes"]):
                if box["maxclass"] == "bpatcher":
                    named.add(box["name"])
                named |= set(re.findall(r"sideman\.\w+\.(?:js|flac)", box.get("text", "")))
                named |= {box["filename"]} if "filename" in box else set()
    assert named <= there
    assert {name for name in there if name.startswith("sideman.")} - named == {"sideman.maxpat"}


def test_a_window_has_the_ends_of_the_patch_behind_it() -> None:
    """From the files alone: as many inlets and outlets, and words for each #1."""
    seen = 0
    for path in JSON_FILES:
        for patcher in patchers(json.loads(FILES["max", path])["patcher"]):
            for box in (each["box"] for each in patcher["boxes"]):
                if box["maxclass"] != "bpatcher":
                    continue
                behind = json.loads(FILES["max", f"patchers/{box['name']}"])["patcher"]
                kinds = [each["box"]["maxclass"] for each in behind["boxes"]]
                assert box["numinlets"] == kinds.count("inlet")
                assert box["numoutlets"] == kinds.count("outlet")
                # Max counts ends from the left, and as they say.
                for kind in ("inlet", "outlet"):
                    ends = [e["box"] for e in behind["boxes"] if e["box"]["maxclass"] == kind]
                    ends.sort(key=lambda end: end["patching_rect"][0])
                    assert [end["index"] for end in ends] == [*range(1, len(ends) + 1)]
                assert len(box["args"]) == ("#1" in json.dumps(behind))
                assert behind["openinpresentation"] == 1
                assert box["patching_rect"][2:] == behind["rect"][2:]
                seen += 1
    assert seen >= 10


def test_the_readme_tells_the_sizes_of_windows() -> None:
    readme = (ROOT / "max" / "README.md").read_text("utf-8")
    for part in parts():
        width, height = (round(side) for side in part.size)
        assert f"| `{part.name}.maxpat` | {width} × {height} |" in readme


def test_margin_is_a_menu_of_what_the_table_names(methods: Methods) -> None:
    boxes = json.loads(FILES["max", "extras/sideman.maxpat"])["patcher"]["boxes"]
    (menu,) = (each["box"] for each in boxes if each["box"]["maxclass"] == "umenu")
    assert [item for item in menu["items"] if item != ","] == methods.attributes["margin"].choices
    assert menu["items"].count(",") == 2
    # Its words leave from the middle outlet.
    patch = ready(methods)
    assert [c.outlet for c in patch.cords if c.source == "margin"] == [1]
    first = patch.boxes["margin at first"].text.split()[-1]
    assert methods.attributes["margin"].choices[int(first)] == methods.attributes["margin"].initial


def test_an_empty_field_asks_for_the_first_bundle() -> None:
    """From the file: of what the field says, "text" alone becomes "bundle" alone."""
    patcher = json.loads(FILES["max", "extras/sideman.maxpat"])["patcher"]
    boxes = {box["box"]["id"]: box["box"] for box in patcher["boxes"]}
    lines = [line["patchline"] for line in patcher["lines"]]
    (choice,) = (name for name, box in boxes.items() if box.get("text") == "route bang")
    (before,) = (line["source"] for line in lines if line["destination"] == [choice, 0])
    assert (boxes[before[0]]["text"], before[1]) == ("route text", 0)
    after = {}
    for line in lines:
        if line["source"][0] == choice:
            after[line["source"][1]] = boxes[line["destination"][0]]
    assert (after[0]["maxclass"], after[0]["text"]) == ("message", "bundle")
    assert (after[1]["maxclass"], after[1]["text"]) == ("newobj", "prepend bundle")


def _inside(patch: Patch) -> list[Patch]:
    return [box.patch for box in patch.boxes.values() if box.patch]


# The checker


def small() -> Patch:
    """A patch without faults."""
    patch = Patch("small", size=(20, 20))
    patch.object("input", "adc~ 1", (1, 1))
    patch.object("half", "*~ 0.5", (1, 4))
    patch.control("output", "ezdac~", (1, 7))
    patch.cord("input -> half -> output:0", "half -> output:1")
    return patch


def test_a_patch_without_faults_has_none(methods: Methods) -> None:
    mine = (*tabs(methods), ready(methods), *parts(), from_multi_track(), pd_help(methods))
    for patch in (small(), *mine):
        assert faults(patch) == []


PLANTED: dict[str, tuple[Callable[[Patch], None], str]] = {
    "a cord to nowhere": (lambda p: p.cord("half -> gone"), "'gone', which is not there"),
    "a cord from nowhere": (lambda p: p.cord("gone -> half"), "'gone', which is not there"),
    "an inlet beyond": (lambda p: p.cord("half -> output:2"), "'output' has no inlet 2"),
    "an outlet beyond": (lambda p: p.cord("half:1 -> output"), "'half' has no outlet 1"),
    "an overlap": (lambda p: p.comment("here", (1, 4.5)), "overlap in the window"),
    "outside": (lambda p: p.comment("there", (19, 1)), "reaches out of the window"),
    "twice": (lambda p: p.cord("input -> half"), "the same cord twice"),
    "no input": (lambda p: p.object("alone", "*~ 1.", (9, 9)), "nothing comes to 'alone'"),
    "no output": (lambda p: p.message("go", "go", (9, 9)), "outlet 0 of 'go' leads nowhere"),
    "a loose number": (lambda p: p.control("n", "number", (9, 9)), "'n' is not connected"),
    "across a card": (lambda p: p.card("a", (2, 2), (9, 9)), "lies across an edge"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_the_checker_finds(name: str) -> None:
    plant, wanted = PLANTED[name]
    patch = small()
    plant(patch)
    assert any(wanted in fault for fault in faults(patch)), faults(patch)


def test_the_checker_finds_a_signal_where_none_is_taken() -> None:
    patch = small()
    patch.message("go", "go", (9, 4))
    patch.cord("input -> go", "go -> half")
    assert faults(patch) == ["small: a signal of 'input' into 'go', which takes none there"]


def test_the_checker_looks_into_tabs_and_at_what_performers_see() -> None:
    patch = Patch("top", size=(30, 30), wiring=(60, 60))
    inner = small()
    inner.cord("half -> gone")
    patch.subpatch(inner, (1, 1))
    patch.comment("one", (1, 9), shown=(1, 1))
    patch.comment("two", (9, 9), shown=(1.5, 1.2))
    found = faults(patch)
    assert "small: a cord to 'gone', which is not there" in found
    assert any("overlap in the performer's view" in fault for fault in found)


def test_the_checker_finds_a_semicolon_in_a_comment_of_pure_data() -> None:
    for host, wanted in (("pd", ["text: a semicolon in 'one; two'"]), ("max", [])):
        patch = Patch("text", size=(40, 20), host=host)  # type: ignore[arg-type]
        patch.comment("one; two", (1, 1))
        assert faults(patch) == wanted


def test_the_checker_finds_a_full_stop_that_pure_data_leaves_out() -> None:
    for text, wanted in (("0 to 4. All", 1), ("-4.", 1), ("4.5 of v4. (to 4).", 0)):
        patch = Patch("text", size=(40, 20), host="pd")
        patch.comment(text, (1, 1))
        assert len(faults(patch)) == wanted, text


def test_names_and_objects_that_are_not_known_are_refused() -> None:
    patch = small()
    with pytest.raises(ValueError, match="two boxes are called 'half'"):
        patch.object("half", "*~ 1.", (9, 9))
    with pytest.raises(ValueError, match="knows no object 'gone~'"):
        patch.object("gone", "gone~", (9, 9))
    with pytest.raises(ValueError, match="no arrow"):
        patch.cord("input half")


def test_strips_and_the_script_have_the_stems_in_the_same_order(methods: Methods) -> None:
    for patch in (ready(methods), tabs(methods)[1]):
        leaving = {(c.source, c.outlet): (c.target, c.inlet) for c in patch.cords}
        names = patch.boxes["band"].text.split()[1:]
        assert patch.boxes["stems"].text.split()[2:] == names
        for i, stem in enumerate(names):
            assert leaving["band", i] == (stem, 0)
            assert leaving[stem, 1] == ("stems", i)
            assert patch.boxes[stem].look["args"] == (stem,)
        assert any((c.source, c.target) == ("stems", "band") for c in patch.cords)


def test_the_loop_is_heard_instead_of_the_input() -> None:
    """0 and 1 of the toggle are the first and the second signal of the switch."""
    (patch,) = (part for part in parts() if part.name == "sideman.input")
    into = {(c.target, c.inlet): c.source for c in patch.cords}
    assert patch.boxes[into["chosen", 0]].text == "+ 1"
    assert patch.boxes[into["chosen", 1]].text == "adc~ 1"
    assert patch.boxes[into["chosen", 2]].text == "sfplay~ 1"
    assert patch.boxes["chosen"].text == "selector~ 2 1"
    assert patch.ports().outlets == ("signal",)


def test_a_window_s_ends_take_signals_where_what_is_behind_it_does() -> None:
    ends = {part.name: part.ports() for part in parts()}
    strip, status = ends["sideman.strip"], ends["sideman.status"]
    assert (strip.signals, strip.outlets) == (1, ("signal", ""))
    assert (status.signals, status.outlets) == (0, ())


# Lettering, pictures


def test_lines_are_as_wide_as_asked() -> None:
    text = "Ask for the server until it answers, and play."
    lines = wrap(text, 120)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(text_width(line) <= 120 for line in lines)
    assert wrap("a\nb", 500) == ["a", "b"]


def test_an_icon_that_is_packed_otherwise_is_the_same() -> None:
    icon, other = draw_icon(), draw_icon(1)
    assert icon != other
    assert build.same("icon.png", icon, other)
    with Image.open(io.BytesIO(icon)) as picture:
        assert (picture.size, picture.mode) == ((128, 128), "RGBA")
    assert not build.same("a.pd", b"1", b"2")


@pytest.mark.parametrize("name", build.pictures())
def test_patches_can_be_looked_at(name: str, tmp_path: Path) -> None:
    patch, wiring = build.pictures()[name]
    draw(patch, tmp_path / "picture.png", wiring=wiring)
    view = patch.wiring if wiring and patch.wiring else patch.size
    with Image.open(tmp_path / "picture.png") as picture:
        wanted = tuple(1.5 * side for side in view)
        assert all(abs(a - b) <= 1 for a, b in zip(picture.size, wanted, strict=True))
        colours = picture.convert("RGB").getcolors(1 << 24)
    # Words and lines, on more than paper.
    assert colours is not None
    assert len(colours) > 20
    assert max(count for count, _ in colours) < 0.98 * picture.size[0] * picture.size[1]


def _coarse(path: Path) -> Image.Image:
    """So coarse that edges of letters count little, which versions of matplotlib draw otherwise."""
    with Image.open(path) as picture:
        return picture.convert("L").reduce(6)


@pytest.mark.parametrize("name", SHOWN)
def test_the_documentation_s_pictures_are_what_is_drawn_now(name: str, tmp_path: Path) -> None:
    kept = ROOT / "docs" / f"{name}.png"
    assert kept.stat().st_size < 150_000
    patch, wiring = build.pictures()[SHOWN[name]]
    draw(patch, tmp_path / "new.png", wiring=wiring)
    old, new = _coarse(kept), _coarse(tmp_path / "new.png")
    assert old.size == new.size
    assert _furthest(old, new) < 24, "run: python -m max.patches.draw"


def _furthest(one: Image.Image, other: Image.Image) -> int:
    return int(ImageChops.difference(one, other).getextrema()[1])  # type: ignore[arg-type]


def test_a_changed_word_in_a_picture_is_seen(tmp_path: Path) -> None:
    for name, word in (("old", "deadline"), ("new", "the limit")):
        patch = Patch("word", size=(40, 20))
        patch.comment(word, (2, 2), size=11.0, colour=QUIET)
        draw(patch, tmp_path / f"{name}.png")
    assert _furthest(_coarse(tmp_path / "old.png"), _coarse(tmp_path / "new.png")) >= 24


# Pure Data


def test_pure_data_s_text_escapes_what_it_must() -> None:
    patch = Patch("text", size=(40, 20), host="pd")
    patch.comment("one, two; $1", (1, 1))
    assert r"#X text 15 15 one \, two \; \$1, f" in pd.write_patch(patch)


def test_pure_data_shows_words_in_a_message_box() -> None:
    patch = Patch("words", size=(40, 20), host="pd")
    patch.control("shown", "display", (1, 1), (30, 3))
    assert "#X msg 15 15, f 63;" in pd.write_patch(patch)


def test_pure_data_s_meter_tells_figures_and_turns_red_when_late(tmp_path: Path) -> None:
    need_pd()
    patch = Patch("test", size=(40, 20), host="pd")
    inner = pd_help(read_methods()).boxes["meter"].patch
    assert inner is not None
    patch.subpatch(inner, (1, 1))
    text = pd.write_patch(patch) + "\n".join(
        [
            "#X obj 20 80 print figures;",
            "#X obj 90 80 print bar;",
            "#X obj 20 10 loadbang;",
            r"#X msg 20 30 ahead 500 \, cycle 379.6 \, cycle 600;",
            r"#X msg 200 30 \; pd quit;",
            "#X obj 200 10 del 100;",
            "#X connect 0 0 1 0;",
            "#X connect 0 1 2 0;",
            "#X connect 3 0 4 0;",
            "#X connect 3 0 6 0;",
            "#X connect 6 0 5 0;",
            "#X connect 4 0 0 0;",
        ]
    )
    path = tmp_path / "meter.pd"
    path.write_text(text + "\n")
    log = run(path, tmp_path, 30)
    figures = [line for line in log.splitlines() if line.startswith("figures: ")]
    assert figures[-2:] == ["figures: set cycle 380 of 500 ms", "figures: set cycle 600 of 500 ms"]
    bar = [line for line in log.splitlines() if line.startswith("bar: ")]
    assert sorted(bar[-2:]) == ["bar: 120", "bar: color #f2f5fa #cc362e #212933"]
    assert any("#299e5c" in line for line in bar[:-2])


def _open_in_pd(*options: str) -> list[str]:
    program = shutil.which("pd")
    if program is None:
        pytest.skip("there is no Pure Data (Debian: apt install puredata-core)")
    file = build.KEPT["pd"] / "sideman~-help.pd"
    done = subprocess.run(
        [
            *(program, "-nogui", "-noaudio", "-nomidi", "-nrt", "-noprefs", "-stderr"),
            *(*options, "-open", str(file), "-send", "pd quit"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def test_without_the_external_pure_data_misses_it_alone() -> None:
    lines = _open_in_pd("-nostdpath")
    assert [re.sub(r"^verbose\(\d\): ", "", line) for line in lines] == [
        "sideman~ bass drums",
        "... couldn't create",
    ]


def test_with_the_external_pure_data_opens_it_without_a_word(
    max_tool: Callable[[str], Path],
) -> None:
    need_pd()
    built = max_tool("sideman_pd").parent.parent / "pd"
    assert _open_in_pd("-path", str(built)) == []


def test_a_tab_with_a_fault_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = small()
    broken.cord("half -> gone")
    monkeypatch.setattr(build, "ready", lambda _: broken)
    with pytest.raises(ValueError, match="small: a cord to 'gone'"):
        build.generated()


def test_a_help_file_is_as_large_as_its_largest_tab() -> None:
    other = Patch("other", size=(30, 10))
    other.comment("here", (1, 1))
    top = json.loads(maxpat.write_help("both", [small(), other]))["patcher"]
    assert top["rect"][2:] == [450, 300]
