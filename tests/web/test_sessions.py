"""A session lives here as a hash with an end, and in the browser as a cookie no script reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import flask
import pytest

from idsvc.domain.ids import StaffId
from idsvc.storage.database import Database
from idsvc.storage.records import Role, SessionKind, Staff
from idsvc.web.sessions import Sessions

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
CLERK = StaffId("c" * 32)


class Moment:
    """A clock that the test moves."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def counting() -> object:
    count = iter(range(1, 1000))
    return lambda size: next(count).to_bytes(size)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'sessions.db'}", random=bytes)
    opened.upgrade()
    opened.transact(
        lambda session: session.add(Staff(id=CLERK, sign_in_name="desk-1", role=Role.CLERK, disabled_on=None))
    )
    yield opened
    opened.close()


def open_site(database: Database, clock: Moment, *, https: bool = False) -> tuple[flask.Flask, Sessions]:
    kinds = {"clock": clock, "random": counting(), "https": https}
    sessions = Sessions(database, SessionKind.STAFF, **kinds)  # type: ignore[arg-type]
    app = flask.Flask(__name__)

    @app.post("/in")
    def enter() -> flask.Response:
        response = flask.make_response("in")
        sessions.begin(response, CLERK)
        return response

    @app.post("/out")
    def leave() -> flask.Response:
        response = flask.make_response("out")
        sessions.end(response)
        return response

    @app.get("/who")
    def who() -> str:
        visit = sessions.find()
        return visit.staff_id or "nobody" if visit else "nobody"

    return app, sessions


def test_a_session_is_known_until_sign_out_and_then_no_more(database: Database) -> None:
    app, sessions = open_site(database, Moment())
    client = app.test_client()
    assert client.get("/who").text == "nobody"
    client.post("/in")
    assert client.get("/who").text == CLERK
    token = client.get_cookie(sessions.cookie)
    assert token is not None
    client.post("/out")
    assert client.get("/who").text == "nobody"
    client.set_cookie(sessions.cookie, token.value)
    assert client.get("/who").text == "nobody"


def test_a_session_ends_by_itself(database: Database) -> None:
    clock = Moment()
    client = open_site(database, clock)[0].test_client()
    client.post("/in")
    clock.now = NOW + timedelta(hours=10)
    assert client.get("/who").text == "nobody"


def test_the_database_cannot_sign_anybody_in(database: Database, tmp_path: Path) -> None:
    app, sessions = open_site(database, Moment())
    client = app.test_client()
    client.post("/in")
    token = client.get_cookie(sessions.cookie)
    assert token is not None
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert sha256(token.value.encode()).digest() in files
    assert token.value.encode() not in files


def test_a_session_of_one_kind_opens_nothing_of_another(database: Database) -> None:
    app, staff = open_site(database, Moment())
    portal = Sessions(database, SessionKind.PORTAL, clock=Moment(), random=bytes, https=False)

    @app.get("/portal")
    def visitor() -> str:
        return "known" if portal.find() else "nobody"

    client = app.test_client()
    client.post("/in")
    token = client.get_cookie(staff.cookie)
    assert token is not None
    client.set_cookie(portal.cookie, token.value)
    assert client.get("/portal").text == "nobody"


@pytest.mark.parametrize("https", [True, False])
def test_the_cookie_is_kept_from_scripts_and_other_sites(database: Database, *, https: bool) -> None:
    app, sessions = open_site(database, Moment(), https=https)
    cookie = app.test_client().post("/in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is https
    assert sessions.cookie.startswith("__Host-") is https
