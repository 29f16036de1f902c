"""Plays into a server in real time, as a sound card would, and keeps what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sideman.engine.errors import SidemanError
from sideman.runtime.client import NO_ANSWER, Client, Status
from sideman.runtime.rehearse.timeline import Samples

#: Samples that are handed over at once, as sound cards do.
BLOCK = 512
#: Refusals that stay as long as the client asks for the same.
LASTING = ("version", "rate", "stems", "geometry")
#: Those that stay as long as nobody mends the server.
HOPELESS = (*LASTING, "model")
#: Seconds until a session must have begun.
_CONNECT_SECONDS = 600.0
#: Seconds after which a server that says nothing is worth a hint.
HINT_SECONDS = 10.0


@dataclass
class Played:
    """What came back.

    Attributes:
        stems: float32 [stems, n], as it was heard.
        status: of the client, once a second and at the end.
        begun: when the first block began, on `time.perf_counter`.
        behind: seconds by which blocks were handed over late, one a block: above the length of a
            block, a sound card would have run dry.
    """

    stems: Samples
    begun: float = 0.0
    status: list[Status] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)


def nobody_answers(server: tuple[str, int], status: Status) -> str:
    """What to look at where a server that somebody else started has never said a word.

    Args:
        server: host and port.
        status: of the client.

    Returns:
        A question; nothing where the server has answered.
    """
    if status.state != "connecting" or status.text != NO_ANSWER:
        return ""
    return (
        f"Does `sideman serve --listen` run at {server[0]}:{server[1]}, is this machine's address "
        "in its --allow, and does no firewall keep UDP out?"
    )


def connect(client: Client, check: Callable[[], None]) -> None:
    """Wait until a session has begun.

    Args:
        client: started.
        check: called now and then; raises where waiting makes no sense any more.

    Raises:
        SidemanError: it does not begin, with what the server said.
    """
    end = time.perf_counter() + _CONNECT_SECONDS
    while client.status.state != "playing":
        check()
        status = client.status
        if status.refused in HOPELESS or time.perf_counter() > end:
            raise SidemanError(f"No session began: {status.text}")
        time.sleep(0.02)


def play(
    client: Client,
    context: Samples,
    rate: int,
    check: Callable[[], None] = lambda: None,
    tell: Callable[[int, Status], None] = lambda samples, status: None,
) -> Played:
    """Play a context at its own pace.

    Args:
        client: of which a session has begun.
        context: float32 [n].
        rate: samples in a second.
        check: called once a second; raises where playing on makes no sense any more.
        tell: called once a second with the samples that were played, and the client's status.
    """
    played = Played(np.zeros((len(client.stems), len(context)), np.float32))
    begun = played.begun = time.perf_counter()
    told = 0
    for at in range(0, len(context), BLOCK):
        end = min(at + BLOCK, len(context))
        # Counted from the beginning, so that a late block does not delay all that follow.
        due = begun + end / rate
        while (rest := due - time.perf_counter()) > 0:
            # Sleeping, never spinning: the processor is the server's.
            time.sleep(rest)
        played.behind.append(time.perf_counter() - due)
        client.process(context[at:end], played.stems[:, at:end])
        if end // rate > told:
            told = end // rate
            check()
            played.status.append(client.status)
            tell(end, client.status)
    played.status.append(client.status)
    return played
