"""A whole session on a made-up sound card: its own server, files, figures and how it ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO

import numpy as np
import pytest
import soundfile
from rich.console import Console

from sideman.engine.errors import SidemanError
from sideman.runtime.jam import run as run_module
from sideman.runtime.jam.card import CardGoneError
from sideman.runtime.jam.plan import Request
from sideman.runtime.jam.run import run
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.rehearse.wave_file import WaveWriter
from sideman.runtime.server.server import Server
from tests.models.places import BUNDLE
from tests.runtime.jam.fake_portaudio import FakePortAudio, LiveStream
from tests.runtime.native.echo import EchoSession


@pytest.fixture
def library(monkeypatch) -> FakePortAudio:
    library = FakePortAudio(stream=LiveStream)
    monkeypatch.setattr(run_module, "load_portaudio", lambda: library)
    return library


@contextmanager
def serving(name: str, port: int = 0) -> Iterator[tuple[str, int]]:
    echo = EchoSession()
    echo.name = name
    made = Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", port), reply=("127.0.0.1", 9)
    )
    with made:
        yield made.address[:2]
        echo.let_go()


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    with serving("fake") as address:
        yield address


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), soft_wrap=True)


def test_it_starts_a_server_of_its_own_and_keeps_what_was_played(
    library, console, tmp_path
) -> None:
    pytest.importorskip("onnxruntime", reason="its own server needs the extra 'cpu'")
    folder = tmp_path / "take"
    request = Request(
        BUNDLE, stems=("drums",), rate=44_100, seconds=0.5, record=folder, seed=1, lead=20
    )
    assert run(request, console)
    said = console.file.getvalue()
    assert said.startswith("In: 0: Built-in microphone (ALSA, 1 in, 0 out), channels 1.\n")
    assert "drums of" in said
    told = json.loads((folder / "statistics.json").read_text("utf-8"))
    assert told["client"]["lead"] == 20
    assert told["seconds"] >= 0.5
    assert told["joined_after_seconds"] > 0
    assert told["sound_card"]["round_trip_seconds"] == pytest.approx(0.03)
    context, rate = soundfile.read(folder / "context.wav")
    assert rate == 44_100
    assert len(context) >= 22_050
    np.testing.assert_allclose(context, 1, atol=1e-6)
    assert soundfile.info(folder / "drums.wav").frames == len(context)


def test_a_server_that_runs_already_plays_the_bundle_that_is_named(
    library, console, server
) -> None:
    assert run(Request(server=server, named="fake", rate=44_100, seconds=0.3), console)


def test_a_bundle_that_does_not_play_there_ends_it_at_once_with_those_that_do(
    library, console, server, monkeypatch
) -> None:
    monkeypatch.setattr(run_module, "_JOIN_SECONDS", 20.0)
    told = r"^The band does not come: No bundle 'harp' plays here\. There is: fake\.$"
    with pytest.raises(SidemanError, match=told):
        run(Request(server=server, named="harp", rate=44_100, seconds=0.3), console)
    assert library.streams[0].done == ["stop", "close"]


def test_a_bundle_that_has_played_there_is_waited_for(library, console, monkeypatch) -> None:
    """The server goes, another one comes with another bundle, and then the first one again."""
    with ExitStack() as stack:
        address = stack.enter_context(serving("fake"))
        seen: list[str] = []

        def change(screen, view):
            state = view.status.refused or view.status.state
            if state in ("playing", "model") and state not in seen[-1:]:
                seen.append(state)
                if len(seen) == 3:
                    raise KeyboardInterrupt
                stack.close()
                stack.enter_context(serving(["harp", "fake"][len(seen) - 1], address[1]))

        monkeypatch.setattr(run_module.Screen, "show", change)
        assert run(Request(server=address, named="fake", rate=44_100, seconds=30.0), console)
    assert seen == ["playing", "model", "playing"]


def test_ctrl_c_ends_it_softly_and_it_counts_as_played(
    library, console, server, monkeypatch
) -> None:
    def interrupt(screen, view):
        if view.status.state == "playing":
            raise KeyboardInterrupt

    monkeypatch.setattr(run_module.Screen, "show", interrupt)
    assert run(Request(server=server, rate=44_100), console)
    assert library.streams[0].done == ["stop", "close"]


def test_a_sound_card_that_goes_leaves_whole_files(
    library, console, server, monkeypatch, tmp_path
) -> None:
    def unplug(screen, view):
        library.streams[0].active = False

    monkeypatch.setattr(run_module.Screen, "show", unplug)
    with pytest.raises(CardGoneError):
        run(Request(server=server, rate=44_100, record=tmp_path / "take"), console)
    assert soundfile.info(tmp_path / "take" / "mix.wav").frames > 0
    library.streams[0]._thread.join()


@pytest.mark.parametrize("how", ["a signal", "the sound card"])
def test_however_it_ends_the_last_lines_and_the_statistics_are_written(
    library, console, server, monkeypatch, tmp_path, how
) -> None:
    def end(screen, view):
        if view.joined_at is not None and view.seconds > view.joined_at:
            if how == "a signal":
                raise SystemExit(143)  # as `ended_by_signals` does
            library.streams[0].active = False

    monkeypatch.setattr(run_module.Screen, "show", end)
    with pytest.raises((SystemExit, CardGoneError)):
        run(Request(server=server, rate=44_100, record=tmp_path / "take"), console)
    told = json.loads((tmp_path / "take" / "statistics.json").read_text("utf-8"))
    assert told["client"]["state"] == "playing"
    assert told["joined_after_seconds"] < told["seconds"]
    said = console.file.getvalue()
    assert "ms ahead" in said
    assert f"s in {tmp_path / 'take'}: context.wav, bass.wav, mix.wav." in said
    library.streams[0]._thread.join()


def test_a_sound_card_that_does_not_open_leaves_no_recording(
    library, console, server, tmp_path
) -> None:
    library.open_error = library.PortAudioError("busy", -9985)
    for _ in range(2):
        with pytest.raises(SidemanError, match="cannot be opened"):
            run(Request(server=server, rate=44_100, record=tmp_path / "take"), console)
    assert not (tmp_path / "take").exists()


def test_where_nobody_answers_a_hint_comes_after_a_while(library, console, monkeypatch) -> None:
    monkeypatch.setattr(run_module, "HINT_SECONDS", 0.3)
    hints = []

    def note(screen, view):
        hints.append(view.hint)
        if view.seconds > 0.5:
            raise KeyboardInterrupt

    monkeypatch.setattr(run_module.Screen, "show", note)
    assert not run(Request(server=("127.0.0.1", 9), rate=44_100), console)
    assert hints[0] == ""
    for part in ("sideman serve", "127.0.0.1:9", "--allow", "firewall"):
        assert part in hints[-1]


def test_a_disk_that_becomes_full_is_the_last_word(
    library, console, server, monkeypatch, tmp_path
) -> None:
    def refuse(self, samples):
        raise OSError(28, "No space left on device")

    show = run_module.Screen.show
    told = "The recording ends after 0.0 s: No space left on device"

    def until_it_is_told(screen, view):
        show(screen, view)  # at most one line a second
        if told in console.file.getvalue():
            raise KeyboardInterrupt

    monkeypatch.setattr(WaveWriter, "append", refuse)
    monkeypatch.setattr(run_module.Screen, "show", until_it_is_told)
    with pytest.raises(SidemanError, match=told):
        run(Request(server=server, rate=44_100, record=tmp_path / "take"), console)
    assert told in console.file.getvalue()


def test_a_band_that_does_not_come_within_its_time_is_told_of(
    library, console, monkeypatch
) -> None:
    monkeypatch.setattr(run_module, "_JOIN_SECONDS", 0.3)
    with pytest.raises(SidemanError, match=r"The band did not come: No answer yet\."):
        run(Request(server=("127.0.0.1", 9), rate=44_100, seconds=5.0), console)


def test_a_model_that_its_own_server_cannot_load_ends_it_with_the_reason(
    library, console, tmp_path
) -> None:
    pytest.importorskip("onnxruntime", reason="its own server needs the extra 'cpu'")
    bundle = tmp_path / "bundle"
    shutil.copytree(BUNDLE, bundle)
    file = bundle / "step.onnx"
    file.write_bytes(file.read_bytes()[::-1])  # of its size, so that loading finds it
    with pytest.raises(SidemanError) as error:
        run(Request(bundle, rate=44_100), console)
    assert str(error.value).startswith("The band does not come: The model could not be loaded: ")
    assert "step.onnx" in str(error.value)
    assert "/load_model" not in str(error.value)
    assert str(error.value).endswith("Mend that and start again.")
    assert library.streams[0].done == ["stop", "close"]
