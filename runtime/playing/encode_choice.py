"""What `--encode` may say; apart from all that computes, so that a command line loads at once."""

from __future__ import annotations

from typing import Literal

#: Which columns of the window are encoded in a cycle: all, those that the model sees, or of these
#: the ones that have become visible since the last cycle.
Encode = Literal["whole", "known", "new"]
