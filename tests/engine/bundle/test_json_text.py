"""JSON as editors on every system leave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.bundle.json_text import parse_json, read_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"größe": [1, 2]}', encoding=encoding)
    assert parse_json(read_text(file)) == {"größe": [1, 2]}


def test_bytes_of_no_encoding(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b'{"a": "\xe4"}')
    with pytest.raises(UnicodeDecodeError):
        read_text(tmp_path / "x.json")


@pytest.mark.parametrize(
    ("text", "key", "second", "first"),
    [
        ('{"heads": 4,\n "heads": 8}', "heads", 2, 1),
        ('{"a": {"b": 1,\n\n"b" : 2}}', "b", 3, 1),
        ('[{"a": "b"}, {"a": [{}],\n"c": "a",\n"\\u0061": 1}]', "a", 3, 1),
        ('{"a": 1, "a": 1}', "a", 1, 1),
    ],
)
def test_a_key_that_stands_twice_is_an_error_with_its_lines(
    text: str, key: str, second: int, first: int
) -> None:
    with pytest.raises(ValueError, match=f"line {second}: '{key}' .*twice.* line {first}"):
        parse_json(text)


def test_the_same_key_in_other_objects_and_in_strings_is_none() -> None:
    text = '{"a": {"a": ["{", "a", "\\"}", {"a": "a\\": 1"}]}, "b": {"a": {}}, "c": "a"}'
    assert parse_json(text)["b"] == {"a": {}}


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 100_000])
def test_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|nested too deeply"):
        parse_json(text)
