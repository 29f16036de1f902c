"""`sideman serve --sessions N`: one engine for several performers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.contexts import check_contexts
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.shortcuts import Shortcuts
from sideman.runtime.serve.external import Places
from sideman.runtime.server.loading import Loading
from sideman.runtime.sharing.server import SharedServer


def refuse_alone(given: Mapping[str, bool]) -> None:
    """Refuse options that are for a single performer.

    Args:
        given: by the option's name, whether it was given.

    Raises:
        SidemanError: one was.
    """
    alone = [name for name, was in given.items() if was]
    if alone:
        verb = "is" if len(alone) == 1 else "are"
        raise SidemanError(
            f"{', '.join(alone)} {verb} for one performer, and --sessions lets several play.",
            "Leave out either. A server without --sessions has every option.",
        )


def make_server(
    bundle: Path,
    sessions: int,
    places: Places,
    *,
    backend: BackendChoice,
    shortcuts: Shortcuts,
    seed: int | None,
    exact_mask: bool,
    keep_warm: float | None,
    batch: int = 1,
) -> SharedServer:
    """A server for several performers.

    Args:
        bundle: folder of the model.
        sessions: how many may play at once.
        places: where it listens, and who may speak.
        backend: what runs the stages.
        shortcuts: what is left out of every cycle.
        seed: of each session's noise.
        exact_mask: hide exactly the unknown columns.
        keep_warm: seconds of waiting after which the device is given a little work.
        batch: most rows of several sessions that run as one batch; cycles then run one after the
            other on every backend. 1 for none.

    Raises:
        BundleError: the folder is no bundle, or batches are asked for and all rows of it hear the
            same context.
    """
    from sideman.runtime.sharing.engine import BundleEngine, side_by_side

    manifest = Bundle.open(bundle, check=False).manifest  # without one nobody could ever play
    if batch > 1:
        check_contexts(manifest)
        workers = 1
    else:
        backend, workers = side_by_side(backend)
    loading = Loading()
    open_engine: Callable[[], BundleEngine] = lambda: BundleEngine(  # noqa: E731
        bundle, backend=backend, seed=seed, progress=loading.note, shortcuts=shortcuts
    )
    return SharedServer(
        open_engine,
        sessions,
        places.listen,
        places.allow,
        keep_warm=keep_warm,
        loading=loading,
        exact_mask=exact_mask,
        workers=workers,
        batch=batch,
    )
