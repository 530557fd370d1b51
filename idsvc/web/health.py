"""What a balancer and a monitor ask: alive, ready, and counts without addresses or persons."""

from typing import Final

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest

from idsvc.domain.errors import Unavailable
from idsvc.web.serving import Serving

_UNCOUNTED: Final = frozenset({"home.choose_language"})
"""A monitor that reads the figures every few seconds would see at which visit the language was changed."""


def make_health(runtime: Serving, registry: CollectorRegistry) -> flask.Blueprint:
    """Build the three addresses for one process."""
    blueprint = flask.Blueprint("health", __name__)
    answers = Counter(
        "idsvc_answers", "Answers by surface and status.", ("surface", "status"), registry=registry
    )

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
