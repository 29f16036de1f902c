"""How well the band plays by step and lead: `python -m tests.runtime.measure_lead OUT`.

The demonstration's model plays along with songs that it was not trained on, as a client of the
native protocol would hear it, without clock and network: bass and drums each alone, with the song's
other stems as what it hears. Every step is judged with every lead; at the default step also with
the mixture masked to the next of the published masks instead of exactly.

OUT gets plays.jsonl, a line for each song played along with: run again, the program goes on from
there. From these come scores.json, table.md and look-ahead.png, also after an interruption.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from sideman.engine.bundle.grid import COLUMN_SAMPLES, LatentGrid
from sideman.export.demo.scoring.session import balanced_songs, other_songs, score_bounds
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS
from sideman.export.demo.world.truth import truth_of
from sideman.runtime.listening.judge import judge, level
from sideman.runtime.native.setting import DEFAULT_LEAD, DEFAULT_STEP, OVERLAP
from sideman.runtime.playing.geometry import DECODER_CONTEXT, Geometry
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.report import number
from sideman.runtime.system.machine import describe_machine
from tests.runtime.lead_play import open_session, placed, play
from tests.runtime.lead_report import CHANCE_OTHERS, LEADS, PUBLISHED, write_report

#: Steps that are cheap, and the one that takes as many cycles as all of these.
STEPS, CLOSEST = (16, 8, 4, 2), 1
#: Leads of the closest step.
CLOSEST_LEADS = (1, 4, 16)
JUDGED = ("bass", "drums")
#: Steps with which it is tried to decode nothing before what is needed, and the columns that are
#: then missing.
BEFORE_STEPS, BEFORE = (4, 2), -DECODER_CONTEXT
#: Of `balanced_songs(6)`, which are three of either tempo, in this order: any three in a row have
#: both tempi, and the first three all progressions and grooves.
SONGS = (0, 3, 2, 4, 1, 5)
SEED = 0
#: What matters of the machine: time is of no account, only what computed.
MACHINE = ("processor", "python", "versions")


@dataclass(frozen=True, order=True)
class Play:
    """One song played along with.

    Attributes:
        song: one of `SONGS`.
        stem: which is played.
        step: columns.
        lead: columns.
        mask: "exact", or "published": the next of 0, 16 and 32 columns.
        before: columns that are decoded besides, or, below 0, are not, so that the decoder hears
            more or less of what precedes a step.
    """

    song: int
    stem: str
    step: int
    lead: int
    mask: str = "exact"
    before: int = 0


def plays(songs: tuple[int, ...]) -> Iterator[Play]:
    """What is to be played, what matters most first."""
    for song in songs:
        yield from (Play(song, stem, k, lead) for stem in JUDGED for k in STEPS for lead in LEADS)
    for song in songs:
        yield from (Play(song, "bass", DEFAULT_STEP, lead, "published") for lead in LEADS)
    for stem in JUDGED:
        for song, k in product(songs, BEFORE_STEPS):
            yield Play(song, stem, k, DEFAULT_LEAD, before=BEFORE)
        for song in songs:
            yield from (Play(song, stem, CLOSEST, lead) for lead in CLOSEST_LEADS)


def geometry_of(grid: LatentGrid, play: Play) -> Geometry:
    """The indices of a play."""
    if play.mask == "published":
        return Geometry.columnar(
            replace(grid, trained_masks=PUBLISHED), play.step, play.lead, OVERLAP
        )
    trained = Geometry.columnar(grid, play.step, play.lead, OVERLAP)
    exact = Geometry.columnar(grid, play.step, play.lead, OVERLAP, exact_mask=True)
    # Otherwise the model would have to be judged with either.
    assert trained == exact, f"{play.step} + {play.lead} columns are no trained mask."
    return replace(
        trained,
        decoded_columns=trained.decoded_columns + play.before,
        out_start=trained.out_start + play.before * COLUMN_SAMPLES,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path, help="folder for everything that is written")
    parser.add_argument("--bundle", type=Path, default=demo_bundle(), help="another bundle")
    parser.add_argument("--songs", type=int, default=3, help="held-out songs, up to six")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after so many")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    log = options.out / "plays.jsonl"
    kept = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    done = {Play(**line["play"]) for line in kept}
    left = [each for each in plays(SONGS[: options.songs]) if each not in done]
    songs = balanced_songs(len(SONGS))
    if left:
        run(options, left, log)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    used = {line["play"]["song"] for line in lines}
    bounds = score_bounds([songs[each] for each in sorted(used)], other_songs(CHANCE_OTHERS))
    plain = {
        name: {stem: {key: number(v) for key, v in asdict(row[stem]).items()} for stem in JUDGED}
        for name, row in bounds.items()
    }
    machine = describe_machine()
    write_report(options.out, lines, plain, {key: machine[key] for key in MACHINE})


def run(options: argparse.Namespace, left: list[Play], log: Path) -> None:
    """Play what is left, until the time is up."""
    end = time.monotonic() + 60 * options.minutes
    session, encode = open_session(options.bundle, options.threads, SEED)
    songs = balanced_songs(len(SONGS))
    with session, log.open("a") as file:
        for done, each in enumerate(left):
            if time.monotonic() > end:
                print(f"{len(left) - done} plays are left.")
                return
            song = songs[each.song]
            tracks, row = render(song), STEMS.index(each.stem)
            # Musicians begin anywhere between two frames of the codec; with every step and lead at
            # the same place.
            early = int(np.random.default_rng((SEED, each.song, row)).integers(FRAME_SAMPLES))
            context = np.delete(tracks, row, axis=0).sum(0)[early:]
            geometry = geometry_of(session.grid, each)
            session.configure(geometry, (session.stems.index(each.stem),))
            begun, ran = time.monotonic(), encode.ran
            heard, seconds = play(session, geometry, placed(each.step, each.lead), context)
            played, own = np.concatenate([np.zeros(early, np.float32), heard]), tracks[row]
            # Before the window is full the model has heard less than it was trained with.
            first = early + session.grid.codec_samples
            score = judge(played, truth_of(song), each.stem, first)
            result = {
                "play": asdict(each),
                "hidden_columns": session.grid.columns - geometry.known_columns,
                "chord_fit": number(score.chord_fit),
                "onset_f": score.onset_f,
                "level_over_own": score.level - level(own[first:]),
                "seconds_judged": (len(played) - first) / session.grid.sample_rate,
                "cycles": len(seconds),
                "encoded": encode.ran - ran,
                "step_and_decode_ms": 1e3 * float(np.median(seconds)),
                "wall_seconds": time.monotonic() - begun,
            }
            file.write(json.dumps(result) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
