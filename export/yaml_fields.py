"""Typed reading of nested mappings, with errors that name the file and the field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideman.engine.errors import ExportError
from sideman.export.yaml_text import read_yaml

_MISSING = object()
#: A number in quotes, which some trainers write.
_QUOTED = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z", re.ASCII)


def load(path: Path) -> Fields:
    """Read a YAML file whose top level is a mapping.

    Raises:
        ExportError: unreadable, not YAML, a key that stands twice, or something other than a
            mapping.
    """
    data = read_yaml(path)
    if not isinstance(data, Mapping):
        raise ExportError(f"{path}: expected a mapping of fields at the top level.")
    return Fields(data, path.name)


class Fields:
    """A mapping whose values are read by name and checked by type.

    Args:
        data: the mapping.
        file: name of the file, for errors.
        prefix: where the mapping stands in the file ("model").
    """

    def __init__(self, data: Mapping[str, Any], file: str, prefix: str = "") -> None:
        self._data = data
        self._file = file
        self._prefix = prefix

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def refuse(self, name: str, why: str, remedy: str = "") -> ExportError:
        """An error about one field."""
        return ExportError(f"{self._file}: {self._path(name)} {why}", remedy)

    def _path(self, name: str) -> str:
        return f"{self._prefix}.{name}" if self._prefix else name

    def raw(self, name: str, default: object = _MISSING) -> Any:
        """The value as it stands; without a default a missing field is an error."""
        value = self._data.get(name, default)
        if value is _MISSING:
            raise self.refuse(name, "is missing.")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and "${" in item:
                raise self.refuse(
                    name,
                    f"= {item!r} is a reference, which OmegaConf or Hydra resolves and sideman "
                    "does not.",
                    "Write the value itself, or give the configuration that the training run "
                    "saved with its references resolved (OmegaConf.save(…, resolve=True)).",
                )
            if item == "???":
                raise self.refuse(name, "= '???' is OmegaConf's mark of a value that is missing.")
        return value

    def section(self, name: str) -> Fields:
        """A nested mapping."""
        value = self.raw(name)
        if not isinstance(value, Mapping):
            raise self.refuse(name, f"= {value!r} must be a mapping of fields.")
        return Fields(value, self._file, self._path(name))

    def integer(self, name: str, minimum: int = 1) -> int:
        """A whole number of at least `minimum`; 16.0 and 1e3 are whole."""
        value = self.raw(name)
        number = _whole(value)
        if number is None or number < minimum:
            raise self.refuse(name, f"= {value!r} must be a whole number of at least {minimum}.")
        return number

    def number(self, name: str) -> float:
        """A positive number, quoted or not."""
        value = self.raw(name)
        number = _number(value)
        if not 0 < number < math.inf:
            raise self.refuse(name, f"= {value!r} must be a positive number.")
        return number

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of positive whole numbers, not empty."""
        value = self.raw(name)
        items = [_whole(item) for item in value] if isinstance(value, list) else []
        whole = tuple(item for item in items if item is not None and item >= 1)
        if not items or len(whole) != len(items):
            raise self.refuse(name, f"= {value!r} must be a list of positive whole numbers.")
        return whole

    def numbers(self, name: str) -> tuple[float, ...]:
        """A number or a list of numbers, quoted or not, none negative."""
        value = self.raw(name)
        items = [_number(item) for item in (value if isinstance(value, list) else [value])]
        if not items or any(not 0 <= item < math.inf for item in items):
            raise self.refuse(name, f"= {value!r} must be a list of numbers, none negative.")
        return tuple(items)

    def names(self, name: str) -> tuple[str, ...]:
        """A list of distinct, non-empty strings."""
        value = self.raw(name)
        if (
            not isinstance(value, list)
            or not value
            or any(not isinstance(item, str) or not item for item in value)
            or len(set(value)) != len(value)
        ):
            raise self.refuse(name, f"= {value!r} must be a list of distinct names.")
        return tuple(value)

    def only(self, name: str, supported: object, default: object = _MISSING) -> None:
        """Refuse every value of a field but one."""
        value = self.raw(name, default)
        if value != supported or isinstance(value, bool) != isinstance(supported, bool):
            raise self.refuse(
                name, f"= {value!r} is not supported.", f"The one supported value is {supported!r}."
            )


def _number(value: object) -> float:
    """A value as a number; not a number if it is none."""
    quoted = isinstance(value, str) and _QUOTED.match(value)
    if type(value) not in (int, float) and not quoted:
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def _whole(value: object) -> int | None:
    """A value as a whole number; nothing if it is none."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
