"""What `sideman fleet` does: a fleet until Ctrl-C."""

from __future__ import annotations

import logging
import time

from sideman.engine.errors import SidemanError
from sideman.engine.optional import found, install_command
from sideman.runtime.fleet.actors import Cluster, Fleet
from sideman.runtime.fleet.planning import Fleets, Request, plan_fleet
from sideman.runtime.fleet.report import BEGINNING
from sideman.runtime.fleet.web import HOST
from sideman.runtime.system.hosts import shown_address

log = logging.getLogger("sideman.runtime.fleet")

#: Seconds between two looks at what has happened.
_NEWS_SECONDS = 0.5


def run(request: Request) -> None:
    """Run a fleet until Ctrl-C or SIGTERM; main thread.

    Raises:
        SidemanError: it cannot start.
    """
    from sideman.runtime.commandline.signals import ended_by_signals
    from sideman.runtime.serve.log import log_to_standard_error

    for module in ("ray", "prometheus_client"):
        if not found(module):
            raise SidemanError(
                f"{module} is needed to run a fleet and is not installed.",
                f"Install it with: {install_command('fleet')}. A single server needs none: "
                "'sideman serve --sessions N'.",
            )
    with log_to_standard_error(logging.INFO):
        try:
            with ended_by_signals():
                _run(request)
        except (KeyboardInterrupt, SystemExit):
            pass
        log.info("The fleet has ended.")


def _run(request: Request) -> None:
    rough = plan_fleet(request, gpus=1)  # what is wrong is said before anything starts
    cores = max(1, rough.cores) * max(len(rough.players), 8 if rough.gpus else 1)
    with Cluster(request.address, cores) as cluster:
        fleets = plan_fleet(request, gpus=cluster.gpus())
        cluster.check(len(fleets.players) * fleets.gpus)
        with Fleet(cluster, fleets, request.status_port) as fleet:
            _watch(request, fleets, fleet)


def _watch(request: Request, fleets: Fleets, fleet: Fleet) -> None:
    """Log what happens, until a signal."""
    for note in fleets.notes:
        log.info("%s", note)
    where = "this machine" if request.address == "local" else "its Ray cluster"
    log.info("Starting %d players on %s.", len(fleets.players), where)
    log.info(
        "The front door is %s, the page http://%s:%d/",
        shown_address(fleet.address),
        HOST,
        fleet.status_port,
    )
    said = BEGINNING
    while True:
        for mark, line in fleet.news(said):
            said = mark
            log.info("%s", line)
        time.sleep(_NEWS_SECONDS)
