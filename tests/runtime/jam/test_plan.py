"""What is looked up before anything starts, and libraries that are missing."""

from __future__ import annotations

import sys

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import MissingExtraError, SidemanError
from sideman.runtime.jam.plan import Request, make_plan
from sideman.runtime.jam.portaudio import load_portaudio
from sideman.runtime.playing.shortcuts import Shortcuts
from tests.runtime.jam.fake_portaudio import FakePortAudio, PortAudioError

SERVER = ("127.0.0.1", 7000)


def test_the_demo_s_bundle_plays_where_nothing_is_named() -> None:
    plan = make_plan(Request(), FakePortAudio())
    assert plan.bundle is not None
    assert (plan.bundle.name, plan.stems) == ("bundle", ("bass",))
    assert (plan.wiring.inputs, plan.wiring.outputs) == ((0,), (0, 1))


def test_what_is_not_the_bundle_s_own_answer_is_told() -> None:
    assert make_plan(Request(), FakePortAudio()).notes == ()
    (note,) = make_plan(Request(shortcuts=Shortcuts(1)), FakePortAudio()).notes
    assert note.startswith("1 evaluation a cycle")


def test_the_rate_is_the_sound_card_s_own_unless_it_is_named() -> None:
    assert make_plan(Request(server=SERVER), FakePortAudio()).wiring.rate == 48_000
    plan = make_plan(Request(server=SERVER, input_device="system"), FakePortAudio())
    assert plan.wiring.rate == 44_100
    assert make_plan(Request(server=SERVER, rate=44_100), FakePortAudio()).wiring.rate == 44_100


def test_a_server_s_stems_are_asked_for_as_they_are_named() -> None:
    for wanted, stems in ((None, ("bass",)), (("drums", "", "bass"), ("drums", "bass"))):
        plan = make_plan(Request(server=SERVER, stems=wanted), FakePortAudio())
        assert (plan.bundle, plan.stems) == (None, stems)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request("bundle", server=SERVER), "leave out --server"),
        (Request(server=SERVER, seed=3), "leave out --server"),
        (Request(server=SERVER, backend=BackendChoice(threads=1)), "leave out --server"),
        (Request(server=SERVER, shortcuts=Shortcuts(1)), "leave out --server"),
        (Request(shortcuts=Shortcuts(0)), "no number of evaluations"),
        (Request(server=SERVER, stems=("",)), "no stem"),
        (Request(stems=("trumpet",)), "no stem 'trumpet'"),
        (Request(input_channels="2"), "no input 2"),
        (Request(lead=99), "A lead of 99 columns is more than fits"),
        (Request(server=SERVER, step=65), "A step of 65 columns is more than fits"),
        (
            Request(server=SERVER, step=20, lead=25),
            "A step of 20 columns with a lead of 25 columns",
        ),
        (Request(lead=60), "A step of 4 columns with a lead of 60 does not fit in 64"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(request_, reason) -> None:
    with pytest.raises(SidemanError, match=reason):
        make_plan(request_, FakePortAudio())


def test_without_the_package_its_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[jam\]"'):
        load_portaudio()


class Broken:
    """Finds `sounddevice`, and fails to import it."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("PortAudio library not found"), "apt install libportaudio2"),
        (PortAudioError("Error initializing PortAudio"), "PortAudio does not start"),
    ],
)
def test_without_the_c_library_its_package_is_named(monkeypatch, error, reason) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(error)])
    with pytest.raises(MissingExtraError, match=reason):
        load_portaudio()


def test_another_error_of_the_import_is_a_bug_and_stays_one(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(ZeroDivisionError())])
    with pytest.raises(ZeroDivisionError):
        load_portaudio()
