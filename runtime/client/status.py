"""What is known of a session from outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """What a performer's screen shows.

    Attributes:
        state: "connecting", "playing" or "closed".
        text: why it does not play, or the newest warning or error; empty where all is well.
        step: columns of a cycle, as accepted.
        lead: columns between the newest known one and the first generated.
        advised: the smallest lead that would suffice, as the server thinks; 0 before it knows.
        ahead: seconds from the newest sample that the model knew to the first that it made of it.
        known: all stems of the model.
        landing: seconds between the arrival of stems and their playing, of which 1 % was shorter.
        round_trip: seconds of the newest sign of life there and back.
        lost: samples of stems in whose place silence was played.
        late: samples of stems that came too late.
        repaired: samples of stems that came on request.
        context_lost: samples of the context that never reached the server.
        context_repaired: samples of the context that reached it on request.
        refused: the code of the refusal that keeps it from playing ("version", "rate", "busy",
            "loading", "model", "stems", "geometry"); empty where there is none.
        engine: "loading", "ready" or "degraded"; empty before the server has told.
        percent: of loading; 100 when done.
    """

    state: str
    text: str = ""
    step: int = 0
    lead: int = 0
    advised: int = 0
    ahead: float = 0.0
    known: tuple[str, ...] = ()
    landing: float = 0.0
    round_trip: float = 0.0
    lost: int = 0
    late: int = 0
    repaired: int = 0
    context_lost: int = 0
    context_repaired: int = 0
    refused: str = ""
    engine: str = ""
    percent: float = 100.0
