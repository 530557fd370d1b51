"""Every answer carries the strict headers; only the verifier may use a camera and WebAssembly."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from idsvc.web.app import create_app
from tests.web.conftest import make_runtime

PATHS = [
    "/",
    "/nowhere",
    "/static/site.css",
    "/healthz",
    "/readyz",
    "/metrics",
    "/trust/list.cwt",
    "/verify/",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_strict_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    for loose in ("unsafe-inline", "unsafe-eval'" if "verify" not in path else "'unsafe-eval'", "http:", "*"):
        assert loose not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Cross-Origin-Resource-Policy" in headers
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Cache-Control" in headers
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/verify")])
def test_only_the_verifier_may_use_a_camera_and_webassembly(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert "wasm" not in headers["Content-Security-Policy"]


def test_the_verifier_may_use_a_camera_and_webassembly(client: FlaskClient) -> None:
    for path in ("/verify/", "/verify/static/verifier/decode-worker.js"):
        headers = client.get(path).headers
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval'" in headers["Content-Security-Policy"]


def test_under_https_browsers_are_told_to_stay_there(public: Path) -> None:
    runtime = make_runtime(public, IDSVC_BASE_URL="https://id.riverbend.example")
    headers = create_app(runtime).test_client().get("/", base_url="https://id.riverbend.example").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_pages_are_not_stored_and_fingerprinted_files_are(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    address = page.text.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "no-cache" in client.get(address.partition("?")[0]).headers["Cache-Control"]


def test_no_page_holds_anything_inline(client: FlaskClient) -> None:
    for path in ("/", "/nowhere", "/verify/"):
        text = client.get(path).text
        assert "style=" not in text
        assert "<style" not in text
        assert "onclick" not in text
        assert all("src=" in tag.partition(">")[0] for tag in text.split("<script")[1:])
