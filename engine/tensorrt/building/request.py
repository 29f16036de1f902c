"""What is asked of a build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sideman.engine.tensorrt.flavours import Flavour


@dataclass(frozen=True)
class BuildRequest:
    """What to build of a bundle.

    Attributes:
        flavour: which library.
        rows: how many stems are generated at once; a profile for each.
        decoded_columns: lengths of decoded audio in latent columns.
        batch: most rows of several sessions that run as one batch, each with a context of its own;
            a profile for each number from 2 on. 1 for none.
        precision: "fp16", "bf16" or "fp32".
        targets: such as "sm89", one each; none means this machine's GPU.
        force: build what is there already, too.
        cache: the cache's folder; None takes the user's own.
        because: why an engine that was removed beforehand has to be built.
    """

    flavour: Flavour
    rows: tuple[int, ...]
    decoded_columns: tuple[int, ...]
    precision: str = "fp16"
    targets: tuple[str, ...] = ()
    force: bool = False
    cache: Path | None = None
    because: str = ""
    batch: int = 1
