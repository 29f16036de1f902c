"""What a recording says of the server that made it."""

from __future__ import annotations

import json

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.recording.header import describe_server, recorded_shortcuts
from tests.fakes.manifest import write_bundle


@pytest.mark.parametrize("shortcuts", [OWN, Shortcuts(1), Shortcuts(encode="new")])
def test_what_was_left_out_is_left_out_again(tmp_path, shortcuts) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    choice, options = BackendChoice(), {"restarts": True, "exact_mask": False, "prints": False}
    header = describe_server(bundle, choice, 1, **options, shortcuts=shortcuts)
    assert recorded_shortcuts(json.loads(json.dumps(header))) == shortcuts


@pytest.mark.parametrize("header", [{}, {"shortcuts": None}, {"shortcuts": {"evaluations": "x"}}])
def test_a_recording_that_says_nothing_of_it_left_out_nothing(header) -> None:
    assert recorded_shortcuts(header) == OWN
