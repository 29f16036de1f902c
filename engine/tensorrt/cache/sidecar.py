"""The JSON file beside an engine: what the engine is valid for, and how it came to be."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sideman.engine.cache.keys import key_of
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.shapes import Shape

#: Version of the sidecar's layout. A reader refuses any other.
SCHEMA = 1


@dataclass(frozen=True)
class Sidecar:
    """What is known of one built engine.

    Attributes:
        identity: fields of `EngineIdentity`, in clear.
        shapes: the shapes that it holds, in the order of its profiles.
        file: name of the engine's file.
        sha256: of that file.
        bytes: its size.
        bundle: name of the bundle that it was first built for; for people.
        created: seconds since the epoch.
        seconds: the build took.
        layers: layers of the network before the library fused them.
        peak_bytes: the process's largest resident memory during the build; None where the
            platform does not tell.
    """

    identity: Mapping[str, Any]
    shapes: tuple[Shape, ...]
    file: str
    sha256: str
    bytes: int
    bundle: str
    created: float
    seconds: float
    layers: int
    peak_bytes: int | None = None

    @property
    def key(self) -> str:
        """Key of the identity that this sidecar claims."""
        return key_of(dict(self.identity))

    def to_json(self) -> str:
        """As JSON text, with the schema's version first."""
        fields = dataclasses.asdict(self) | {"shapes": [s.as_dict() for s in self.shapes]}
        return json.dumps({"schema": SCHEMA, **fields}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Sidecar:
        """Read a sidecar.

        Raises:
            BackendError: not JSON, another schema, or a field missing, unknown or of a wrong
                type; the message is a phrase that continues a sentence after the file's name.
        """
        try:
            data = json.loads(text)
        except ValueError:
            raise BackendError("is not JSON") from None
        if not isinstance(data, dict):
            raise BackendError("holds no object")
        schema = data.pop("schema", None)
        if schema != SCHEMA:
            raise BackendError(f"has schema {schema!r}, not {SCHEMA}")
        fields = {field.name for field in dataclasses.fields(cls)}
        if set(data) != fields:
            raise BackendError(f"has wrong fields: {', '.join(sorted(fields ^ set(data)))}")
        for name, kinds in _KINDS.items():
            if not isinstance(data[name], kinds) or isinstance(data[name], bool):
                raise BackendError(f"has a wrong value of {name}: {data[name]!r}")
        return cls(**data | {"shapes": tuple(map(_shape, data["shapes"]))})


def _shape(value: object) -> Shape:
    if not isinstance(value, dict) or not all(type(size) is int for size in value.values()):
        raise BackendError(f"has a wrong shape: {value!r}")
    return Shape.of(value)


_KINDS: dict[str, tuple[type, ...]] = {
    "identity": (dict,),
    "shapes": (list,),
    "file": (str,),
    "sha256": (str,),
    "bytes": (int,),
    "bundle": (str,),
    "created": (int, float),
    "seconds": (int, float),
    "layers": (int,),
    "peak_bytes": (int, type(None)),
}
