"""What the Max external appends to the operator's command when it starts the server itself.

`server 1` appends `--client_ip ADDRESS`; the panel of its help patch writes `--serverport N
--clientport N`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from sideman.engine.errors import SidemanError

Address = tuple[str, int]


@dataclass(frozen=True)
class Places:
    """Where a server listens and replies, and who may speak.

    Attributes:
        listen: host and port to bind.
        reply: host and port of `/ready`; None for the usual one.
        allow: hosts that may speak.
    """

    listen: Address
    reply: Address | None
    allow: tuple[str, ...]


def with_external(
    places: Places,
    *,
    chosen_listen: bool,
    client_ip: str | None = None,
    serverport: int | None = None,
    clientport: int | None = None,
) -> Places:
    """Add what the external says to what the operator says.

    Args:
        places: what the operator says, or the defaults.
        chosen_listen: whether the operator gave `--listen`.
        client_ip: the client's address. It may speak, and gets `/ready`. A server that listens on
            loopback takes an address of another machine for this machine's own: nobody else can
            reach it, and replies go to whoever spoke.
        serverport: port that is listened on.
        clientport: port of replies.

    Raises:
        SidemanError: it contradicts what the operator says, or is no address.
    """
    (host, port), reply, allow = places.listen, places.reply, places.allow
    if serverport is not None:
        if chosen_listen and port != serverport:
            raise _contradiction("--serverport", serverport, f"--listen {host}:{port}")
        port = serverport
    if clientport is not None and reply is not None and reply[1] != clientport:
        raise _contradiction("--clientport", clientport, f"--reply {reply[0]}:{reply[1]}")
    if client_ip is not None:
        try:
            far = not ipaddress.ip_address(client_ip).is_loopback
        except ValueError:
            raise SidemanError(
                f"--client_ip {client_ip!r} is no numeric address.", "For example 127.0.0.1."
            ) from None
        if reply is not None and reply[0] not in (client_ip, "localhost" if not far else client_ip):
            raise _contradiction("--client_ip", client_ip, f"--reply {reply[0]}:{reply[1]}")
        if host.startswith("127.") or host in ("::1", "localhost"):
            client_ip = None if far else client_ip
        elif far and client_ip not in allow:
            allow = (*allow, client_ip)
    if reply is None and (client_ip is not None or clientport is not None):
        from sideman.runtime.server.server import REPLY_PORT

        usual = "::1" if ":" in host else "127.0.0.1"
        reply = (client_ip or usual, clientport or REPLY_PORT)
    return Places((host, port), reply, allow)


def _contradiction(option: str, value: object, other: str) -> SidemanError:
    return SidemanError(
        f"{option} {value} contradicts {other}.",
        f"The external adds {option} by itself: leave one of the two out.",
    )
