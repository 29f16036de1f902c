"""A fleet's figures as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sideman.engine.optional import require

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATES = ("ready", "draining", "loading", "failed", "silent", "absent")
#: Gauges of a player: name, key in its figures, what it is.
_GAUGES = (
    ("used_ratio", "used", "Share of its time that sessions take."),
    ("room", "room", "Usual sessions that still fit."),
    ("sessions", "sessions", "Sessions that play."),
    ("worst_wait_seconds", "worst", "That a step may wait at the worst, by arithmetic."),
)
_QUANTILES = (
    ("cycle_seconds", "cycle", "That a cycle takes: median session, and worst session's 99 %."),
    ("wait_seconds", "wait", "That a step waits for its cycle, likewise."),
)
_COUNTERS = (
    ("restarts", "restarts", "How often its process has started again."),
    ("late", "late", "Replies after their deadline."),
    ("dropped", "dropped", "Steps without a reply."),
    ("declined", "declined", "Tokens that it would not take."),
    ("refused", "refused", "Hellos that found no room there."),
    ("ignored", "ignored", "Datagrams that meant nothing, or came from hosts that may not speak."),
)


def exposition(figures: dict[str, Any]) -> bytes:
    """Prometheus' text format of a fleet's figures.

    Args:
        figures: as `figures.figures` makes them.

    Raises:
        MissingExtraError: prometheus-client is not installed.
    """
    client = require("prometheus_client", "tell Prometheus how a fleet does")
    registry = client.CollectorRegistry()
    registry.register(_Collector(figures))
    return bytes(client.generate_latest(registry))


class _Collector:
    def __init__(self, figures: dict[str, Any]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        told = self._figures
        up = GaugeMetricFamily("sideman_uptime_seconds", "Since the director's process started.")
        up.add_metric([], told["uptime"])
        yield up
        states = GaugeMetricFamily(
            "sideman_players", "Players by bundle and state.", labels=["bundle", "state"]
        )
        for bundle in told["bundles"]:
            for state in _STATES:
                count = sum(
                    p["bundle"] == bundle["name"] and p["state"] == state for p in told["players"]
                )
                states.add_metric([bundle["name"], state], count)
        yield states
        labels = ["player", "bundle", "node"]
        for name, key, what in _GAUGES:
            gauge = GaugeMetricFamily(f"sideman_player_{name}", what, labels=labels)
            for player in told["players"]:
                gauge.add_metric(_labels(player), player[key])
            yield gauge
        for name, key, what in _QUANTILES:
            gauge = GaugeMetricFamily(f"sideman_player_{name}", what, labels=[*labels, "quantile"])
            for player in told["players"]:
                for quantile, behind in (("0.5", "p50"), ("0.99", "p99")):
                    gauge.add_metric([*_labels(player), quantile], player[f"{key}_{behind}"])
            yield gauge
        for name, key, what in _COUNTERS:
            # No node: a counter that changed its labels with a restart would begin anew.
            counter = CounterMetricFamily(
                f"sideman_player_{name}", what, labels=["player", "bundle"]
            )
            for player in told["players"]:
                counter.add_metric(_labels(player)[:2], player[key])
            yield counter
        leases = told["leases"]
        for name, value, what in (
            ("leases_granted", leases["granted"], "Leases granted."),
            ("leases_lapsed", leases["lapsed"], "Leases whose client never came."),
            ("datagrams_ignored", told["ignored"], "Datagrams that meant nothing here."),
        ):
            counter = CounterMetricFamily(f"sideman_{name}", what)
            counter.add_metric([], value)
            yield counter
        waiting = GaugeMetricFamily("sideman_leases_waiting", "Leases whose client is on its way.")
        waiting.add_metric([], leases["waiting"])
        yield waiting
        refused = CounterMetricFamily(
            "sideman_refused", "Hellos that were refused.", labels=["code"]
        )
        for code, count in told["refused"].items():
            refused.add_metric([code], count)
        yield refused


def _labels(player: dict[str, Any]) -> list[str]:
    return [player["player"], player["bundle"], player["node"]]
