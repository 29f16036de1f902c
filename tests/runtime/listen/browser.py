"""Chromium without a window, and the sound that leaves a page, to the sample."""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

#: As Debian and Ubuntu, GitHub's runners, and others call them.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")

#: Keeps what goes to the loudspeaker: [frame of the audio clock, samples] for each block. The page
#: is not asked what it plays, it is listened to.
_TAP = """
window.tapped = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    // A page from disk may load no blob, but data.
    const module = "data:text/javascript," + encodeURIComponent(`
      registerProcessor("tap", class extends AudioWorkletProcessor {
        process([input]) {
          this.port.postMessage([currentFrame, input[0] ? input[0].slice() : null]);
          return true;
        }
      });`);
    this.context.audioWorklet.addModule(module).then(() => {
      const tap = new AudioWorkletNode(this.context, "tap", { numberOfOutputs: 0 });
      tap.port.onmessage = ({ data }) => window.tapped.push(data);
      connect.call(this, tap);
      window.tapping = true;
    });
  }
  return connect.call(this, target, ...rest);
};
"""
_TAKE = """
const blocks = window.tapped;
window.tapped = [];
const samples = new Float32Array(128 * blocks.length);
blocks.forEach(([, block], index) => block && samples.set(block, 128 * index));
let text = "";
for (const byte of new Uint8Array(samples.buffer)) text += String.fromCharCode(byte);
return [blocks.map(([frame]) => frame), btoa(text)];
"""


@dataclass(frozen=True)
class Heard:
    """Sound that left a page.

    Attributes:
        frames: [blocks] of the audio clock, at which the blocks begin; ascending.
        blocks: [blocks, 128]. A few are lost on the way to the test where it takes long.
    """

    frames: np.ndarray
    blocks: np.ndarray

    def then(self, following: Heard) -> Heard:
        return Heard(
            np.concatenate([self.frames, following.frames]),
            np.concatenate([self.blocks, following.blocks]),
        )

    @property
    def sound(self) -> np.ndarray:
        """[samples] from the first frame on, silent where blocks were lost."""
        places = (self.frames - self.frames[0]) // 128
        found = np.zeros((places[-1] + 1, 128), np.float32)
        found[places] = self.blocks
        assert len(places) > 0.9 * len(found), "too much was lost on the way to the test"
        return found.ravel()


class Browser:
    """A browser that shows a page from disk.

    Args:
        driver: of selenium.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=_TAP)

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def open(self, folder: Path) -> None:
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get((folder / "index.html").as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def click(self, element: Any) -> None:
        """Click where a person would: not below the bar at the foot of the page."""
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def press(self, keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(keys)

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{what}: not within {seconds} s; the page says {self.said!r}")

    @property
    def said(self) -> str:
        return self.one("#now").get_attribute("textContent")

    def hear(self, seconds: float) -> Heard:
        """So much of the newest sound that leaves the page."""
        self.wait(lambda: self.run("return window.tapping === true"), "the tap")
        self.run("window.tapped = []")
        return self.hear_on(seconds)

    def hear_on(self, seconds: float) -> Heard:
        """What follows the sound that was heard last, and so much of it at least."""
        wanted = int(seconds * 44_100 / 128) + 1
        self.wait(lambda: self.run("return window.tapped.length") >= wanted, "sound")
        frames, text = self.run(_TAKE)
        samples = np.frombuffer(base64.b64decode(text), np.float32)
        return Heard(np.array(frames), samples.reshape(-1, 128))

    def requests(self) -> list[str]:
        """Addresses that were asked for since the page was opened."""
        events = [
            json.loads(each["message"])["message"] for each in self.driver.get_log("performance")
        ]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Errors and warnings in the console since the page was opened."""
        return [each["message"] for each in self.driver.get_log("browser")]


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip with the reason."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="pip install selenium")
    from selenium.webdriver.chrome.service import Service

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    # GitHub's runners name its folder.
    folder = os.environ.get("CHROMEWEBDRIVER")
    driver = shutil.which("chromedriver") or shutil.which("chromedriver", path=folder)
    if program is None or driver is None:
        pytest.skip("no Chromium with its driver: sudo apt install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    # Containers have no user namespaces and little shared memory.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.add_argument("--window-size=1280,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # A driver that is named is not looked for, and none is downloaded.
    found = webdriver.Chrome(options=options, service=Service(driver))
    # A machine may have other things to do.
    found.set_script_timeout(300)
    try:
        yield Browser(found)
    finally:
        found.quit()
