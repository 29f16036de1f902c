"""The page in a real browser, opened from disk: it is clicked, typed at, and listened to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.listen.browser import Browser, browser
from tests.runtime.listen.made_page import RATE, SECONDS, SHORTER, known, make_page, noise

#: Samples by which the place may jump at a switch: 20 ms. It is to be none.
TOLERANCE = 882


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listening")
    make_page(folder, more=True)
    return folder


@pytest.fixture
def page(chromium: Browser, folder: Path) -> Iterator[Browser]:
    """The page, opened anew; afterwards nothing may have left the folder, nor gone wrong."""
    chromium.open(folder)
    yield chromium
    asked = [url for url in chromium.requests() if not url.startswith(("data:", "blob:"))]
    assert asked
    assert [url for url in asked if not url.startswith(f"{folder.as_uri()}/")] == []
    assert chromium.complaints() == []


def click(page: Browser, card: str, mode: str) -> None:
    page.click(page.one(f'button.listen[data-card="{card}"][data-mode="{mode}"]'))


def playing(page: Browser) -> str:
    """The card and mode of the one button that is pressed."""
    pressed = page.all('button.listen[aria-pressed="true"]')
    assert len(pressed) <= 1
    return (
        " ".join(pressed[0].get_attribute(f"data-{n}") for n in ("card", "mode")) if pressed else ""
    )


def place(heard: np.ndarray, sound: np.ndarray) -> int:
    """Sample of a sound, which goes round, at which what was heard begins."""
    spectrum = np.fft.rfft(sound) * np.conj(np.fft.rfft(heard, len(sound)))
    match = np.fft.irfft(spectrum, len(sound))
    best = int(np.argmax(match))
    assert match[best] > 10 * np.median(np.abs(match)), "something else is heard"
    return best


def test_every_player_loads_and_plays(page: Browser) -> None:
    buttons = page.all("button.listen")
    # Three stems, each with a context, and truth and four sounds alone and in the mix; two of them
    # with two sounds of an earlier page.
    assert len(buttons) == 3 * (1 + 2 * 5) + 2 * 2 * 2
    for button in buttons:
        page.click(button)
        card, mode = (button.get_attribute(f"data-{name}") for name in ("card", "mode"))
        row = button.get_attribute("data-row")
        hears(page, known(row, "" if card == "context" else card), f"{row}: {card} {mode}")
        assert playing(page) == f"{card} {mode}"
        assert page.said.startswith(f"{row.split('-')[-1]}: ")
    assert page.run("return document.title").startswith("Listening: A song </script>")


def matches(heard: np.ndarray, sound: np.ndarray) -> bool:
    try:
        place(heard, sound)
    except AssertionError:
        return False
    return True


def hears(page: Browser, sound: np.ndarray, what: str) -> None:
    page.wait(lambda: matches(page.hear(0.2).sound, sound), f"{what} at the loudspeaker")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("take-1-bass-truth", "stem"), ("take-1-bass-player-2-look-ahead", "stem")),
        (("take-1-bass-player-1-look-ahead", "mix"), ("take-1-bass-player-2-look-ahead", "mix")),
        (("take-1-bass-player-1-look-ahead", "stem"), ("take-1-bass-player-1-look-ahead", "mix")),
    ],
    ids=["truth to model", "float32 to int8", "stem to mix"],
)
def test_switching_keeps_the_place_without_a_gap(page: Browser, first, second) -> None:
    sounds = []
    for card, _ in (first, second):
        name = card.removeprefix("take-1-").replace("player-", "")
        sounds.append(noise(name))
    click(page, *first)
    hears(page, sounds[0], "the first sound")
    heard = page.hear(0.3)
    # What was chosen before is heard until the other is decoded; from then on, at the same place.
    click(page, *second)

    def switched() -> bool:
        nonlocal heard
        heard = heard.then(page.hear_on(0.2))
        recent = heard.sound[-8192:]
        return matches(recent, sounds[1]) and (
            first[0] == second[0] or not matches(recent, sounds[0])
        )

    page.wait(switched, "the switch")
    heard = heard.then(page.hear_on(1))
    sound = heard.sound
    length = SECONDS * RATE
    start = place(sound[:8192], sounds[0])
    end = place(sound[-8192:], sounds[1]) - (len(sound) - 8192)
    jump = (end - start + length // 2) % length - length // 2
    assert abs(jump) <= TOLERANCE
    assert jump == 0, "it is placed by the sample"
    # Two noises that are faded into each other are 3 dB lower in the middle, and never silent.
    levels = np.sqrt(np.square(heard.blocks).mean(axis=1))
    assert levels.min() > 0.5 * np.median(levels)


def keys(page: Browser, text: str) -> None:
    from selenium.webdriver.common.keys import Keys

    named = {"↑": Keys.ARROW_UP, "↓": Keys.ARROW_DOWN, "←": Keys.ARROW_LEFT, "→": Keys.ARROW_RIGHT}
    for key in text:
        page.press(named.get(key, key))


def test_all_can_be_done_with_the_keyboard(page: Browser) -> None:
    page.run("document.querySelector('[data-card=take-1-bass-truth][data-mode=mix]').focus()")
    keys(page, " ")
    page.wait(lambda: playing(page) == "take-1-bass-truth mix", "Space on a button")
    for key, wanted in (
        ("m", "take-1-bass-truth stem"),
        ("↓", "context context"),
        ("↓", "take-1-bass-player-1-retrospective stem"),
        ("g", "take-1-bass-truth stem"),
        ("g", "take-1-bass-player-1-retrospective stem"),
        ("↑", "context context"),
    ):
        keys(page, key)
        page.wait(lambda wanted=wanted: playing(page) == wanted, f"{key}: {wanted}")
    # Space stops what is heard, which the focus went along with.
    keys(page, " ")
    page.wait(lambda: not page.run("return transport.playing"), "Space")
    place = page.run("return transport.place = 2")
    keys(page, "→")
    page.wait(lambda: page.run("return transport.place") == place + 1, "an arrow")
    keys(page, "←←")
    page.wait(lambda: page.run("return transport.place") == place - 1, "arrows")


def test_keys_work_on_the_slider_too(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    page.wait(lambda: playing(page) == "take-1-bass-truth stem", "the first sound")
    page.click(page.one("#place"))
    keys(page, " ")
    page.wait(lambda: not page.run("return transport.playing"), "Space on the slider")
    page.run("transport.place = 1")
    keys(page, "→→")
    page.wait(lambda: page.run("return transport.place") == 3, "arrows on the slider")
    assert page.run("return document.getElementById('place').value") == "3"
    keys(page, "m")
    page.wait(lambda: playing(page) == "take-1-bass-truth mix", "M on the slider")


def test_the_blind_test_counts(page: Browser) -> None:
    page.click(page.one('.blind-open[data-row="take-1-drums"]'))
    page.click(page.one("#blind-start"))
    page.wait(lambda: page.one("#blind-trial").is_displayed(), "the first trial")
    # Nothing tells what is heard: no mark, no name, and nothing behind the dialog can be reached.
    assert playing(page) == ""
    page.wait(lambda: page.said == "A", "the letter")
    said = [name for _, name in accessible(page)]
    assert "A" in said
    assert [name for name in said if "plain" in name or "ground truth" in name] == []
    assert page.run("return document.activeElement.textContent") == "A"
    page.run("document.querySelector('button.listen').focus()")
    assert page.run("return document.activeElement.closest('dialog') !== null")
    right = 0
    for trial in range(5):
        keys(page, "abx")
        same = page.run("return blindTest.sounds.X === blindTest.sounds.A")
        # Three answers are right, whatever X is.
        keys(page, "12"[(trial < 3) != same])
        right += trial < 3
    page.click(page.one("#blind-end"))
    said = page.one("#blind-count").text
    assert page.run("return document.activeElement.id") == "blind-count"
    assert said.startswith("3 of 5 were right. Who guesses is right at least as often in 50 of 100")
    assert "ground truth" in said
    assert "plain, retrospective" in said
    page.click(page.one("#blind-result .blind-close"))
    assert not page.run("return transport.playing")
    assert right == 3


def test_a_blind_test_that_is_closed_while_it_loads_does_not_begin(page: Browser) -> None:
    page.click(page.one('.blind-open[data-row="take-1-drums"]'))
    # Nothing is decoded before the test goes on.
    page.run("window.release = null; const before = partsOf;"
             "partsOf = (each) => new Promise((go) => { window.release = go; })"
             ".then(() => before(each));")  # fmt: skip
    page.click(page.one("#blind-start"))
    page.wait(lambda: page.run("return window.release !== null"), "the loading")
    page.press("\ue00c")
    page.wait(lambda: not page.run("return document.getElementById('blind').open"), "Escape")
    page.driver.execute_async_script(
        "const done = arguments[0]; window.release(); setTimeout(done, 300);"
    )
    assert not page.run("return blindTest.running || transport.playing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_is_cut_off_and_all_can_be_read(page: Browser, scheme: str, width: int) -> None:
    page.cdp(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    page.cdp("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
             mobile=width < 500)  # fmt: skip
    try:
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
        for selector in ("body", ".small", ".notice", "td.yes strong", "td.never strong",
                         ".card a", ".figures dt", ".legend dd", "td.same", ".was", "nav a",
                         ".card", "button", "summary"):  # fmt: skip
            worst = page.run(_CONTRAST, selector)
            assert worst, f"there is no {selector}"
            assert worst >= 4.5, f"{selector} in {scheme}"
        # A table that scrolls sideways is hard to read on a telephone.
        assert width > 500 or page.run(
            "const box = document.querySelector('.live').parentElement;"
            "return box.scrollWidth <= box.clientWidth"
        )
        page.click(page.one(".blind-open"))
        assert page.run(
            "return getComputedStyle(document.querySelector('dialog'), '::backdrop')"
            ".backgroundColor === getComputedStyle(document.body).backgroundColor"
        )
        page.press("\ue00c")
    finally:
        page.cdp("Emulation.clearDeviceMetricsOverride")
        page.cdp("Emulation.setEmulatedMedia", features=[])


#: The least contrast of elements' text to what is behind it, as WCAG 2 counts it; 0 for none.
_CONTRAST = """
const light = (colour) => {
  const parts = colour.match(/[\\d.]+/g).map(Number);
  const [r, g, b] = parts.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const found = [...document.querySelectorAll(arguments[0])].map((element) => {
  let behind = element;
  while (/, 0\\)$|transparent/.test(getComputedStyle(behind).backgroundColor))
    behind = behind.parentElement;
  const [one, other] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    .map(light).sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
});
return found.length ? Math.min(...found) : 0;
"""


def accessible(page: Browser) -> list[tuple[str, str]]:
    """Role and name of all that a screen reader finds now."""
    nodes = page.cdp("Accessibility.getFullAXTree")["nodes"]
    return [
        (node.get("role", {}).get("value", ""), node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    ]


def test_everything_has_a_name_for_a_screen_reader(page: Browser) -> None:
    roles = {"button", "slider", "image", "heading", "region", "navigation", "link", "combobox",
             "dialog"}  # fmt: skip
    found = accessible(page)
    page.click(page.one('.blind-open[data-row="take-1-drums"]'))
    inside = accessible(page)
    assert roles <= {role for role, _ in (*found, *inside)}
    assert {"dialog", "combobox"} <= {role for role, _ in inside}
    assert [role for role, name in (*found, *inside) if role in roles and not name] == []
    named = [name for _, name in found]
    assert "Mix: bass, plain, look-ahead, Another song" in named
    assert any(
        name.startswith("Earlier stem: drums, plain, retrospective, A song") for name in named
    )
    assert "Spectrogram of drums: ground truth" in named
    page.press("\ue00c")


def test_what_is_to_be_seen_on_a_button_begins_its_name(page: Browser) -> None:
    """Who speaks to the machine says what there is to be read."""
    for element in page.all("button[aria-label], a[aria-label]"):
        if element.get_attribute("id") != "play":
            seen = element.get_attribute("textContent")
            assert element.get_attribute("aria-label").startswith(seen)


def test_the_place_is_read_aloud_when_it_is_moved_only(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    hears(page, known("take-1-bass", "take-1-bass-truth"), "the first sound")
    text = "return document.getElementById('place').getAttribute('aria-valuetext')"
    before = page.run(text)
    place = page.run("return document.getElementById('place').value")
    page.wait(lambda: page.run("return document.getElementById('place').value") != place, "a move")
    assert page.run(text) == before
    page.run("goTo(2)")
    page.wait(lambda: page.run(text).startswith("0:02."), "the new place")


def test_what_is_chosen_by_key_comes_into_view(page: Browser) -> None:
    page.driver.set_window_size(600, 500)
    try:
        click(page, "take-1-bass-truth", "mix")
        page.run("scrollTo(0, 0); document.activeElement.blur()")
        for _ in range(4):
            keys(page, "↓")
            assert page.run(
                "const box = document.querySelector('.card.chosen').getBoundingClientRect();"
                "return box.top >= 0 && box.top < innerHeight - 100;"
            )
    finally:
        page.driver.set_window_size(1280, 1000)


def test_keys_lead_to_the_next_model_and_to_the_earlier_page(page: Browser) -> None:
    click(page, "take-1-bass-player-1-look-ahead", "stem")
    for key, wanted in (
        ("n", "take-1-bass-player-2-look-ahead stem"),
        ("g", "take-1-bass-truth stem"),
        ("n", "take-1-bass-player-2-look-ahead stem"),
        ("n", "take-1-bass-player-1-look-ahead stem"),
        ("e", "take-1-bass-player-1-look-ahead-earlier stem"),
        ("m", "take-1-bass-player-1-look-ahead-earlier mix"),
        ("e", "take-1-bass-player-1-look-ahead mix"),
        ("e", "take-1-bass-player-1-look-ahead-earlier mix"),
        # The sound behind it is the next card's.
        ("↓", "take-1-bass-player-2-retrospective mix"),
    ):
        keys(page, key)
        page.wait(lambda wanted=wanted: playing(page) == wanted, f"{key}: {wanted}")
    keys(page, "e")
    page.wait(lambda: page.said == "There is no earlier sound of this one.", "the message")


def test_a_click_into_a_picture_plays_that_card_there(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    hears(page, known("take-1-bass", "take-1-bass-truth"), "the first sound")
    page.run("window.places = []; const play = transport.play.bind(transport);"
             "transport.play = (parts, length, from) => {"
             "window.places.push(from); play(parts, length, from); };")  # fmt: skip
    for row, wanted, length in (
        ("take-1-bass", "take-1-bass-player-2-look-ahead", SECONDS),
        ("take-2-bass", "take-2-bass-player-1-look-ahead", SHORTER),
    ):
        page.click(page.one(f'.card[data-card="{wanted}"] .picture'))
        hears(page, known(row, wanted), "the card that was clicked into")
        assert playing(page) == f"{wanted} stem"
        assert page.run("return window.places.pop()") == pytest.approx(length / 2, abs=0.02)


def test_it_goes_round_without_a_gap(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    sound = known("take-1-bass", "take-1-bass-truth")
    hears(page, sound, "the sound")
    heard = page.hear(SECONDS + 0.5).sound
    start = place(heard[:8192], sound)
    wanted = np.tile(sound, 3)[start : start + len(heard)]
    assert start + len(heard) > SECONDS * RATE
    # Block by block, but for the few that were lost on the way to the test.
    blocks = [each[: len(heard) // 128 * 128].reshape(-1, 128) for each in (heard, wanted)]
    there = np.any(blocks[0], axis=1)
    alike = (blocks[0] * blocks[1]).sum(1) / np.square(blocks[1]).sum(1)
    assert alike[there] == pytest.approx(np.full(there.sum(), 0.8), abs=0.01)


def test_another_take_begins_anew_however_fast_it_is_chosen(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    hears(page, known("take-1-bass", "take-1-bass-truth"), "the first sound")
    page.run("goTo(2)")
    page.wait(lambda: page.run("return transport.place === 2"), "the place")
    page.run("for (const card of ['take-2-bass-truth', 'take-2-bass-player-1-look-ahead'])"
             "  hear({row: 'take-2-bass', card, mode: 'stem'});")  # fmt: skip
    page.wait(lambda: page.run("return at") == "take-2-bass", "the other take")
    assert page.run("return transport.place") == 0
    hears(page, known("take-2-bass", "take-2-bass-player-1-look-ahead"), "what was chosen last")


def test_rows_that_were_not_heard_for_the_longest_time_are_let_go(page: Browser) -> None:
    # Room for the two rows of the first take.
    page.run("bytesKept = bytesOfRow('take-1-bass') + bytesOfRow('take-1-drums') + 1")
    for row in ("take-1-bass", "take-1-drums", "take-1-bass", "take-2-bass"):
        click(page, f"{row}-truth", "stem")
        hears(page, known(row, f"{row}-truth"), row)
    kept = page.run("return [...kept.keys()]")
    assert kept == ["take-1-bass", "take-2-bass"]
    of_drums = "return [...buffers.keys()].filter((name) => name.startsWith('drums')).length"
    assert page.run(of_drums) == 0
    # What was let go is no longer decoded in the background, and still plays.
    page.wait(lambda: page.run("return buffers.size") == page.run(
        "return [...kept.values()].flat().length"), "all that is kept")  # fmt: skip
    assert page.run(of_drums) == 0
    click(page, "take-1-drums-truth", "mix")
    hears(page, known("take-1-drums", "take-1-drums-truth"), "drums once more")


def test_what_is_still_loading_is_told(page: Browser) -> None:
    page.run("window.release = null; const before = partsOf;"
             "partsOf = (each) => new Promise((go) => { window.release = go; })"
             ".then(() => before(each));")  # fmt: skip
    click(page, "take-1-bass-truth", "stem")
    page.wait(lambda: page.said == "Loading bass: ground truth, stem alone …", "the message")
    page.run("window.release()")
    page.wait(lambda: page.said == "bass: ground truth, stem alone", "the sound")


def test_the_blind_test_begins_in_silence(page: Browser) -> None:
    click(page, "take-1-bass-truth", "stem")
    hears(page, known("take-1-bass", "take-1-bass-truth"), "the sound")
    page.click(page.one('.blind-open[data-row="take-1-drums"]'))
    assert not page.run("return transport.playing")
    page.press("\ue00c")


@pytest.mark.parametrize("cut", [100, -40], ids=["not base64", "cut off"])
def test_a_sound_that_is_damaged_is_told(chromium: Browser, tmp_path: Path, cut: int) -> None:
    make_page(tmp_path, ("bass",))
    script = tmp_path / "sounds" / "bass-truth.js"
    text = script.read_text()
    # Either it says nothing, or it says what is no base64.
    script.write_text(text[:cut] if cut < 0 else f"{text[:cut]}*{text[cut:]}")
    chromium.open(tmp_path)
    click(chromium, "take-1-bass-truth", "stem")
    chromium.wait(lambda: "bass-truth.js is damaged" in chromium.said, "the message", 30)
    # The others still play, and mended it plays without opening the page again.
    click(chromium, "take-1-bass-player-1-look-ahead", "stem")
    hears(chromium, noise("bass-1-look-ahead"), "another sound")
    script.write_text(text)
    click(chromium, "take-1-bass-truth", "stem")
    hears(chromium, noise("bass-truth"), "the mended sound")


def test_a_sound_that_is_missing_is_told(chromium: Browser, tmp_path: Path) -> None:
    make_page(tmp_path, ("bass",))
    (tmp_path / "sounds" / "bass-truth.js").unlink()
    chromium.open(tmp_path)
    click(chromium, "take-1-bass-truth", "stem")
    chromium.wait(lambda: "bass-truth.js is missing" in chromium.said, "the message")
    assert any("ERR_FILE_NOT_FOUND" in said for said in chromium.complaints())
    chromium.click(chromium.one(".blind-open"))
    chromium.click(chromium.one("#blind-start"))
    fault = chromium.one("#blind-fault")
    chromium.wait(lambda: "bass-truth.js is missing" in fault.text, "the message in the test")
    chromium.press("\ue00c")
    # The others still play.
    click(chromium, "take-1-bass-player-1-look-ahead", "stem")
    hears(chromium, noise("bass-1-look-ahead"), "another sound")


def test_opus_stands_at_the_same_place(chromium: Browser, tmp_path: Path) -> None:
    make_page(tmp_path, ("bass",), kind="opus")
    chromium.open(tmp_path)
    # Both are decoded by the browser, and compared with what was written.
    for name in ("bass-truth", "bass-context"):
        heard = np.array(chromium.driver.execute_async_script(_DECODED, name), np.float32)
        assert abs(len(heard) - SECONDS * RATE) <= 2
        known = noise(name)
        assert place(heard[RATE : 2 * RATE], known) == pytest.approx(RATE, abs=2)
    click(chromium, "take-1-bass-truth", "stem")
    hears(chromium, noise("bass-truth"), "Opus")
    assert chromium.complaints() == []


_DECODED = """
const [name, done] = arguments;
bytesOf(name)
  .then((bytes) => new OfflineAudioContext(1, RATE, RATE).decodeAudioData(bytes))
  .then((buffer) => done([...buffer.getChannelData(0)]));
"""
