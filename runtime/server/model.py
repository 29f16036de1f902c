"""The loaded model, or the reason why there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.engine.bundle.bundle import MANIFEST, Bundle, sha256
from sideman.engine.errors import BundleError, SidemanError, UnreadableBundleError

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")

#: By a file's name: what its system tells of it without reading it.
_Stamps = dict[str, tuple[int, ...]]

_LOADING = "The model is still loading; ask again when /loaded has come."


class Model:
    """Opens and closes the session; only the cycle thread calls it, except for `unready` and
    `failed`.

    Args:
        open_session: opens the bundle; may take minutes, may fail, and may be called again.
        bundle: its folder, to see whether it has changed since; None where there is none.
    """

    def __init__(self, open_session: Callable[[], Session], bundle: Path | None = None) -> None:
        self._open = open_session
        self._bundle = bundle
        self._digest = ""
        self._stamps: _Stamps = {}
        self._damage: tuple[_Stamps, str, str] | None = None
        self._unready, self._failed = _LOADING, ""
        self.session: Session | None = None

    def unready(self) -> str:
        """Why no audio can be answered; nothing when it can. Any thread."""
        return self._unready

    def failed(self) -> str:
        """Why there is no model and none is being loaded; else nothing. Any thread."""
        return self._failed

    def up_to_date(self) -> bool:
        """Whether the session is there and its bundle is the one on disk.

        Files that look as they did when they were loaded, or found damaged, are not read again; if
        one does not, all are hashed, which takes about a second a gigabyte.

        Raises:
            BundleError: what is on disk now is damaged. The session plays from memory, so it is as
                good as before.
        """
        if self.session is None or self._bundle is None:
            return self.session is not None
        stamps = self._read_stamps()
        if stamps != self._stamps:
            if self._damage is not None and self._damage[0] == stamps:
                raise BundleError(*self._damage[1:])
            try:
                Bundle.open(self._bundle)
            except UnreadableBundleError:
                raise  # the next try may read it
            except BundleError as error:
                self._damage = stamps, error.what, error.remedy
                raise
            if self._read_digest() != self._digest:
                return False
            self._stamps = stamps
        return True

    def load(self, reserved: Container[str]) -> Session:
        """Close what is there and open the bundle.

        Args:
            reserved: names that no stem may have, because the protocol uses them.

        Raises:
            SidemanError: it cannot be opened, or a stem has such a name.
            Exception: whatever else a backend's library raises.
        """
        self.close(_LOADING)
        self._digest, self._stamps = self._load_digest(), self._read_stamps()
        session = self._open()
        self.session = session
        for stem in session.stems:
            if stem in reserved:
                raise SidemanError(
                    f"A stem named {stem!r} cannot be served: the protocol uses that address."
                )
        return session

    def mark_ready(self) -> None:
        """Let audio be answered from here on."""
        self._say("")

    def _say(self, unready: str) -> None:
        """Let every thread know from here on why no audio is answered, or that it is."""
        self._unready = unready

    def close(self, reason: str, failed: str = "") -> None:
        """Free the session.

        Args:
            reason: why no audio is answered from here on.
            failed: why there is no model, where something went wrong.
        """
        self._failed = failed
        self._say(reason)
        session, self.session = self.session, None
        if session is not None:
            try:
                session.close()
            except Exception as error:
                log.debug("Closing the session failed.", exc_info=True)
                log.warning("Closing the session failed: %s", error)

    def _load_digest(self) -> str:
        """The digest of the bundle that is about to be loaded."""
        return self._read_digest()

    def _read_digest(self) -> str:
        """SHA-256 of the manifest, which holds those of all other files; nothing without one."""
        try:
            return "" if self._bundle is None else sha256(self._bundle / MANIFEST)
        except OSError:
            return ""

    def _read_stamps(self) -> _Stamps:
        """What tells without reading a file that it was written since, by name."""
        if self._bundle is None:
            return {}
        try:
            return {file.name: _stamp(file) for file in self._bundle.iterdir()}
        except OSError:
            return {}


def _stamp(file: Path) -> tuple[int, ...]:
    """What changes when a file is written or replaced; nothing for one that cannot be seen."""
    try:
        found = file.stat()
    except OSError:  # a link to nothing, or gone meanwhile
        return ()
    # The time of the last change tells of a writer that set the other time back, as `cp -p` does.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
