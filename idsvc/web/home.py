"""The start page: what this installation is, a way to each mounted surface, and the choice of language."""

import flask
from werkzeug.wrappers import Response

from idsvc.domain.errors import NotFound
from idsvc.web import assets
from idsvc.web.languages import COOKIE, Languages
from idsvc.web.published import City
from idsvc.web.surface import Surface


def make_home(surfaces: tuple[Surface, ...], languages: Languages, city: City) -> flask.Blueprint:
    """Build the start page for the surfaces of one process."""
    blueprint = flask.Blueprint("home", __name__)

    @blueprint.get("/")
    def start() -> str:
        return flask.render_template("shared/home.html", surfaces=surfaces)

    @blueprint.get("/program/look.css")
    def look() -> flask.Response:
        return assets.answer(city.style_sheet(), "text/css; charset=utf-8", cache="public, max-age=300")

    @blueprint.post("/language")
    def choose_language() -> Response:
        code = flask.request.form.get("language", "")
        if code not in {language.code for language in languages.offered}:
            raise NotFound("This page is not offered in that language; choose one from the list.")
        response = flask.redirect("/", code=303)
        response.set_cookie(
            COOKIE, code, httponly=True, samesite="Strict", secure=flask.current_app.config["HTTPS"]
        )
        return response

    return blueprint
