"""How many samples go into one datagram on this machine."""

from __future__ import annotations

from collections.abc import Callable

from sideman.engine.errors import SidemanError
from sideman.runtime.doctor.network import USUAL_PACKAGE, largest_datagram, loopback_error
from sideman.runtime.multi_track.wire import audio_bytes, largest_package

_CONTEXT = b"/context"


def choose_package(
    wanted: int | None,
    stems: tuple[str, ...],
    attempt: Callable[[int], str] = loopback_error,
) -> tuple[int, str]:
    """Choose the samples of a chunk, both ways, so that its datagrams pass over loopback.

    macOS lets 9,216 bytes through unless told otherwise, less than the external's usual package.

    Args:
        wanted: as the user asked; None takes the usual package, or the largest that passes.
        stems: all stems of the model; each is an address.
        attempt: sends so many bytes over loopback; returns what went wrong, empty if they arrived.

    Returns:
        The number of samples, and a note if a smaller one than usual had to be chosen, else "".

    Raises:
        SidemanError: datagrams of the size that the user asked for do not pass.
    """
    addresses = [_CONTEXT, *(f"/{stem}".encode() for stem in stems)]
    package = wanted or USUAL_PACKAGE
    size = max(audio_bytes(address, package) for address in addresses)
    error = attempt(size)
    if not error:
        return package, ""
    if wanted is not None:
        raise SidemanError(
            f"--package {wanted}: a datagram of {size:,} bytes does not pass here: {error}.",
            "Leave the option out to use the largest that does; `sideman doctor` tells more.",
        )
    largest = largest_datagram(attempt)
    package = min(largest_package(address, largest) for address in addresses)
    return package, (
        f"Packages of {USUAL_PACKAGE:,} samples do not pass here, so {package:,} were used; "
        "`sideman doctor` says how to fix that."
    )
