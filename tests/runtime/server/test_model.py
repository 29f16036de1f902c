"""Loading the model, once and again; over real UDP, with a session that is made up."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.bundle import bundle as bundle_module
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from tests.fakes.manifest import write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", name="one")


def test_load_again_with_an_unchanged_bundle_resets_and_with_a_changed_one_loads(servers, bundle):
    opened = []

    def open_session():
        session = type(servers.session)(grid=LatentGrid(trained_masks=(0,)) if opened else None)
        opened.append(session)
        return session

    client = servers.client(open_session, bundle=bundle)
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 1
    assert opened[0].calls[-1] == ("reset",)
    write_bundle(bundle, name="one")  # the same once more, as a backup that is put back
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 1
    write_bundle(bundle, name="two")
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 2
    assert opened[0].closed
    assert opened[1].warm == 1
    client.batch(1, 0.25)
    client.reply(1)
    assert opened[1].heard() == [("step", 0.25)]


@pytest.mark.parametrize("fault", ["another byte", "truncated", "gone", "no manifest"])
def test_load_again_with_a_damaged_bundle_is_told_and_plays_on(servers, session, bundle, fault):
    client = servers.client(bundle=bundle)
    weights = bundle / "step.onnx"
    match fault:
        case "another byte":
            weights.write_text("step of onE, no graph")
        case "truncated":
            weights.write_text("")
        case "gone":
            weights.unlink()
        case "no manifest":
            (bundle / "manifest.json").unlink()
    client.control("/load_model")
    told = client.expect("/error")[0]
    assert "manifest.json" in told if fault == "no manifest" else "step.onnx" in told
    assert "What was loaded before plays on." in told
    client.expect("/loaded")
    client.batch(1, 0.25)
    client.reply(1)
    assert session.heard() == [("step", 0.25)]
    write_bundle(bundle, name="one")
    client.control("/load_model")
    client.expect("/loaded")
    assert not session.closed


def test_a_bundle_found_damaged_is_not_read_again_until_it_changes(servers, bundle, monkeypatch):
    client = servers.client(bundle=bundle)
    (bundle / "step.onnx").write_text("step of onE, no graph")
    opened = []
    plain = Bundle.open

    def count(path):
        opened.append(path)
        return plain(path)

    monkeypatch.setattr(Bundle, "open", count)
    for _ in range(2):
        client.control("/load_model")
        assert "step.onnx has another SHA-256" in client.expect("/error")[0]
        client.expect("/loaded")
    assert len(opened) == 1
    write_bundle(bundle, name="one")
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 2


def test_what_could_not_be_read_once_is_read_again(servers, bundle, monkeypatch):
    client = servers.client(bundle=bundle)
    os.utime(bundle / "step.onnx")
    plain = bundle_module.sha256

    def fail(path):
        if path.name == "step.onnx":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return plain(path)

    monkeypatch.setattr(bundle_module, "sha256", fail)
    client.control("/load_model")
    assert "step.onnx cannot be read (Input" in client.expect("/error")[0]
    client.expect("/loaded")
    monkeypatch.setattr(bundle_module, "sha256", plain)
    client.control("/load_model")
    assert client.expect("/loaded") == ["fake"]


def test_a_link_to_nothing_beside_the_files_hides_no_damage(servers, bundle):
    (bundle / "notes").symlink_to(bundle / "nowhere")
    client = servers.client(bundle=bundle)
    (bundle / "step.onnx").write_text("step of onE, no graph")
    client.control("/load_model")
    assert "step.onnx has another SHA-256" in client.expect("/error")[0]


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows keeps no time of a file's last change of any kind"
)
def test_a_file_whose_time_was_set_back_is_read_again(servers, bundle):
    client = servers.client(bundle=bundle)
    weights = bundle / "step.onnx"
    before = weights.stat()
    content = bytearray(weights.read_bytes())
    content[0] ^= 1
    weights.write_bytes(content)
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    client.control("/load_model")
    assert "step.onnx has another SHA-256" in client.expect("/error")[0]


def test_another_model_with_other_stems_has_other_addresses(servers, session):
    session.stems = ("voice", "choir")
    client = servers.early_client()
    client.expect("/loaded")
    client.control("/predict_instruments", "ii", 0, 1)
    for plane in ("/voice", "/choir"):
        for datagram in client.chunks(1, np.full(66_150, 0.25), address=plane, total=30):
            client.raw(datagram)
    assert set(client.reply(1)) == {"choir"}
    client.raw(client.chunk("/bass", 2, 0, 2, np.ones(9)))
    assert "no such address" in client.expect("/error")[0]


def test_what_runs_the_model_is_said_when_it_is_loaded(servers, caplog):
    with caplog.at_level("INFO", "sideman.runtime.server"):
        servers.client()
    assert "made up, 1 thread" in caplog.text


def test_a_stem_that_has_the_name_of_a_request_cannot_be_served(servers, session):
    session.stems = ("bass", "reset")
    client = servers.early_client()
    assert "'reset'" in client.expect("/error")[0]


def test_requests_sent_while_loading_are_in_force_with_the_first_step(servers, session):
    go = threading.Event()

    def open_session():
        assert go.wait(10)
        return session

    client = servers.early_client(open_session)
    client.control("/update_r", "d", 0.5)
    client.control("/w", "i", -1)
    client.control("/predict_instruments", "iiii", 0, 0, 0, 1)
    client.control("/load_model")
    client.nothing()
    go.set()
    client.expect("/loaded")
    client.expect("/loaded")  # once for the start, once for the client's own request
    client.batch(0, np.full(132_300, 0.25, np.float32))
    assert set(client.reply(0)) == {"piano"}
