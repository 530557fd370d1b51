"""Build the web application of one process: the surfaces its settings name, and nothing of the others."""

from pathlib import Path
from typing import Final

import flask
import jinja2
from prometheus_client import CollectorRegistry

from idsvc import resources
from idsvc.domain.errors import BadSetting
from idsvc.web import assets, errors, forgery, headers, hosts
from idsvc.web.health import make_health
from idsvc.web.home import make_home
from idsvc.web.languages import Languages
from idsvc.web.lists import make_lists
from idsvc.web.published import City, read_city
from idsvc.web.request import MemoryRequest
from idsvc.web.serving import Serving
from idsvc.web.surface import Surface

_ORDER: Final = ("verifier", "portal", "counter", "office")


class Application(flask.Flask):
    """Flask with requests that stay in memory."""

    request_class = MemoryRequest


def create_app(runtime: Serving) -> Application:
    """Build the application; raises BadSetting when the published folder lacks what every page needs."""
    settings = runtime.settings
    if settings.public is None:
        raise BadSetting(
            "IDSVC_PUBLIC is not set; set it to the folder of the published lists and start again."
        )
    city = read_city(settings.public)
    languages = Languages(city.languages)
    registry = CollectorRegistry()
    app = Application("idsvc.web", static_folder=None, template_folder=None)
    app.config["HTTPS"] = any(url.startswith("https:") for url in settings.base_urls.values())
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["languages"] = languages
    _prepare_templates(app, city, languages)
    surfaces = tuple(
        _mount(name, runtime, city, languages, registry) for name in _ORDER if name in settings.surfaces
    )
    app.register_blueprint(assets.blueprint)
    app.register_blueprint(make_lists(settings.public))
    app.register_blueprint(make_health(runtime, registry))
    app.register_blueprint(make_home(surfaces, languages, city))
    for surface in surfaces:
        for blueprint in surface.blueprints:
            app.register_blueprint(blueprint)
    if not settings.answers_any_host:
        app.before_request(
            hosts.refuse_others({name: settings.base_urls[name] for name in settings.surfaces})
        )
    app.before_request(forgery.refuse_foreign)
    app.after_request(headers.protect)
    errors.register(app)
    return app


def _mount(
    name: str, runtime: Serving, city: City, languages: Languages, registry: CollectorRegistry
) -> Surface:
    """Import and build one surface; what is not mounted is not even imported."""
    if name == "verifier":
        from idsvc.web import verifier  # noqa: PLC0415 - a process holds only its own surfaces

        public: Path = runtime.settings.public  # type: ignore[assignment]
        return verifier.mount(
            public=public,
            roots=runtime.roots,
            # an origin that was only guessed must not be printed
            origin=None if runtime.settings.answers_any_host else runtime.settings.base_urls[name],
            clock=runtime.clock,
            city=city,
            languages=languages,
            registry=registry,
        )
    if name == "portal":
        from idsvc.web import portal  # noqa: PLC0415

        return portal.describe()
    if name == "counter":
        from idsvc.web import counter  # noqa: PLC0415

        return counter.describe()
    from idsvc.web import office  # noqa: PLC0415

    return office.describe()


def _prepare_templates(app: Application, city: City, languages: Languages) -> None:
    app.jinja_options = {
        "loader": jinja2.FileSystemLoader(resources.path("templates")),
        "undefined": jinja2.StrictUndefined,
        "extensions": ["jinja2.ext.i18n"],
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    environment = app.jinja_env
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True
    )

    @app.context_processor
    def offer() -> dict[str, object]:
        return {
            "asset_url": assets.asset_url,
            "city": city,
            "language": languages.chosen(),
            "languages": languages.offered,
        }
