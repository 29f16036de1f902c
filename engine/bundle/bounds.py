"""Bounds of a manifest's numbers: far beyond any model, and far below what a machine cannot bear.

A bundle with a billion sampler steps would load for ever and could not be stopped; one with a
window of a terabyte would take the machine's memory before anything else is noticed.
"""

from __future__ import annotations

from sideman.engine.errors import BundleError

_REMEDY = "If nobody changed the manifest by hand, export the bundle again."

SAMPLE_RATE = 768_000
WINDOW_SAMPLES = 2**25
CHANNELS = 4_096
COLUMNS = 8_192
LATENT_VALUES = 2**20
STEMS = 64
STEPS = 1_000
SIGMA = (1e-9, 1_000_000)
RHO = (0.1, 1_000)
TENSOR_VALUES = 2**40
WEIGHTS = 10**12
FILE_BYTES = 2**44


def check_within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside of its bounds.

    Raises:
        BundleError: names the number, its value and the bounds.
    """
    if not low <= value <= high:
        raise BundleError(f"{name} {value} is not within {low:,} to {high:,}.", _REMEDY)


def too_much(text: str) -> BundleError:
    """The error for sizes of which each is possible, but not all together."""
    return BundleError(text, _REMEDY)
