"""Signed-in browsers: a random token in a cookie, and on our side only its hash, with an end.

1. The token is 256 random bits, made anew at each sign-in; the database holds its SHA-256 alone.
2. The cookie cannot be read by scripts, is sent to this host only, and never by another site's page.
3. A session of one kind opens nothing of another, and ends on its day or at sign-out, on the server.
Source: OWASP Session Management.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import flask

from idsvc.domain.ids import Clock, Random, StaffId
from idsvc.storage.database import Database
from idsvc.storage.queries import staff as queries
from idsvc.storage.records import SessionKind, StoredSession
from idsvc.web.forgery import form_token

_TOKEN_BYTES: Final = 32
_LASTS: Final = {SessionKind.STAFF: timedelta(hours=10), SessionKind.PORTAL: timedelta(minutes=30)}
"""A working day; and the time a resident needs for a renewal on a shared computer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The session of one request: whose it is, and the token that its forms carry."""

    staff_id: StaffId | None
    form_token: str


class Sessions:
    """The sessions of one kind in one process."""

    def __init__(
        self, database: Database, kind: SessionKind, *, clock: Clock, random: Random, https: bool
    ) -> None:
        self._database = database
        self._kind = kind
        self._clock = clock
        self._random = random
        self._https = https

    @property
    def cookie(self) -> str:
        """Name of the cookie; the prefix makes browsers refuse it from other hosts and without TLS."""
        return f"__Host-{self._kind}" if self._https else str(self._kind)

    def begin(self, response: flask.Response, staff_id: StaffId | None) -> None:
        """Open a session and hand its token to the browser with this response (steps 1 and 2)."""
        token = urlsafe_b64encode(self._random(_TOKEN_BYTES)).decode().rstrip("=")
        ends = self._clock() + _LASTS[self._kind]
        row = StoredSession(token_hash=_hash(token), kind=self._kind, staff_id=staff_id, expires_at=ends)
        self._database.transact(lambda session: session.merge(row))
        response.set_cookie(
            self.cookie, token, path="/", secure=self._https, httponly=True, samesite="Strict"
        )

    def find(self) -> Visit | None:
        """Find the session of the present request (step 3); None when there is none or it has ended."""
        token = flask.request.cookies.get(self.cookie, "")
        if not token:
            return None
        now = self._clock()
        found = self._database.read(
            lambda session: queries.find_session(session, _hash(token), kind=self._kind, now=now)
        )
        return Visit(found.staff_id, form_token(token)) if found else None

    def end(self, response: flask.Response) -> None:
        """Close the session of the present request, here and in the browser."""
        token = flask.request.cookies.get(self.cookie, "")
        self._database.transact(lambda session: queries.end_session(session, _hash(token)))
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="Strict")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
