"""Reading YAML strictly: no key twice, numbers as everybody else reads them, no foreign tags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sideman.engine.bundle.json_text import read_text
from sideman.engine.errors import ExportError
from sideman.engine.optional import require
from sideman.export.file_kinds import foreign_text

_FLOAT = "tag:yaml.org,2002:float"
#: Numbers that YAML 1.2 reads and YAML 1.1, which PyYAML reads, takes for text: an exponent
#: without a point or without a sign.
_EXPONENT = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+\Z", re.ASCII)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        ExportError: unreadable, something else than YAML, a key that stands twice, or a tag of
            another tool; names the line.
    """
    yaml = require("yaml", "read the model's YAML file")
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from None
    if kind := foreign_text(text.encode("utf-8", "replace")):
        raise ExportError(f"{path} is no configuration: it is {kind.what}.", kind.remedy)

    # A class of its own, because what a loader reads is noted in its class.
    loaders: Any = type("Loader", (yaml.SafeLoader,), {})
    loaders.add_implicit_resolver(_FLOAT, _EXPONENT, list("-+.0123456789"))
    loaders.add_constructor(_FLOAT, _float)
    try:
        loader = loaders(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check(yaml, loader, node, path)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ExportError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, TypeError, RecursionError) as error:
        # A date that no calendar has, a list as a key, nesting without end.
        raise ExportError(f"{path} is not YAML that can be read: {error}") from None


def _float(loader: Any, node: Any) -> float:
    """A float in either notation."""
    if _EXPONENT.match(node.value):
        return float(node.value)
    return float(loader.construct_yaml_float(node))


def _check(yaml: Any, loader: Any, top: Any, path: Path) -> None:
    """Refuse keys that stand twice, and tags of other tools, anywhere in a document."""
    scalar = yaml.ScalarNode
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        line = node.start_mark.line + 1
        if node.tag not in loader.yaml_constructors and node.tag != "tag:yaml.org,2002:merge":
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            raise ExportError(
                f"{path} is not YAML alone: line {line} holds {tag}, a tag of another tool.",
                "Write the value itself, or leave the tag out.",
            )
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [child for pair in node.value for child in pair]
            _refuse_duplicates([key for key, _ in node.value if isinstance(key, scalar)], path)


def _refuse_duplicates(keys: list[Any], path: Path) -> None:
    """Refuse a key of one mapping that stands twice."""
    lines: dict[tuple[str, str], int] = {}
    for key in keys:
        line = key.start_mark.line + 1
        if (key.tag, key.value) in lines:
            first = lines[key.tag, key.value]
            raise ExportError(
                f"{path}: line {line}: {key.value} stands there twice, first in line {first}.",
                "Take out the one that does not hold.",
            )
        lines[key.tag, key.value] = line
