"""The files of the verifier page that depend on the city: page, texts, root keys, service worker."""

import hashlib
import json
from typing import Final

import flask

from idsvc.web import assets
from idsvc.web.languages import SOURCE, Languages
from idsvc.web.published import City
from idsvc.web.verifier.wording import colours, page_texts

_FILES: Final = (
    "tokens.css",
    "verifier/verifier.css",
    "verifier/main.js",
    "verifier/places.js",
    "verifier/texts.js",
    "verifier/screens.js",
    "verifier/facts.js",
    "verifier/signals.js",
    "verifier/camera.js",
    "verifier/decoder.js",
    "verifier/decode-worker.js",
    "verifier/wedge.js",
    "verifier/upkeep.js",
    "verifier/verifier.js",
    "verifier/verdicts.js",
    "verifier/lists.js",
    "verifier/claims.js",
    "verifier/cose.js",
    "verifier/cbor.js",
    "verifier/qrtext.js",
    "verifier/inflate.js",
    "verifier/malformed.js",
    "verifier/icon-192.png",
    "verifier/icon-512.png",
    "icon.svg",
    "vendor/zxing/reader/index.js",
    "vendor/zxing/share.js",
    "vendor/zxing/reader/zxing_reader.wasm",
    "vendor/public-sans/latin.woff2",
)
"""What a device keeps from the first visit on; other fonts when a language first needs them."""
_WORKER: Final = "verifier/service-worker.js"


class PageFiles:
    """Makes the files of one city."""

    def __init__(self, roots: bytes, city: City, languages: Languages) -> None:
        """Write the texts once; they do not change while the process lives. `roots` is a roots.json."""
        self._roots = roots
        self._city = city
        self._languages = languages
        offered = languages.offered
        self._texts = {f"texts.{item.code}.json": _json(page_texts(languages, item.code)) for item in offered}

    def make(self, name: str) -> tuple[bytes, str] | None:
        """Make the file of that name (the page has none); gives bytes and content type, or None."""
        if name == "":
            shell = flask.render_template("verifier/page.html", texts=page_texts(self._languages, SOURCE))
            return shell.encode(), "text/html; charset=utf-8"
        if name == "config.json":
            return _json(_config(self._roots, self._city, self._languages)), "application/json"
        if name == "look.css":
            return self._city.style_sheet(), "text/css; charset=utf-8"
        if name == "app.webmanifest":
            return _json(_manifest(self._city)), "application/manifest+json"
        if name == "service-worker.js":
            return self._service_worker(), "text/javascript; charset=utf-8"
        if name in self._texts:
            return self._texts[name], "application/json"
        return None

    def _service_worker(self) -> bytes:
        """Write the worker with the names of all that the page runs on; its version is a hash of it all."""
        files = {f"/verify/static/{name}": assets.fingerprint(name) for name in _FILES}
        for name in ("", "config.json", "look.css", *self._texts):
            made = self.make(name)
            if made is not None:
                files[f"/verify/{name}"] = hashlib.sha256(made[0]).hexdigest()
        version = hashlib.sha256(_json(files) + assets.content(_WORKER)).hexdigest()[:16]
        head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(list(files))};\n"
        return head.encode() + assets.content(_WORKER)


def _config(roots: bytes, city: City, languages: Languages) -> dict[str, object]:
    return {
        "city": city.name,
        "card": city.card_name,
        "timezone": city.timezone,
        "languages": {item.code: {"name": item.name, "dir": item.direction} for item in languages.offered},
        "colours": colours(),
        "roots": json.loads(roots),
    }


def _manifest(city: City) -> dict[str, object]:
    icons = [
        {"src": f"/verify/static/verifier/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    return {
        "name": f"{city.card_name}: check a card",
        "short_name": "Check a card",
        "id": "/verify/",
        "start_url": "/verify/",
        "scope": "/verify/",
        "display": "standalone",
        "background_color": "#fbfaf6",
        "theme_color": "#1b4f8f",
        "icons": icons + [icon | {"purpose": "maskable"} for icon in icons],
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
