"""The real server, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.system.process_group import own_group

#: Seconds that a server gets to end by itself before it is killed.
_PATIENCE = 15.0
_TAIL_LINES = 12
_WINDOWS = sys.platform == "win32"


def free_port(host: str = "127.0.0.1") -> int:
    """A UDP port that is free just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def server_arguments(
    bundle: Path,
    backend: BackendChoice,
    seed: int | None,
    listen: tuple[str, int],
    reply: tuple[str, int] | None = None,
    *,
    shortcuts: Shortcuts = OWN,
) -> list[str]:
    """Arguments of `sideman serve` for a rehearsal.

    Args:
        bundle: the bundle's folder.
        backend: what runs its stages.
        seed: of the noise.
        listen: host and port.
        reply: likewise, for clients that are answered on another port.
        shortcuts: what is left out of every cycle.
    """
    arguments = [str(bundle), "--listen", f"{listen[0]}:{listen[1]}"]
    for option, value in (
        ("--reply", None if reply is None else f"{reply[0]}:{reply[1]}"),
        ("--backend", backend.name),
        ("--threads", backend.threads),
        ("--precision", backend.precision),
        ("--device", backend.device or None),
        ("--seed", seed),
    ):
        if value is not None:
            arguments += [option, str(value)]
    return arguments + shortcuts.arguments()


class ServerProcess:
    """`sideman serve` for the length of a `with` block.

    Its log goes to a file, not to a pipe: a full pipe that is not read would block it.

    Args:
        arguments: of `sideman serve`, without `--profile`.
        command: what runs `serve`; tests put another program here.
    """

    def __init__(self, arguments: Sequence[str], command: Sequence[str] | None = None) -> None:
        self._command = [*(command or (sys.executable, "-m", "sideman.runtime", "serve"))]
        self._arguments = [*arguments]
        self._folder = tempfile.TemporaryDirectory(prefix="sideman-rehearse-")
        self._log = Path(self._folder.name, "server.log")
        self._profile = Path(self._folder.name, "profile.json")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # In a process group of its own, so that Ctrl-C does not end the server before `end` asks it
        # to.
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*self._command, *self._arguments, "--profile", str(self._profile)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its log is a file of ours, whatever the terminal's encoding is.
                env=os.environ
                | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
                **own_group(),
            )
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.end()
        finally:
            self._folder.cleanup()

    def check_alive(self) -> None:
        """Raise a SidemanError that shows the end of the log when the server is gone."""
        if self._process is not None and self._process.poll() is not None:
            code = self._process.returncode
            raise SidemanError(f"The server ended by itself (exit code {code}).", self.log_tail())

    def log_tail(self) -> str:
        """The last lines that the server wrote."""
        lines = self._log.read_text("utf-8", "replace").splitlines() if self._log.exists() else []
        if not lines:
            return "It wrote nothing."
        return "The last it wrote:\n" + "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])

    def end(self) -> None:
        """Ask the server to end, and wait until it has; kill it where it does not."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            # Windows has no SIGTERM that a program could answer.
            process.send_signal(
                getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM) if _WINDOWS else signal.SIGTERM
            )
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def read_profile(self) -> dict[str, Any]:
        """What the server measured; call after `end`.

        Raises:
            SidemanError: it left no profile, or one that cannot be read.
        """
        try:
            profile = json.loads(self._profile.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SidemanError(f"The server left no profile: {error}", self.log_tail()) from None
        if not isinstance(profile, dict):
            raise SidemanError("The server's profile is not a JSON object.")
        return profile
