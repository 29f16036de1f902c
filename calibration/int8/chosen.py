"""A stage of which is known what of it computes in eight bits."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sideman.calibration.int8.judging import Case, Errors
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.prices import Price
from sideman.calibration.int8.stage_work import Choice, Reach
from sideman.runtime.system.waiting import MUCH


@dataclass
class ChosenStage:
    """How a stage is written, and what is known of it.

    Attributes:
        mixer: makes it with any choice of convolutions in eight bits.
        reach: how far the ranges of its activations reach.
        choice: what became of its layers.
        cases: that it was judged by.
        names: convolutions that are quantised in the end.
        errors: of the stage then; empty where nothing is quantised.
        note: why nothing is, for people.
        prices: time and error of every way to run it, by the way's name.
        compared: what decided whether 8 bits are faster: of every way with them a row, as
            `describe_rounds` reads it.
    """

    mixer: Mixer
    reach: Reach
    choice: Choice
    cases: list[Case]
    names: tuple[str, ...]
    errors: Errors
    note: str = ""
    prices: dict[str, Price] = dataclasses.field(default_factory=dict)
    compared: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    @property
    def disturbed(self) -> bool:
        """Whether others kept the processor for so long that its times say little."""
        shares = [price.waited for price in self.prices.values() if price.waited is not None]
        return max(shares, default=0.0) > MUCH
