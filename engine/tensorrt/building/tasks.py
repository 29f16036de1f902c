"""Which engines a build finds, and which it has to make.

Targets that differ in nothing else share one engine. Measured with TensorRT for RTX 1.7.1 without a
GPU: a plan for sm89 and sm120 is as large as one for either, for it stores neither weights nor
kernels twice, and is finished on the card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sideman.engine.tensorrt.cache.cache import EngineCache, Entry
from sideman.engine.tensorrt.cache.identity import EngineIdentity
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.target_names import join_targets


@dataclass(frozen=True)
class Wanted:
    """One engine of a build.

    Attributes:
        identity: what it is valid for.
        shapes: the shapes that it holds a profile for.
    """

    identity: EngineIdentity
    shapes: tuple[Shape, ...]

    def __str__(self) -> str:
        sizes = "; ".join(map(str, self.shapes))
        return f"{self.identity.stage} {self.identity.target} {self.identity.precision} ({sizes})"

    def for_target(self, target: str) -> Wanted:
        """The same for another target, or for several (`target_names`)."""
        return Wanted(replace(self.identity, target=target), self.shapes)


@dataclass(frozen=True)
class Task:
    """An engine that is there, or that is to be built.

    Attributes:
        wanted: the engine, for one target or for several.
        entry: where it is; None where it is to be built.
        forced: it is there, but is to be built all the same.
        fault: of one that is there, but cannot be used.
    """

    wanted: Wanted
    entry: Entry | None = None
    forced: bool = False
    fault: str = ""


def find_tasks(wanted: list[Wanted], cache: EngineCache, *, force: bool) -> list[Task]:
    """What to do for engines of one target each: those that differ in nothing else become one.

    Args:
        wanted: engines, each for one target.
        cache: where to look for them.
        force: build what is there, too.

    Returns:
        In the order of `wanted`. An engine that is to be built serves the targets that none in the
        cache serves; one that is there, those of the wanted ones for which it was found.
    """
    groups: dict[Wanted, list[Wanted]] = {}
    for one in wanted:
        groups.setdefault(one.for_target(""), []).append(one)
    tasks = []
    for same, group in groups.items():
        found: dict[Path, Entry] = {}
        served: dict[Path, list[str]] = {}
        missing, faults = [], []
        for one in group:
            entry, fault = cache.look_up(one.identity, one.shapes)
            if entry is None:
                faults.append(fault)
            else:
                found[entry.path] = entry
                served.setdefault(entry.path, []).append(one.identity.target)
            if entry is None or force:
                missing.append(one.identity.target)
        if not force:
            tasks += [
                Task(same.for_target(join_targets(served[path])), entry)
                for path, entry in found.items()
            ]
        if missing:
            target = join_targets(missing)
            fault = next(filter(None, faults), "")
            tasks.append(Task(same.for_target(target), forced=bool(found) and force, fault=fault))
    return tasks
