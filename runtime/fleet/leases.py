"""Who may play where: leases, all granted here."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sideman.runtime.native.setting import DEFAULT_STEP

#: Seconds in which a client has to say hello to its player. One that hears nothing there asks the
#: front door again after 1.5 s (`runtime/client/greeting.py`).
LEASE_SECONDS = 5.0
#: Seconds beyond that in which the player may still tell of the session.
_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Need:
    """What a client asks for, as far as a director reckons with it.

    Attributes:
        stems: how many.
        step: columns; 0 leaves it to the player.
    """

    stems: int = 1
    step: int = 0

    @property
    def weight(self) -> float:
        """Of its cycles' time, to that of a session with as many stems and the usual step."""
        return DEFAULT_STEP / self.step if self.step > 0 else 1.0


#: What nobody on the way needs.
_NOBODY: Mapping[Need, int] = {}
#: One stem, with the player's own step.
USUAL = Need()


@dataclass
class Lease:
    """One client's right to one place.

    Attributes:
        token: that the client shows to the player.
        player: its name.
        client: HOST:PORT, proved.
        since: when it was granted, in seconds.
        until: when it lapses if no session has begun.
        playing: whether its session has begun.
        need: what its client asked for.
    """

    token: str
    player: str
    client: str
    since: float
    until: float
    playing: bool = False
    need: Need = USUAL


class Leases:
    """All leases of a fleet; one thread.

    Attributes:
        granted: how many ever were.
        lapsed: of these, how many never became a session.

    Args:
        draw: makes a token that nobody can guess.
    """

    def __init__(self, draw: Callable[[], str] = lambda: secrets.token_urlsafe(18)) -> None:
        self.granted = self.lapsed = 0
        self._draw = draw
        self._by_token: dict[str, Lease] = {}
        self._by_client: dict[str, Lease] = {}
        self._by_player: dict[str, dict[str, Lease]] = {}
        self._waiting: dict[str, Lease] = {}  # by token
        self._needs: dict[str, Counter[Need]] = {}  # of these, by player

    def __len__(self) -> int:
        return len(self._by_token)

    def grant(self, player: str, client: str, now: float, need: Need = USUAL) -> Lease:
        """Grant a place; a client has one at most, so an earlier one has to be ended before."""
        assert client not in self._by_client, "a client has one lease"
        until = now + LEASE_SECONDS + _GRACE_SECONDS
        lease = Lease(self._draw(), player, client, now, until, need=need)
        self.granted += 1
        self._keep(lease)
        return lease

    def of(self, client: str) -> Lease | None:
        """The lease of a client, if it has one."""
        return self._by_client.get(client)

    def holds(self, lease: Lease) -> bool:
        """Whether a lease has not ended."""
        return self._by_token.get(lease.token) is lease

    def at(self, player: str) -> list[Lease]:
        """All leases of a player."""
        return list(self._by_player.get(player, {}).values())

    def waiting(self, player: str) -> Mapping[Need, int]:
        """How many at a player need what, whose session has not begun: no report counts these."""
        return self._needs.get(player, _NOBODY)

    @property
    def on_their_way(self) -> int:
        """How many there are of these at all players."""
        return len(self._waiting)

    def first_lapse(self) -> float | None:
        """When the next lease lapses, in seconds; None where none waits."""
        return min((each.until for each in self._waiting.values()), default=None)

    def follow(self, player: str, sessions: Iterable[tuple[str, str]], now: float) -> list[Lease]:
        """Compare with the sessions that a player tells of.

        Args:
            player: its name.
            sessions: token and client of each; those without a token count for nothing.
            now: seconds.

        Returns:
            Leases that ended with their sessions.
        """
        told = {token: client for token, client in sessions if token}
        for token, client in told.items():
            lease = self._by_token.get(token)
            if lease is not None:
                lease.playing = True
                self._waits_no_more(lease)
            elif client not in self._by_client:
                # The director itself was started anew, or this lease had lapsed a moment before.
                self._keep(Lease(token, player, client, now, now, playing=True))
        ended = [lease for lease in self.at(player) if lease.playing and lease.token not in told]
        for lease in ended:
            self.end(lease)
        return ended

    def lapse(self, now: float) -> list[Lease]:
        """End those whose client never came; tells which."""
        over = [lease for lease in self._waiting.values() if now >= lease.until]
        for lease in over:
            self.lapsed += 1
            self.end(lease)
        return over

    def end(self, lease: Lease) -> None:
        """End a lease; any number of times."""
        self._by_token.pop(lease.token, None)
        self._waits_no_more(lease)
        self._by_player.get(lease.player, {}).pop(lease.token, None)
        if self._by_client.get(lease.client) is lease:
            del self._by_client[lease.client]

    def _keep(self, lease: Lease) -> None:
        self._by_token[lease.token] = self._by_client[lease.client] = lease
        self._by_player.setdefault(lease.player, {})[lease.token] = lease
        if not lease.playing:
            self._waiting[lease.token] = lease
            self._needs.setdefault(lease.player, Counter())[lease.need] += 1

    def _waits_no_more(self, lease: Lease) -> None:
        if self._waiting.pop(lease.token, None) is not None:
            needs = self._needs[lease.player]
            needs[lease.need] -= 1
            if not needs[lease.need]:
                del needs[lease.need]
