"""Rewriting a graph that lies in no bundle."""

from __future__ import annotations

from pathlib import Path

from sideman.calibration import precision as rewriter
from sideman.engine.bundle.graph_files import GraphFiles


def rewrite(source: Path, folder: Path, precision: str, *, convolve_products: bool = False) -> Path:
    return rewriter.rewrite(
        GraphFiles.read(source), folder, precision, convolve_products=convolve_products
    )
