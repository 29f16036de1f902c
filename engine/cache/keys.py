"""Keys of what is in the cache: a hash of everything that it is valid for."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def key_of(value: Any) -> str:
    """SHA-256 of a value's canonical JSON: the order of names does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
