"""Measure cycles on this machine: `python -m tests.gpu.measure OUT`, from the repository's root.

Every part runs in a process of its own with its own limit, so that one that fails or hangs takes
nothing from the others. Records are on disk as soon as they are made. The table comes last.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.gpu.measuring.job import UNFIT, Job
from tests.gpu.measuring.models import Model, full_models, small_model
from tests.gpu.measuring.parts import PARTS
from tests.gpu.measuring.records import Journal, as_json, latest, read_records
from tests.gpu.measuring.starting import open_once
from tests.gpu.measuring.table import table
from tests.gpu.measuring.variants import Setting, Variant

VARIANTS = (
    "tensorrt:fp16,tensorrt:fp16:plain,tensorrt-rtx:fp16,tensorrt-rtx:fp16:plain,"
    "onnxruntime-cuda:fp16,onnxruntime-cuda:fp16:plain,onnxruntime-cuda:fp32,"
    "torch:fp16,torch:fp16:plain,"
    "pytorch-graph:fp16,pytorch-eager:fp16,pytorch-graph:fp32,pytorch-eager:fp32"
)
#: Most seconds that a part may take for one model. Two models' parts up to the first one's cycles
#: fit into `--budget`; what comes later may find it used up, and says so.
SECONDS = {
    "bundles": 120,
    "start": 40,
    "cycles": 80,
    "parity": 90,
    "pauses": 70,
    "path": 70,
    "rtx": 40,
}
RECORDS, RESULT, TABLE = "records.jsonl", "result.json", "table.txt"


def main() -> None:
    """Run all parts, or the one that a process of its own was started for."""
    options = parse()
    job_of = {model.name: make_job(options, model) for model in models(options)}
    if options.part == "open":
        try:
            open_once(next(iter(job_of.values())))
        except UNFIT as error:
            sys.exit(" ".join(str(error).split()))
        return
    if options.part:
        for job in job_of.values():
            journal = Journal(options.out / RECORDS, options.part, job.model.name)
            PARTS[options.part](job, journal)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / RECORDS).unlink(missing_ok=True)
    began = time.monotonic()
    # The most telling parts of every model come before the rest of any.
    for part in options.parts.split(","):
        # What a library answers does not depend on the model.
        for name in list(job_of)[: 1 if part == "rtx" else None]:
            left = options.budget - (time.monotonic() - began)
            run_part(part, name, options.out, min(options.seconds or SECONDS[part], left))
    finish(options.out, {"command": sys.argv[1:]})


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="measure", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for records and table")
    parser.add_argument("--small", action="store_true", help="the small model, not the full ones")
    parser.add_argument("--models", default="cd,ldm", help="names of YAML files or bundles")
    parser.add_argument("--configs", type=Path, help="folder of cd.yaml and ldm.yaml")
    parser.add_argument("--bundles", type=Path, help="folder of bundles; kept between runs")
    parser.add_argument("--variants", default=VARIANTS, help="KIND:PRECISION[:plain],…")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--cpu", action="store_true", help="yardsticks on the CPU: a dry run")
    parser.add_argument("--rounds", type=int, default=8, help="of the alternation")
    parser.add_argument("--cycles", type=int, default=12, help="of each variant in a round")
    parser.add_argument("--pauses", type=int, default=6, help="cycles with real pauses")
    parser.add_argument("--pause", type=float, help="seconds between these; default the step's")
    parser.add_argument("--r", type=float, default=0.25, help="step as a fraction of the window")
    parser.add_argument("--seconds", type=float, help="limit of every part; default by part")
    parser.add_argument("--budget", type=float, default=440, help="seconds for all parts")
    parser.add_argument("--rounds-seconds", type=float, default=math.inf, help=argparse.SUPPRESS)
    parser.add_argument("--part", choices=[*PARTS, "open"], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts.split(",") if part not in PARTS]
    if unknown:
        parser.error(f"--parts: {', '.join(unknown)} is none of {', '.join(PARTS)}")
    try:
        options.variants = [Variant.parse(text) for text in options.variants.split(",")]
    except ValueError as error:
        parser.error(f"--variants: {error}")
    return options


def models(options: argparse.Namespace) -> list[Model]:
    """The models that are asked for."""
    folder = options.bundles or options.out / "bundles"
    if options.small:
        return [small_model(folder)]
    return full_models(options.models.split(","), options.configs, folder)


def make_job(options: argparse.Namespace, model: Model) -> Job:
    """What is asked for of one model."""
    return Job(
        model=model,
        variants=options.variants,
        setting=Setting(r=options.r, device="cpu" if options.cpu else "cuda"),
        rounds=options.rounds,
        cycles=options.cycles,
        pauses=options.pauses,
        pause=options.pause,
        due=time.monotonic() + options.rounds_seconds,
    )


def run_part(part: str, model: str, out: Path, seconds: float) -> None:
    """Run one part of one model in a process of its own."""
    journal = Journal(out / RECORDS, part, model)
    if seconds < 1:
        journal.miss("all", "the run's time was used up (--budget)")
        return
    print(f"{model}: {part} …", flush=True)
    # Later options win: the process gets all of ours, and which part it is.
    # Half of its time for whole rounds, the rest to open everything and for the last round.
    command = [sys.executable, "-m", "tests.gpu.measure", *sys.argv[1:], "--part", part]
    command += ["--rounds-seconds", str(seconds / 2)]
    if "--small" not in sys.argv:
        command += ["--models", model]
    log = out / f"{model}-{part}.log"
    # A group of its own: what it started itself must not go on beside the next part.
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            journal.miss("all", f"not done within {seconds:.0f} s; what is above was")
            return
    if code:
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else "without a word"
        journal.miss("all", f"ended with {code}: {reason}")


def finish(out: Path, about: dict[str, Any]) -> None:
    """Write JSON and table, and print the table."""
    from sideman.runtime.system.machine import describe_machine

    records = latest(read_records(out / RECORDS))
    about = {**about, "machine": describe_machine(), "gpu": describe_gpu()}
    (out / RESULT).write_text(as_json(records, about) + "\n", encoding="utf-8")
    text = f"{about['gpu']}\n\n{table(records)}"
    (out / TABLE).write_text(text, encoding="utf-8")
    print(text, end="")


def describe_gpu() -> str:
    """One line that says which GPU and driver, or why there is none."""
    from sideman.engine.cuda.device import find_device
    from sideman.engine.errors import SidemanError

    try:
        info = find_device()
    except SidemanError as error:
        return f"No GPU: {error.what}"
    return (
        f"{info.name} ({info.target}, {info.memory / 2**30:.0f} GiB), driver for CUDA "
        f"{info.driver}, runtime {info.runtime}"
    )


if __name__ == "__main__":
    main()
