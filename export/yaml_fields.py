"""Typed reading of nested mappings, with errors that name the file and the field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideman.engine.errors import ExportError
from sideman.engine.optional import require

_MISSING = object()


def load(path: Path) -> Fields:
    """Read a YAML file whose top level is a mapping.

    Raises:
        ExportError: unreadable, not YAML, or something other than a mapping.
    """
    yaml = require("yaml", "read the model's YAML file")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise ExportError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
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
        return value

    def section(self, name: str) -> Fields:
        """A nested mapping."""
        value = self.raw(name)
        if not isinstance(value, Mapping):
            raise self.refuse(name, f"= {value!r} must be a mapping of fields.")
        return Fields(value, self._file, self._path(name))

    def integer(self, name: str, minimum: int = 1) -> int:
        """A whole number of at least `minimum`."""
        value = self.raw(name)
        if type(value) is not int or value < minimum:
            raise self.refuse(name, f"= {value!r} must be a whole number of at least {minimum}.")
        return value

    def number(self, name: str) -> float:
        """A positive number; also accepts "1e-4", which YAML 1.1 reads as text."""
        value = self.raw(name)
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if not 0 < number < float("inf"):
            raise self.refuse(name, f"= {value!r} must be a positive number.")
        return number

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of positive whole numbers, not empty."""
        value = self.raw(name)
        if (
            not isinstance(value, list)
            or not value
            or any(type(item) is not int or item < 1 for item in value)
        ):
            raise self.refuse(name, f"= {value!r} must be a list of positive whole numbers.")
        return tuple(value)

    def numbers(self, name: str) -> tuple[float, ...]:
        """A number or a list of numbers, none negative."""
        value = self.raw(name)
        items = value if isinstance(value, list) else [value]
        if not items or any(
            type(item) not in (int, float) or not 0 <= item < float("inf") for item in items
        ):
            raise self.refuse(name, f"= {value!r} must be a list of numbers, none negative.")
        return tuple(float(item) for item in items)

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
