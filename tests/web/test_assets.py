"""Vendored files are exactly those of their manifest; files go out compressed and are asked for again."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from idsvc.web import assets

MANIFESTS = [assets.ROOT / "vendor/MANIFEST.json", Path(__file__).parent / "vendor/MANIFEST.json"]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=["served", "test tools"])
def test_every_vendored_file_is_the_one_the_manifest_names(manifest: Path) -> None:
    packages = json.loads(manifest.read_text())
    named = {name: file["sha256"] for package in packages for name, file in package["files"].items()}
    here = {
        str(path.relative_to(manifest.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in manifest.parent.rglob("*")
        if path.is_file() and path != manifest
    }
    assert here == named
    for package in packages:
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", package["version"])
        assert package["licence"]
        assert any(name.endswith("LICENSE") for name in package["files"])
    assert "://" not in manifest.read_text()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("site.css", "text/css; charset=utf-8"),
        ("verifier/main.js", "text/javascript; charset=utf-8"),
        ("vendor/zxing/reader/zxing_reader.wasm", "application/wasm"),
        ("vendor/public-sans/latin.woff2", "font/woff2"),
    ],
)
def test_a_file_goes_out_with_its_type_and_compressed_where_that_helps(
    client: FlaskClient, name: str, kind: str
) -> None:
    plain = client.get(f"/static/{name}")
    assert plain.content_type == kind
    assert plain.data == (assets.ROOT / name).read_bytes()
    squeezed = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    if name.endswith("woff2"):
        assert "Content-Encoding" not in squeezed.headers
    else:
        assert gzip.decompress(squeezed.data) == plain.data
        assert squeezed.headers["ETag"] != plain.headers["ETag"]
    again = client.get(f"/static/{name}", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/vendor",
        "/static/nothing.css",
        "/static/vendor/zxing/LICENSE",
    ],
)
def test_nothing_else_of_the_disk_is_given(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_our_own_files_name_no_other_host() -> None:
    for path in assets.ROOT.rglob("*"):
        if path.suffix in (".css", ".js", ".svg", ".html") and "vendor" not in path.parts:
            found = set(re.findall(r"https?://[^\s\"')]+", path.read_text())) - {"http://www.w3.org/2000/svg"}
            assert not found, path.name
