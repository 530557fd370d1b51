"""Refuse requests that another site made the browser send.

1. The browser says where a request comes from (Sec-Fetch-Site, else Origin): only our pages change anything.
2. A form of a signed-in visitor carries the token of that very session besides.
Source: OWASP Cross-Site Request Forgery Prevention; Fetch Metadata Request Headers.
The stateless interface under /api/ knows no visitor and carries no cookie: there is nothing to forge.
"""

import hmac
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import Forbidden

FIELD: Final = "token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_foreign() -> None:
    """Stop a changing request that no page of this origin sent (step 1)."""
    request = flask.request
    if request.method in _SAFE or request.path.startswith("/api/"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden
        return
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc != request.host:
        raise Forbidden


def form_token(session_token: str) -> str:
    """Derive the form token of a session; the session's own token is never written into a page."""
    return hmac.new(session_token.encode(), b"form", sha256).hexdigest()


def refuse_unmarked(expected: str) -> None:
    """Stop a form that does not carry the form token of its session (step 2)."""
    given = flask.request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden
