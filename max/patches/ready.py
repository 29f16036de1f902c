"""A patch to play with at once: what a performer sees, and the wiring behind it."""

from __future__ import annotations

from max.patches.patch import Patch, Place, spread
from max.patches.style import ACCENT, BODY, FIELD, FIGURE, GREEN, QUIET, RED, WHITE, Colour

STEMS = ("bass", "drums", "guitar", "piano")
#: The dial's positions: 0 is auto, the others are columns.
LEADS = ["auto", *(str(columns) for columns in range(1, 65))]
#: Milliseconds on the scale of spare time: from late to early.
SCALE = (-50, 150)
#: Height at which the messages to `sideman~` run across.
BUS = 26.5


def ready() -> Patch:
    """Input, stems, look-ahead, server and recorder around one `sideman~`."""
    patch = Patch("sideman", size=(50, 34), wiring=(114, 60))
    patch.comment("sideman", (1, 0.5), width=12, size=26.0, bold=True, shown=(1, 0.6, 11, 2.3))
    patch.comment("The wiring. What a performer sees is in presentation mode.", (1, 3.2), width=30)
    patch.object("band", f"sideman~ {' '.join(STEMS)}", (2, 28), width=spread(7, 5))
    _input(patch)
    _transport(patch)
    _server(patch)
    _lead(patch)
    _step_and_latency(patch)
    _stems(patch)
    _mix(patch)
    _recorder(patch)
    _figures(patch)
    _scale(patch)
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


def _input(patch: Patch) -> None:
    patch.card("You", (1, 5), (9, 20), shown=(1, 4, 8, 18))
    patch.object("input", "adc~ 1", (2, 7.5))
    patch.control("heard", "meter~", (5, 11), (1.2, 6), shown=(4.2, 6.2, 1.6, 8.2))
    _word(patch, "input 1", (2.2, 18), (1.6, 14.7, 6.8, 1.4), textjustification=1)
    patch.cord("input -> heard", "input -> band")


def _transport(patch: Patch) -> None:
    patch.card("Start, stop, reset, panic", (11, 5), (18, 20))
    buttons = (("start", GREEN), ("stop", ACCENT), ("reset", ACCENT), ("panic", RED))
    for i, (name, colour) in enumerate(buttons):
        x = 11.6 + 4.3 * i
        _button(patch, name, (x, 7.5), (13 + 5.1 * i, 0.9, 4.7, 2), colour, 14.0)
        patch.message(name, name, (x, 11))
        patch.cord(f"{name} button -> {name}")
        patch.cord(f"{name} -> band", along=BUS)


def _server(patch: Patch) -> None:
    patch.card("Server", (30, 5), (20, 20), shown=(1, 28.9, 26, 4.2))
    _word(patch, "host", (31, 7), (1.5, 31, 3, 1.4))
    patch.control(
        "host", "textedit", (31, 8.5), (8, 1.5), text="127.0.0.1",
        shown=(4.5, 30.9, 10, 1.5), keymode=1, lines=1,
    )  # fmt: skip
    patch.object("host text", "route text", (31, 11))
    patch.object("set host", "prepend host", (31, 13.5))
    _word(patch, "port", (41, 7), (15.5, 31, 3, 1.4))
    patch.object("usual port", "loadmess set 7000", (41, 8.5))
    patch.control(
        "port", "number", (41, 11), (5, None),
        shown=(18.5, 30.9, 6, 1.5), minimum=1, maximum=65535, example="7000",
    )  # fmt: skip
    patch.object("set port", "prepend port", (41, 13.5))
    patch.cord("host -> host text -> set host", "usual port -> port -> set port")
    patch.cord("set host -> band", "set port -> band", along=BUS)


def _lead(patch: Patch) -> None:
    patch.card("Look-ahead", (51, 5), (14, 20), shown=(30, 4, 19, 18))
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
                "parameter_shortname": "columns",
                "parameter_type": 2,
                "parameter_enum": LEADS,
                "parameter_mmax": len(LEADS) - 1,
                "parameter_initial_enable": 1,
                "parameter_initial": [0],
            }
        },
        example="columns",
    )
    patch.object("auto?", "sel 0", (52, 13))
    patch.message("lead auto", "lead auto", (52, 15.5))
    patch.object("lead columns", "prepend lead", (58, 15.5))
    patch.cord("lead dial -> auto? -> lead auto", "auto?:1 -> lead columns")
    patch.cord("lead auto -> band", "lead columns -> band", along=BUS)


def _step_and_latency(patch: Patch) -> None:
    patch.card("Step, latency", (96, 5), (17, 20))
    _word(patch, "step (0: auto)", (97, 7), (31, 17.5, 6, 1.4))
    patch.control(
        "step", "number", (97, 8.5), (4, None),
        shown=(37, 17.4, 3, 1.5), minimum=0, maximum=64, example="0",
    )  # fmt: skip
    patch.object("auto step?", "sel 0", (97, 11))
    patch.message("step auto", "step auto", (97, 13.5))
    patch.object("step columns", "prepend step", (103.5, 13.5))
    _word(patch, "latency", (105, 16.2), (40.6, 17.5, 3.6, 1.4))
    patch.control(
        "latency", "number", (105, 17.8), (5, None),
        shown=(44.3, 17.4, 4.3, 1.5), minimum=0, maximum=192000, example="0",
    )  # fmt: skip
    patch.object("set latency", "prepend latency", (105, 20.4))
    patch.cord("step -> auto step? -> step auto", "auto step?:1 -> step columns")
    patch.cord("latency -> set latency")
    patch.cord("step auto -> band", "step columns -> band", "set latency -> band", along=BUS)


def _stems(patch: Patch) -> None:
    """Toggles make a message with the names of the stems that play, or with none."""
    patch.card("Which stems play", (66, 5), (29, 20), shown=(10, 4, 19, 18))
    patch.object("on at first", "loadmess set 1", (67, 7))
    patch.object("any", "pak 1 1 1 1", (67, 12.2), width=spread(5, 4))
    # From right to left: begin a message, add a name for each toggle that is on, send it.
    patch.object("in turn", "t b l b", (67, 14.4), width=spread(11.5, 3))
    patch.message("begin", "set stems", (89.4, 16.6))
    patch.object("each", "unpack 0 0 0 0", (68.4, 16.6), width=spread(6.5, 4))
    patch.message("stems", "stems", (67, 23), width=12)
    patch.cord("any -> in turn", "in turn:2 -> begin", "in turn:1 -> each", "in turn:0 -> stems")
    for i, stem in enumerate(STEMS):
        x, shown = 67 + 5 * i, 10.7 + 4.5 * i
        patch.control(
            f"{stem} on", "toggle", (x, 9.8), shown=(shown + 1.3, 7.5, 1.7, 1.7), checked=1
        )
        _word(patch, stem, (x + 1.7, 9.9), (shown + 0.8, 5.9, 3.1, 1.4), textjustification=1)
        patch.object(f"{stem}?", "sel 1", (68.4 + 6.5 * i, 18.6))
        patch.message(f"add {stem}", f"append {stem}", (68.4 + 6.5 * i, 20.6))
        patch.cord(f"on at first -> {stem} on", f"{stem} on -> any:{i}")
        patch.cord(f"each:{i} -> {stem}? -> add {stem} -> stems")
    patch.cord("begin -> stems", corners=((94.7, 18.4), (94.7, 22.6)))
    patch.cord("stems -> band", along=BUS)


def _mix(patch: Patch) -> None:
    patch.card("What you hear", (1, 30.2), (36, 28.8), indent=2)
    patch.object("full", "loadmess 128", (28.4, 32.2))
    for i, stem in enumerate(STEMS):
        x, shown = 2 + 7 * i, 10.7 + 4.5 * i
        patch.control(stem, "gain~", (x, 35.5), (1.6, 7), shown=(shown + 0.8, 10, 1.7, 11.2))
        patch.comment(stem, (x + 1.8, 38), width=3.5, size=11.0, colour=QUIET)
        level = (shown + 2.8, 10, 0.8, 11.2)
        patch.control(f"{stem} level", "meter~", (x + 3, 44.5), (1, 4), shown=level)
        patch.cord(f"band:{i} -> {stem}", f"{stem} -> {stem} level")
        patch.cord(f"full -> {stem}", along=34.2)
        patch.cord(f"{stem} -> mix", along=49.6)
    patch.object("mix", "*~ 1.", (2, 50.5))
    patch.control("output", "ezdac~", (2, 54.5), shown=(3.5, 16.6, 3, 3))
    _word(patch, "audio on, off", (5.5, 56), (1.6, 19.9, 6.8, 1.4), textjustification=1)
    patch.cord("mix -> output:0", "mix -> output:1")


def _recorder(patch: Patch) -> None:
    patch.card("Recorder", (16, 50.2), (20, 8), shown=(28, 28.9, 21, 4.2))
    patch.object("recorder", "sfrecord~ 2", (17, 56.3))
    _button(patch, "choose file", (21, 52), (28.6, 30.9, 6.6, 1.5), ACCENT, 12.0)
    patch.message("open", "open", (21, 54))
    patch.control("record", "toggle", (26.5, 53.9), shown=(36, 30.8, 1.7, 1.7))
    _word(patch, "record: you left, band right", (26.3, 56.4), (38, 31, 9.4, 1.4))
    patch.cord("choose file button -> open -> recorder", "record -> recorder", "mix -> recorder:1")
    patch.cord("input -> recorder", corners=((0.5, 10), (0.5, 59.5), (15, 59.5), (15, 55.5)))


def _figures(patch: Patch) -> None:
    """What the object tells, from its last outlet."""
    patch.card("What it tells", (38, 30.5), (57, 14.2), shown=(1, 23, 48, 5.1))
    names = ("engine", "text", "lead", "ahead", "spare", "state")
    patch.object("told", f"route {' '.join(names)}", (39, 33), width=spread(9, 7))
    patch.cord("band:4 -> told")
    for name, outlet, example, x, width, shown in (
        ("engine", 0, "ready 100.", 39, 8, (35.5, 19.4, 12.5, 1.5)),
        ("text", 1, "", 48, 8, (1.5, 25, 47, 2.6)),
        ("state", 5, "playing", 89.5, 5, (36.4, 1.2, 12.6, 1.5)),
    ):
        patch.object(f"set {name}", "prepend set", (x, 36))
        patch.comment(
            "", (x, 38.5), name=name, width=width, shown=shown, bgcolor=FIELD, example=example
        )
        patch.cord(f"told:{outlet} -> set {name} -> {name}")
    for name, outlet, size, shown, letters, example in (
        ("lead", 2, (4, None), (45.2, 9.5, 3.2, 1.5), BODY, "4"),
        ("ahead", 3, (6, 2.4), (38.4, 6.2, 6.4, 2.4), FIGURE, "317"),
        ("spare", 4, (5, None), (41.5, 12.5, 4, 1.5), BODY, "24"),
    ):
        patch.control(
            name, "number", (39 + 9 * outlet, 36), size,
            shown=shown, ignoreclick=1, triangle=0, fontsize=letters, example=example,
        )  # fmt: skip
        patch.cord(f"told:{outlet} -> {name}")
    patch.object("playing?", "sel playing", (84, 36))
    patch.object("lit", "t 1", (84, 38.5))
    patch.object("dark", "t 0", (86.8, 38.5))
    patch.control(
        "light", "led", (84, 41), (1.6, 1.6), shown=(34, 1.1, 1.7, 1.7), oncolor=GREEN, checked=1
    )
    patch.cord("told:5 -> playing? -> lit -> light", "playing?:1 -> dark -> light")


def _scale(patch: Patch) -> None:
    """Spare time on a scale from late to early, and a light for late."""
    low, high = SCALE
    patch.control(
        "scale", "slider", (75, 38.5), (8, 1.3), shown=(31, 14.4, 17, 1.3),
        orientation=1, min=float(low), size=float(high - low + 1), ignoreclick=1,
    )  # fmt: skip
    patch.object("late?", "< 0", (75, 40.5))
    patch.control("late", "led", (75, 42.7), (1.6, 1.6), shown=(46.6, 12.4, 1.7, 1.7), oncolor=RED)
    patch.cord("spare -> scale", "scale -> late? -> late")
    patch.card("Words of the performer's view", (38, 45.5), (57, 13.5))
    _word(patch, "ms ahead", (39, 48), (44.8, 6.9, 4.2, 1.4))
    _word(patch, "columns in use", (39, 50), (38.4, 9.6, 6.6, 1.4))
    _word(patch, "spare time in ms", (39, 52), (31, 12.6, 8, 1.4))
    _word(patch, f"late {low}", (50, 48), (30.7, 15.8, 3.7, 1.4))
    zero = 31 + 17 * -low / (high - low)
    _word(patch, "0", (50, 50), (zero - 0.8, 15.8, 1.6, 1.4), textjustification=1)
    _word(patch, f"{high} early", (50, 52), (42.4, 15.8, 5.6, 1.4), textjustification=2)
    _word(patch, "model", (61, 48), (31, 19.5, 4, 1.4))
