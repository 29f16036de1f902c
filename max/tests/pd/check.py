"""Runs sideman~ in a Pure Data without a window and without a sound card.

Usage: check.py PD FOLDER, where FOLDER holds the external, built with the client of `fakes`, which
plays the context in its first row and twice the context in its second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

_SECONDS = 60
#: Printed by every patch when it has come to its end.
_END = "end: bang"

_MESSAGES = """\
#N canvas 0 0 600 400 10;
#X obj 10 10 r do;
#X obj 10 60 sideman~ bass drums @port 7001 @gain 0.5 @lead auto;
#X obj 200 60 osc~ 1000;
#X obj 10 120 env~ 4096;
#X obj 110 120 env~ 4096;
#X obj 200 120 print told;
#X obj 10 160 print bass;
#X obj 110 160 print drums;
#X connect 0 0 1 0;
#X connect 2 0 1 0;
#X connect 1 0 3 0;
#X connect 1 1 4 0;
#X connect 1 2 5 0;
#X connect 3 0 6 0;
#X connect 4 0 7 0;
#X obj 300 200 loadbang;
#X obj 300 230 delay 1500;
#X obj 300 260 t b b;
#X msg 300 290 \\; pd quit;
#X obj 400 290 print end;
#X connect 8 0 9 0;
#X connect 9 0 10 0;
#X connect 10 0 11 0;
#X connect 10 1 12 0;
"""


def _hundred() -> str:
    """A patch that makes an object 100 times, each time with a signal and a start."""
    made = (
        "pd-inner clear \\; pd-inner obj 10 10 r made \\; "
        "pd-inner obj 100 10 noise~ \\; "
        "pd-inner obj 10 50 sideman~ bass drums piano \\; "
        "pd-inner connect 0 0 2 0 \\; pd-inner connect 1 0 2 0 \\; made start"
    )
    return (
        "#N canvas 0 0 600 400 10;\n"
        "#X obj 10 10 loadbang;\n"
        "#X obj 10 40 metro 10;\n"
        "#X obj 10 70 f;\n"
        "#X obj 60 70 + 1;\n"
        "#X obj 10 100 t b f;\n"
        f"#X msg 10 200 \\; {made};\n"
        "#X obj 200 130 sel 100;\n"
        "#X obj 200 160 t b b b;\n"
        "#X msg 200 260 \\; pd quit;\n"
        "#X obj 300 260 print end;\n"
        "#X msg 400 260 \\; pd-inner clear;\n"
        "#N canvas 0 0 300 300 inner 0;\n"
        "#X restore 400 10 pd inner;\n"
        "#X obj 500 10 r made;\n"
        "#X obj 500 40 print made;\n"
        "#X connect 12 0 13 0;\n"
        "#X connect 0 0 1 0;\n"
        "#X connect 1 0 2 0;\n"
        "#X connect 2 0 3 0;\n"
        "#X connect 3 0 2 1;\n"
        "#X connect 2 0 4 0;\n"
        "#X connect 4 0 5 0;\n"
        "#X connect 4 1 6 0;\n"
        "#X connect 6 0 7 0;\n"
        "#X connect 7 0 8 0;\n"
        "#X connect 7 1 9 0;\n"
        "#X connect 7 2 10 0;\n"
    )


class FailedError(Exception):
    """Pure Data did not do what was expected."""


def _run(pd: str, folder: str, patch: str, *sent: str) -> list[str]:
    """What Pure Data printed, line by line."""
    with tempfile.TemporaryDirectory() as made:
        file = Path(made, "patch.pd")
        file.write_text(patch)
        sends = [word for each in ("pd dsp 1", *sent) for word in ("-send", each)]
        options = ["-nogui", "-noaudio", "-nomidi", "-nrt", "-noprefs", "-stderr"]
        done = subprocess.run(  # noqa: S603
            [pd, *options, "-path", folder, "-open", str(file), *sends],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode or _END not in lines:
        raise FailedError(f"Pure Data ended with {done.returncode}:\n" + "\n".join(lines))
    return lines


def _expect(lines: list[str], *wanted: str) -> None:
    missing = [each for each in wanted if not any(each in line for line in lines)]
    if missing:
        raise FailedError(f"missing: {missing}, in:\n" + "\n".join(lines))


def _errors(lines: list[str]) -> list[str]:
    told = ("told:", "bass:", "drums:", "made:", "end:")
    return [line for line in lines if not line.startswith(told)]


def check(pd: str, folder: str) -> None:
    """Run all patches.

    Raises:
        FailedError: with what Pure Data printed.
    """
    settings = (
        "do host localhost",
        "do port 7002",
        "do bundle second take 2",
        "do bundle",
        "do stems drums bass",
        "do step 2",
        "do lead 4",
        "do margin safe",
        "do latency 64",
        "do gain 0.5",
        "do bypass 0",
    )
    lines = _run(pd, folder, _MESSAGES, "do start", *settings, "do status", "do reset")
    _expect(lines, "told: state connecting", "told: engine unknown 0", "told: lost 0")
    if _errors(lines):
        raise FailedError("unexpected: " + "\n".join(_errors(lines)))
    # A sine of full scale has 100 - 3 dB; half of it 6 dB less, and the second row twice of that.
    levels = {name: [ln for ln in lines if ln.startswith(name)][-1] for name in ("bass", "drums")}
    for name, decibels in (("bass", 91.0), ("drums", 97.0)):
        if abs(float(levels[name].split()[-1]) - decibels) > 0.2:
            raise FailedError(f"{levels[name]} instead of {decibels} dB")

    # A sentence comes as words, of which none has to be shown with a backslash.
    lines = _run(pd, folder, _MESSAGES, "pd dsp 0", "do start")
    _expect(lines, "told: text Audio is off: nothing is sent - and nothing is heard. Turn it on.")
    lines = _run(pd, folder, _MESSAGES, "do start", "do panic", "do status", "do start")
    _expect(lines, "told: text Silent since panic. Send start to hear the stems.", "told: text")

    wrong = ("do port 0", "do gain loud", "do sing", "do 7", "do bang", "do start 1", "do lead 1 2")
    lines = _run(pd, folder, _MESSAGES, *wrong, "do panic", "do stop", "do reset")
    _expect(
        lines,
        "sideman~: port takes a whole number from 1 to 65535, not 0.",
        "sideman~: gain takes a number from 0 to 4, not loud.",
        "sideman~: sing is no message of sideman~. It understands start",
        "sideman~: start takes no arguments, not 1.",
        "sideman~: lead takes a whole number from 1 to 64, or auto, not 1 2.",
        "sideman~: Nothing plays that could begin anew. Send start first.",
    )

    arguments = "sideman~ bass 4 bass -port @lead 4 @sing 1 @gain 9 @stems @"
    lines = _run(pd, folder, _MESSAGES.replace("sideman~ bass drums", arguments))
    _expect(
        lines,
        "sideman~: 4 is left out: arguments are names of stems.",
        "sideman~: bass is left out: that stem has an outlet already.",
        "sideman~: -port is left out: an attribute begins with @, so use @port.",
        "sideman~: @sing is no attribute, and was left out.",
        "sideman~: gain takes a number from 0 to 4, not 9.",
    )

    lines = _run(pd, folder, _hundred())
    if lines.count("made: start") < 100:
        raise FailedError("fewer than 100 objects:\n" + "\n".join(lines))
    if _errors(lines):
        raise FailedError("unexpected: " + "\n".join(_errors(lines)))


if __name__ == "__main__":
    try:
        check(*sys.argv[1:3])
    except FailedError as failed:
        sys.exit(str(failed))
