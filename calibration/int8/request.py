"""What is asked of a calibration, and what of it is refused before any work."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.quantising import SCHEMES, Scheme
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import INT8, SHORT_NAMES
from sideman.engine.bundle.replacing import check_place
from sideman.engine.eight_bits import Sums, sums_of_products

#: Least signal-to-noise ratio of latents in decibels, unless another is asked for.
MIN_SNR = 25.0
#: Largest log-spectral distance of sound in decibels, unless another is asked for. One decibel on
#: average is where listeners of coded speech begin to hear a difference (Paliwal and Atal 1993),
#: but the demonstration's decoder cost its piano 0.03 to 0.04 of onset F when it was 0.9 dB away,
#: 0.02 to 0.03 with 0.5, and nothing with 0.3: docs/calibration.md.
MAX_DISTANCE = 0.3
#: Cycles of every stem and regime that are recorded to calibrate with.
CYCLES = 2


@dataclass(frozen=True)
class Request:
    """A calibration.

    Attributes:
        bundle: folder of the float32 bundle.
        audio: folder of music.
        target: a key of `SCHEMES`.
        out: folder to write.
        min_snr: least signal-to-noise ratio of latents, in decibels.
        max_distance: largest log-spectral distance of sound, in decibels.
        weight_bits: 7 or 8; None takes what this processor multiplies without overflow.
        cycles: of every stem and regime that are recorded to calibrate with.
        seed: of where in the music they lie, and of the noise.
        force: replace a bundle at `out`, and write one that is refused otherwise.
    """

    bundle: Path
    audio: Path
    target: str
    out: Path
    min_snr: float = MIN_SNR
    max_distance: float = MAX_DISTANCE
    weight_bits: int | None = None
    cycles: int = CYCLES
    seed: int = 0
    force: bool = False

    @property
    def work(self) -> Path:
        """Folder beside `out` for what is recorded and measured."""
        return self.out.with_name(f"{self.out.name}.calibration")

    def scheme(self) -> Scheme:
        """How numbers become eight bits.

        Raises:
            CalibrationError: an unknown target, or weights of another size.
        """
        if self.target not in SCHEMES:
            raise CalibrationError(
                f"There is no target {self.target!r}.", f"Known are: {', '.join(SCHEMES)}."
            )
        scheme = SCHEMES[self.target]
        if self.weight_bits not in (None, 7, 8):
            raise CalibrationError(
                f"Weights have 7 or 8 bits, not {self.weight_bits}.",
                "Leave --weight-bits out for what this processor multiplies.",
            )
        if self.weight_bits is not None:
            return replace(scheme, weight_bits=self.weight_bits)
        # Where the system does not say, seven bits: they are right everywhere, only less exact.
        exact = not scheme.unsigned or sums_of_products() is Sums.EXACT
        return scheme if exact else replace(scheme, weight_bits=7)

    def check(self, precision: str) -> Bundle:
        """Refuse what cannot be, before any work; returns the bundle, its hashes checked.

        Args:
            precision: as the user named it.

        Raises:
            SidemanError: another precision, target, bound or place, or no float32 bundle.
        """
        if precision != INT8:
            hint = "'sideman convert' writes it." if precision in SHORT_NAMES.values() else ""
            raise CalibrationError(
                f"Only int8 needs calibration, not {precision!r}.", hint or "Use --precision int8."
            )
        self.scheme()
        # A bound that nothing can keep to, or that is no number, would show after hours.
        if not (math.isfinite(self.min_snr) and math.isfinite(self.max_distance)):
            raise CalibrationError(
                f"--min-snr {self.min_snr:g} and --max-distance {self.max_distance:g} have to be "
                "finite numbers.",
                f"Unless told otherwise they are {MIN_SNR:g} and {MAX_DISTANCE:g} dB.",
            )
        if self.max_distance <= 0:
            raise CalibrationError(
                f"--max-distance {self.max_distance:g} can be kept to by nothing in 8 bits.",
                f"Unless told otherwise it is {MAX_DISTANCE:g} dB.",
            )
        if self.cycles < 1:
            raise CalibrationError(
                f"--cycles {self.cycles} would play nothing.",
                f"Give 1 or more; unless told otherwise it is {CYCLES}.",
            )
        if self.out.resolve() == self.bundle.resolve():
            raise CalibrationError(
                f"{self.out} would be replaced by itself.", "Choose another --out."
            )
        check_place(self.out, replace=self.force)
        bundle = Bundle.open(self.bundle)
        others = {
            name: spec.precision
            for name, spec in bundle.manifest.stages.items()
            if spec.precision != "float32"
        }
        if others:
            found = ", ".join(f"{name} in {precision}" for name, precision in others.items())
            raise CalibrationError(
                f"{self.bundle} is not float32: {found}.",
                "Calibrate the float32 bundle that it was made of; 'sideman export' (extra "
                "'export') writes one of the checkpoint. docs/calibration.md has the command for "
                "the demonstration, which ships in float16.",
            )
        return bundle
