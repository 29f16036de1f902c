"""The command `sideman serve`."""

from __future__ import annotations

import logging
import signal
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.engine.bundle.contexts import MOST_ROWS
from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption
from sideman.runtime.commandline.options import (
    AllowOption,
    EncodeOption,
    EvaluationsOption,
    KeepWarmOption,
    TraceOption,
    check_folder,
)

if TYPE_CHECKING:
    from rich.console import Console

    from sideman.runtime.server.server import Server
    from sideman.runtime.sharing.server import SharedServer


def register(app: typer.Typer) -> None:
    """Add `serve` to the command line."""

    @app.command()
    def serve(
        bundle: Annotated[
            Path | None,
            typer.Argument(
                metavar="BUNDLE",
                help="Folder that `sideman export` wrote.",
                show_default="the demonstration's",
            ),
        ] = None,
        listen: Annotated[
            str | None,
            typer.Option(
                metavar="HOST:PORT", help="Address to listen on.", show_default="127.0.0.1:7000"
            ),
        ] = None,
        reply: Annotated[
            str | None,
            typer.Option(
                metavar="HOST:PORT",
                help="Where /ready is announced; replies go to whoever spoke, on this port.",
                show_default="port 8000 of this machine",
            ),
        ] = None,
        allow: AllowOption = None,
        sessions: Annotated[
            int | None,
            typer.Option(
                min=1,
                metavar="N",
                help="Let up to N clients of the native protocol play at once, with one engine.",
                show_default="one client",
            ),
        ] = None,
        batch: Annotated[
            int | None,
            typer.Option(
                min=2,
                max=MOST_ROWS,
                metavar="ROWS",
                help="With --sessions: run up to ROWS stems of several clients as one batch, where "
                "that is faster and harms no deadline; for GPUs.",
                show_default="none",
            ),
        ] = None,
        backend: BackendOption = "onnxruntime",
        threads: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="Threads inside an operator.",
                show_default="all cores; with --sessions one, and cycles side by side",
            ),
        ] = None,
        precision: PrecisionOption = None,
        device: DeviceOption = 0,
        seed: Annotated[
            int | None, typer.Option(min=0, help="Seed of the noise, for repeatable sessions.")
        ] = None,
        debug_dir: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="Let /print write audio and plots into this folder."),
        ] = None,
        record: Annotated[
            Path | None,
            typer.Option(
                metavar="DIR",
                help="Record into this folder, the music included, for `sideman replay`.",
            ),
        ] = None,
        exact_mask: Annotated[
            bool,
            typer.Option(
                "--exact-mask",
                help="Hide exactly the unknown columns, not the next number used in training.",
            ),
        ] = False,
        evaluations: EvaluationsOption = None,
        encode: EncodeOption = "whole",
        profile: Annotated[
            Path | None,
            typer.Option(metavar="FILE.json", help="Write every cycle's timings here at the end."),
        ] = None,
        trace: TraceOption = None,
        keep_warm: KeepWarmOption = None,
        panel: Annotated[
            bool,
            typer.Option(
                "--panel",
                help="Draw cycle, counts, levels and the last error on the terminal, with the "
                "newest lines of the log.",
            ),
        ] = False,
        verbose: Annotated[bool, typer.Option("--verbose", help="Log every cycle.")] = False,
        client_ip: Annotated[str | None, typer.Option("--client_ip", hidden=True)] = None,
        serverport: Annotated[
            int | None, typer.Option("--serverport", min=1, max=65_535, hidden=True)
        ] = None,
        clientport: Annotated[
            int | None, typer.Option("--clientport", min=1, max=65_535, hidden=True)
        ] = None,
    ) -> None:
        """Serve clients, native ones and `multi_track`, with the model in BUNDLE until Ctrl-C.

        Without BUNDLE the small model plays that ships with sideman.
        """
        from sideman.engine.backends.choice import BackendChoice
        from sideman.engine.bundle.bundle import Bundle
        from sideman.engine.errors import SidemanError
        from sideman.engine.loading.registry import check_choice
        from sideman.runtime.commandline.leaving import leave_at_once
        from sideman.runtime.multi_track.endpoint import multi_track
        from sideman.runtime.native.beside import beside
        from sideman.runtime.playing.noise import GaussianNoise
        from sideman.runtime.playing.session import Session
        from sideman.runtime.playing.shortcuts import OWN, Shortcuts
        from sideman.runtime.serve.external import Places, with_external
        from sideman.runtime.serve.shared import make_server, refuse_alone
        from sideman.runtime.server.cycle_log import CycleLog
        from sideman.runtime.server.loading import Loading
        from sideman.runtime.server.server import DEFAULT_LISTEN, Server
        from sideman.runtime.system.hosts import parse_address
        from sideman.runtime.system.threads import let_packets_in

        places = with_external(
            Places(
                DEFAULT_LISTEN if listen is None else parse_address(listen, "--listen"),
                None if reply is None else parse_address(reply, "--reply"),
                tuple(allow or ()),
            ),
            chosen_listen=listen is not None,
            client_ip=client_ip,
            serverport=serverport,
            clientport=clientport,
        )

        if sessions is not None:
            refuse_alone(
                {
                    "--reply": reply is not None,
                    "--debug-dir": debug_dir is not None,
                    "--record": record is not None,
                    "--profile": profile is not None,
                    "--trace": trace is not None,
                    "--client_ip": client_ip is not None,
                    "--serverport": serverport is not None,
                    "--clientport": clientport is not None,
                }
            )
        elif batch is not None:
            raise SidemanError(
                "--batch is for several players, and there is no --sessions.",
                "Say how many may play: --sessions N.",
            )
        check_folder("--profile", profile)
        check_folder("--trace", trace)
        console = None
        if panel:
            from sideman.runtime.serve.panel import check_terminal, terminal

            console = terminal()
            check_terminal(console)
        notes: list[str] = []
        if bundle is None:
            from sideman.runtime.rehearse.demo import demo_bundle

            bundle = demo_bundle()
            notes.append(
                "No BUNDLE is named, so the demonstration's small model plays. "
                "`sideman serve BUNDLE` plays another."
            )
        if not bundle.is_dir():
            raise SidemanError(
                f"{bundle} is no folder.",
                "Give the one that `sideman export --out` wrote, or none for the demonstration's.",
            )
        cycle_log = CycleLog() if profile is not None or trace is not None else None
        choice = BackendChoice(backend, threads, precision, device)
        check_choice(choice)
        shortcuts = Shortcuts(evaluations, encode)
        if shortcuts != OWN:
            manifest = Bundle.open(bundle, check=False).manifest
            shortcuts.check(manifest, backend)
            notes += shortcuts.notes(manifest)
        loading = Loading()
        noise, recorder = GaussianNoise(seed), None
        if record is not None:
            from sideman.runtime.recording.recorder import record_server

            noise, recorder = record_server(
                record,
                bundle,
                choice,
                seed,
                exact_mask=exact_mask,
                prints=debug_dir is not None,
                shortcuts=shortcuts,
            )
        warm = None if keep_warm is None else keep_warm / 1000
        level = logging.DEBUG if verbose else logging.INFO
        if sessions is not None:
            shared = make_server(
                bundle,
                sessions,
                places,
                backend=choice,
                shortcuts=shortcuts,
                seed=seed,
                exact_mask=exact_mask,
                keep_warm=warm,
                batch=batch or 1,
            )
            let_packets_in()
            watch(shared, notes, level, console)
            leave(shared)
            return
        server = Server(
            lambda: Session.open(
                bundle, backend=choice, noise=noise, progress=loading.note, shortcuts=shortcuts
            ),
            beside(multi_track(exact_mask=exact_mask), exact_mask=exact_mask),
            listen=places.listen,
            reply=places.reply,
            allow=places.allow,
            debug_dir=debug_dir,
            bundle=bundle,
            cycle_log=cycle_log,
            keep_warm=warm,
            loading=loading,
            parts=recorder,
        )
        let_packets_in()
        watch(server, notes, level, console)
        try:
            about = {
                "bundle": str(bundle),
                "backend": asdict(choice),
                "shortcuts": asdict(shortcuts),
                "seed": seed,
            }
            if profile is not None and cycle_log is not None:
                _write(profile, cycle_log, server, about)
            if trace is not None and cycle_log is not None:
                from sideman.runtime.tracing.trace import write_trace

                write_trace(trace, cycle_log.cycles, about | {"engine": cycle_log.engine})
        except SidemanError as error:
            if server.left_behind:
                leave_at_once(str(error))
            raise
        leave(server)


log = logging.getLogger("sideman.runtime.serve")

#: Seconds that the end waits for drawings of `/print`.
_DRAWINGS_SECONDS = 0.1


class _Ended(BaseException):
    """A signal asked the server to end."""


def watch(
    server: Server | SharedServer, notes: Sequence[str], level: int, console: Console | None
) -> None:
    """Run a server, with its log on standard error, or with a panel.

    Args:
        server: not started yet.
        notes: as `run` takes them.
        level: from which on the log is shown.
        console: where the panel is drawn; None for no panel.
    """
    if console is not None:
        from sideman.runtime.serve.panel import Panel

        with Panel(server.figures, level, console):
            run(server, notes)
    else:
        from sideman.runtime.serve.log import log_to_standard_error

        with log_to_standard_error(level):
            run(server, notes)


def leave(server: Server | SharedServer) -> None:
    """End as the server has ended.

    Raises:
        SidemanError: it had to end by itself.
    """
    from sideman.engine.errors import SidemanError
    from sideman.runtime.commandline.leaving import leave_at_once

    if server.left_behind:
        leave_at_once()
    if server.lost:
        raise SidemanError(server.lost)


def run(server: Server | SharedServer, notes: Sequence[str] = ()) -> None:
    """Run a server until Ctrl-C or SIGTERM; main thread.

    The first signal ends it cleanly, and does not wait for a load: see `Server.left_behind`. A
    second one, while a cycle is waited for, ends the process as signals usually do.

    Args:
        server: not started yet.
        notes: lines that the log begins with, about what plays and how.

    Raises:
        SidemanError: it cannot start.
    """
    # SIGBREAK is how a Windows program asks another to end.
    names = [n for n in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, n)]
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        restore()
        raise _Ended

    for name in names:
        number = getattr(signal, name)
        before[number] = signal.signal(number, end)
    try:
        try:
            for note in notes:
                log.info("%s", note)
            server.start()
            server.wait()
        except _Ended:
            pass
        finally:
            server.stop(drawings=_DRAWINGS_SECONDS)
    finally:
        restore()


def _write(file: Path, cycle_log: Any, server: Server, about: dict[str, Any]) -> None:
    from sideman.engine.disk import naming_a_full_disk, why_not_written
    from sideman.engine.errors import SidemanError

    try:
        with naming_a_full_disk():
            cycle_log.write(file, server.counters.as_dict(), about)
    except OSError as error:
        raise SidemanError(
            f"--profile {file} cannot be written: {why_not_written(error)}."
        ) from error
