"""What each layer costs alone, and which stay in float32 so that a stage keeps to its bound."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sideman.calibration.int8.judging import Error, Errors, worst_distance, worst_snr
from sideman.engine.files import write_whole

#: Measures a stage in which only these convolutions are quantised.
Measure = Callable[[Sequence[str]], Errors]
#: Told which group has been measured, of how many.
Progress = Callable[[int, int], None]
#: Beyond this many bytes of weights, layers are measured block by block: to open a stage for each
#: of them would take more time than it tells.
BLOCKS_FROM = 100_000_000


@dataclass(frozen=True)
class Bound:
    """How far a stage may be off.

    Attributes:
        snr: least signal-to-noise ratio of its latents, in decibels.
        distance: largest log-spectral distance of its sound, in decibels.
    """

    snr: float
    distance: float

    def holds(self, stage: str, errors: Errors) -> bool:
        """Whether the worst stem at the worst noise level keeps to it."""
        if stage == "decode":
            return worst_distance(errors) <= self.distance
        return worst_snr(errors) >= self.snr


@dataclass(frozen=True)
class Group:
    """Convolutions that are quantised, or left in float32, together.

    Attributes:
        name: of the layer or block.
        layers: names of its convolutions.
        snr: signal-to-noise ratio in decibels of the worst stem and noise level, where only these
            are quantised.
        distance: log-spectral distance in decibels of the worst stem; NaN for latents.
    """

    name: str
    layers: tuple[str, ...]
    snr: float
    distance: float

    def worse(self, stage: str) -> float:
        """A key to sort by: the larger, the worse."""
        return self.distance if stage == "decode" else -self.snr


@dataclass(frozen=True)
class Trial:
    """A stage with its worst groups in float32, measured.

    Attributes:
        kept: how many groups stay in float32.
        errors: of the stage then.
    """

    kept: int
    errors: Errors


class KnownErrors:
    """Errors of choices of layers, kept on disk, so that a stopped run goes on.

    Args:
        file: belongs to one stage, its cases and one scheme.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows: list[dict[str, Any]] = (
            json.loads(file.read_text("utf-8")) if file.is_file() else []
        )

    def of(self, names: Collection[str], measure: Callable[[], Errors]) -> Errors:
        """The errors of a choice, measured if they are not known.

        Args:
            names: convolutions that are quantised.
            measure: opens and measures the stage.
        """
        wanted = sorted(names)
        for row in self._rows:
            if row["names"] == wanted:
                return {(stem, sigma): Error(*error) for stem, sigma, error in row["errors"]}
        errors = measure()
        rows = [(stem, sigma, (e.snr, e.distance)) for (stem, sigma), e in errors.items()]
        self._rows.append({"names": wanted, "errors": rows})
        write_whole(self._file, json.dumps(self._rows))
        return errors


def layer_of(node: str) -> str:
    """A layer's name, from its node's: "unet.enc.64x64_conv/Conv" is "unet.enc.64x64_conv"."""
    return node.rpartition("/")[0] or node


def layers(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every convolution for itself, by the name of its layer; `names` are those of nodes."""
    return {layer_of(name): (name,) for name in names}


def blocks(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Convolutions by the block that they lie in; those outside of any stand alone.

    A block is a scope that directly holds convolutions and no other such scope.
    """
    parents = {layer_of(name): layer_of(name).rpartition(".")[0] for name in names}
    outer = {
        parent
        for parent in parents.values()
        if any(other.startswith(f"{parent}.") for other in parents.values())
    }
    grouped: dict[str, tuple[str, ...]] = {}
    for name in names:
        layer = layer_of(name)
        parent = parents[layer]
        group = layer if parent in outer or not parent else parent
        grouped[group] = (*grouped.get(group, ()), name)
    return grouped


def measure_groups(
    groups: dict[str, tuple[str, ...]],
    measure: Measure,
    file: Path,
    progress: Progress = lambda *_: None,
) -> list[Group]:
    """Quantise each group alone and measure the stage.

    Args:
        groups: names of convolutions by group.
        measure: opens and measures a stage.
        file: keeps what has been measured, so that a stopped run goes on; belongs to this stage,
            these cases and this scheme.
        progress: told after every group.

    Returns:
        In the order of the graph.
    """
    known: dict[str, Group] = {}
    if file.is_file():
        for row in json.loads(file.read_text("utf-8")):
            known[row["name"]] = Group(**{**row, "layers": tuple(row["layers"])})
    found: list[Group] = []
    for number, (name, members) in enumerate(groups.items(), start=1):
        group = known.get(name)
        if group is None or group.layers != members:
            errors = measure(members)
            group = Group(name, members, worst_snr(errors), worst_distance(errors))
            known[name] = group
            write_whole(file, json.dumps([asdict(each) for each in known.values()]))
        found.append(group)
        progress(number, len(groups))
    return found


def fewest_kept(
    stage: str, groups: Sequence[Group], bound: Bound, measure: Measure
) -> tuple[list[Trial], int]:
    """How many of the worst groups have to stay in float32 for the bound to hold.

    Which ones is told by the error that each causes alone, how many by measuring the stage itself:
    errors add up, and neither decibels nor distances tell how. The number is found by bisection.

    Args:
        stage: its name.
        groups: from `measure_groups`.
        bound: to be kept.
        measure: opens and measures a stage.

    Returns:
        What was measured, by the number kept, and the smallest number with which the bound holds:
        the number of groups where it never does (nothing is quantised then).
    """
    ordered = worst_first(stage, groups)
    trials: dict[int, Trial] = {}

    def holds(kept: int) -> bool:
        if kept == len(ordered):
            return True
        if kept not in trials:
            names = [name for group in ordered[kept:] for name in group.layers]
            trials[kept] = Trial(kept, measure(names))
        return bound.holds(stage, trials[kept].errors)

    low, high = 0, len(ordered)
    if not holds(0):
        while high - low > 1:
            middle = (low + high) // 2
            if holds(middle):
                high = middle
            else:
                low = middle
    else:
        high = 0
    return [trials[kept] for kept in sorted(trials)], high


def worst_first(stage: str, groups: Sequence[Group]) -> list[Group]:
    """Groups by the error that each causes alone, the largest first."""
    return sorted(groups, key=lambda group: group.worse(stage), reverse=True)
