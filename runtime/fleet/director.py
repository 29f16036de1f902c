"""Decides who plays where; no socket, no Ray, no clock of its own."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.leases import LEASE_SECONDS, USUAL, Lease, Leases, Need
from sideman.runtime.fleet.report import Mark, Order, Report
from sideman.runtime.fleet.rolling import Rolling
from sideman.runtime.fleet.state import GONE_SECONDS, PlayerState
from sideman.runtime.native.endpoint import GIVEN_UP_SECONDS, SILENT_SECONDS
from sideman.runtime.streaming.control import no_such_bundle

#: Seconds for which a client that came back from a player is sent to another one, if there is one.
_AVOIDED_SECONDS = 10.0
#: When to ask again where nobody knows when a place becomes free.
_AGAIN_SECONDS = 5.0
#: When to ask again where a player may soon be back: so much at the least, and the longer it has
#: been gone, the more, by this share.
_SOON_SECONDS, _SOON_SHARE = 0.25, 0.1
#: A client that comes back so many seconds after it was given a lease was not let in there.
_UNHEARD_SECONDS = 1.0
#: A client that came back so often from a player without having played is not sent there for a
#: while: it asks for more than the player has, which that alone can tell, or they do not reach each
#: other.
_TRIES = 2
#: Lines of news that are kept for who asks.
_NEWS = 200


@dataclass(frozen=True)
class Refusal:
    """Nobody can take this client now.

    Attributes:
        code: as in `Refuse`.
        reason: a sentence.
        offer: what to do, a sentence.
    """

    code: str
    reason: str
    offer: str


class Director:
    """Grants leases, and lets players drain and change; one thread.

    A player's arithmetic says how many fit (`Report.room`). The director takes off those that it
    has sent and that no report counts yet, so it never grants more, and of the players that have
    room it chooses the one whose time is taken least.

    Attributes:
        leases: who may play where.
        players: by name.
        assignments: what they are to play, by the bundle's name; the first is the usual one.
        refused: counts by code.
        orders: for players, not given yet; whoever gives them takes them out.
        doubts: players that should be asked at once how they do; likewise.
        news: the last lines, oldest first.

    Args:
        bundles: folders by name, the usual one first.
        players: bundle's name by player's name.
        draw: makes tokens.
    """

    def __init__(
        self,
        bundles: Mapping[str, str],
        players: Mapping[str, str],
        draw: Callable[[], str] | None = None,
    ) -> None:
        self.leases = Leases() if draw is None else Leases(draw)
        self.players = {name: PlayerState(name, bundle) for name, bundle in players.items()}
        self.refused: Counter[str] = Counter()
        self.orders: list[Order] = []
        self.doubts: list[str] = []
        self.news: list[tuple[Mark, str]] = []
        # One that starts again counts anew.
        self._life = secrets.token_hex(4)
        self._said = 0
        # By client: the player that it came back from, and until when that is avoided.
        self._avoided: dict[str, tuple[str, float]] = {}
        # By client: how often it came back from which player without having played, and until
        # when that is remembered.
        self._in_vain: dict[str, tuple[Counter[str], float]] = {}
        self._rolling = Rolling(bundles, self.players, self.leases, self._order, self.tell)
        self.assignments = self._rolling.assignments

    # Players

    def heard(self, report: Report, now: float) -> None:
        """A player reports."""
        state = self.players.get(report.player)
        if state is None or state.is_old(report):
            return
        before = state.state(now)
        if state.note(report, now):
            self._rolling.forget(state.name)
            for lease in self.leases.at(state.name):
                self.leases.end(lease)  # they were its former life's
            if state.restarts:
                self.tell(f"{state.name} has started again on {report.node}.")
        for line in state.new_lines():
            self.tell(f"{state.name}: {line}")
        for lease in self.leases.follow(
            state.name, ((s.token, s.client) for s in report.sessions), now
        ):
            self.tell(f"{lease.client} has left {state.name}.")
        self._rolling.heard(state.bundle, report)
        if state.drained is None:
            state.drained = report.drained  # by hand, before this director started
        elif state.drained != report.drained:
            self._order(Order(state.name, "drain" if state.drained else "resume"))
        after = state.state(now)
        if after != before:
            detail = f": {report.detail.rstrip('.')}" if report.detail else ""
            self.tell(f"{state.name} on {report.node} is {after}{detail}.")
        if self._rolling.concerns(state, report):
            self._rolling.roll()

    def lost(self, player: str, reason: str, now: float) -> None:
        """A player is gone, with its sessions."""
        state = self.players[player]
        if state.report is None:
            state.trouble = reason
            return
        if state.report.state == "failed" and state.report.detail:
            reason = state.report.detail  # its own word, which tells more than that it has ended
        ended = self.leases.at(player)
        for lease in ended:
            self.leases.end(lease)
        state.lose(reason, now)
        self._rolling.forget(player)
        self.tell(f"{player} is gone, with {len(ended)} of its leases: {reason}")

    def expire(self, now: float) -> None:
        """End what has waited long enough."""
        for lease in self.leases.lapse(now):
            self._order(Order(lease.player, "revoke", lease.token))
            self.tell(f"{lease.client} never came to {lease.player}: its place is free again.")
        for state in self.players.values():
            if state.report is not None and now - state.heard >= GONE_SECONDS:
                self.lost(state.name, f"Nothing was heard of it for {GONE_SECONDS:g} s.", now)
        for client in [c for c, (_, until) in self._avoided.items() if now >= until]:
            del self._avoided[client]
        for client in [c for c, (_, until) in self._in_vain.items() if now >= until]:
            del self._in_vain[client]
        self._rolling.roll()

    # Clients

    def hello(
        self, bundle: str, client: str, now: float, need: Need = USUAL
    ) -> tuple[Lease, Report] | Refusal:
        """A client whose address is proved wants to play.

        Its earlier lease ends: who says hello here plays nowhere. It may come because its player is
        gone, which no report tells for seconds: until the next one nobody is sent there.

        Args:
            bundle: name; empty for the usual one.
            client: HOST:PORT.
            now: seconds.
            need: what it asks for.

        Returns:
            A lease and where, or why not.
        """
        before = self.leases.of(client)
        if before is not None:
            self.give_up(before)
            if not before.playing:
                tried = self._in_vain.get(client, (Counter[str](), 0.0))[0]
                tried[before.player] += 1
                self._in_vain[client] = tried, now + _AVOIDED_SECONDS
            if before.playing or now - before.since >= _UNHEARD_SECONDS:
                self._avoided[client] = before.player, now + _AVOIDED_SECONDS
                if self.players[before.player].doubt(now):
                    self.doubts.append(before.player)
        free = list(self._free(bundle, now, need))
        if not free:
            return self.full(bundle, now, need)
        willing = free
        if client in self._in_vain:
            tried = self._in_vain[client][0]
            willing = [state for state in free if tried[state.name] < _TRIES]
        if not willing:
            return self._refuse(
                "busy",
                "The players that have room did not take what this client asks for, or do not hear "
                "it.",
                f"Say hello again in {_AGAIN_SECONDS:g} s, or ask for longer steps, a longer lead "
                "or fewer stems.",
            )
        chosen = self._choose(willing, client)
        lease = self.leases.grant(chosen.name, client, now, need)
        assert chosen.report is not None, "only players that report are chosen"
        self._order(Order(chosen.name, "expect", lease.token, LEASE_SECONDS))
        return lease, chosen.report

    def heard_of(self, player: str, now: float) -> bool:
        """Whether a player was heard of late, and nobody has come back from it since."""
        state = self.players[player]
        return not state.in_doubt and state.state(now) not in ("absent", "silent")

    def has_room(self, bundle: str, now: float, need: Need = USUAL) -> bool:
        """Whether a hello might be granted; says no without keeping anything."""
        return next(self._free(bundle, now, need), None) is not None

    def full(self, bundle: str, now: float, need: Need = USUAL) -> Refusal:
        """Why there is no room."""
        name = self._name(bundle)
        if name not in self.assignments:
            return self._refuse("model", *no_such_bundle(name, list(self.assignments)))
        return self._refusal(name, now, need)

    def declined(self, lease: Lease, reason: str) -> Refusal:
        """The player would not take the token, or was not reached."""
        self.leases.end(lease)
        self.players[lease.player].refused += 1
        self.tell(f"{lease.player} does not take {lease.client}: {reason}")
        return self._refuse(
            "busy",
            f"The player that was free is not: {reason}",
            f"Say hello again in {_SOON_SECONDS:g} s.",
        )

    def give_up(self, lease: Lease) -> None:
        """End a lease from here, and its session."""
        self.leases.end(lease)
        self.players[lease.player].without(lease.token)
        self._order(Order(lease.player, "end", lease.token))

    # Operators

    def drain(self, player: str) -> None:
        """Send nobody there any more; who plays there plays on.

        Raises:
            SidemanError: no such player.
        """
        self._known(player).drained = True
        self._order(Order(player, "drain"))
        self.tell(f"{player} is drained.")

    def resume(self, player: str) -> None:
        """Send clients there again.

        Raises:
            SidemanError: no such player.
        """
        state = self._known(player)
        state.drained = False
        self._order(Order(player, "resume"))
        if state.changing:
            self.tell(f"{player} is not drained by hand any more; it changes its bundle first.")
            return
        self.tell(f"{player} takes clients again.")

    def change(self, bundle: str, folder: str) -> None:
        """Let the players of a name play another bundle, one after the other, each when it is free.

        Where it does not load, all go back to the one before.

        Raises:
            SidemanError: no such name.
        """
        self._rolling.change(bundle, folder)

    def changing(self, bundle: str) -> list[str]:
        """Players of a bundle that do not play yet what they are to play."""
        return self._rolling.changing(bundle)

    def tell(self, line: str) -> None:
        """News for the operator."""
        self._said += 1
        self.news.append(((self._life, self._said), line))
        del self.news[:-_NEWS]

    def news_since(self, mark: Mark) -> list[tuple[Mark, str]]:
        """Lines after one; all, where another director told that one."""
        life, number = mark
        return [each for each in self.news if life != self._life or each[0][1] > number]

    # Within

    def _known(self, player: str) -> PlayerState:
        if player not in self.players:
            raise SidemanError(
                f"There is no player {player!r}.", f"There are: {', '.join(self.players)}."
            )
        return self.players[player]

    def _order(self, order: Order) -> None:
        self.orders.append(order)

    def _name(self, bundle: str) -> str:
        """Of the bundle that is meant: the usual one, if none is named."""
        return bundle or next(iter(self.assignments))

    def _free(self, bundle: str, now: float, need: Need) -> Iterator[PlayerState]:
        """Players of a bundle that have room besides the clients on their way."""
        name = self._name(bundle)
        return (
            state
            for state in self.players.values()
            if state.bundle == name and state.room(now, self.leases.waiting(state.name), need)
        )

    def _choose(self, free: Sequence[PlayerState], client: str) -> PlayerState:
        avoided = self._avoided.get(client, ("", 0.0))[0]
        return min(free, key=lambda s: (s.name == avoided, self._load(s), s.name))

    def _load(self, state: PlayerState) -> float:
        return state.load(self.leases.waiting(state.name))

    def _refusal(self, bundle: str, now: float, need: Need) -> Refusal:
        found = [state for state in self.players.values() if state.bundle == bundle]
        states = Counter(state.state(now) for state in found)
        here = [s for s in found if s.report is not None and s.state(now) in ("ready", "draining")]
        if here:
            ready = [s for s in here if not s.draining]
            if not ready:
                return self._refuse("busy", f"All players of {bundle} are being drained.", "")
            least = min(map(self._load, ready))
            sessions = sum(len(s.sessions) for s in ready)
            again = self._again(now, bundle)
            stems = f" with {need.stems} stems" if need.stems > 1 else ""
            return self._refuse(
                "busy",
                f"No room for another performer of {bundle}{stems}: {sessions} play, and of the "
                f"player that has most time left {100 * least:.0f} % is taken.",
                f"Say hello again in {again:.2g} s.",
            )
        failed = [s.report.detail for s in found if s.report and s.state(now) == "failed"]
        if failed and states["failed"] == len(found):
            return self._refuse("model", " ".join(failed[0].split()), "Mend that and start again.")
        details = [s.report.detail for s in found if s.report and s.state(now) == "loading"]
        soon = self._soon(now, bundle)
        waits = "it has not started" if soon is None else "it was there and is not heard now"
        reason = details[0] if details else waits
        return self._refuse(
            "loading",
            f"No player of {bundle} is ready: {reason}",
            "Say hello again." if soon is None else f"Say hello again in {soon:.2g} s.",
        )

    def _soon(self, now: float, bundle: str) -> float | None:
        """Seconds after which to ask for a player that was there and may be back; else None."""
        gone = [s.missing_since(now) for s in self.players.values() if s.bundle == bundle]
        soon = [_SOON_SECONDS + _SOON_SHARE * (now - since) for since in gone if since is not None]
        return min(soon) if soon and min(soon) < _AGAIN_SECONDS else None

    def _again(self, now: float, bundle: str) -> float:
        """Seconds after which a place may be free."""
        dues = [_AGAIN_SECONDS]
        if (soon := self._soon(now, bundle)) is not None:
            return soon
        if (lapse := self.leases.first_lapse()) is not None:
            dues.append(lapse - now)
        # A client that is silent has gone, and its player will give it up.
        dues += [
            SILENT_SECONDS - session.quiet
            for state in self.players.values()
            if state.bundle == bundle
            for session in state.sessions
            if session.quiet > GIVEN_UP_SECONDS
        ]
        return max(1.0, min(dues))

    def _refuse(self, code: str, reason: str, offer: str) -> Refusal:
        self.refused[code] += 1
        return Refusal(code, reason, offer)
