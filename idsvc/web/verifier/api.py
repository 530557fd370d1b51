"""The interface for programs: tokens in, verdicts out, nothing kept but a count by day and verdict."""

import os
import time
from datetime import tzinfo
from typing import Final

import flask
from prometheus_client import CollectorRegistry, Counter
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, TooManyRequests, UnsupportedMediaType

from idsvc.domain.ids import Clock
from idsvc.web import assets
from idsvc.web.log import record_event
from idsvc.web.verifier.answers import LARGEST_BODY, LONGEST_TOKEN, MOST_TOKENS, read_question, write_answer
from idsvc.web.verifier.believed import Believed
from idsvc.web.verifier.limits import Limits, find_asker
from idsvc.web.verifier.openapi import describe_interface

_DAYS_COUNTED: Final = 8

_TYPE: Final = (
    'Send the header "Content-Type: application/json" and a body such as {"tokens": ["…"]} with the texts of '
    "QR codes; read pictures on your own device."
)
_EMPTY: Final = 'The body is empty; send {"tokens": ["…"]} with the texts of QR codes.'
_LARGE: Final = (
    f"The body is larger than {LARGEST_BODY // 1024} kB; send at most {MOST_TOKENS} texts of QR codes, "
    f"of at most {LONGEST_TOKEN} characters each."
)
_MANY: Final = "Too many cards from this network: wait as many seconds as Retry-After says, or check offline."


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
            raise UnsupportedMediaType(_TYPE)
        body = _read_body(request)
        if not body:
            raise BadRequest(_EMPTY)
        question = read_question(body)
        asker = find_asker(request.remote_addr or "", request.headers.get("X-Forwarded-For"))
        wait = limits.take(asker, len(question.tokens), time.monotonic())
        if wait:
            record_event("limited")
            raise TooManyRequests(_MANY, retry_after=wait)
        now = clock()
        verifier = believed.verifier(time.monotonic())
        answers = [verifier.verify(token, at=now) for token in question.tokens]
        for answer in answers:
            counts.add(now.astimezone(zone).date().isoformat(), answer.verdict)
        return flask.jsonify(
            results=[write_answer(answer, question.fields, now=now, zone=zone) for answer in answers]
        )

    return blueprint


def _read_body(request: flask.Request) -> bytes:
    request.max_content_length = LARGEST_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(_LARGE) from None


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
