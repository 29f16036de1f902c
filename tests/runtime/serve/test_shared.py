"""`sideman serve --sessions N` as a process."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BundleError
from sideman.runtime.client import Client
from sideman.runtime.playing.shortcuts import OWN
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.serve.external import Places
from sideman.runtime.serve.shared import make_server
from sideman.runtime.sharing.server import SharedServer
from tests.fakes.manifest import shared_context
from tests.models.places import BUNDLE
from tests.runtime.sharing.waiting import until


def serve(*options: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "sideman.runtime", "serve", str(BUNDLE), *options],
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "option", [["--record", "x"], ["--debug-dir", "x"], ["--profile", "x.json"],
               ["--trace", "x.json"], ["--reply", "127.0.0.1:8000"]],
    ids=lambda option: option[0],
)  # fmt: skip
def test_what_is_for_one_player_is_refused(option, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, log = serve("--sessions", "2", *option).communicate(timeout=60)
    assert log.startswith(f"error: {option[0]} is for one performer")
    assert not list(tmp_path.iterdir())


def _answered(client: Client) -> bool:
    status = client.status
    return status.state == "playing" or status.text.startswith("There is no room")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("options", [(), ("--batch", "2")], ids=["", "batch"])
def test_two_are_answered_and_a_signal_ends_it_cleanly(options: tuple[str, ...]) -> None:
    port = free_port()
    process = serve("--sessions", "2", "--listen", f"127.0.0.1:{port}", *options)
    clients = [Client(("127.0.0.1", port), ("bass",), step=8, lead=16) for _ in range(2)]
    try:
        for client in clients:
            client.start()
        # On a machine that is too slow for two at the moment, the second is told so.
        until(lambda: any(c.status.state == "playing" for c in clients), 120)
        until(lambda: all(_answered(c) for c in clients), 30)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    finally:
        for client in clients:
            client.close()
        process.kill()
    assert process.returncode == 0
    assert "for up to 2 sessions" in log
    assert log.count("Loaded small") == 1
    assert "Traceback" not in log


def test_a_folder_that_is_no_bundle_ends_it(tmp_path) -> None:
    with pytest.raises(BundleError, match=str(tmp_path)):
        make(tmp_path, 1)


def test_a_batch_is_for_several_players() -> None:
    _, log = serve("--batch", "2").communicate(timeout=60)
    assert log.startswith("error: --batch is for several players")
    assert "--sessions N" in log


def make(bundle: Path, batch: int) -> SharedServer:
    return make_server(
        bundle,
        2,
        Places(("127.0.0.1", 0), None, ()),
        backend=BackendChoice(),
        shortcuts=OWN,
        seed=None,
        exact_mask=False,
        keep_warm=None,
        batch=batch,
    )


def test_a_bundle_of_before_has_no_batches_and_plays_without(tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(BUNDLE, old)
    manifest = shared_context(Bundle.open(old).manifest)
    (old / "manifest.json").write_text(manifest.to_json())
    with pytest.raises(BundleError, match="Export the bundle again"):
        make(old, 2)
    make(old, 1)
    make(BUNDLE, 2)
