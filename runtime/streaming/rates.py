"""Sample rates of sound cards, and how they stand to a model's."""

from __future__ import annotations

import math

#: Rates in Hz that a session may have. Each stands to 44,100 as two numbers of at most 640, so that
#: audio need only be cut where both have a whole number of samples.
RATES = (
    8_000,
    11_025,
    16_000,
    22_050,
    24_000,
    32_000,
    44_100,
    48_000,
    88_200,
    96_000,
    176_400,
    192_000,
)
#: Samples of the lower rate that soxr's filter (HQ) reaches to either side: what lies outside has
#: 100 dB less energy (measured: 86 to 95 of them, soxr 1.1.0). That is 2.2 ms at 44.1 kHz.
REACH = 96


def ratio(rate: int, model_rate: int) -> tuple[int, int]:
    """Samples of a sound card in the time of so many of a model, in lowest terms.

    Args:
        rate: of the sound card, in Hz.
        model_rate: of the model, likewise.

    Raises:
        ValueError: one of them is not positive.
    """
    if rate < 1 or model_rate < 1:
        raise ValueError(f"{rate} Hz and {model_rate} Hz are no rates")
    divisor = math.gcd(rate, model_rate)
    return rate // divisor, model_rate // divisor


def reach(up: int, down: int) -> int:
    """Samples of the sound card that the filter reaches to either side; 0 where none is needed."""
    if up == down:
        return 0
    return REACH if up < down else -(-REACH * up // down)
