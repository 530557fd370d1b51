"""What a balancer and a monitor ask: alive, ready, and counts without addresses or persons."""

from collections.abc import Iterator, Mapping
from typing import Final

import flask
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from idsvc.domain.errors import IdsvcError, Unavailable
from idsvc.web.serving import Serving

_UNCOUNTED: Final = frozenset({"home.choose_language"})
"""A monitor that reads the figures every few seconds would see at which visit the language was changed."""


class Overdue(Collector):
    """What is overdue, looked up whenever a monitor asks."""

    def __init__(self, runtime: Serving) -> None:
        """Look nothing up yet."""
        self._runtime = runtime

    def describe(self) -> Iterator[Metric]:
        """Name the figures without looking anything up."""
        yield from _figures({})

    def collect(self) -> Iterator[Metric]:
        """Look what is overdue; while that fails, say so and give no old figure."""
        try:
            found = self._runtime.monitored()
        except IdsvcError:
            found = None
        yield from _figures(found)


def _figures(overdue: Mapping[str, int] | None) -> Iterator[Metric]:
    rules = GaugeMetricFamily("idsvc_overdue", "Overdue by rule; 1: fewer than ten.", labels=("rule",))
    for rule, count in (overdue or {}).items():
        rules.add_metric((rule,), count)
    yield rules
    yield GaugeMetricFamily(
        "idsvc_overdue_known", "1 when what is overdue could be looked up.", value=float(overdue is not None)
    )


def make_health(runtime: Serving, registry: CollectorRegistry) -> flask.Blueprint:
    """Build the three addresses for one process."""
    blueprint = flask.Blueprint("health", __name__)
    # The library would tell the moment of each surface's first answer of a kind.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    answers = Counter(
        "idsvc_answers", "Answers by surface and status.", ("surface", "status"), registry=registry
    )

    registry.register(Overdue(runtime))

    @blueprint.get("/healthz")
    def alive() -> flask.Response:
        return flask.jsonify(alive=True)

    @blueprint.get("/readyz")
    def ready() -> flask.Response:
        try:
            checks = dict(runtime.readiness())
        except Unavailable:
            checks = {"runtime": False}
        response = flask.jsonify(ready=all(checks.values()), checks=checks)
        response.status_code = 200 if all(checks.values()) else 503
        return response

    @blueprint.get("/metrics")
    def metrics() -> flask.Response:
        return flask.Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    @blueprint.after_app_request
    def count(response: flask.Response) -> flask.Response:
        if flask.request.endpoint in _UNCOUNTED:
            return response
        surface = flask.request.blueprint or "none"
        answers.labels(surface=surface, status=str(response.status_code)).inc()
        return response

    return blueprint
