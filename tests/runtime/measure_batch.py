"""What a batch of several sessions takes against their cycles one after the other, in one process.

    python -m tests.runtime.measure_batch --sessions 2,4 --threads 1,2 --rounds 15

Each round plays one step of every session by itself and one step of all as a batch, in turn, with
the demonstration's bundle or another; medians are told. Encoding is each session's own both times.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from time import perf_counter

import numpy as np

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.program import RecordTime
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.sharing.batches import Batches
from sideman.runtime.sharing.together import Together


def measure(bundle: Path, choice: BackendChoice, count: int, columns: int, rounds: int) -> None:
    """Play `count` sessions with one stem each, and print what they took."""
    stages: dict[str, list[float]] = {}

    def note(cycle: Cycle, record: RecordTime) -> None:
        cycle.run(lambda name, seconds: stages.setdefault(name, []).append(seconds))

    with Session.open(bundle, backend=choice, seed=1) as engine:
        geometry = Geometry.columnar(engine.grid, columns, columns, 882)
        sessions = [engine.another() for _ in range(count)]
        batches = Batches(engine.another(), count)
        batches.prepare(geometry, count)
        audio = np.random.default_rng(0).uniform(-0.3, 0.3, geometry.step_samples)
        sound = audio.astype(np.float32)
        for session in sessions:
            session.configure(geometry, (0,))
            session.warm_up()
        alone, together = [], []
        for _ in range(rounds):
            begun = perf_counter()
            for session in sessions:
                session.run_cycle = note
                session.step(sound)
                session.prepare()
            alone.append(perf_counter() - begun)
            batch = Together(batches)
            for session in sessions:
                session.run_cycle = batch.run
            begun = perf_counter()
            batch.play([lambda s=session: (s.step(sound), s.prepare()) for session in sessions])
            together.append(perf_counter() - begun)
        assert batches.ran == rounds, "every batch was one"
        expected = batches.expected(geometry, count, count) or 0.0
    one, all_ = 1e3 * statistics.median(alone), 1e3 * statistics.median(together)
    each = ", ".join(f"{n} {1e3 * statistics.median(s):.1f}" for n, s in stages.items())
    print(
        f"{choice.threads or 'all'} threads, {count} sessions: one after the other {one:.0f} ms, "
        f"as a batch {all_:.0f} ms ({all_ / one:.2f}; expected {1e3 * expected:.0f}); "
        f"stages of one: {each} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=demo_bundle())
    parser.add_argument("--backend", default="onnxruntime")
    parser.add_argument("--sessions", default="2,4")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--columns", type=int, default=16, help="of step and lead")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    for threads in map(int, asked.threads.split(",")):
        for count in map(int, asked.sessions.split(",")):
            choice = BackendChoice(asked.backend, threads=threads)
            measure(asked.bundle, choice, count, asked.columns, asked.rounds)


if __name__ == "__main__":
    main()
