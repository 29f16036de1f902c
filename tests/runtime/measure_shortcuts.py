"""What leaving work out of a cycle costs and brings: `python -m tests.runtime.measure_shortcuts`.

`answers OUT`: the demonstration's model plays along with songs that it was not trained on, with and
without each shortcut, one seed of the noise for all; OUT gets a line of JSON for each song played,
with its scores, and how far the mixture is from that of whole windows. Run again, it goes on.

`times BUNDLE`: cycles of every shortcut in turn, on stages that are loaded once, with the processor
time of the whole process beside the clock's, as ratios round by round to the bundle's own way.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.loading.stages import load_stages
from sideman.runtime.native.setting import OVERLAP
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.report import number
from sideman.runtime.system.machine import describe_machine

EVERY = (
    OWN,
    Shortcuts(1),
    Shortcuts(encode="known"),
    Shortcuts(encode="new"),
    Shortcuts(1, "known"),
    Shortcuts(1, "new"),
)
#: Columns of a native step and its lead.
NATIVE = (4, 4)
SEED = 0


def geometry_of(name: str, grid: LatentGrid) -> Geometry:
    """The published step a step ahead, or the native protocol's usual one."""
    if name == "published":
        return Geometry.reference(grid, 0.25, 1, 0.02)
    return Geometry.columnar(grid, *NATIVE, OVERLAP)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    answers = commands.add_parser("answers", help="scores of the demonstration's model")
    answers.add_argument("out", type=Path, help="a file of lines of JSON")
    answers.add_argument("--songs", type=int, default=3)
    answers.add_argument("--stems", default="bass,drums,piano")
    answers.add_argument("--geometries", default="published,native")
    answers.add_argument("--bundle", type=Path, default=demo_bundle())
    answers.set_defaults(run=measure_answers)
    times = commands.add_parser("times", help="how long cycles take")
    times.add_argument("bundle", type=Path)
    times.add_argument("--backend", default="onnxruntime")
    times.add_argument("--precision")
    times.add_argument("--threads", type=int)
    times.add_argument("--rounds", type=int, default=12)
    times.add_argument("--geometries", default="published,native")
    times.add_argument("--json", type=Path)
    times.set_defaults(run=measure_times)
    options = parser.parse_args()
    options.run(options)


@contextmanager
def remembered(session: Session) -> Iterator[list[np.ndarray]]:
    """Copies of the mixture of every step, [channels, columns]."""
    found: list[np.ndarray] = []
    plain = session.step

    def step(audio: np.ndarray) -> np.ndarray:
        out = plain(audio)
        found.append(session.mixture.copy())
        return out

    session.step = step  # type: ignore[method-assign]
    try:
        yield found
    finally:
        del session.step


def measure_answers(options: argparse.Namespace) -> None:
    from sideman.export.demo.scoring.session import balanced_songs, play
    from sideman.export.demo.world.render import render
    from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS
    from sideman.export.demo.world.truth import truth_of
    from sideman.runtime.listening.judge import judge, level
    from tests.runtime import lead_play

    lines = options.out.read_text().splitlines() if options.out.exists() else []
    done = {tuple(json.loads(line)["play"]) for line in lines}
    manifest, backend, stages = load_stages(options.bundle, BackendChoice(threads=1))
    with backend, options.out.open("a") as file:
        for number_, song in enumerate(balanced_songs(options.songs)):
            for name in options.geometries.split(","):
                for stem in options.stems.split(","):
                    row, whole = STEMS.index(stem), []
                    tracks = render(song)
                    random = np.random.default_rng((SEED, number_, row))
                    early = int(random.integers(FRAME_SAMPLES))
                    context = np.delete(tracks, row, axis=0).sum(0)[early:]
                    for shortcuts in EVERY:
                        key = (number_, name, stem, str(shortcuts) or "own")
                        if key in done and whole:
                            continue
                        noise = GaussianNoise(SEED)
                        session = Session(manifest, backend, stages, noise, shortcuts=shortcuts)
                        geometry = geometry_of(name, session.grid)
                        session.configure(geometry, (session.stems.index(stem),))
                        with remembered(session) as mixtures:
                            if name == "published":
                                heard = play(session, geometry, context)
                            else:
                                placed = lead_play.placed(*NATIVE)
                                heard, _ = lead_play.play(session, geometry, placed, context)
                        whole = whole or mixtures
                        if key in done:
                            continue
                        played = np.concatenate([np.zeros(early, np.float32), heard])
                        own, first = tracks[row, : len(played)], early + session.grid.codec_samples
                        score = judge(played, truth_of(song), stem, first)
                        result = {
                            "play": key,
                            "chord_fit": number(score.chord_fit),
                            "onset_f": score.onset_f,
                            "level_over_own": score.level - level(own[first:]),
                            "mixture_snr": signal_to_noise(mixtures, whole),
                        }
                        file.write(json.dumps(result) + "\n")
                        file.flush()


def signal_to_noise(found: list[np.ndarray], wanted: list[np.ndarray]) -> float | None:
    """Of all mixtures together, in decibels; None where there is no difference."""
    difference = sum(float(np.sum((a - b) ** 2)) for a, b in zip(found, wanted, strict=True))
    if not difference:
        return None
    return float(10 * np.log10(sum(float(np.sum(b**2)) for b in wanted) / difference))


def measure_times(options: argparse.Namespace) -> None:
    choice = BackendChoice(options.backend, options.threads, options.precision)
    manifest, backend, stages = load_stages(options.bundle, choice)
    found: dict[str, Any] = {"engine": backend.describe(), "machine": describe_machine()}
    print(found["engine"])
    with backend:
        for name in options.geometries.split(","):
            found[name] = _times_of(options, manifest, backend, stages, name)
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def _times_of(
    options: argparse.Namespace, manifest: Any, backend: Any, stages: Any, name: str
) -> dict[str, Any]:
    sessions = {}
    for shortcuts in EVERY:
        session = Session(manifest, backend, stages, GaussianNoise(SEED), shortcuts=shortcuts)
        geometry = geometry_of(name, session.grid)
        session.configure(geometry, (0,))
        session.warm_up()
        sessions[str(shortcuts) or "own"] = session
    random = np.random.default_rng(SEED)
    rounds: dict[str, list[tuple[float, float, dict[str, float]]]] = {key: [] for key in sessions}
    # The first round encodes all that is known, whatever is left out.
    for number_ in range(-2, options.rounds):
        audio = 0.1 * random.standard_normal(geometry.step_samples, dtype=np.float32)
        order = list(sessions)
        start = number_ % len(order)
        order = order[start:] + order[:start]
        for key in order[::-1] if number_ % 2 else order:
            session = sessions[key]
            session.prepare()
            begun, worked = time.perf_counter(), time.process_time()
            session.step(audio)
            seconds = time.perf_counter() - begun, time.process_time() - worked
            session.profile.commit()
            if number_ >= 0:
                rounds[key].append((*seconds, dict(session.profile.last)))
    table = {}
    for key, cycles in rounds.items():
        clock, worked = (np.array([each[i] for each in cycles]) for i in (0, 1))
        base = (np.array([each[i] for each in rounds["own"]]) for i in (0, 1))
        ratios = [mine / own for mine, own in zip((clock, worked), base, strict=True)]
        spans = {
            s: float(np.median([c[2][s] for c in cycles])) for s in ("encode", "step", "decode")
        }
        table[key] = {
            "clock": [float(each) for each in np.percentile(ratios[0], (25, 50, 75))],
            "processor": [float(each) for each in np.percentile(ratios[1], (25, 50, 75))],
            "seconds": float(np.median(clock)),
            "spans": spans,
        }
        low, middle, high = table[key]["processor"]
        print(
            f"{name}, {key}: {middle:.2f} ({low:.2f} to {high:.2f}) of the processor's time, "
            f"{table[key]['clock'][1]:.2f} of the clock's; {np.median(clock):.2f} s a cycle "
            f"({', '.join(f'{s} {v:.2f}' for s, v in spans.items())})"
        )
    return {"geometry": asdict(geometry), "ratios": table}


if __name__ == "__main__":
    main()
