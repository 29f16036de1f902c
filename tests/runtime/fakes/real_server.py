"""A real `sideman serve` with the demonstration's bundle, for programs that measure."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from importlib.resources import files
from pathlib import Path

from sideman.runtime.rehearse.process import free_port

DEMO = Path(str(files("sideman.runtime.demo")))


class RealServer:
    """A server process whose model is loaded, and a socket that hears its replies.

    Attributes:
        address: host and port that it listens on.
        replies: bound to its reply port.
        log: what it logs.

    Args:
        folder: for its log and profile.
        program: the `sideman` to run.
    """

    def __init__(self, folder: Path, program: str = "sideman") -> None:
        self.replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.replies.bind(("127.0.0.1", 0))
        self.replies.settimeout(60)
        self.address = ("127.0.0.1", free_port())
        self.log, self._profile = folder / "server.log", folder / "profile.json"
        command = [program, "serve", str(DEMO / "bundle"), "--profile", str(self._profile)]
        command += ["--listen", f"127.0.0.1:{self.address[1]}"]
        command += ["--reply", f"127.0.0.1:{self.replies.getsockname()[1]}"]
        self._process = subprocess.Popen(command, stderr=self.log.open("wb"))
        while not self.replies.recv(65_536).startswith(b"/loaded"):
            pass

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def resident_mb(self) -> float | None:
        """Its memory; None where the system has no /proc."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def counters(self) -> dict[str, int]:
        """What it counted; after its end."""
        return json.loads(self._profile.read_text())["counters"]

    def end(self) -> int:
        """Its exit code; any number of times."""
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)
