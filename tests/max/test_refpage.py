"""The reference page has all that methods.def has, in the form that Max reads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from max.patches.methods import read_methods
from max.patches.refpage import write_refpage

METHODS = read_methods()
TEXT = write_refpage(METHODS)
PAGE = ET.fromstring(TEXT)


def text(element: ET.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def test_the_page_is_that_of_the_object() -> None:
    assert TEXT.startswith('<?xml version="1.0" encoding="utf-8"')
    assert PAGE.tag == "c74object"
    assert PAGE.get("name") == "sideman~"
    assert [part.tag for part in PAGE] == [
        *("digest", "description", "metadatalist", "inletlist", "outletlist", "objarglist"),
        *("methodlist", "attributelist", "misc", "seealsolist"),
    ]


def test_every_message_is_there() -> None:
    found = {method.get("name"): method for method in PAGE.findall("methodlist/method")}
    assert set(found) == {"signal", *METHODS.messages}
    for message in METHODS.messages.values():
        assert text(found[message.name], "digest") == message.digest
        assert text(found[message.name], "description") == message.description


def test_every_attribute_is_there() -> None:
    found = {element.get("name"): element for element in PAGE.findall("attributelist/attribute")}
    assert list(found) == list(METHODS.attributes)
    for attribute in METHODS.attributes.values():
        element = found[attribute.name]
        assert element.get("get") == element.get("set") == "1"
        assert element.get("type") in ("int", "float", "symbol", "atom")
        assert text(element, "digest") == attribute.digest
        assert text(element, "description").startswith(attribute.description)
    assert "At first 7000." in text(found["port"], "description")
    assert "At first 1." in text(found["gain"], "description")


def test_every_output_is_there() -> None:
    found = {entry.get("name"): entry for entry in PAGE.findall("misc[@name='Output']/entry")}
    assert list(found) == list(METHODS.outputs)
    for output in METHODS.outputs.values():
        assert output.description in text(found[output.name], "description")


def test_inlet_and_outlets_are_there() -> None:
    assert [inlet.get("id") for inlet in PAGE.findall("inletlist/inlet")] == ["0"]
    outlets = PAGE.findall("outletlist/outlet")
    assert [(o.get("id"), o.get("type")) for o in outlets] == [("0", "signal"), ("1", "message")]


def test_nothing_is_left_without_words() -> None:
    for element in PAGE.iter():
        if element.tag in ("digest", "description", "metadata"):
            assert (element.text or "").strip(), element.tag


# Reading methods.def


def table(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "methods.def"
    path.write_text(content, "utf-8")
    return path


def test_strings_side_by_side_are_one(tmp_path: Path) -> None:
    content = r"""
        // MESSAGE(no, "")
        MESSAGE(go, "int", "Go (now, please)", "It \"goes\", "
                "far.")
        """
    message = read_methods(table(tmp_path, content)).messages["go"]
    assert message.arguments == "int"
    assert message.digest == "Go (now, please)"
    assert message.description == 'It "goes", far.'


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ('OUTPUT(a, "int")', r"OUTPUT\(a\) has 2 of 3 fields"),
        ('OUTPUT(a, "int", "x") OUTPUT(a, "int", "x")', r"OUTPUT\(a\) is there twice"),
    ],
)
def test_a_table_with_faults_is_refused(tmp_path: Path, content: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        read_methods(table(tmp_path, content))


def test_the_real_table_is_read_whole() -> None:
    names = (*METHODS.messages, *METHODS.attributes, *METHODS.outputs)
    assert len(names) >= 28
    assert METHODS.attributes["margin"].description.endswith("and safe 60 ms.")


def test_what_an_attribute_takes_is_said_once() -> None:
    said = {a.name: a.would_do for a in METHODS.attributes.values() if a.takes}
    assert said == {
        "port": "1 to 65535",
        "step": "1 to 64, or auto",
        "lead": "1 to 64, or auto",
        "margin": "tight, normal or safe",
        "latency": "0 to 192000",
        "gain": "0 to 4",
        "bypass": "0 or 1",
    }
    for name, words in said.items():
        attribute = METHODS.attributes[name]
        assert words not in attribute.description
        element = PAGE.find(f"attributelist/attribute[@name='{name}']")
        assert element is not None
        assert f"It takes {words}." in text(element, "description")
        listed = [word.get("name") for word in element.findall("enumlist/enum")]
        assert listed == attribute.choices
    assert METHODS.attributes["gain"].limits == (0, 4)


def test_no_text_breaks_a_comment_in_pure_data() -> None:
    tables = (METHODS.messages, METHODS.attributes, METHODS.outputs)
    assert not [e.name for table in tables for e in table.values() if ";" in str(e)]


def test_a_sentence_is_a_symbol_in_max() -> None:
    entry = PAGE.find("misc[@name='Output']/entry[@name='text']")
    assert METHODS.outputs["text"].arguments == "sentence"
    assert entry is not None
    assert text(entry, "description").startswith("symbol: ")
