"""`sideman serve --panel`: how the server does, drawn on the terminal a few times a second.

It reads figures that the server keeps anyway, on a thread of its own: what is slow, or held, about
a terminal holds nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from sideman.engine.errors import SidemanError
from sideman.runtime.playing.levels import FLOOR, bar
from sideman.runtime.serve.log import FORMAT
from sideman.runtime.server.figures import Figures

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

#: Seconds between two looks.
_LOOK_SECONDS = 0.25
#: Lines of the log that are shown, the newest at the bottom.
_LINES = 4
_METER_WIDTH, _TIME_WIDTH = 24, 24
#: From these shares of the deadline on a cycle is yellow, and red.
_CLOSE, _LATE = 0.8, 1.0
#: Seconds for which the newest error is red.
_FRESH_SECONDS = 30.0
#: Seconds that the end waits for the terminal.
_PATIENCE = 0.5


def check_terminal(console: Console) -> None:
    """Refuse a panel where there is no terminal to draw it on.

    Raises:
        SidemanError: standard error goes elsewhere.
    """
    if not console.is_terminal:
        raise SidemanError(
            "--panel draws on a terminal, and standard error is none.",
            "Leave it out: the log has a line for whatever happens, and /stats tells the figures.",
        )


def terminal() -> Console:
    """The terminal, where the log would go."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def render(figures: Figures, lines: tuple[str, ...] = (), width: int = 80) -> RenderableType:
    """Everything, in at most so many columns.

    Args:
        figures: of the server.
        lines: of its log, the newest last.
        width: columns of the terminal.
    """
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    told = [
        _state(figures),
        _time(figures),
        _counts(figures),
        *([Text(f"late     {figures.too_late}", "bold red")] if figures.too_late else []),
        *_levels(figures),
        _error(figures),
    ]
    log = [Text(line, "dim") for line in lines[-_LINES:]]
    for text in (*told, *log):
        text.no_wrap, text.overflow = True, "ellipsis"
    minutes, seconds = divmod(int(figures.uptime), 60)
    body = Group(*told, *([Text()] if log else []), *log)
    return Panel(
        body,
        title="sideman",
        subtitle=f"{minutes}:{seconds:02} since the start. Ctrl-C ends",
        width=min(width, 100),
        padding=(0, 1),
    )


def _state(figures: Figures) -> Text:
    from rich.text import Text

    style = {"ready": "bold green", "failed": "bold red"}.get(figures.state, "bold yellow")
    text = Text.assemble((figures.state, style), "  ", figures.detail)
    if figures.state == "ready" and figures.client:
        text.append(_player(figures))
    return text


def _player(figures: Figures) -> str:
    host = figures.client.rpartition(":")[0]
    if figures.playing:
        return f"; plays with {host}"
    if not figures.held:
        return f"; {host} is silent"
    # A client that is in a session plays, whether it is answered or not.
    return f"; {host} plays and waits since {figures.quiet:.0f} s"


def _time(figures: Figures) -> Text:
    from rich.text import Text

    text = Text("cycle    ")
    if not figures.deadline:
        ended = figures.cycles and not figures.client
        return text.append("nobody plays" if ended else "no step was answered yet", "dim")
    share = figures.cycle / figures.deadline
    filled = min(_TIME_WIDTH, round(share * _TIME_WIDTH))
    text.append("█" * filled + "·" * (_TIME_WIDTH - filled), _colour(share))
    text.append(f" {1e3 * figures.cycle:.0f} of {1e3 * figures.deadline:.0f} ms", _colour(share))
    return text.append(f"; usual {1e3 * figures.usual:.0f}, p99 {1e3 * figures.most:.0f}")


def _colour(share: float) -> str:
    return "red" if share > _LATE else "yellow" if share > _CLOSE else "green"


def _counts(figures: Figures) -> Text:
    from rich.text import Text

    counts = figures.session
    text = Text(f"steps    {counts.cycles} answered")
    for count, name in ((counts.late, "late"), (counts.dropped, "dropped")):
        text.append(f", {count} {name}", "red" if count else "")
    lost = f"{1e3 * counts.lost:.0f} ms" if counts.lost < 1 else f"{counts.lost:.1f} s"
    return text.append(f"; {lost} of the context lost", "red" if counts.lost else "")


def _levels(figures: Figures) -> list[Text]:
    from rich.text import Text

    told = []
    for stem in figures.levels:
        level = figures.level(stem)
        number = "   -∞" if level <= FLOOR else f"{level:5.1f}"
        text = Text(f"{stem[:8]:<8} ")
        text.append(bar(level, _METER_WIDTH), "cyan").append(f" {number} dBFS")
        told.append(text)
    return told


def _error(figures: Figures) -> Text:
    from rich.text import Text

    if not figures.error:
        return Text("errors   none")
    style = "red" if figures.error_age < _FRESH_SECONDS else ""
    return Text.assemble(
        f"errors   {figures.errors}; {_ago(figures.error_age)}: ", (figures.error, style)
    )


def _ago(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 3600 else f"{seconds / 3600:.1f} h ago"


class Lines(logging.Handler):
    """The newest lines of the log; never waits for a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))
        self.newest: deque[str] = deque(maxlen=_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, without what would break it into several."""
        try:
            self.newest.append(" ".join(self.format(record).split()))
        except Exception:
            self.handleError(record)


class Panel:
    """Draws from `with` on to its end, and shows the log in place of standard error.

    Args:
        figures: asked for at each look.
        level: from which on the log is shown.
        console: a terminal.
    """

    def __init__(self, figures: Callable[[], Figures], level: int, console: Console) -> None:
        self._figures = figures
        self._level = level
        self._console = console
        self._lines = Lines()
        self._ended = threading.Event()
        self._live: Live | None = None
        self._before = logging.NOTSET
        self._last = Figures()
        self._thread = threading.Thread(target=self._run, name="sideman-panel", daemon=True)

    def __enter__(self) -> Self:
        from rich.live import Live

        root, own = logging.getLogger(), logging.getLogger("sideman")
        root.addHandler(self._lines)
        self._before = own.level
        own.setLevel(self._level)
        self._live = Live(
            self._look(),
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_PATIENCE)
        logging.getLogger().removeHandler(self._lines)
        logging.getLogger("sideman").setLevel(self._before)
        # A terminal that is held keeps the thread: it is left behind, and the end does not wait.
        if self._live is not None and not self._thread.is_alive():
            # What was played last, and what the end has logged.
            self._live.update(self._drawn(self._last), refresh=True)
            self._live.stop()

    def _look(self) -> RenderableType:
        self._last = self._figures()
        return self._drawn(self._last)

    def _drawn(self, figures: Figures) -> RenderableType:
        return render(figures, tuple(self._lines.newest), self._console.width)

    def _run(self) -> None:
        assert self._live is not None, "entered"
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                self._live.update(self._look(), refresh=True)
            except (OSError, ValueError):
                return  # the terminal is gone; the music is not
