"""Writes the reference page for Max from methods.def."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from max.patches.methods import Attribute, Methods

DIGEST = "Play along, live"
DESCRIPTION = (
    "Sends what you play to a server (sideman serve), where a trained model plays bass, drums or "
    "other instruments along with it, and plays what comes back at exactly its place. Each stem "
    "leaves from an outlet of its own."
)
_INLET = "Your playing, and messages"
_STEM = "A stem"
_TOLD = "What the object tells"
#: What Max calls the types of methods.def, and how many values an attribute of it has.
_TYPES = {
    "symbol": ("symbol", 1),
    "symbols": ("symbol", 64),
    "choice": ("symbol", 1),
    "int": ("int", 1),
    "float": ("float", 1),
    "bool": ("int", 1),
    "columns": ("atom", 1),
}
_STYLES = {
    "bool": "onoff",
    "choice": "enum",
    "columns": "text",
    "int": "number",
    "float": "number",
}


def write_refpage(methods: Methods) -> str:
    """The text of the file."""
    page = ET.Element("c74object", name="sideman~", module="sideman", category="MSP I/O")
    _text(page, "digest", DIGEST)
    _text(page, "description", DESCRIPTION)
    _metadata(page)
    _ports(page)
    arguments = ET.SubElement(page, "objarglist")
    argument = ET.SubElement(arguments, "objarg", name="stems", optional="1", type="symbol")
    _text(argument, "digest", "Names of stems")
    _text(
        argument,
        "description",
        "As many as there are outlets for sound, from the left; bass where there is none. The "
        "names are those of the server's model.",
    )
    _methods(page, methods)
    attributes = ET.SubElement(page, "attributelist")
    for attribute in methods.attributes.values():
        _attribute(attributes, attribute)
    _outputs(page, methods)
    also = ET.SubElement(page, "seealsolist")
    for name in ("adc~", "dac~", "gain~", "sfrecord~"):
        ET.SubElement(also, "seealso", name=name)
    ET.indent(page, "  ")
    head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    style = '<?xml-stylesheet href="./_c74_ref.xsl" type="text/xsl"?>\n'
    return head + style + ET.tostring(page, "unicode") + "\n"


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _metadata(page: ET.Element) -> None:
    metadata = ET.SubElement(page, "metadatalist")
    for name, text in (("author", "sideman"), ("tag", "MSP"), ("tag", "machine learning")):
        ET.SubElement(metadata, "metadata", name=name).text = text


def _ports(page: ET.Element) -> None:
    """The inlet, and outlets as for an object with one name."""
    inlets = ET.SubElement(page, "inletlist")
    inlet = ET.SubElement(inlets, "inlet", id="0", type="signal/message")
    _text(inlet, "digest", _INLET)
    _text(
        inlet,
        "description",
        "What the band listens to, as a signal; the channels of a multichannel cord "
        "are added up. All messages too.",
    )
    outlets = ET.SubElement(page, "outletlist")
    stem = ET.SubElement(outlets, "outlet", id="0", type="signal")
    _text(stem, "digest", _STEM)
    _text(stem, "description", "A signal outlet for each name, in the order of the arguments.")
    told = ET.SubElement(outlets, "outlet", id="1", type="message")
    _text(told, "digest", _TOLD)
    _text(told, "description", "The last outlet sends messages; they are listed under Output.")


def _methods(page: ET.Element, methods: Methods) -> None:
    listed = ET.SubElement(page, "methodlist")
    signal = ET.SubElement(listed, "method", name="signal")
    ET.SubElement(signal, "arglist")
    _text(signal, "digest", "Your playing")
    _text(signal, "description", "What the band listens to.")
    for message in methods.messages.values():
        method = ET.SubElement(listed, "method", name=message.name)
        arguments = ET.SubElement(method, "arglist")
        for kind in message.arguments.split():
            ET.SubElement(arguments, "arg", name=kind, optional="0", type=kind)
        _text(method, "digest", message.digest)
        _text(method, "description", message.description)


def _attribute(listed: ET.Element, attribute: Attribute) -> None:
    kind, size = _TYPES[attribute.type]
    element = ET.SubElement(
        listed, "attribute", name=attribute.name, get="1", set="1", type=kind, size=str(size)
    )
    _text(element, "digest", attribute.digest)
    description = attribute.description
    if attribute.would_do:
        description += f" It takes {attribute.would_do}."
    if attribute.initial:
        description += f" At first {attribute.initial.rstrip('.')}."
    _text(element, "description", description)
    further = ET.SubElement(element, "attributelist")
    for name, value in (("label", attribute.digest), ("style", _STYLES.get(attribute.type))):
        if value:
            ET.SubElement(
                further, "attribute", name=name, get="1", set="1", type="symbol", size="1",
                value=value,
            )  # fmt: skip
    if attribute.choices:
        choices = ET.SubElement(element, "enumlist")
        for word in attribute.choices:
            ET.SubElement(choices, "enum", name=word)


def _outputs(page: ET.Element, methods: Methods) -> None:
    misc = ET.SubElement(page, "misc", name="Output")
    for output in methods.outputs.values():
        entry = ET.SubElement(misc, "entry", name=output.name)
        kind = "symbol" if output.arguments == "sentence" else output.arguments
        _text(entry, "description", f"{kind}: {output.description}")
