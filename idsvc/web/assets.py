"""Serve style sheets, scripts and fonts: with a hash in the address kept a year, else asked again.

Text and WebAssembly go out compressed when the browser takes it; nothing of them is secret.
"""

import functools
import gzip
import hashlib
from pathlib import Path
from typing import Final

import flask
from werkzeug.security import safe_join

ROOT: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSED: Final = frozenset(
    {
        "application/json",
        "application/wasm",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
_KEPT_A_YEAR: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "public, no-cache"

blueprint = flask.Blueprint("assets", __name__)


@functools.cache
def fingerprint(name: str) -> str:
    """Hash one file of `static/`: 16 hexadecimal characters that change with its content."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:16]


def asset_url(name: str) -> str:
    """Write the address of a file of `static/` that may be kept for a year."""
    return f"/static/{name}?v={fingerprint(name)}"


@functools.cache
def content(name: str) -> bytes:
    """Read one file of `static/`."""
    return (ROOT / name).read_bytes()


@functools.lru_cache(maxsize=256)
def _squeeze(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def answer(body: bytes, content_type: str, *, cache: str) -> flask.Response:
    """Answer with public bytes: compressed when that is taken, and 304 when nothing changed."""
    kind = content_type.partition(";")[0]
    etag = hashlib.sha256(body).hexdigest()[:16]
    squeezed = kind in _COMPRESSED and flask.request.accept_encodings.quality("gzip") > 0
    response = flask.Response(_squeeze(body) if squeezed else body, content_type=content_type)
    if kind in _COMPRESSED:
        response.vary.add("Accept-Encoding")
    if squeezed:
        response.content_encoding = "gzip"
        etag += "-gz"
    response.headers["Cache-Control"] = cache
    response.set_etag(etag)
    response.make_conditional(flask.request)
    return response


def send(name: str) -> flask.Response:
    """Answer with one file of `static/`; 404 for anything that is not a kind of file we serve."""
    joined = safe_join(str(ROOT), name)
    kind = Path(name).suffix
    if joined is None or kind not in _TYPES or not Path(joined).is_file():
        flask.abort(404)
    current = flask.request.args.get("v") == fingerprint(name)
    return answer(content(name), _TYPES[kind], cache=_KEPT_A_YEAR if current else _ASKED_AGAIN)


@blueprint.get("/static/<path:name>")
def static(name: str) -> flask.Response:
    """Answer with one file of `static/`."""
    return send(name)
