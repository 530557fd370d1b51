"""The log holds event names and opaque identifiers, whoever writes to it."""

import io
import json
import logging

import pytest

from idsvc.web import log


def written(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(log.EventFormatter().format(record))
    return found


def make(name: str, text: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(name, logging.WARNING, "f", 1, text, (), None, extra=extra)


def test_another_librarys_text_is_left_out() -> None:
    line = written(make("sqlalchemy.engine", "INSERT INTO people VALUES ('Renée')"))
    assert set(line) == {"time", "level", "event", "logger"}
    assert line["event"] == "library"


def test_only_listed_events_and_opaque_values_pass() -> None:
    fields = {
        "incident": "0" * 32,
        "status": 503,
        "surface": "portal",
        "cause": "Mexican passport",
        "name": "x",
    }
    line = written(make("idsvc", "failed", fields=fields))
    assert line["event"] == "failed"
    assert (line["incident"], line["status"], line["surface"]) == ("0" * 32, 503, "portal")
    assert "cause" not in line
    assert "name" not in line
    assert written(make("idsvc", "Renée came in", fields={}))["event"] == "library"


def test_an_event_that_is_not_listed_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="no listed event"):
        log.record_event("viewed-passport")


def test_an_exception_and_its_causes_are_named_without_their_texts() -> None:
    def fail() -> None:
        try:
            dict[str, str]()["Renée"]
        except KeyError as error:
            raise ValueError("1990-01-01") from error

    with pytest.raises(ValueError, match="1990") as caught:
        fail()
    told = log.describe(caught.value)
    assert [line.split(" at ")[0] for line in told] == ["builtins.ValueError", "builtins.KeyError"]
    assert "Renée" not in str(told)


def test_the_whole_process_logs_through_the_one_formatter() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        log.open_log(stream)
        logging.getLogger("anything").warning("Renée %s", "Nguyen")
        log.record_event("started", surface="verifier")
    finally:
        root.handlers[:], root.level = handlers, level
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["library", "started"]
    assert "Ren" not in stream.getvalue()
