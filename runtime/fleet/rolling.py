"""Which bundle plays under a name, and how players change to another one; no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.leases import Leases
from sideman.runtime.fleet.report import Order, Report
from sideman.runtime.fleet.state import PlayerState
from sideman.runtime.streaming.control import no_such_bundle


@dataclass(frozen=True)
class Assignment:
    """What the players of a name are to play.

    Attributes:
        folder: of the bundle.
        revision: greater than that of every assignment before. Beside the path, so that the same
            folder with other files is another assignment.
    """

    folder: str
    revision: int = 0


class Rolling:
    """Changes a bundle from player to player, each when nobody plays there; the director's thread.

    Players are told what all are to play, also those whose turn has not come, and say it in their
    reports: a director that starts again learns of the change from them. A bundle that does not
    load ends the change, and all go back to the one before.

    Attributes:
        assignments: what is to play, by the bundle's name; the first is the usual one.

    Args:
        bundles: folders by name, the usual one first.
        players: by name.
        leases: who may play where.
        order: gives an order to a player.
        tell: news for the operator.
    """

    def __init__(
        self,
        bundles: Mapping[str, str],
        players: Mapping[str, PlayerState],
        leases: Leases,
        order: Callable[[Order], None],
        tell: Callable[[str], None],
    ) -> None:
        self.assignments = {name: Assignment(folder) for name, folder in bundles.items()}
        self._players = players
        self._leases = leases
        self._order = order
        self._tell = tell
        # Of changes that are on their way: what played before.
        self._before: dict[str, Assignment] = {}
        # Of changes that failed: nobody returns to these.
        self._given_up: dict[str, int] = {}
        self._ordered: dict[str, Assignment] = {}

    def change(self, bundle: str, folder: str) -> None:
        """Begin a change.

        Raises:
            SidemanError: no such name.
        """
        if bundle not in self.assignments:
            raise SidemanError(*no_such_bundle(bundle, list(self.assignments)))
        before = self.assignments[bundle]
        newest = max(before.revision, self._given_up.get(bundle, 0))
        self._before.setdefault(bundle, before)
        self._assign(bundle, Assignment(folder, newest + 1))
        self._tell(f"{bundle} changes to {PurePath(folder).name}, player by player.")
        self.roll()

    def changing(self, bundle: str) -> list[str]:
        """Players of a bundle that do not play yet what they are to play."""
        wanted = self.assignments[bundle].revision
        return [
            state.name
            for state in self._of(bundle)
            if (wanted if state.report is None else state.report.revision != wanted)
        ]

    def heard(self, bundle: str, report: Report) -> None:
        """Learn from a player what others have ordered before this director started."""
        told = [Assignment(report.wanted_folder, report.wanted)]
        if report.state != "failed":
            told.append(Assignment(report.folder, report.revision))
        given_up = self._given_up.get(bundle)
        for each in told:
            now = self.assignments[bundle]
            if each.revision > now.revision and each.revision != given_up:
                self._before.setdefault(bundle, now)
                self.assignments[bundle] = each
        before = self._before.get(bundle)
        if before is not None and before.revision < report.revision < self._newest(bundle):
            self._before[bundle] = Assignment(report.folder, report.revision)

    def concerns(self, state: PlayerState, report: Report) -> bool:
        """Whether a report may mean that a change goes on: most do not, and there are many."""
        bundle = state.bundle
        other = report.revision != self.assignments[bundle].revision
        return other or state.changing or bundle in self._before

    def forget(self, player: str) -> None:
        """A player starts anew, or is gone: what it was ordered is to be ordered again."""
        self._ordered.pop(player, None)

    def roll(self) -> None:
        """One player of a bundle at a time: no new leases, then the other bundle, then the next."""
        for bundle in self.assignments:
            self._roll(bundle)

    def _roll(self, bundle: str) -> None:
        wanted = self.assignments[bundle]
        here = {s: s.report for s in self._of(bundle) if s.report is not None}
        there = [s for s, report in here.items() if report.revision == wanted.revision]
        behind = [s for s in here if s not in there]
        for state in there:
            state.changing = False
        failed = [s for s in there if here[s].state == "failed"]
        if failed and bundle in self._before:
            self._give_up(bundle, failed[0].name, here[failed[0]].detail)
            self._roll(bundle)
            return
        on_its_way = [s for s in there if here[s].state == "loading"]
        if there and not behind and not on_its_way and self._before.pop(bundle, None) is not None:
            self._tell(f"{bundle} plays {PurePath(wanted.folder).name} now.")
        if not behind or on_its_way:
            return
        # The one that is free first: whoever has the fewest sessions.
        state = min(behind, key=lambda s: (not s.changing, len(s.sessions), s.name))
        for each in behind:
            each.changing = each is state
        if state.sessions or self._leases.at(state.name):
            return
        if self._ordered.get(state.name) != wanted:
            self._ordered[state.name] = wanted
            self._order(Order(state.name, "become", folder=wanted.folder, revision=wanted.revision))

    def _give_up(self, bundle: str, player: str, why: str) -> None:
        failed, before = self.assignments[bundle], self._before.pop(bundle)
        self._given_up[bundle] = failed.revision
        self._assign(bundle, before)
        self._tell(
            f"{bundle} does not change to {PurePath(failed.folder).name}: {player} could not play "
            f"it ({' '.join(why.split())}). All go back to {PurePath(before.folder).name}."
        )

    def _assign(self, bundle: str, assignment: Assignment) -> None:
        self.assignments[bundle] = assignment
        for state in self._of(bundle):
            self._order(
                Order(state.name, "want", folder=assignment.folder, revision=assignment.revision)
            )

    def _newest(self, bundle: str) -> int:
        return self.assignments[bundle].revision

    def _of(self, bundle: str) -> list[PlayerState]:
        return [state for state in self._players.values() if state.bundle == bundle]
