"""The page in a real browser, opened from disk: it is clicked, typed at, and listened to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.listen.browser import Browser, browser
from tests.runtime.listen.made_page import RATE, SECONDS, make_page, noise

#: Samples by which the place may jump at a switch: 20 ms. It is to be none.
TOLERANCE = 882


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listening")
    make_page(folder)
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
    # Two stems, each with a context, and truth and four sounds alone and in the mix.
    assert len(buttons) == 2 * (1 + 2 * 5)
    for button in buttons:
        page.click(button)
        card, mode = (button.get_attribute(f"data-{name}") for name in ("card", "mode"))
        row = button.get_attribute("data-row").removeprefix("take-1-")
        known = noise(f"{row}-{card.removeprefix(f'take-1-{row}-').removeprefix('player-')}")
        hears(page, known, f"{row}: {card} {mode}")
        assert playing(page) == f"{card} {mode}"
        assert page.said.startswith(f"{row}: ")
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
    # Nothing tells what is heard: no mark, and nothing behind the dialog can be seen or reached.
    assert playing(page) == ""
    assert page.said in ("", "A", "Choose a sound.")
    right = 0
    for trial in range(5):
        keys(page, "abx")
        same = page.run("return blindTest.sounds.X === blindTest.sounds.A")
        # Three answers are right, whatever X is.
        keys(page, "12"[(trial < 3) != same])
        right += trial < 3
    page.click(page.one("#blind-end"))
    said = page.one("#blind-count").text
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
                         "button.listen", ".figures dt"):  # fmt: skip
            assert page.run(_CONTRAST, selector) >= 4.5, f"{selector} in {scheme}"
    finally:
        page.cdp("Emulation.clearDeviceMetricsOverride")
        page.cdp("Emulation.setEmulatedMedia", features=[])


#: Contrast of an element's text to what is behind it, as WCAG 2 counts it.
_CONTRAST = """
const light = (colour) => {
  const parts = colour.match(/[\\d.]+/g).map(Number);
  const [r, g, b] = parts.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const element = document.querySelector(arguments[0]);
let behind = element;
while (/, 0\\)$|transparent/.test(getComputedStyle(behind).backgroundColor))
  behind = behind.parentElement;
const [one, other] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
  .map(light).sort((a, b) => b - a);
return (one + 0.05) / (other + 0.05);
"""


def test_everything_has_a_name_for_a_screen_reader(page: Browser) -> None:
    tree = page.cdp("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "slider", "image", "heading", "region", "combobox", "link", "dialog"}
    unnamed = [
        node["role"]["value"]
        for node in tree
        if not node.get("ignored")
        and node.get("role", {}).get("value") in roles
        and not node.get("name", {}).get("value")
    ]
    assert unnamed == []
    named = [node["name"]["value"] for node in tree if node.get("name", {}).get("value")]
    assert "bass, plain, look-ahead: with what the model hears" in named
    assert "Spectrogram of drums: ground truth" in named


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
