"""Another site cannot make a browser change anything here."""

import pytest
from flask.testing import FlaskClient

from idsvc.web.app import Application
from idsvc.web.forgery import FIELD, form_token, refuse_unmarked

LANGUAGE = {"language": "en"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_change_that_no_page_of_ours_sent_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/language", data=LANGUAGE, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_a_change_from_our_own_page_passes(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/language", data=LANGUAGE, headers=headers).status_code == 303


def test_a_form_needs_the_token_of_its_own_session(app: Application) -> None:
    mine, other = form_token("mine"), form_token("other")
    assert mine != other

    @app.post("/act")
    def act() -> str:
        refuse_unmarked(mine)
        return "done"

    def send(data: dict[str, str]) -> int:
        headers = {"Sec-Fetch-Site": "same-origin"}
        return app.test_client().post("/act", data=data, headers=headers).status_code

    assert send({FIELD: mine}) == 200
    assert [send(data) for data in ({}, {FIELD: other}, {FIELD: "mine"}, {FIELD: "é"})] == [403] * 4
