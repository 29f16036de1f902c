"""Leases, placement, draining and rolling change, as pure logic."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.director import Director, Refusal
from sideman.runtime.fleet.leases import LEASE_SECONDS, Need
from sideman.runtime.fleet.report import BEGINNING, Report
from sideman.runtime.fleet.state import DOUBTED_SECONDS, GONE_SECONDS
from tests.runtime.fleet.fakes import report

BUNDLES = {"small": "/small", "large": "/large"}
PLAYERS = {"small-1": "small", "small-2": "small", "large-1": "large"}


@pytest.fixture
def director() -> Director:
    numbers = count(1)
    made = Director(BUNDLES, PLAYERS, lambda: f"token {next(numbers)}")
    for name in PLAYERS:
        made.heard(report(name), 0.0)
    return made


def lease(director: Director, client: str, now: float = 0.0, bundle: str = ""):
    found = director.hello(bundle, client, now)
    assert not isinstance(found, Refusal), found
    return found[0]


def refusal(director: Director, client: str, now: float = 0.0, bundle: str = "") -> Refusal:
    found = director.hello(bundle, client, now)
    assert isinstance(found, Refusal), found
    return found


def take(director: Director) -> list:
    """Orders, without what a player only keeps for a director that starts again."""
    orders, director.orders = director.orders, []
    return [order for order in orders if order.kind in ("expect", "revoke", "end", "become")]


def test_the_player_whose_time_is_taken_least_is_chosen(director) -> None:
    director.heard(report("small-1", used=0.5), 0.0)
    director.heard(report("small-2", used=0.4), 0.0)
    assert lease(director, "a:1").player == "small-2"
    # One is on its way there now, which takes 20 %.
    assert lease(director, "b:1").player == "small-1"


def test_no_more_than_the_players_arithmetic_allows(director) -> None:
    for client in "abcd":
        lease(director, f"{client}:1")
    refused = refusal(director, "e:1")
    assert refused.code == "busy"
    assert "No room" in refused.reason
    assert "%" in refused.reason
    assert "again in" in refused.offer
    # Two of them play, and the player that has them says that none fits besides.
    playing = tuple((e.token, e.client) for e in director.leases.at("small-1"))
    director.heard(report("small-1", room=0, used=0.4, sessions=playing), 0.1)
    assert refusal(director, "e:1", 0.1).code == "busy"
    director.heard(report("small-1", room=1, used=0.4, sessions=playing), 0.2)
    assert lease(director, "e:1", 0.2).player == "small-1"


def test_bundles_stand_side_by_side(director) -> None:
    assert lease(director, "a:1", bundle="large").player == "large-1"
    wrong = refusal(director, "b:1", bundle="third")
    assert wrong.code == "model"
    assert "small, large" in wrong.offer


def test_the_player_is_told_to_expect_the_token(director) -> None:
    granted = lease(director, "a:1")
    (order,) = take(director)
    assert (order.player, order.kind, order.token) == (granted.player, "expect", granted.token)
    assert order.seconds == LEASE_SECONDS


def test_a_lease_ends_with_its_session(director) -> None:
    granted = lease(director, "a:1")
    playing = ((granted.token, "a:1"),)
    director.heard(report(granted.player, sessions=playing), 0.1)
    assert director.leases.of("a:1").playing
    director.heard(report(granted.player), 9.0)
    assert director.leases.of("a:1") is None


def test_a_report_from_before_the_hello_ends_nothing(director) -> None:
    granted = lease(director, "a:1")
    director.heard(report(granted.player), 0.05)
    assert director.leases.of("a:1") is granted


def test_who_never_comes_loses_its_place_within_ten_seconds(director) -> None:
    granted = lease(director, "a:1")
    take(director)
    director.expire(4.9)
    assert director.leases.of("a:1") is granted
    director.expire(9.9)
    assert director.leases.of("a:1") is None
    assert director.leases.lapsed == 1
    assert [(o.kind, o.token) for o in take(director)] == [("revoke", granted.token)]


def test_who_comes_back_is_sent_elsewhere_and_has_one_place(director) -> None:
    first = lease(director, "a:1")
    director.heard(report(first.player, sessions=((first.token, "a:1"),)), 0.1)
    take(director)
    second = lease(director, "a:1", 0.2)
    assert second.player != first.player
    assert len(director.leases) == 1
    kinds = [(order.player, order.kind) for order in take(director)]
    assert kinds == [(first.player, "end"), (second.player, "expect")]


def test_who_comes_back_stays_where_there_is_nothing_else(director) -> None:
    director.heard(report("small-2", room=0), 0.0)
    first = lease(director, "a:1")
    director.heard(report("small-1", sessions=((first.token, "a:1"),)), 0.1)
    # First it is asked whether it is still there.
    assert refusal(director, "a:1", 0.2).offer == "Say hello again in 0.25 s."
    assert director.doubts == ["small-1"]
    director.heard(report("small-1"), 0.21)
    assert lease(director, "a:1", 0.45).player == "small-1"


def test_nobody_is_sent_to_a_player_that_somebody_came_back_from_until_it_reports(director) -> None:
    first = lease(director, "a:1")
    playing = ((first.token, "a:1"),)
    director.heard(report(first.player, sessions=playing), 0.1)
    other = "small-1" if first.player == "small-2" else "small-2"
    assert lease(director, "a:1", 0.2).player == other
    director.heard(report(other, room=1), 0.2)
    assert refusal(director, "b:1", 0.3).code == "busy"
    # It is asked once, whoever comes back besides.
    assert director.doubts == [first.player]
    director.heard(report(first.player), 0.4)
    assert lease(director, "b:1", 0.5).player == first.player


def test_who_comes_back_unheard_is_sent_elsewhere_too(director) -> None:
    first = lease(director, "a:1")
    assert lease(director, "a:1", 1.2).player != first.player
    assert director.doubts == [first.player]


def test_who_only_says_hello_anew_casts_no_doubt(director) -> None:
    lease(director, "a:1")
    lease(director, "a:1", 0.6)
    assert director.doubts == []


def test_while_a_player_is_gone_clients_ask_soon_and_less_and_less_often(director) -> None:
    for name in ("small-1", "small-2"):
        director.heard(report(name, room=0), 1.0)
    assert refusal(director, "a:1", 1.0).offer == "Say hello again in 5 s."
    director.lost("small-2", "It was killed.", 1.0)
    assert refusal(director, "a:1", 1.0).offer == "Say hello again in 0.25 s."
    director.heard(report("small-1", room=0), 4.9)
    assert refusal(director, "a:1", 5.0).offer == "Say hello again in 0.65 s."
    director.heard(report("small-2", life="2", state="loading", room=0), 5.1)
    director.heard(report("small-1", room=0), 5.1)
    assert refusal(director, "a:1", 5.2).offer == "Say hello again in 0.67 s."
    director.heard(report("small-2", life="2", room=0), 5.3)
    assert refusal(director, "a:1", 5.4).offer == "Say hello again in 5 s."
    director.lost("small-2", "Its node is gone.", 6.0)
    director.heard(report("small-1", room=0), 60.0)
    assert refusal(director, "a:1", 60.0).offer == "Say hello again in 5 s."


def test_where_all_are_gone_that_were_there_clients_ask_soon(director) -> None:
    for name in ("small-1", "small-2"):
        director.lost(name, "It was killed.", 1.0)
    refused = refusal(director, "a:1", 3.0)
    assert (refused.code, refused.offer) == ("loading", "Say hello again in 0.45 s.")
    assert "was there and is not heard" in refused.reason


def test_a_report_that_was_overtaken_changes_nothing(director) -> None:
    granted = lease(director, "a:1")
    earlier = report(granted.player, room=9, state="failed")
    playing = report(granted.player, sessions=((granted.token, "a:1"),))
    director.heard(playing, 0.2)
    director.heard(earlier, 0.3)
    state = director.players[granted.player]
    assert (state.report, state.heard) == (playing, 0.2)
    assert director.leases.of("a:1").playing
    director.heard(report(granted.player), 0.4)
    assert director.leases.of("a:1") is None


def test_a_player_that_is_silent_or_gone_gets_nobody(director) -> None:
    later = DOUBTED_SECONDS + 0.1
    director.heard(report("small-2"), later)
    for client in "ab":
        assert lease(director, f"{client}:1", later).player == "small-2"
    assert refusal(director, "c:1", later).code == "busy"
    director.expire(GONE_SECONDS + 0.1)
    assert director.players["small-1"].state(GONE_SECONDS + 0.1) == "absent"


def test_a_player_that_dies_takes_its_leases_with_it(director) -> None:
    granted = lease(director, "a:1")
    director.heard(report(granted.player, sessions=((granted.token, "a:1"),)), 0.1)
    director.lost(granted.player, "It was killed.", 0.2)
    assert director.leases.of("a:1") is None
    other = lease(director, "a:1", 0.3)
    assert other.player != granted.player
    director.heard(report(granted.player, life="2"), 5.0)
    assert director.players[granted.player].restarts == 1
    assert director.leases.of("a:1") is other


def test_a_director_that_starts_again_learns_of_sessions(director) -> None:
    anew = Director(BUNDLES, PLAYERS)
    anew.heard(report("small-1", sessions=(("from before", "a:1"),)), 0.0)
    assert anew.leases.of("a:1").token == "from before"
    anew.heard(report("small-1"), 1.0)
    assert anew.leases.of("a:1") is None


def test_while_all_load_clients_are_told_to_ask_soon(director) -> None:
    for name in PLAYERS:
        director.heard(report(name, state="loading"), 0.0)
    assert refusal(director, "a:1").code == "loading"


def test_where_none_loads_the_reason_is_told(director) -> None:
    for name in ("small-1", "small-2"):
        director.heard(report(name, state="failed"), 0.0)
    assert refusal(director, "a:1").code == "model"
    assert lease(director, "a:1", bundle="large").player == "large-1"


def test_a_player_that_declines_gives_its_lease_back(director) -> None:
    granted = lease(director, "a:1")
    assert director.declined(granted, "It is full.").code == "busy"
    assert director.leases.of("a:1") is None
    assert director.players[granted.player].refused == 1


def test_draining_moves_nobody_and_sends_nobody(director) -> None:
    granted = lease(director, "a:1")
    playing = ((granted.token, "a:1"),)
    director.heard(report(granted.player, sessions=playing), 0.1)
    take(director)
    director.drain(granted.player)
    for client in "bc":
        assert lease(director, f"{client}:1", 0.1).player != granted.player
    assert refusal(director, "d:1", 0.1).code == "busy"
    assert director.leases.of("a:1") is granted
    assert all(order.player != granted.player for order in take(director))
    director.resume(granted.player)
    assert lease(director, "d:1", 0.1).player == granted.player
    with pytest.raises(SidemanError, match="no player 'nobody'"):
        director.drain("nobody")


def test_a_change_rolls_from_player_to_player_and_waits_for_sessions(director) -> None:
    granted = lease(director, "a:1")
    director.heard(report("small-1", sessions=((granted.token, "a:1"),)), 0.1)
    take(director)
    director.change("small", "/newer")
    # The one that is free goes first, and the other takes clients meanwhile.
    (order,) = take(director)
    assert (order.player, order.kind, order.folder, order.revision) == (
        "small-2", "become", "/newer", 1,
    )  # fmt: skip
    assert lease(director, "b:1", 0.3).player == "small-1"
    director.leases.end(director.leases.of("b:1"))
    take(director)
    director.heard(report("small-2", state="loading", revision=1), 0.4)
    assert take(director) == []
    director.heard(report("small-2", revision=1), 0.5)
    assert director.players["small-1"].state(0.5) == "draining"
    assert take(director) == []  # somebody plays there
    assert lease(director, "c:1", 0.6).player == "small-2"
    take(director)
    director.heard(report("small-1"), 0.7)
    (order,) = take(director)
    assert (order.player, order.kind) == ("small-1", "become")
    director.heard(report("small-1", revision=1), 1.0)
    assert director.players["small-1"].state(1.0) == "ready"
    assert director.changing("small") == []
    assert director.changing("large") == []


def news(director: Director) -> list[str]:
    return [line for _, line in director.news]


@pytest.mark.parametrize("players", [("small-1", "small-2"), ("small-1",)])
def test_a_bundle_that_does_not_load_ends_the_change_and_all_go_back(players) -> None:
    director = Director({"small": "/old"}, dict.fromkeys(players, "small"))
    for name in players:
        director.heard(report(name), 0.0)
    director.change("small", "/broken")
    (order,) = take(director)
    failed = order.player
    broken = report(failed, state="failed", revision=order.revision)
    director.heard(replace(broken, detail="No manifest."), 0.1)
    (order,) = take(director)
    assert (order.player, order.kind, order.folder, order.revision) == (failed, "become", "/old", 0)
    assert news(director)[-1] == (
        f"small does not change to broken: {failed} could not play it (No manifest.). All go back "
        "to old."
    )
    assert director.changing("small") == [failed]
    director.heard(broken, 0.2)  # still
    assert take(director) == []
    director.heard(report(failed), 0.3)
    assert director.changing("small") == []
    for name in players:
        director.heard(report(name), 0.3)
        assert director.players[name].state(0.3) == "ready"
    # The next one has another number.
    director.change("small", "/better")
    (order,) = take(director)
    assert (order.folder, order.revision) == ("/better", 2)
    for name in players:
        director.heard(report(name, revision=2), 0.4)
    assert news(director)[-1] == "small plays better now."
    take(director)
    # What fails after a change has nothing to do with it.
    director.heard(report(players[0], revision=2, state="failed"), 0.5)
    assert take(director) == []
    assert director.assignments["small"].folder == "/better"


def test_what_was_drained_by_hand_stays_so_whatever_changes(director) -> None:
    director.drain("small-1")
    director.change("small", "/broken")
    for order in take(director):
        assert order.kind == "become"
        director.heard(report(order.player, state="failed", revision=1), 0.1)
    for name in ("small-1", "small-2"):
        director.heard(replace(report(name), drained=name == "small-1"), 0.2)
    assert director.players["small-1"].draining == "by hand"
    assert director.players["small-2"].draining == ""
    assert lease(director, "a:1", 0.2).player == "small-2"


def test_a_director_that_starts_again_knows_what_was_drained(director) -> None:
    director.drain("small-1")
    assert [(o.player, o.kind) for o in director.orders] == [("small-1", "drain")]
    anew = Director(BUNDLES, PLAYERS)
    anew.heard(replace(report("small-1"), drained=True), 0.0)
    assert anew.players["small-1"].state(0.0) == "draining"
    # A player that starts again is told.
    anew.heard(report("small-1", life="2"), 1.0)
    assert [(o.player, o.kind) for o in anew.orders] == [("small-1", "drain")]
    anew.resume("small-1")
    assert anew.orders[-1].kind == "resume"
    assert anew.players["small-1"].state(1.0) == "ready"


def test_a_change_that_nobody_has_begun_survives_the_director(director) -> None:
    for name in ("small-1", "small-2"):
        director.heard(report(name, sessions=((f"of {name}", f"{name}:1"),)), 0.1)
    director.change("small", "/newer")
    wants = [(o.player, o.kind, o.folder, o.revision) for o in director.orders]
    assert wants == [(n, "want", "/newer", 1) for n in ("small-1", "small-2")]
    anew = Director(BUNDLES, PLAYERS)
    for name in ("small-1", "small-2"):
        anew.heard(replace(report(name), wanted=1, wanted_folder="/newer"), 0.2)
    (order,) = take(anew)
    assert (order.kind, order.folder, order.revision) == ("become", "/newer", 1)
    # It fails, and this director knows what was before.
    anew.heard(report(order.player, state="failed", revision=1), 0.3)
    assert anew.assignments["small"].folder == "/small"


def test_a_director_that_starts_again_follows_nobody_that_failed() -> None:
    anew = Director({"small": "/small"}, {"small-1": "small", "small-2": "small"})
    third = report("small-1", revision=3, state="failed")
    anew.heard(replace(third, folder="/broken", wanted=2, wanted_folder="/second"), 0.0)
    anew.heard(replace(report("small-2", revision=2), folder="/second"), 0.0)
    assert anew.assignments["small"].folder == "/second"
    (order,) = take(anew)
    assert (order.player, order.folder) == ("small-1", "/second")


def test_a_change_survives_the_director_and_reaches_who_starts_again(director) -> None:
    anew = Director(BUNDLES, PLAYERS)
    anew.heard(report("small-1", revision=3), 0.0)
    anew.heard(report("small-2"), 0.0)
    (order,) = take(anew)
    assert (order.player, order.kind, order.revision) == ("small-2", "become", 3)
    with pytest.raises(SidemanError, match="No bundle 'third'"):
        anew.change("third", "/x")


def test_what_a_player_logs_is_told_once_and_what_was_left_out_is_counted(director) -> None:
    def heard(*lines: tuple[int, str], life: str = "1") -> list[str]:
        before = director.news[-1][0] if director.news else BEGINNING
        director.heard(replace(report("small-1", life=life), lines=lines), 0.1)
        return [line for _, line in director.news_since(before)]

    assert heard((1, "Late."), (2, "Later.")) == ["small-1: Late.", "small-1: Later."]
    assert heard((1, "Late."), (2, "Later.")) == []
    assert heard((6, "Last.")) == [
        "small-1: (3 lines of its log are left out.)",
        "small-1: Last.",
    ]
    assert heard((1, "Anew."), life="2")[-1] == "small-1: Anew."


def test_what_a_player_refused_and_ignored_outlives_it(director) -> None:
    director.heard(replace(report("small-1"), ignored=3, refused=2), 0.1)
    director.lost("small-1", "It was killed.", 0.2)
    director.heard(replace(report("small-1", life="2"), ignored=1), 0.3)
    counts = director.players["small-1"].counts()
    assert (counts["ignored"], counts["refused"]) == (4, 2)


def wide(room: int = 3, free: int = 8) -> Report:
    """A player where one stem takes 10 % of the time."""
    rooms = ((room, 0.1), (room // 2, 0.2), (room // 3, 0.3))
    return replace(report("large-1", room=room, each=0.1), rooms=rooms, free=free)


def test_more_stems_and_shorter_steps_need_more_room(director) -> None:
    state = director.players["large-1"]
    director.heard(wide(5), 0.1)
    assert [state.room(0.1, {}, Need(stems)) for stems in (1, 2, 3, 4)] == [5, 2, 1, 1]
    assert state.room(0.1, {}, Need(1, step=2)) == 2  # two columns instead of four
    assert state.room(0.1, {}, Need(1, step=16)) == 5
    assert state.room(0.1, {Need(3): 1}) == 2
    assert state.room(0.1, {Need(1): 2}, Need(2)) == 1
    assert state.load({Need(3): 1, Need(1, step=2): 1}) == pytest.approx(0.5)
    # Seats are taken one by one, however little those on their way need.
    director.heard(wide(5, free=5), 0.2)
    assert state.room(0.2, {Need(1, step=16): 5}) == 0


def test_who_wants_more_stems_than_fit_is_refused_here_and_takes_nobodys_place(director) -> None:
    director.heard(wide(2), 0.1)
    refused = director.hello("large", "a:1", 0.1, Need(3))
    assert isinstance(refused, Refusal)
    assert "performer of large with 3 stems" in refused.reason
    assert director.refused == {"busy": 1}
    assert not director.has_room("large", 0.1, Need(3))
    for client in "bc":
        lease(director, f"{client}:1", 0.1, "large")


def test_who_is_refused_by_every_player_waits_as_long_as_it_is_told(director) -> None:
    granted = 0
    while isinstance(director.hello("", "a:1", granted / 10), tuple):
        granted += 1
        assert granted < 9
    assert granted == 4  # two players, each asked twice
    refused = refusal(director, "a:1", 0.5)
    assert refused.code == "busy"
    assert "in 5 s" in refused.offer
    assert len(director.leases) == 0
    assert lease(director, "b:1", 0.5)
    for name in ("small-1", "small-2"):
        director.heard(report(name), 11.0)
    director.expire(11.0)
    assert lease(director, "a:1", 11.0)


def test_why_a_player_ended_is_told_in_its_own_words(director) -> None:
    told = replace(report("small-1", state="failed"), detail="The GPU has gone.")
    director.heard(told, 0.1)
    assert news(director)[-1] == "small-1 on node is failed: The GPU has gone."
    director.lost("small-1", "The actor died unexpectedly.", 0.2)
    assert director.players["small-1"].trouble == "The GPU has gone."
