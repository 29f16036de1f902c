"""How long this process waited for a processor that others kept busy."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import process_time

_NANO = 1e-9
#: From this share of its work on that a process waited for a processor, its times say little.
MUCH = 0.1


def seconds_waited(tasks: Path = Path("/proc/self/task")) -> float | None:
    """Seconds that the threads of this process, added up, were ready to run and did not.

    Linux counts them for each thread, in the second number of its `schedstat`. A thread that ends
    takes its seconds along. What a virtual machine waits for its host is not in them.

    Args:
        tasks: a folder with one for each thread.

    Returns:
        Since each thread began; None where the system does not tell.
    """
    waited, told = 0, False
    # A thread may end between being listed and being read.
    with suppress(OSError):
        for task in tasks.iterdir():
            with suppress(OSError, ValueError, IndexError):
                waited += int((task / "schedstat").read_text("ascii").split()[1])
                told = True
    return waited * _NANO if told else None


class Work:
    """What this process works and waits from here on, all threads together."""

    def __init__(self) -> None:
        self._begun = process_time(), seconds_waited()

    def so_far(self) -> tuple[float, float | None]:
        """Seconds of processor time, and seconds as `seconds_waited` counts them."""
        (worked, waited), now = self._begun, seconds_waited()
        # A thread that has ended took its seconds along.
        late = None if now is None or waited is None else max(0.0, now - waited)
        return process_time() - worked, late
