"""The published files as addresses: the trust list, the status lists, the public keys and the evidence rules.

The same bytes as in the folder, with an entity tag and a time to keep them: any web server can do as much.
Content types: RFC 8392 (cwt), 9052 (cose), 7517 (jwk-set); draft-ietf-oauth-status-list (statuslist+cwt).
"""

import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Final

import flask
from werkzeug.exceptions import NotAcceptable

_FILES: Final = {
    "/trust/list.cwt": ("trust/list.cwt", "application/cwt"),
    "/trust/roots.json": ("trust/roots.json", "application/json"),
    "/trust/roots.cose": ("trust/roots.cose", "application/cose"),
    "/.well-known/jwks.json": (".well-known/jwks.json", "application/jwk-set+json"),
    "/program/evidence.json": ("program/evidence.json", "application/json"),
}
_STATUS_NAME: Final = re.compile(r"[0-9]{1,6}\.cwt")
_KEEP: Final = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"


def make_lists(public: Path) -> flask.Blueprint:
    """Build the addresses for one folder of published files."""
    blueprint = flask.Blueprint("lists", __name__)

    def send(relative: str, content_type: str) -> flask.Response:
        try:
            body = (public / relative).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            flask.abort(404)
        plain = content_type.partition(";")[0]
        if flask.request.accept_mimetypes and not any(
            flask.request.accept_mimetypes[kind] for kind in (plain, "application/octet-stream")
        ):
            raise NotAcceptable
        response = flask.Response(body, content_type=content_type)
        response.headers["Cache-Control"] = _KEEP
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        response.make_conditional(flask.request)
        return response

    for address, (file, content_type) in _FILES.items():
        blueprint.add_url_rule(address, file.replace(".", "-"), partial(send, file, content_type))

    @blueprint.get("/status/<name>")
    def status_list(name: str) -> flask.Response:
        if not _STATUS_NAME.fullmatch(name):
            flask.abort(404)
        return send(f"status/{name}", "application/statuslist+cwt")

    return blueprint
