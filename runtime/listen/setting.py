"""What cycle times depend on beside the sound: they count for the machine and setting that ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sideman.engine.backends.choice import BackendChoice


def setting_of(choice: BackendChoice, machine: Mapping[str, Any]) -> dict[str, Any]:
    """All that a player's cycle times depend on, beside its bundle and regime.

    Args:
        choice: the backend and its options.
        machine: as `describe_machine` describes it.

    Returns:
        "processor", "cores", "threads", "device" and "versions": of sideman and of the backend's
        library. Plain data, equal where times can be compared.
    """
    library = choice.name.partition("-")[0]
    versions = machine["versions"].items()
    return {
        "processor": machine["processor"],
        "cores": machine["cores"],
        "threads": choice.threads,
        "device": choice.device,
        "versions": {n: v for n, v in versions if n == "sideman" or n.startswith(library)},
    }
