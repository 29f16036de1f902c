"""What comes before cycles: bundles, engines, and starts of a process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing

from tests.gpu.measuring.job import UNFIT, Job
from tests.gpu.measuring.models import provide_bundle
from tests.gpu.measuring.records import Journal
from tests.gpu.measuring.variants import Variant, open_variant


def bundles(job: Job, journal: Journal) -> None:
    """Make the bundles, and build engines, that are not there yet."""
    needed = dict.fromkeys(["fp32", *(v.bundle_precision for v in job.variants if v.ours)])
    for precision in needed:
        start = time.perf_counter()
        try:
            done = provide_bundle(job.model, precision)
        except UNFIT as error:
            journal.miss(f"bundle {precision}", str(error))
            continue
        journal.note(f"bundle {precision}", "made_s", time.perf_counter() - start, done)
    for variant in job.variants:
        if variant.builds and not variant.plain:
            try:
                seconds, megabytes, count = _build(variant, job)
            except UNFIT as error:
                journal.miss(str(variant), str(error))
                continue
            journal.note(str(variant), "build_s", seconds, f"{count} engines built")
            journal.note(str(variant), "engines_mb", megabytes)


def _build(variant: Variant, job: Job) -> tuple[float, float, int]:
    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.cache.places import cache_root
    from sideman.engine.tensorrt.building.build import build_bundle
    from sideman.engine.tensorrt.building.request import BuildRequest
    from sideman.engine.tensorrt.flavours import FLAVOURS

    manifest = Bundle.open(job.model.bundle(), check=False).manifest
    columns = job.setting.geometry(manifest).decoded_columns
    request = BuildRequest(
        flavour=FLAVOURS[variant.kind],
        rows=(1,),
        decoded_columns=(columns,),
        precision=variant.precision,
        cache=cache_root(),
    )
    start = time.perf_counter()
    outcomes = build_bundle(job.model.bundle(), request)
    seconds = time.perf_counter() - start
    megabytes = sum(outcome.entry.details.bytes for outcome in outcomes) / 1e6
    return seconds, megabytes, sum(bool(outcome.reason) for outcome in outcomes)


def start(job: Job, journal: Journal) -> None:
    """Seconds from a process's start to its first finished cycle: the first time, and again."""
    for variant in job.variants:
        if variant.plain or not variant.ours:
            continue
        for figure in ("cold_s", "warm_s"):
            command = [sys.executable, "-m", "tests.gpu.measure", *sys.argv[1:]]
            command += ["--part", "open", "--variants", _text(variant)]
            began = time.time()
            result = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", check=False
            )
            lines = result.stdout.splitlines()
            if result.returncode or not lines:
                journal.miss(str(variant), _last(result.stderr))
                break
            opened = json.loads(lines[-1])
            journal.note(str(variant), figure, opened["done"] - began, opened["about"])


def open_once(job: Job) -> None:
    """Open one variant, run a cycle, and print when that was done."""
    with closing(open_variant(job.variants[0], job.model, job.setting)) as opened:
        opened.prepare()
        opened.run()
        print(json.dumps({"done": time.time(), "about": opened.describe()}))


def rtx(job: Job, journal: Journal) -> None:
    """What TensorRT for RTX answers here, also on a GPU that it does not list."""
    from sideman.engine.cuda.device import find_device
    from tests.gpu.measuring.probe import ask_rtx

    try:
        said = ask_rtx(job.model, find_device())
    except UNFIT as error:
        journal.miss("tensorrt-rtx", str(error))
        return
    for index, line in enumerate(said):
        journal.note("tensorrt-rtx", f"answer_{index}", float(index), line)


def _text(variant: Variant) -> str:
    return f"{variant.kind}:{variant.precision}{':plain' if variant.plain else ''}"


def _last(text: str) -> str:
    """The last line that is not empty: what an exception says."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a word"
