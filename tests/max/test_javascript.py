"""The scripts of the package, run in Node with a stand-in for what Max gives them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from max.patches.build import COPIED, ROOT
from max.patches.style import GREEN, RED

SCRIPTS = ROOT / "max" / "javascript"
HOST = Path(__file__).with_name("script.cjs")


def play(name: str, *messages: list[Any], words: tuple[str, ...] = ()) -> dict[str, Any]:
    """Send messages to a script, each an inlet, a name and values."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node (Debian: apt install nodejs)")
    given = json.dumps({"words": words, "messages": messages})
    command = [node, str(HOST), str(SCRIPTS / name)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_every_script_is_in_the_package() -> None:
    assert {path.name for path in SCRIPTS.iterdir()} == {
        Path(path).name for path in COPIED if path.startswith("javascript/")
    }


# Which stems play

STEMS = ("bass", "drums", "guitar", "piano")


def test_toggles_become_the_message_of_stems() -> None:
    done = play(
        "sideman.stems.js",
        [1, "msg_int", 0],
        [3, "msg_int", 0],
        [1, "msg_float", 1.0],
        [0, "bang"],
        words=STEMS,
    )
    assert (done["inlets"], done["outlets"]) == (4, 1)
    assert done["sent"] == [
        [0, "stems", "bass", "guitar", "piano"],
        [0, "stems", "bass", "guitar"],
        [0, "stems", "bass", "drums", "guitar"],
        [0, "stems", "bass", "drums", "guitar"],
    ]


def test_where_none_play_the_message_has_no_names() -> None:
    done = play("sideman.stems.js", [0, "msg_int", 0], words=("bass",))
    assert done["sent"] == [[0, "stems"]]


# A cycle against its deadline


def told(cycle: float, ahead: float) -> list[list[Any]]:
    return [[0, "state", "playing"], [0, "ahead", ahead], [0, "cycle", cycle], [0, "known", "bass"]]


def text(done: dict[str, Any]) -> str:
    shown, mark = (each[1] for each in done["drawn"] if each[0] == "show_text")
    assert mark == "deadline"
    return str(shown)


def bars(done: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    """Rectangles and their colours, in the order in which they were drawn."""
    colour: list[float] = []
    found = []
    for name, *values in done["drawn"]:
        if name == "set_source_rgba":
            colour = values
        elif name == "rectangle":
            found.append((colour, values))
    return found


@pytest.mark.parametrize(
    ("cycle", "colour"), [(380.4, GREEN), (500, GREEN), (500.1, RED), (9e3, RED)]
)
def test_the_bar_is_red_when_it_is_late(cycle: float, colour: tuple[float, ...]) -> None:
    done = play("sideman.cycle.js", *told(cycle, 500))
    assert text(done) == f"cycle {round(cycle)} of 500 ms"
    _, bar, mark = bars(done)
    assert bar[0] == list(colour)
    assert bar[1][2] == pytest.approx(min(cycle / 500 * 315, 420))
    assert mark[1][0] == 420 * 0.75 - 1  # where the deadline is
    assert done["stale"]


def test_nothing_is_shown_before_it_is_known() -> None:
    for messages in ([], told(0, 500), told(380, 0)):
        done = play("sideman.cycle.js", *messages)
        assert text(done) == "cycle: not known yet"
    assert bars(done)[-2][1][2] == 0


def test_the_last_figures_count_and_nothing_else_is_drawn() -> None:
    done = play("sideman.cycle.js", *told(380, 500), *told(200, 400))
    assert text(done) == "cycle 200 of 400 ms"
    _, bar, _ = bars(done)
    assert bar[1][2] == pytest.approx(200 / 400 * 315)
