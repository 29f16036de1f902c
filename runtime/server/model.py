"""The loaded model, or the reason why there is none."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Container
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.engine.errors import SidemanError

if TYPE_CHECKING:
    from sideman.runtime.playing.session import Session

log = logging.getLogger("sideman.runtime.server")

_LOADING = "The model is still loading; ask again when /loaded has come."


class Model:
    """Opens and closes the session; only the cycle thread calls it, except for `unready`.

    Args:
        open_session: opens the bundle; may take minutes, may fail, and may be called again.
        bundle: its folder, to see whether it has changed since; None where there is none.
    """

    def __init__(self, open_session: Callable[[], Session], bundle: Path | None = None) -> None:
        self._open = open_session
        self._manifest = bundle / "manifest.json" if bundle is not None else None
        self._digest: str | None = None
        self._unready = _LOADING
        self.session: Session | None = None

    def unready(self) -> str:
        """Why no audio can be answered; nothing when it can. Any thread."""
        return self._unready

    @property
    def up_to_date(self) -> bool:
        """Whether the session is there and its bundle is the one on disk."""
        return self.session is not None and self._digest == self._read_digest()

    def load(self, reserved: Container[str]) -> Session:
        """Close what is there and open the bundle.

        Args:
            reserved: names that no stem may have, because the protocol uses them.

        Raises:
            SidemanError: it cannot be opened, or a stem has such a name.
            Exception: whatever else a backend's library raises.
        """
        self.close(_LOADING)
        self._digest = self._read_digest()
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
        self._unready = ""

    def close(self, reason: str) -> None:
        """Free the session; from here on this is the reason why no audio is answered."""
        self._unready = reason
        session, self.session = self.session, None
        if session is not None:
            try:
                session.close()
            except Exception as error:
                log.debug("Closing the session failed.", exc_info=True)
                log.warning("Closing the session failed: %s", error)

    def _read_digest(self) -> str | None:
        if self._manifest is None:
            return None
        try:
            return hashlib.sha256(self._manifest.read_bytes()).hexdigest()
        except OSError:
            return None
