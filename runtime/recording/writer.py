"""Writes a recording on a thread of its own: a slow or full disk must not hold the music."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from io import FileIO
from pathlib import Path
from time import monotonic

import numpy as np

from sideman.engine.disk import why_not_written
from sideman.runtime.recording.format import MAGIC, Kind, Samples, digest, pack_entry

log = logging.getLogger("sideman.runtime.server")

#: Seconds between two looks for entries: what a process that is killed may lose.
_PAUSE_SECONDS = 0.05
#: Bytes that may wait for a disk that is slow; a minute of a client with four stems.
_MOST_WAITING = 64 << 20
#: Bytes that are left free on the disk, and the seconds between two looks.
_LEFT_FREE = 1 << 30
_LOOK_SECONDS = 1.0


class Writer:
    """Appends entries to a new file of a folder; `put` never waits.

    What goes wrong with the folder or the disk ends the recording, and is logged once; the server
    plays on.

    Attributes:
        path: the file, once it has been made.

    Args:
        folder: made where it does not exist; every recording is a file of its own in it.
        free: tells how many bytes are free where this folder is.
    """

    def __init__(
        self, folder: Path, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    ) -> None:
        self.path: Path | None = None
        self._folder = folder
        self._free = free
        self._entries: deque[tuple[Kind, bytes, Samples | None]] = deque()
        # Bytes that were put and taken, each counted by one side alone.
        self._put = self._taken = 0
        self._stopped = False
        self._looked = float("-inf")
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="sideman-record", daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether nothing more is recorded; any thread."""
        return self._stopped

    def start(self) -> None:
        """Start the thread, which makes the file; once."""
        self._thread.start()

    def put(self, kind: Kind, payload: bytes = b"", samples: Samples | None = None) -> None:
        """Add an entry; one thread at a time.

        Args:
            kind: of the entry.
            payload: what it holds.
            samples: whose digest it holds behind that; nobody may change them any more.
        """
        if self._stopped:
            return
        size = len(payload) + (0 if samples is None else samples.nbytes)
        if self._put + size - self._taken > _MOST_WAITING:
            # A recording with a gap could not be run again behind it.
            self.stop(f"{_MOST_WAITING >> 20} MB wait for the disk, which is too slow.")
            return
        self._put += size
        self._entries.append((kind, payload, samples))

    def close(self, patience: float) -> bool:
        """Write what waits and close the file; nothing may be put meanwhile.

        Args:
            patience: seconds that a disk gets which takes nothing.

        Returns:
            Whether all is written.
        """
        self._closing = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(patience)
        whole = not self._thread.is_alive() and not self._stopped
        self._stopped = True
        return whole

    def stop(self, reason: str) -> None:
        """End the recording, and say so once; the file keeps what it has. Any thread."""
        if not self._stopped:
            self._stopped = True
            self._entries.clear()
            log.error("Nothing more is recorded: %s The music plays on.", reason)

    def _run(self) -> None:
        try:
            with self._open() as file:
                _write(file, MAGIC)
                while not (self._closing or self._stopped):
                    self._drain(file)
                    self._wake.wait(_PAUSE_SECONDS)
                self._drain(file)
        except OSError as error:
            self.stop(f"{self.path or self._folder} cannot be written: {why_not_written(error)}.")
        except Exception as error:
            log.debug("The recorder met an error of its own.", exc_info=True)
            self.stop(f"{error!r}.")

    def _open(self) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        for count in range(1, 1_000):
            path = self._folder / f"{name}{f'-{count}' if count > 1 else ''}.recording"
            try:
                # Without a buffer: what was written is there when this process is killed.
                file = FileIO(path, "x")
            except FileExistsError:
                continue
            self.path = path
            log.info("Recording to %s.", path)
            return file
        raise FileExistsError(f"{name} exists a thousand times")

    def _drain(self, file: FileIO) -> None:
        """Write what waits; not more than is free."""
        parts: list[bytes] = []
        while not self._stopped:
            try:
                kind, payload, samples = self._entries.popleft()
            except IndexError:
                break
            self._taken += len(payload) + (0 if samples is None else samples.nbytes)
            parts.append(pack_entry(kind, payload + (b"" if samples is None else digest(samples))))
        now = monotonic()
        if now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            if self._free(self._folder) < _LEFT_FREE:
                self.stop(f"less than {_LEFT_FREE >> 30} GB is free at {self._folder}.")
        if parts and not self._stopped:
            _write(file, b"".join(parts))


def _write(file: FileIO, data: bytes) -> None:
    """Write all of it: without a buffer, the system may take a part only."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def kept(samples: Samples) -> Samples:
    """A copy that nobody changes."""
    return np.array(samples, np.float32)
