"""Figures at a loopback port: Prometheus' text, JSON, and a page; and an operator's wishes."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Protocol

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet import metrics

log = logging.getLogger("sideman.runtime.fleet")

HOST = "127.0.0.1"
DEFAULT_PORT = 7080
#: A header that no page of another site can send without being asked first, which it is not.
WISH_HEADER = "X-Sideman"
_MOST_BYTES = 65_536
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}


class Fleet(Protocol):
    """What the web needs of a fleet; any thread."""

    def figures(self) -> dict[str, Any]:
        """As `Desk.figures`."""

    def drain(self, player: str) -> None:
        """As `Desk.drain`."""

    def resume(self, player: str) -> None:
        """As `Desk.resume`."""

    def change(self, bundle: str, folder: str) -> None:
        """As `Desk.change`."""


class Web:
    """Serves HTTP on 127.0.0.1 and nowhere else, on threads of its own.

    Args:
        fleet: that is shown.
        port: 0 lets the system choose.

    Raises:
        SidemanError: the port is taken.
    """

    def __init__(self, fleet: Fleet, port: int = DEFAULT_PORT) -> None:
        handler = type("Handler", (_Handler,), {"fleet": fleet})
        try:
            self._server = _Server((HOST, port), handler)
        except OSError as error:
            raise SidemanError(
                f"Port {port} for figures is busy: {error}.",
                "Choose another with --status-port; 0 takes any.",
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sideman-web", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows this would share another program's port. Elsewhere it lets a director that starts
    # again have its port although an old connection has not quite ended.
    allow_reuse_address = os.name == "posix"
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("A request for figures failed.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    fleet: Fleet
    server_version = "sideman"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        """Figures, or a file of the page."""
        if not self._named_right():
            return
        path = self.path.partition("?")[0]
        if path in _FILES:
            name, kind = _FILES[path]
            self._answer(
                200, kind, files("sideman.runtime.fleet").joinpath("page", name).read_bytes()
            )
        elif path == "/status.json":
            self._try(lambda: json.dumps(self.fleet.figures()).encode(), "application/json")
        elif path == "/metrics":
            self._try(lambda: metrics.exposition(self.fleet.figures()), metrics.CONTENT_TYPE)
        else:
            self._tell(404, f"There is no {path} here.")

    def do_POST(self) -> None:
        """An operator's wish: /drain, /resume or /change."""
        if not self._named_right():
            return
        if not self.headers.get(WISH_HEADER):
            self._tell(403, f"Wishes carry the header {WISH_HEADER}.")
            return
        wishes: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
            "/drain": (self.fleet.drain, ("player",)),
            "/resume": (self.fleet.resume, ("player",)),
            "/change": (self.fleet.change, ("bundle", "folder")),
        }
        wish = wishes.get(self.path)
        if wish is None:
            self._tell(404, f"There is no {self.path} here.")
            return
        call, names = wish
        try:
            size = int(self.headers.get("Content-Length", "0"))
            told = json.loads(self.rfile.read(min(size, _MOST_BYTES)))
            values = [told[name] for name in names]
            if not all(isinstance(value, str) for value in values):
                raise ValueError("texts are wanted")
        except (ValueError, KeyError, TypeError) as error:
            self._tell(400, f"That is no wish: {error!r}.")
            return

        def fulfil() -> bytes:
            call(*values)
            return b"{}"

        self._try(fulfil, "application/json")

    def _try(self, make: Callable[[], bytes], kind: str) -> None:
        try:
            body = make()
        except SidemanError as error:
            self._tell(409, str(error))
        else:
            self._answer(200, kind, body)

    def _named_right(self) -> bool:
        """Refuse a page of another site whose name was made to mean this machine."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host in ("127.0.0.1", "localhost"):
            return True
        self._tell(403, "Ask for 127.0.0.1 or localhost.")
        return False

    def _tell(self, status: int, text: str) -> None:
        self._answer(status, "text/plain; charset=utf-8", text.encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        if status >= 400:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name
        """Say nothing: a page asks once a second."""
