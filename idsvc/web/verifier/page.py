"""The verifier page's addresses, all below /verify/ so that one service worker can hold them."""

from typing import Final

import flask

from idsvc.web import assets
from idsvc.web.verifier.files import PageFiles

_ASKED_AGAIN: Final = "public, no-cache"


def make_page(files: PageFiles, *, origin: str | None) -> flask.Blueprint:
    """Build the addresses of one city's page.

    `origin` stands on the poster; None leaves a line to write it on.
    """
    blueprint = flask.Blueprint("verifier", __name__, url_prefix="/verify")

    @blueprint.get("/", defaults={"name": ""})
    @blueprint.get("/<name>")
    def file(name: str) -> flask.Response:
        made = files.make(name)
        if made is None:
            flask.abort(404)
        return assets.answer(*made, cache=_ASKED_AGAIN)

    @blueprint.get("/static/<path:name>")
    def static(name: str) -> flask.Response:
        return assets.send(name)

    @blueprint.get("/poster")
    def poster() -> str:
        address = f"{origin}/verify/" if origin else None
        return flask.render_template("verifier/poster.html", address=address)

    return blueprint
