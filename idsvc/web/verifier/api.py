"""The interface for programs: tokens in, verdicts out, nothing kept but a count by day and verdict."""

import os
import time
from datetime import tzinfo
from typing import Final

import flask
from prometheus_client import CollectorRegistry, Counter
from werkzeug.exceptions import BadRequest, TooManyRequests, UnsupportedMediaType

from idsvc.domain.ids import Clock
from idsvc.web import assets
from idsvc.web.log import record_event
from idsvc.web.verifier.answers import read_question, write_answer
from idsvc.web.verifier.believed import Believed
from idsvc.web.verifier.limits import Limits, find_asker
from idsvc.web.verifier.openapi import describe_interface

_MAX_BODY: Final = 128 * 1024
"""Bytes; 20 of the longest tokens take 86 kB."""
_DAYS_COUNTED: Final = 8


def make_api(
    *, believed: Believed, clock: Clock, zone: tzinfo, card_name: str, registry: CollectorRegistry
) -> flask.Blueprint:
    """Build the interface's addresses."""
    blueprint = flask.Blueprint("api", __name__, url_prefix="/api")
    limits = Limits(os.urandom)
    counts = DayCounts(registry)
    document = flask.json.dumps(describe_interface(card_name)).encode()

    @blueprint.get("/openapi.json")
    def openapi() -> flask.Response:
        return assets.answer(document, "application/json", cache="public, max-age=3600")

    @blueprint.post("/v1/verify")
    def verify() -> flask.Response:
        request = flask.request
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        request.max_content_length = _MAX_BODY
        body = request.get_data(cache=False)
        if not body:
            raise BadRequest
        question = read_question(body)
        asker = find_asker(request.remote_addr or "", request.headers.get("X-Forwarded-For"))
        wait = limits.take(asker, len(question.tokens), time.monotonic())
        if wait:
            record_event("limited")
            raise TooManyRequests(retry_after=wait)
        now = clock()
        verifier = believed.verifier(time.monotonic())
        answers = [verifier.verify(token, at=now) for token in question.tokens]
        for answer in answers:
            counts.add(now.astimezone(zone).date().isoformat(), answer.verdict)
        return flask.jsonify(
            results=[write_answer(answer, question.fields, now=now, zone=zone) for answer in answers]
        )

    return blueprint


class DayCounts:
    """Answers by day and verdict, for the last days; who asked and about whom is not in it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Put the counts among the process's figures."""
        self._counter = Counter(
            "idsvc_verifications", "Cards checked, by day and verdict.", ("day", "verdict"), registry=registry
        )
        self._days: list[tuple[str, set[str]]] = []

    def add(self, day: str, verdict: str) -> None:
        """Count one answer."""
        if not self._days or self._days[-1][0] != day:
            self._days.append((day, set()))
        self._days[-1][1].add(verdict)
        self._counter.labels(day=day, verdict=verdict).inc()
        while len(self._days) > _DAYS_COUNTED:
            old, verdicts = self._days.pop(0)
            for seen in verdicts:
                self._counter.remove(old, seen)
