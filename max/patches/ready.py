"""A patch to play with at once: what a performer sees, and the wiring behind it.

What is set there is not kept with the patch: when it opens, `sideman~` is as at first, and every
control is set to show that.
"""

from __future__ import annotations

from max.patches.methods import Methods
from max.patches.parts.input import input_part
from max.patches.parts.status import status_part
from max.patches.parts.strip import strip_part
from max.patches.patch import Patch, Place, spread
from max.patches.style import ACCENT, BODY, FIGURE, GREEN, QUIET, RED, WHITE, Colour

STEMS = ("bass", "drums", "guitar", "piano")
#: Height at which the messages to `sideman~` run across.
BUS = 26.5


def ready(methods: Methods) -> Patch:
    """Input, stems, look-ahead, server and recorder around one `sideman~`."""
    patch = Patch("sideman", size=(50, 35.4), wiring=(106, 60))
    patch.comment("sideman", (1, 0.5), width=12, size=26.0, bold=True, shown=(1, 0.6, 11, 2.3))
    patch.comment("The wiring. What a performer sees is in presentation mode.", (1, 3.2), width=30)
    patch.object("band", f"sideman~ {' '.join(STEMS)}", (2, 28), width=spread(7, 5))
    _input(patch)
    _transport(patch)
    _server(patch, methods)
    _lead(patch, methods)
    _step_and_latency(patch, methods)
    _stems(patch)
    _mix(patch)
    _recorder(patch)
    _told(patch)
    return patch


def _word(
    patch: Patch, text: str, at: Place, shown: tuple[float, ...], textjustification: int = 0
) -> None:
    """A quiet word that both views have: to the left, in the middle (1) or to the right (2)."""
    patch.comment(
        text,
        at,
        width=shown[2],
        size=11.0,
        colour=QUIET,
        shown=shown,
        textjustification=textjustification,
    )


def _button(
    patch: Patch, text: str, at: Place, shown: tuple[float, ...], colour: Colour, size: float
) -> None:
    patch.control(
        f"{text} button",
        "textbutton",
        at,
        (4 if size > BODY else 5, 1.6),
        text=text,
        shown=shown,
        bgcolor=colour,
        bgoncolor=colour,
        textcolor=WHITE,
        textoncolor=WHITE,
        fontsize=size,
        rounded=8.0,
    )


def _at_first(patch: Patch, control: str, value: str, at: Place) -> None:
    """Show, without saying it to anybody, what `sideman~` is set to when the patch opens."""
    name = f"{control} at first"
    patch.object(name, f"loadmess set {value}", at)
    patch.cord(f"{name} -> {control}")


def _input(patch: Patch) -> None:
    patch.card("You", (1, 5), (9, 20), shown=(1, 4, 8, 18))
    patch.part("input", input_part(), (2, 7.5), (1.5, 13.8))
    patch.control("heard", "meter~", (5, 11), (1.2, 6), shown=(4.2, 6, 1.6, 7.4))
    patch.cord("input -> heard", "input -> band")


def _transport(patch: Patch) -> None:
    patch.card("Start, stop, reset, panic", (11, 5), (18, 20))
    buttons = (("start", GREEN), ("stop", ACCENT), ("reset", ACCENT), ("panic", RED))
    for i, (name, colour) in enumerate(buttons):
        x = 11.6 + 4.3 * i
        _button(patch, name, (x, 7.5), (27.4 + 5.5 * i, 0.9, 5.1, 2), colour, 14.0)
        patch.message(name, name, (x, 11))
        patch.cord(f"{name} button -> {name}")
        patch.cord(f"{name} -> band", along=BUS)


def _server(patch: Patch, methods: Methods) -> None:
    patch.card("Server", (30, 5), (20, 20), shown=(32, 23, 17, 7))
    low, high = methods.attributes["port"].limits
    host, port = (methods.attributes[name].initial for name in ("host", "port"))
    _word(patch, "host", (31, 7), (32.6, 25, 3, 1.4))
    _at_first(patch, "host", host, (31, 8.5))
    patch.control(
        "host", "textedit", (31, 11), (8, 1.5), text=host,
        shown=(36, 24.9, 12, 1.5), keymode=1, lines=1,
    )  # fmt: skip
    patch.object("host text", "route text", (31, 13.5))
    patch.object("set host", "prepend host", (31, 16))
    _word(patch, "port", (41.6, 7), (32.6, 26.7, 3, 1.4))
    _at_first(patch, "port", port, (41.6, 8.5))
    patch.control(
        "port", "number", (41.6, 11), (5, None),
        shown=(36, 26.6, 6, 1.5), minimum=int(low), maximum=int(high), example=port,
    )  # fmt: skip
    patch.object("set port", "prepend port", (41.6, 13.5))
    patch.cord("host -> host text -> set host", "port -> set port")
    patch.cord("set host -> band", "set port -> band", along=BUS)
    _bundle(patch)


def _bundle(patch: Patch) -> None:
    """A field whose words are a bundle's name; without any, the server's first one plays."""
    patch.card("Bundle", (91, 5), (14, 20))
    _word(patch, "bundle", (92, 7), (32.6, 28.4, 3.3, 1.4))
    _word(patch, "empty: the first", (98, 7), (42.8, 28.4, 5.8, 1.4))
    patch.object("bundle at first", "loadmess clear", (92, 8.5))
    patch.control(
        "bundle", "textedit", (92, 11), (8, 1.5),
        shown=(36, 28.3, 6.6, 1.5), keymode=1, lines=1,
    )  # fmt: skip
    patch.object("bundle text", "route text", (92, 13.5))
    # An empty field says no more than "text", and prepend would make a name of the bang.
    patch.object("no name?", "route bang", (92, 16))
    patch.message("first bundle", "bundle", (92, 18.5))
    patch.object("set bundle", "prepend bundle", (96, 18.5))
    patch.cord("bundle at first -> bundle -> bundle text -> no name? -> first bundle")
    patch.cord("no name?:1 -> set bundle")
    patch.cord("first bundle -> band", "set bundle -> band", along=BUS)


def _lead(patch: Patch, methods: Methods) -> None:
    patch.card("Look-ahead", (51, 5), (14, 20), shown=(30, 4, 19, 18))
    # The dial's positions: 0 is auto, the others are columns.
    low, high = methods.attributes["lead"].limits
    leads = ["auto", *(str(columns) for columns in range(int(low), int(high) + 1))]
    patch.control(
        "lead dial",
        "live.dial",
        (52, 7.3),
        (5, 4.6),
        shown=(31, 6, 6, 5.4),
        parameter_enable=1,
        varname="look-ahead",
        saved_attribute_attributes={
            "valueof": {
                "parameter_longname": "look-ahead",
                "parameter_shortname": "look-ahead",
                "parameter_type": 2,
                "parameter_enum": leads,
                "parameter_mmax": len(leads) - 1,
                "parameter_initial_enable": 1,
                "parameter_initial": [0],
            }
        },
        example="look-ahead",
    )
    patch.object("auto?", "sel 0", (52, 13))
    patch.message("lead auto", "lead auto", (52, 15.5))
    patch.object("lead columns", "prepend lead", (58, 15.5))
    patch.cord("lead dial -> auto? -> lead auto", "auto?:1 -> lead columns")
    patch.cord("lead auto -> band", "lead columns -> band", along=BUS)
    margin = methods.attributes["margin"]
    _word(patch, "safety of auto", (57, 7), (31, 13.6, 8, 1.4))
    _at_first(patch, "margin", str(margin.choices.index(margin.initial)), (58, 8.4))
    patch.control(
        "margin", "umenu", (58, 10.4), (6.5, None),
        shown=(39.2, 13.5, 9, 1.5), items=margin.choices, example=margin.initial,
    )  # fmt: skip
    patch.object("set margin", "prepend margin", (58, 12.4))
    patch.cord("margin:1 -> set margin")
    patch.cord("set margin -> band", corners=((64.7, 14.6), (64.7, BUS), (2.53, BUS)))


def _step_and_latency(patch: Patch, methods: Methods) -> None:
    low, high = methods.attributes["latency"].limits
    patch.card("Step, latency", (66, 5), (24, 20))
    _word(patch, "step (0: auto)", (67, 7), (31, 16.1, 8, 1.4))
    _at_first(patch, "step", "0", (67, 8.5))
    patch.control(
        "step", "number", (67, 11), (4, None),
        shown=(39.2, 16, 4.6, 1.5), minimum=0, example="0",
        maximum=int(methods.attributes["step"].limits[1]),
    )  # fmt: skip
    _word(patch, "columns", (71.4, 11.1), (44, 16.1, 4.6, 1.4))
    patch.object("auto step?", "sel 0", (67, 13.5))
    patch.message("step auto", "step auto", (67, 16))
    patch.object("step columns", "prepend step", (73.5, 16))
    _word(patch, "sound card's latency", (79.6, 7), (31, 18.6, 8, 1.4))
    _at_first(patch, "latency", methods.attributes["latency"].initial, (79.6, 8.5))
    patch.control(
        "latency", "number", (79.6, 11), (5, None),
        shown=(39.2, 18.5, 4.6, 1.5), minimum=int(low), maximum=int(high), example="0",
    )  # fmt: skip
    patch.object("set latency", "prepend latency", (79.6, 13.5))
    _word(patch, "samples", (84.9, 11.1), (44, 18.6, 4.6, 1.4))
    patch.cord("step -> auto step? -> step auto", "auto step?:1 -> step columns")
    patch.cord("latency -> set latency")
    patch.cord("step auto -> band", "step columns -> band", "set latency -> band", along=BUS)


def _stems(patch: Patch) -> None:
    """A strip for each: its toggle says whether it plays, its fader how loud it is heard."""
    patch.card("You hear", (1, 30.2), (36, 28.8), indent=2)
    patch.card("Which stems play", (38, 46), (57, 13), shown=(10, 4, 19, 18))
    patch.comment(
        "Makes a message of the toggles, for example  stems bass piano. Nothing is sent before one "
        "of them is touched: at first all stems play.",
        (56, 51.4),
        width=30,
    )
    patch.object("stems", f"js sideman.stems.js {' '.join(STEMS)}", (39, 51.4), width=spread(5, 4))
    for i, stem in enumerate(STEMS):
        patch.part(stem, strip_part(), (2 + 7 * i, 33), (10.7 + 4.5 * i, 5.9), words=(stem,))
        patch.cord(f"band:{i} -> {stem}")
        patch.cord(f"{stem} -> mix", along=50)
        patch.cord(f"{stem}:1 -> stems:{i}", along=49.6 - 0.3 * i)
    patch.cord("stems -> band", corners=((39.5, 57), (37.5, 57), (37.5, BUS), (2.53, BUS)))


def _mix(patch: Patch) -> None:
    patch.object("mix", "*~ 1.", (2, 50.5))
    patch.control("output", "ezdac~", (2, 54.5), shown=(3.5, 16.6, 3, 3))
    _word(patch, "audio on, off", (5.5, 56), (1.6, 19.9, 6.8, 1.4), textjustification=1)
    patch.cord("mix -> output:0", "mix -> output:1")


def _recorder(patch: Patch) -> None:
    patch.card("Recorder", (16, 50.2), (20, 8), shown=(32, 30.5, 17, 3.9))
    patch.object("recorder", "sfrecord~ 2", (17, 56.3))
    _button(patch, "choose file", (21, 52), (32.6, 32.5, 5.4, 1.5), ACCENT, 12.0)
    patch.message("open", "open", (21, 54))
    patch.control("record", "toggle", (26.5, 53.9), shown=(38.5, 32.4, 1.7, 1.7))
    _word(patch, "you left, band right", (26.3, 56.4), (40.4, 32.6, 8.2, 1.4))
    patch.cord("choose file button -> open -> recorder", "record -> recorder", "mix -> recorder:1")
    patch.cord("input -> recorder", corners=((0.5, 10), (0.5, 59.5), (15, 59.5), (15, 55.5)))


def _told(patch: Patch) -> None:
    """What the object tells, from its last outlet."""
    patch.card("How it goes", (38, 30.5), (57, 14.5), shown=(1, 23, 30, 11.4))
    patch.part("status", status_part(), (39, 36), (2, 25.2))
    patch.object("told", "route lead ahead", (72, 33), width=spread(9, 3))
    patch.cord("band:4 -> status", along=32.2)
    patch.cord("band:4 -> told", along=32.2)
    for name, outlet, size, shown, letters, example in (
        ("lead", 0, (4, None), (44.6, 9.5, 3.2, 1.5), BODY, "6"),
        ("ahead", 1, (6, 2.4), (38.4, 6.2, 6.4, 2.4), FIGURE, "503"),
    ):
        patch.control(
            name, "number", (72 + 9 * outlet, 36), size,
            shown=shown, ignoreclick=1, triangle=0, fontsize=letters, example=example,
        )  # fmt: skip
        patch.cord(f"told:{outlet} -> {name}")
    _word(patch, "ms ahead", (87.2, 36.6), (44.9, 6.9, 4, 1.4))
    _word(patch, "columns in use", (72, 38), (38, 9.6, 6.4, 1.4))
    _word(patch, "1 column = 93 ms", (72, 39.6), (38, 11.2, 9, 1.4))
