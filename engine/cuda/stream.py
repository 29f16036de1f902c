"""A stream and everything that was made for it."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sideman.engine.cuda.driver import Driver
from sideman.engine.errors import BackendError, DeviceLostError

logger = logging.getLogger(__name__)

Free = Callable[[int], None]


class Stream:
    """The one queue of work of a backend, and the owner of what is used on it.

    What it owns is freed when its holder is collected or when the stream is closed, whichever
    comes first, once the work enqueued by then is done; never twice, and never while a graph is
    being recorded (CUDA refuses that, and the record would be spoilt). The garbage collector may
    run in any thread while another thread begins to record. So only the thread that allocated last
    frees at once; other threads postpone it until the next allocation.

    Attributes:
        driver: of the device.
        handle: the driver's number of the stream.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.handle = driver.create_stream()
        self._owned: dict[int, tuple[Free, int]] = {}
        self._postponed: list[tuple[Free, int]] = []
        self._next = 0
        self._closed = False
        self._user = threading.get_ident()

    def own(self, holder: object, handle: int, free: Free) -> None:
        """Free something when its holder is collected, or when this is closed.

        Args:
            holder: what uses it.
            handle: address or number.
            free: the driver's method that frees it.
        """
        key = self._next
        self._next += 1
        self._owned[key] = (free, handle)
        # When the interpreter ends, CUDA may be gone already; the system frees everything then.
        weakref.finalize(holder, self._release, key).atexit = False

    def allocate(self, holder: object, nbytes: int) -> int:
        """Allocate device memory, which is freed no later than its holder.

        Raises:
            BackendError: there is not enough.
        """
        self._make_room()
        address = self.driver.allocate(nbytes)
        self.own(holder, address, self.driver.free)
        return address

    def allocate_host(self, nbytes: int) -> tuple[int, NDArray[np.uint8]]:
        """Allocate page-locked host memory.

        Returns:
            Its address and an array over it, [nbytes], not cleared. The memory is freed no later
            than this array and all views of it.

        Raises:
            BackendError: there is not enough.
        """
        self._make_room()
        # At least one byte, so that an empty array has an address too.
        address = self.driver.allocate_host(max(nbytes, 1))
        array = self.driver.host_view(address, nbytes)
        self.own(array, address, self.driver.free_host)
        return address, array

    def create_event(self, holder: object, timed: bool = False) -> int:
        """Make an event, which is freed no later than its holder."""
        event = self.driver.create_event(timed)
        self.own(holder, event, self.driver.destroy_event)
        return event

    def synchronize(self) -> None:
        """Wait until everything that is enqueued has run.

        Raises:
            DeviceLostError: nothing on the device works any more.
            BackendError: something that was enqueued failed.
        """
        self.driver.synchronize(self.handle)

    def close(self) -> None:
        """Wait, free everything, newest first, and the stream itself; a second time is harmless."""
        if self._closed:
            return
        self._closed = True
        owned = _drain(self._postponed)
        # One by one, because the collector may take some of them meanwhile.
        with suppress(KeyError):
            while True:
                owned.append(self._owned.popitem()[1])
        self._free(owned)
        self._free([(self.driver.destroy_stream, self.handle)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_room(self) -> None:
        if self._closed:
            raise BackendError("Memory was asked for on a GPU stream that is closed already.")
        self._user = threading.get_ident()
        self._free_postponed()

    def _release(self, key: int) -> None:
        """Called by the collector, in any thread, at any time."""
        owned = self._owned.pop(key, None)
        if owned is not None:
            self._postponed.append(owned)
            if threading.get_ident() == self._user:
                self._free_postponed()

    def _free_postponed(self) -> None:
        if not self._postponed:
            return
        try:
            if self.driver.capturing(self.handle):
                return
        except BackendError as error:
            self._tell(error)
            return
        self._free(_drain(self._postponed))

    def _free(self, owned: list[tuple[Free, int]]) -> None:
        """Free as much as can be freed; log errors, because there may be no caller to raise to."""
        try:
            self.synchronize()
        except BackendError as error:
            self._tell(error)
        for free, handle in owned:
            try:
                free(handle)
            except BackendError as error:
                self._tell(error)

    def _tell(self, error: BackendError) -> None:
        # Nothing can be freed on a lost device, and the call that found it lost has raised its
        # error: the process has to end.
        if not isinstance(error, DeviceLostError):
            logger.warning("Something on the GPU could not be freed. %s", error)


def _drain(waiting: list[tuple[Free, int]]) -> list[tuple[Free, int]]:
    """Take everything out of a list to which the collector may add, or from which it may take."""
    taken = []
    with suppress(IndexError):
        while True:
            taken.append(waiting.pop(0))
    return taken
