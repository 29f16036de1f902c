"""The score of a bundle: it plays along with songs, in the published regimes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.loading.stages import DEFAULT
from sideman.export.demo.world.render import Audio, render, turned
from sideman.export.demo.world.song import BEATS, FRAME_SAMPLES, STEMS, Song, draw_songs
from sideman.export.demo.world.truth import truth_of
from sideman.runtime.listening.judge import Score, judge, level
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session

#: A step as a share of the window, and its fade-in in seconds, as published clients ask for them.
STEP, FADE = 0.25, 0.02
#: Regimes by w: everything is known, play now, play a step ahead.
REGIMES = {-1: "retrospective", 0: "immediate", 1: "look-ahead"}
#: Bars of a song: two windows and a half at the least.
_BARS = 8
#: What others are compared with.
PLAYED, CHANCE = "the stem itself", "other songs' stems"

#: Scores by stem.
Scores = dict[str, Score]


def balanced_songs(count: int, seed: int = 0, *, held_out: bool = True) -> list[Song]:
    """Songs in groups of three: all keys, progressions and grooves, at one tempo; tempi alternate.

    At any tempo, for two held-out songs that differ in all of these there is a third that does.

    Args:
        count: how many.
        seed: any integer that is not negative.
        held_out: those that are kept from training, or the others.
    """
    drawn = draw_songs(seed, held_out=held_out, bars=_BARS)
    songs: list[Song] = []
    while len(songs) < count:
        song = next(drawn)
        full = len(songs) // 3
        # The tempo of this group, and no key, progression or groove twice in it.
        if song.beat == BEATS[full % len(BEATS)] and not any(
            song.key == other.key
            or song.progression == other.progression
            or song.groove == other.groove
            for other in songs[full * 3 :]
        ):
            songs.append(song)
    return songs


def other_songs(count: int) -> list[Song]:
    """`count` songs of training, none of which is held out."""
    return list(islice(draw_songs(1, held_out=False, bars=_BARS), count))


def score_bounds(songs: list[Song], others: list[Song]) -> dict[str, Scores]:
    """Scores of the right stems, and of stems that have nothing to do with the song.

    Args:
        songs: that are to be played.
        others: songs that are played instead, each rotated in time at random, so that even the beat
            is right by chance only. The mean of only a few says little.

    Returns:
        Under `PLAYED` the scores of the stems themselves, under `CHANCE` those of the other songs'
        stems. They are judged from the same sample on as bundles, but to the end of the shorter
        song; levels are relative to the stem's own.
    """
    random = np.random.default_rng(0)
    strangers = [turned(render(other), random) for other in others]
    bounds: dict[str, list[tuple[str, Score]]] = {PLAYED: [], CHANCE: []}
    for song in songs:
        tracks = render(song)
        for row, stem in enumerate(STEMS):
            for name, choices in ((PLAYED, [tracks]), (CHANCE, strangers)):
                for choice in choices:
                    length = min(choice.shape[1], tracks.shape[1])
                    heard, own = choice[row, :length], tracks[row, :length]
                    score = _over_own(heard, own, song, stem, LatentGrid().codec_samples)
                    bounds[name].append((stem, score))
    return {name: _mean(scores) for name, scores in bounds.items()}


def score_bundle(
    bundle: Path,
    songs: list[Song],
    seed: int = 0,
    report: Callable[[str], None] = lambda _: None,
    backend: BackendChoice = DEFAULT,
) -> dict[int, Scores]:
    """Let a bundle play every stem of every song, with the others as its context.

    As on stage, a step is a quarter of the window. That is not a whole number of columns, so with
    each step what is kept of earlier steps slips by 14 ms against the mixture. The delay that this
    adds to what clients play is known, and is removed before judging. Only what is played after the
    first window is judged: before that, the model has heard less than it was trained with.

    Args:
        bundle: its folder.
        songs: that it plays along with.
        seed: of the noise.
        report: told of progress.
        backend: what runs the bundle.

    Returns:
        By w the mean scores of the songs; levels are in decibels over the stem's own.

    Raises:
        SidemanError: the bundle cannot be played.
    """
    found: dict[int, Scores] = {}
    random = np.random.default_rng(seed)
    with Session.open(bundle, seed=seed, backend=backend) as session:
        for w in REGIMES:
            geometry = Geometry.reference(session.grid, STEP, w, FADE)
            scores: list[tuple[str, Score]] = []
            for row, stem in enumerate(STEMS):
                session.configure(geometry, (session.stems.index(stem),))
                scores += [
                    (stem, _play_and_judge(session, geometry, song, row, random)) for song in songs
                ]
                report(f"{session.name}, w = {w}: {stem}")
            found[w] = _mean(scores)
    return found


def play(session: Session, geometry: Geometry, context: Audio) -> Audio:
    """What a session plays along with a context, placed at the time that it was made for.

    Args:
        session: configured for one stem in this geometry.
        geometry: `Geometry.reference`.
        context: [samples].

    Returns:
        [samples] from the context's beginning, as far as every regime has played after the
        context's last whole step; silent where nothing was played.
    """
    session.reset()
    size, fade = geometry.step_samples, geometry.fade_samples
    steps = len(context) // size
    track = np.zeros((steps + 2) * size, np.float32)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    for step in range(steps):
        answer = session.step(context[step * size : (step + 1) * size])[0]
        # The geometry's slack is the time from the newest sample to the first of the fade.
        start = (step + 1) * size + geometry.slack_samples
        if start < 0:
            continue
        track[start : start + fade] *= 1 - ramp
        track[start : start + fade] += answer[:fade]
        track[start + fade : start + len(answer)] = answer[fade:]
    return track[geometry.late_samples : steps * size]


def _play_and_judge(
    session: Session, geometry: Geometry, song: Song, row: int, random: np.random.Generator
) -> Score:
    tracks = render(song)
    # Musicians begin anywhere between two frames of the codec.
    early = int(random.integers(FRAME_SAMPLES))
    played = play(session, geometry, np.delete(tracks, row, axis=0).sum(0)[early:])
    played = np.concatenate([np.zeros(early, np.float32), played])
    own = tracks[row, : len(played)]
    return _over_own(played, own, song, STEMS[row], early + session.grid.codec_samples)


def _over_own(played: Audio, own: Audio, song: Song, stem: str, first: int) -> Score:
    """Scores from a sample on, with the level over that of the stem itself."""
    truth = truth_of(song)
    found = judge(played, truth, stem, first)
    return Score(found.chord_fit, found.onset_f, found.level - level(own[first:]))


def _mean(scores: Iterable[tuple[str, Score]]) -> Scores:
    """Means by stem; of levels, which may be minus infinity, the median."""
    by_stem: dict[str, list[Score]] = {}
    for stem, score in scores:
        by_stem.setdefault(stem, []).append(score)
    return {
        stem: Score(
            chord_fit=float(np.mean([score.chord_fit for score in rows])),
            onset_f=float(np.mean([score.onset_f for score in rows])),
            level=float(np.median([score.level for score in rows])),
        )
        for stem, rows in by_stem.items()
    }
