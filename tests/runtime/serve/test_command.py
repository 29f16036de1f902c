"""`sideman serve` as a process: signals, exit codes, the profile, and what it loads."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sideman.runtime.rehearse.demo import demo_bundle
from tests.fakes.manifest import write_bundle

#: The command with a session that is made up; at its end it writes which modules were loaded.
PROGRAM = """
import sys
import time
import numpy as np
import typer
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import DeviceLostError, SidemanError
from sideman.runtime.playing.profile import Profile
from sideman.runtime.serve.command import register
from sideman.runtime.playing.session import Session

LOST = sys.argv[1].endswith("lost")
SLOW = sys.argv[1].endswith("slow")
SLOW_SETTING = sys.argv[1].endswith("setting")
#: Loads that are quick, before one that never ends.
QUICK = [1] * sys.argv[1].endswith("then-slow")

def never_done(stream):
    print("WRITING", flush=True)
    time.sleep(60)

def load():
    # Writes into the cache, as a load that builds an engine does, and never comes to an end.
    if SLOW and not QUICK:
        from pathlib import Path
        from sideman.engine.cache.places import temporary_folder, write_atomically
        folder = Path(sys.argv[1]).parent / "cache"
        graphs = temporary_folder(folder)
        (Path(graphs.name) / "step.onnx").write_bytes(b"graph")
        write_atomically(folder / "engine", never_done)
    QUICK.clear()
    return Made()

class Made:
    name, stems, grid, trained = "made", ("bass", "drums"), LatentGrid(), False
    backend_line, execution = "made up", ""
    def __init__(self):
        self.profile = Profile()
    def check(self, geometry, rows): pass
    def configure(self, geometry, rows):
        if SLOW_SETTING and len(rows) == 2:
            print("CONFIGURING", flush=True)
            time.sleep(60)
        self.out = np.full((len(rows), geometry.out_samples), 0.5, np.float32)
    def step(self, audio):
        if LOST:
            raise DeviceLostError("The GPU is gone.", "Start again.")
        return self.out
    def warm_up(self, cycles=2): pass
    expected_seconds = None
    prepare = reset = close = warm_up

Session.open = classmethod(lambda cls, bundle, **options: load())
app = typer.Typer()
register(app)
try:
    app(standalone_mode=False)
except SidemanError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
finally:
    print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


class Served:
    """A `serve` process and a socket that hears its replies."""

    def __init__(
        self, folder: Path, *options: str, listen: str = "127.0.0.1:0", bundle: str | None = "made"
    ) -> None:
        self.replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.replies.bind(("127.0.0.1", 0))
        self.replies.settimeout(30)
        named = [] if bundle is None else [str(folder / bundle)]
        for each in named:
            Path(each).mkdir(exist_ok=True)
        reply = f"127.0.0.1:{self.replies.getsockname()[1]}"
        arguments = [*named, "--listen", listen, "--reply", reply, *options]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )

    def wait_ready(self) -> None:
        """Until the model is loaded; nothing of the log is read."""
        assert self.replies.recv(99) == b"/ready\0\0,T\0\0"
        assert self.replies.recv(99).startswith(b"/loaded\0")

    def wait_loaded(self) -> tuple[str, int]:
        """Its address, once the model is loaded."""
        self.wait_ready()
        line = self.process.stderr.readline()
        host, _, port = line.partition("Listening on ")[2].partition(",")[0].partition(":")
        return host, int(port)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, standard output and log."""
        if number:
            self.process.send_signal(number)
        out, log = self.process.communicate(timeout=30)
        return self.process.returncode, out, log

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.replies.close()


@pytest.fixture
def serve(tmp_path) -> Iterator:
    served: list[Served] = []

    def start(*options: str, **named: str | None) -> Served:
        served.append(Served(tmp_path, *options, **named))
        return served[-1]

    yield start
    for each in served:
        each.close()


def predict(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
        speaking.sendto(b"/predict\0\0\0\0,\0\0\0", address)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_sigterm_ends_it_cleanly_and_the_profile_is_written(serve, tmp_path):
    file = tmp_path / "profile.json"
    trace = tmp_path / "trace.json"
    served = serve("--profile", str(file), "--trace", str(trace))
    predict(served.wait_loaded())
    while not served.replies.recv(65_536).startswith(b"/server_predicted"):
        pass
    code, out, log = served.end(signal.SIGTERM)
    assert code == 0
    assert "Stopped: 1 cycles, 0 late, 0 patched, 0 dropped, 0 errors, 0 ignored." in log
    assert "Traceback" not in log
    report = json.loads(file.read_text())
    assert [cycle["batch_id"] for cycle in report["cycles"]] == [0]
    assert report["counters"]["cycles"] == 1
    assert "step 0" in [event["name"] for event in json.loads(trace.read_text())["traceEvents"]]
    loaded = out.split()
    assert "LOADED" in loaded
    assert not {"torch", "matplotlib", "onnx", "music2latent", "soundfile"} & set(loaded)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_without_a_bundle_it_serves_the_demonstration_s_and_says_so(serve, tmp_path):
    file = tmp_path / "profile.json"
    served = serve("--profile", str(file), bundle=None)
    served.wait_ready()
    code, out, log = served.end()
    assert code == 0
    assert "No BUNDLE is named, so the demonstration's small model plays." in log
    assert str(demo_bundle()) in file.read_text()
    assert not {"torch", "matplotlib", "onnx", "music2latent", "soundfile"} & set(out.split())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_with_a_bundle_nothing_is_said_of_the_demonstration_s(serve):
    served = serve()
    served.wait_ready()
    _, _, log = served.end()
    assert "Listening" in log
    assert "No BUNDLE" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize(("options", "said"), [((), 0), (("--evaluations", "1"), 1)])
def test_it_says_at_the_start_that_the_answer_is_not_the_bundle_s_own(
    serve, tmp_path, options, said
):
    write_bundle(tmp_path / "bundle")
    file = tmp_path / "profile.json"
    served = serve("--profile", str(file), *options, bundle="bundle")
    served.wait_ready()
    _, _, log = served.end()
    assert log.count("1 evaluation a cycle (--evaluations), where fake is made for 2") == said
    kept = json.loads(file.read_text())["about"]["shortcuts"]
    assert kept == {"evaluations": 1 if said else None, "encode": "whole"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for other processes")
def test_ctrl_c_ends_it_cleanly(serve):
    served = serve()
    served.wait_loaded()
    code, _, log = served.end(signal.SIGINT)
    assert code == 0
    assert "Stopped: 0 cycles" in log
    assert "Traceback" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("bundle", ["slow", "then-slow"])
def test_a_signal_ends_it_although_a_load_does_not_end(serve, tmp_path, bundle, number):
    """The first load, and one that a client asked for while playing."""
    folder = write_bundle(tmp_path / bundle, name="one")
    file = tmp_path / "profile.json"
    served = serve("--profile", str(file), bundle=bundle)
    if bundle == "then-slow":
        address = served.wait_loaded()
        write_bundle(folder, name="two")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
            speaking.sendto(b"/load_model\0,\0\0\0", address)
    assert served.process.stdout.readline() == "WRITING\n"
    begun = time.monotonic()
    code, _, log = served.end(number)
    assert time.monotonic() - begun < 2
    assert code == 0
    assert "Stopped: 0 cycles" in log
    assert "Traceback" not in log
    assert json.loads(file.read_text())["cycles"] == []
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_signal_ends_it_although_a_new_setting_takes_long(serve):
    served = serve(bundle="setting")
    address = served.wait_loaded()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
        flags = struct.pack(">ii", 1, 1)
        speaking.sendto(b"/predict_instruments\0\0\0\0,ii\0" + flags, address)
    assert served.process.stdout.readline() == "CONFIGURING\n"
    begun = time.monotonic()
    code, _, log = served.end(signal.SIGTERM)
    assert time.monotonic() - begun < 2
    assert code == 0
    assert "Traceback" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_profile_that_cannot_be_written_is_told_although_a_load_does_not_end(serve, tmp_path):
    (tmp_path / "gone").mkdir()
    served = serve("--profile", str(tmp_path / "gone" / "profile.json"), bundle="slow")
    assert served.process.stdout.readline() == "WRITING\n"
    (tmp_path / "gone").rmdir()
    code, _, log = served.end(signal.SIGTERM)
    assert code == 1
    assert "--profile" in log
    assert "cannot be written" in log
    assert "Traceback" not in log


def test_a_busy_port_ends_it_with_the_reason(serve):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        code, _, log = serve(listen=f"127.0.0.1:{port}").end(0)
    assert code == 1
    assert f"Port {port} is busy" in log


@pytest.mark.parametrize("listen", ["::1:7000", "127.0.0.1"])
def test_an_address_that_is_none_ends_it_with_the_reason(serve, listen):
    code, _, log = serve(listen=listen).end(0)
    assert code == 1
    assert "--listen" in log


def test_a_profile_that_cannot_be_written_is_said_before_anything_is_played(serve, tmp_path):
    for option in ("--profile", "--trace"):
        code, _, log = serve(option, str(tmp_path / "nowhere" / "profile.json")).end(0)
        assert code == 1
        assert option in log


def test_a_lost_device_ends_it_and_the_client_hears_why(serve):
    served = serve(bundle="lost")
    predict(served.wait_loaded())
    heard = b""
    while b"The GPU is gone." not in heard:
        heard = served.replies.recv(65_536)
    assert heard.startswith(b"/error\0")
    code, _, log = served.end(0)
    assert code == 1
    assert "Start again." in log.splitlines()[-1]
    assert "Traceback" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_log_that_nobody_reads_stops_neither_the_music_nor_the_end(serve):
    """Each bad datagram is a line: more than a pipe holds, and nobody reads it."""
    served = serve()
    address = served.wait_loaded()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
        for second in range(4):
            for number in range(250):
                unknown = f"/{second}x{number:03}{'y' * 53}".encode() + b"\0" * 5
                speaking.sendto(unknown + b",\0\0\0", address)
            predict(address)
            while not served.replies.recv(65_536).startswith(b"/server_predicted"):
                pass
            time.sleep(1.0)  # so many errors a second are told
        speaking.sendto(b"/predict\0\0\0\0,\0\0\0", address)
    while not served.replies.recv(65_536).startswith(b"/server_predicted"):
        pass
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0


def test_what_cannot_be_served_ends_at_once(tmp_path):
    for arguments, reason in (
        ([str(tmp_path / "nowhere")], "is no folder"),
        ([str(tmp_path), "--backend", "organ"], "There is no backend 'organ'"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "sideman.runtime", "serve", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert reason in done.stderr
        assert "Listening" not in done.stderr
