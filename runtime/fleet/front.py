"""The front door and its figures: opened together, and again where a director starts again."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.desk import Desk, Plan
from sideman.runtime.fleet.links import Link
from sideman.runtime.fleet.report import Mark
from sideman.runtime.fleet.web import HOST, Web
from sideman.runtime.system.hosts import resolve
from sideman.runtime.system.sockets import open_listener

log = logging.getLogger("sideman.runtime.fleet")

#: Seconds between two tries to open what is busy.
_AGAIN_SECONDS = 1.0


class Front:
    """What a director's process holds; any thread.

    Args:
        plan: of the fleet.
        links: to the players, by name.
        status_port: for figures; 0 takes any.
        patient: whether to try again, without end, where something is in the way: clients know this
            address, so a director that starts again has no other choice. `news` tells why it waits.

    Raises:
        SidemanError: an address that cannot be used, and not patient.
    """

    def __init__(
        self, plan: Plan, links: Mapping[str, Link], status_port: int, *, patient: bool = False
    ) -> None:
        self._plan, self._links, self._status_port = plan, links, status_port
        self._opened: tuple[Desk, Web] | None = None
        self._closing = threading.Event()
        self._trouble: SidemanError | None = None
        self._thread: threading.Thread | None = None
        try:
            self._open()
        except SidemanError as error:
            if not patient:
                raise
            self._trouble = error
            log.warning("%s", error)
            self._thread = threading.Thread(target=self._try, name="sideman-front", daemon=True)
            self._thread.start()

    @property
    def desk(self) -> Desk:
        """The director at work.

        Raises:
            SidemanError: why it does not stand yet.
        """
        return self._both()[0]

    @property
    def web(self) -> Web:
        """Its figures; raises likewise."""
        return self._both()[1]

    def news(self, since: Mark) -> list[tuple[Mark, str]]:
        """As `Desk.news`; while the door is not open, why."""
        trouble = self._trouble
        if trouble is not None:
            mark = ("closed", 1)
            line = f"The front door is closed, and tried again: {trouble.what}"
            return [] if since == mark else [(mark, line)]
        return self.desk.news(since)

    def tell(self, line: str) -> None:
        """Add to the news, once there is a director."""
        opened = self._opened
        if opened is not None:
            opened[0].tell(line)

    def figures(self) -> dict[str, Any]:
        """As `Desk.figures`."""
        return self.desk.figures()

    def close(self) -> None:
        """Close both; any number of times."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        opened, self._opened = self._opened, None
        if opened is not None:
            desk, web = opened
            web.close()
            desk.close()

    def _both(self) -> tuple[Desk, Web]:
        if self._trouble is not None:
            raise SidemanError(self._trouble.what, self._trouble.remedy)
        if self._opened is None:
            raise SidemanError("The front door is closed.")
        return self._opened

    def _open(self) -> None:
        desk = Desk(self._plan, self._links)
        try:
            web = Web(desk, self._status_port)
        except BaseException:
            desk.close()  # a port without a thread behind it would swallow every hello
            raise
        desk.start()
        self._opened, self._trouble = (desk, web), None

    def _try(self) -> None:
        while not self._closing.wait(_AGAIN_SECONDS):
            try:
                self._open()
            except SidemanError as error:
                self._trouble = error
            else:
                log.info("The front door is open again.")
                return


def settled(plan: Plan, status_port: int) -> tuple[Plan, int]:
    """A plan and a port for figures that are fixed: a director that starts again needs the same.

    Args:
        plan: whose port may be 0, for any.
        status_port: likewise.

    Raises:
        SidemanError: an address that cannot be used.
    """
    host, port = plan.listen
    if port == 0:
        family, at = resolve(host, port, "--listen")
        with open_listener(family, at) as probe:
            plan = replace(plan, listen=(host, int(probe.getsockname()[1])))
    if status_port == 0:
        with socket.create_server((HOST, 0)) as server:
            status_port = int(server.getsockname()[1])
    return plan, status_port
