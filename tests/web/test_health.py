"""What a balancer and a monitor are told."""

from pathlib import Path

from flask.testing import FlaskClient

from idsvc.web.app import create_app
from tests.web.conftest import make_runtime


def test_a_live_and_ready_process_says_so(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"alive": True}
    assert client.get("/readyz").get_json() == {"ready": True, "checks": {"lists": True}}


def test_a_process_that_lacks_something_is_alive_but_not_ready(public: Path) -> None:
    client = create_app(make_runtime(public, checks={"database": True, "epochs": False})).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"ready": False, "checks": {"database": True, "epochs": False}}


def test_the_figures_count_answers_without_addresses(client: FlaskClient) -> None:
    client.get("/?name=Smith", headers={"X-Forwarded-For": "203.0.113.9"})
    client.get("/nowhere/Smith")
    text = client.get("/metrics").text
    assert 'idsvc_answers_total{status="200",surface="home"} 1.0' in text
    assert 'status="404"' in text
    assert "Smith" not in text
    assert "203.0.113.9" not in text
    assert "idsvc_answers_created" not in text, "the moment of a first answer is nobody's business"


def test_the_choice_of_a_language_is_not_counted(client: FlaskClient) -> None:
    before = client.get("/metrics").get_data(as_text=True)
    chosen = client.post("/language", data={"language": "es"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert chosen.status_code == 303
    after = client.get("/metrics").get_data(as_text=True)
    assert "303" not in after
    assert _answers(after, "home") == _answers(before, "home") == 0
    client.get("/")
    assert _answers(client.get("/metrics").get_data(as_text=True), "home") == 1


def _answers(figures: str, surface: str) -> float:
    counted = (line for line in figures.splitlines() if line.startswith("idsvc_answers_total"))
    return sum(float(line.rpartition(" ")[2]) for line in counted if f'surface="{surface}"' in line)


def test_what_is_overdue_is_told_by_rule_and_nothing_when_it_cannot_be_looked_up(public: Path) -> None:
    client = create_app(make_runtime(public, overdue={"keys": 1, "items": 0})).test_client()
    text = client.get("/metrics").text
    assert 'idsvc_overdue{rule="keys"} 1.0' in text
    assert 'idsvc_overdue{rule="items"} 0.0' in text
    assert "idsvc_overdue_known 1.0" in text
    text = create_app(make_runtime(public, overdue=None)).test_client().get("/metrics").text
    assert "idsvc_overdue{" not in text
    assert "idsvc_overdue_known 0.0" in text
