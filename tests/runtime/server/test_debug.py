"""What `/print` writes."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.errors import BackendError, SidemanError


def test_print_writes_audio_latents_and_plots(servers, session, tmp_path):
    import soundfile

    client = servers.client(debug_dir=tmp_path / "debug")
    client.batch(1, 0.25)
    client.reply(1)
    client.control("/print", "T")
    client.batch(2, 0.25)
    client.reply(2)  # behind the writing in order
    client.control("/print", "T")
    client.batch(3, 0.25)
    client.reply(3)
    client.server.stop()  # waits for the drawings
    for name in ("0001", "0002"):
        folder = tmp_path / "debug" / name
        assert sorted(p.name for p in folder.iterdir()) == [
            "context.wav", "generated.npy", "latents.png", "output_bass.wav", "waveforms.png",
        ]  # fmt: skip
    context, rate = soundfile.read(folder / "context.wav", dtype="float32")
    assert rate == 44_100
    assert np.array_equal(context, session.snapshot()["context"])
    assert np.array_equal(np.load(folder / "generated.npy"), session.snapshot()["generated"])
    assert (folder / "latents.png").read_bytes().startswith(b"\x89PNG")


def test_print_without_a_model_says_so(servers, session, tmp_path):
    def open_session():
        raise BackendError("The engine is not there.")

    client = servers.early_client(open_session, debug_dir=tmp_path)
    client.expect("/error")
    client.control("/print", "T")
    assert "The engine is not there." in client.expect("/error")[0]
    assert list(tmp_path.iterdir()) == []


def test_a_debug_folder_that_cannot_be_made(servers, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SidemanError, match="--debug-dir"):
        servers.server(debug_dir=file / "debug").start()
