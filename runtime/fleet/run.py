"""What `sideman fleet` does: a fleet until Ctrl-C."""

from __future__ import annotations

import logging
import time

from sideman.engine.errors import SidemanError
from sideman.engine.optional import found, install_command
from sideman.runtime.fleet.actors import Cluster, Fleet
from sideman.runtime.fleet.planning import Fleets, Request, check_places, plan_fleet
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
    # What is wrong is said before anything starts, as far as it is known then.
    rough = plan_fleet(request, gpus=1, nodes=1 if request.address == "local" else None)
    with Cluster(request.address, max(1, rough.reserved * len(rough.players))) as cluster:
        nodes = cluster.nodes()
        fleets = plan_fleet(request, gpus=cluster.gpus(), nodes=len(nodes))
        check_places(fleets, nodes)
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
