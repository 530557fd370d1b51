"""Every expected failure has its page and its JSON; an unexpected one shows and logs a number only."""

import io
import json
import logging

import pytest

from idsvc.domain import errors
from idsvc.web.app import Application
from idsvc.web.errors import FAILURES
from idsvc.web.log import EventFormatter

SECRET = "Renée Nguyễn 1990-01-01"


def _classes(kind: type[errors.IdsvcError]) -> list[type[errors.IdsvcError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _classes(below))]


def _failing(app: Application, error: Exception) -> None:
    @app.get("/fail")
    @app.get("/api/fail", endpoint="api-fail")
    def fail() -> str:
        raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BadInput("name", "Write the name in letters."), 422),
        (errors.NotFound("No such card."), 404),
        (errors.Conflict("This card was handed over already."), 409),
        (errors.Refusal("Not allowed here."), 403),
        (errors.Destroyed("Purged."), 410),
        (errors.Unavailable("The database does not answer."), 503),
        (errors.BadSetting("IDSVC_KEYS is not set."), 500),
        (errors.SealBroken("Altered."), 500),
    ],
)
def test_each_failure_is_told_as_a_page_and_as_json(
    app: Application, error: errors.IdsvcError, status: int
) -> None:
    _failing(app, error)
    page = app.test_client().get("/fail")
    assert page.status_code == status
    assert "<h1>" in page.text
    problem = app.test_client().get("/api/fail")
    assert problem.status_code == status
    assert problem.content_type == "application/problem+json"
    told = problem.get_json()
    assert told["status"] == status
    assert set(told) <= {"type", "title", "status", "detail", "field"}
    shown = status < 500 or "try again" in told["detail"]
    assert shown
    if status >= 500:
        assert str(error) not in page.text + problem.text


def test_every_class_of_failure_is_in_the_table() -> None:
    for kind in _classes(errors.IdsvcError):
        assert any(issubclass(kind, listed) for listed, _ in FAILURES)


def test_an_unexpected_failure_shows_and_logs_a_number_only(app: Application) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(EventFormatter())
    logging.getLogger().addHandler(handler)
    try:
        _failing(app, ValueError(SECRET))
        page = app.test_client().get(f"/fail?name={SECRET}")
    finally:
        logging.getLogger().removeHandler(handler)
    assert page.status_code == 500
    line = json.loads(stream.getvalue())
    assert line["event"] == "failed"
    assert line["incident"] in page.text
    assert line["exception"][0].startswith("builtins.ValueError at fail:")
    assert "Nguy" not in page.text + stream.getvalue()


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/language", 405)])
def test_what_flask_refuses_is_told_in_the_same_form(app: Application, path: str, status: int) -> None:
    page = app.test_client().get(path, headers={"Accept": "text/html"})
    assert page.status_code == status
    assert "Go to the start page" in page.text
    problem = app.test_client().get(path, headers={"Accept": "application/json"})
    assert (problem.status_code, problem.content_type) == (status, "application/problem+json")
