"""The interface for programs: tokens in, verdicts out, personal facts only by name, and nothing kept."""

import io
import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from idsvc.credential import NO_EXPIRY, CardStatus, Portrait, PortraitFormat
from idsvc.web.app import create_app
from idsvc.web.verifier.answers import FIELDS, LONGEST_TOKEN
from idsvc.web.verifier.limits import BURST
from tests.web.conftest import make_runtime
from tests.web.issuer import DAY, Issuer
from tests.web.tokens import tamper

WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40)
Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def send(*tokens: str, **more: object) -> TestResponse:
        return client.post("/api/v1/verify", json={"tokens": list(tokens)} | more)

    return send


def result(answer: TestResponse) -> dict[str, object]:
    assert answer.status_code == 200, answer.text
    (only,) = answer.get_json()["results"]
    assert isinstance(only, dict)
    return only


def test_a_genuine_card_is_told_without_any_personal_fact(ask: Ask, issuer: Issuer) -> None:
    told = result(ask(issuer.token()))
    assert set(told) == {"verdict", "reason", "message", "since"}
    assert (told["verdict"], told["reason"]) == ("GENUINE", "genuine")


def test_named_facts_and_no_others_are_told(ask: Ask, issuer: Issuer) -> None:
    token = issuer.token(portrait=Portrait(WEBP, PortraitFormat.WEBP))
    assert result(ask(token, fields=["over_21"]))["fields"] == {"over_21": True}
    told = result(ask(token, fields=list(FIELDS)))["fields"]
    assert isinstance(told, dict)
    assert list(told) == list(FIELDS)
    assert told["name"] == "Amara Okafor-Delgado"
    assert told["birth_date"] == "1991-04-23"
    assert told["portrait"].startswith("data:image/webp;base64,UklGR")
    assert date.fromisoformat(told["issued_on"]) < date.fromisoformat(told["expires_on"])


def test_what_a_card_does_not_say_is_told_as_unknown(ask: Ask, issuer: Issuer) -> None:
    token = issuer.token(birth_date=None, expires_at=NO_EXPIRY)
    fields = ["over_18", "over_21", "birth_date", "expires_on", "portrait"]
    assert result(ask(token, fields=fields))["fields"] == dict.fromkeys(fields)


def test_of_a_card_that_is_not_genuine_nothing_is_told(public: Path, issuer: Issuer) -> None:
    issuer.publish(public, {77: CardStatus.REVOKED})
    client = create_app(make_runtime(public)).test_client()
    past = issuer.now - 900 * DAY
    tokens = [
        issuer.token(),
        tamper(issuer.token()),
        issuer.token(issued_at=past, valid_from=past, expires_at=issuer.now - DAY),
        "HELLO",
    ]
    answer = client.post("/api/v1/verify", json={"tokens": tokens, "fields": list(FIELDS)})
    told = answer.get_json()["results"]
    assert [each["verdict"] for each in told] == ["REVOKED", "TAMPERED", "EXPIRED", "NOT_A_CARD"]
    assert all("fields" not in each for each in told)
    assert "Amara" not in answer.text


def test_an_answer_speaks_of_the_citys_own_day(ask: Ask, issuer: Issuer) -> None:
    past = issuer.now - 900 * DAY
    ended = issuer.claims().issued_at - DAY
    told = result(ask(issuer.token(issued_at=past, valid_from=past, expires_at=ended)))
    assert told["message"] == f"Real card. It ended on {told['since']}."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[" * 100_000, "body"),
        ("[]", "body"),
        ("null", "body"),
        ('{"tokens": ["A"], "picture": "x"}', "body"),
        ("{}", "tokens"),
        ('{"tokens": []}', "tokens"),
        ('{"tokens": [1]}', "tokens"),
        ('{"tokens": "A"}', "tokens"),
        (json.dumps({"tokens": ["A"] * 21}), "tokens"),
        (json.dumps({"tokens": ["A" * (LONGEST_TOKEN + 1)]}), "tokens"),
        ('{"tokens": ["A"], "fields": ["nationality"]}', "fields"),
        ('{"tokens": ["A"], "fields": [["name"]]}', "fields"),
        ('{"tokens": ["A"], "fields": ["name", "name"]}', "fields"),
        ('{"tokens": ["A"], "fields": null}', "fields"),
    ],
)
def test_a_malformed_question_is_refused_with_the_member_that_is_wrong(
    client: FlaskClient, body: str, field: str
) -> None:
    answer = client.post("/api/v1/verify", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["field"] == field


@pytest.mark.parametrize(
    ("kind", "body", "status", "way_on"),
    [
        ("text/plain", b"{}", 415, "Content-Type: application/json"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "read pictures on your own device"),
        ("", b'{"tokens": ["A"]}', 415, "Content-Type: application/json"),
        ("application/json", b"", 400, 'send {"tokens": ["'),
        ("application/json", b" " * 200_000, 413, "at most 20 texts of QR codes"),
        ("application/json", b'{"tokens": ["\xff"]}', 422, 'send {"tokens": ["'),
    ],
)
def test_another_type_or_size_is_refused_with_what_to_send(
    client: FlaskClient, kind: str, body: bytes, status: int, way_on: str
) -> None:
    answer = client.post("/api/v1/verify", data=body, content_type=kind)
    assert_problem(answer, status, way_on)


def test_a_body_of_unsaid_length_is_cut_off_at_the_same_size(client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/verify",
        input_stream=io.BytesIO(b" " * 200_000),
        content_type="application/json",
        environ_base={"wsgi.input_terminated": True},
    )
    assert_problem(answer, 413, "128 kB")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/verify?tokens=A", "POST"),
        ("PUT", "/api/v1/verify", "POST"),
        ("DELETE", "/api/v1/verify", "POST"),
        ("POST", "/api/openapi.json", "GET"),
    ],
)
def test_another_method_is_refused_with_the_one_that_is_answered(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    answer = client.open(path, method=method)
    assert_problem(answer, 405, f"answers {allowed} alone")
    assert allowed in answer.headers["Allow"]


def test_another_address_of_the_interface_names_its_description(client: FlaskClient) -> None:
    assert_problem(client.post("/api/v2/verify", json={}), 404, "/api/openapi.json")


def assert_problem(answer: TestResponse, status: int, way_on: str) -> None:
    """Look at a refusal as RFC 9457 has it, and at its sentence."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    told = answer.get_json()
    assert (told["type"], told["title"], told["status"]) == ("about:blank", HTTPStatus(status).phrase, status)
    assert way_on in told["detail"]
    assert told["detail"].endswith(".")


def test_whoever_asks_too_much_is_told_how_long_to_wait(client: FlaskClient) -> None:
    for _ in range(BURST // 20):
        assert client.post("/api/v1/verify", json={"tokens": ["A"] * 20}).status_code == 200
    answer = client.post("/api/v1/verify", json={"tokens": ["A"] * 20})
    assert_problem(answer, 429, "as many seconds as Retry-After says")
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    elsewhere = client.post(
        "/api/v1/verify", json={"tokens": ["A"]}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert elsewhere.status_code == 200


def test_answers_are_counted_by_day_and_verdict_and_by_nothing_else(
    client: FlaskClient, ask: Ask, issuer: Issuer
) -> None:
    ask(issuer.token(), issuer.token(), "HELLO")
    lines = [
        line
        for line in client.get("/metrics").text.splitlines()
        if line.startswith("idsvc_verifications_total")
    ]
    assert len(lines) == 2
    assert any('verdict="GENUINE"} 2.0' in line for line in lines)


def test_an_installation_without_lists_says_so_and_answers_nothing(public: Path) -> None:
    (public / "trust/list.cwt").unlink()
    client = create_app(make_runtime(public)).test_client()
    answer = client.post("/api/v1/verify", json={"tokens": ["A"]})
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")


def test_the_description_is_a_valid_openapi_document_and_names_what_is_answered(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    validate(document)
    described = document["paths"]["/api/v1/verify"]["post"]["responses"]
    assert set(described) == {"200", "400", "405", "413", "415", "422", "429", "503"}
    assert all(
        "application/problem+json" in described[status]["content"] for status in set(described) - {"200"}
    )
    fields = document["components"]["schemas"]["Request"]["properties"]["fields"]["items"]["enum"]
    assert fields == list(FIELDS)
    assert "://" not in json.dumps(document)


NAUGHTY = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=LONGEST_TOKEN),
    st.sampled_from(
        [
            "' OR 1=1 --",
            "<script>alert(1)</script>",
            "{{7*7}}",
            "../../etc/passwd",
            "\x00",
            "\ud800",
            "\u202etxet",
            "%s%s%n",
            "NaN",
            "1e999",
            "Ω≈ç√∫˜µ",
            "Z̮̞̠͙͔ͅA",
            "6BF",
            "6BF" * 1400,
            "A" * LONGEST_TOKEN,
        ]
    ),
)


@given(tokens=st.lists(NAUGHTY, min_size=1, max_size=3), asker=st.ip_addresses(v=4))
@settings(max_examples=300, deadline=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_naughty_strings_get_an_answer_and_never_a_fault(
    client: FlaskClient, tokens: list[str], asker: IPv4Address
) -> None:
    answer = client.post(
        "/api/v1/verify",
        data=json.dumps({"tokens": tokens}),
        content_type="application/json",
        environ_base={"REMOTE_ADDR": str(asker)},
    )
    assert answer.status_code in (200, 429)
    assert "GENUINE" not in answer.text
