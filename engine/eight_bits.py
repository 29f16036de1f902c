"""Whether this processor multiplies 8-bit numbers without overflow."""

from __future__ import annotations

import logging
import platform
from enum import Enum
from pathlib import Path

from sideman.engine.bundle.calibration_report import read_report

logger = logging.getLogger(__name__)
_CPUINFO = Path("/proc/cpuinfo")


class Sums(Enum):
    """What becomes of the sum of two products of 8-bit numbers."""

    EXACT = "exact"
    OVERFLOW = "overflow"
    UNKNOWN = "unknown"


def sums_of_products() -> Sums:
    """What this processor makes of them.

    Those of Intel and AMD that lack VNNI add two products in 16 bits, which may overflow, without a
    word. Only Linux tells whether a processor has it.
    """
    if platform.machine().lower() not in ("x86_64", "amd64", "i386", "i686"):
        return Sums.EXACT
    try:
        flags = _CPUINFO.read_text("utf-8", "replace")
    except OSError:
        return Sums.UNKNOWN
    return Sums.EXACT if "avx512_vnni" in flags or "avx_vnni" in flags else Sums.OVERFLOW


def warn_of_overflow(bundle: Path) -> None:
    """Warn of a bundle whose weights have more bits than this processor adds up exactly.

    Args:
        bundle: folder of a bundle that is about to run on the CPU.

    Raises:
        BundleError: its report of a calibration cannot be read.
    """
    report = read_report(bundle)
    if report is None or report.get("target") != "cpu" or report.get("weight_bits") != 8:
        return
    if sums_of_products() is Sums.OVERFLOW:
        logger.warning(
            "%s has 8-bit weights, and this processor lacks VNNI: sums overflow without a word, "
            "and it may sound wrong. 'sideman calibrate' on this machine, or with "
            "--weight-bits 7, makes one that fits.",
            bundle,
        )
