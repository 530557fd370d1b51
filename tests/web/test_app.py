"""A process mounts what its settings name, leads to it, and starts only with what pages need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from idsvc.domain.errors import BadSetting
from idsvc.web.app import create_app
from tests.web.conftest import make_runtime


def test_the_start_page_leads_to_each_mounted_surface(client: FlaskClient) -> None:
    text = client.get("/").text
    for name in ("Check a card", "My card", "Counter", "Office"):
        assert name in text
    assert 'href="/verify/"' in text


def test_a_process_mounts_only_what_its_settings_name(public: Path) -> None:
    client = create_app(make_runtime(public, IDSVC_SURFACES="portal")).test_client()
    assert client.get("/verify/").status_code == 404
    text = client.get("/").text
    assert "My card" in text
    assert "Counter" not in text


def test_without_published_files_the_process_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="idsvc publish"):
        create_app(make_runtime(tmp_path))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colors": {"primary": "red; } body { display: none"}}, "colour"),
        ({"colors": {"Blue}": "#112233"}}, "colour"),
        ({"city": 3}, "cannot be read"),
        ({"languages": None}, "cannot be read"),
    ],
)
def test_a_bad_program_file_is_refused(public: Path, change: dict[str, object], sentence: str) -> None:
    path = public / "program.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadSetting, match=sentence):
        create_app(make_runtime(public))


def test_a_city_brings_its_own_colours(public: Path) -> None:
    path = public / "program.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"colors": {"primary": "#123456"}}))
    answer = create_app(make_runtime(public)).test_client().get("/program/look.css")
    assert "--primary: #123456;" in answer.text


def test_a_visitor_chooses_a_language_for_the_visit_only(client: FlaskClient) -> None:
    assert '<html lang="en" dir="ltr">' in client.get("/").text
    chosen = client.post("/language", data={"language": "ar"}, headers={"Sec-Fetch-Site": "same-origin"})
    cookie = chosen.headers["Set-Cookie"]
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert "HttpOnly" in cookie
    assert '<html lang="ar" dir="rtl">' in client.get("/").text
    refused = client.post("/language", data={"language": "xx"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status_code == 404


def test_the_browsers_language_is_taken_when_none_was_chosen(client: FlaskClient) -> None:
    assert '<html lang="es" dir="ltr">' in client.get("/", headers={"Accept-Language": "es-MX,es;q=0.9"}).text


def test_a_verifier_process_imports_no_database_and_no_keys(public: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from tests.web.conftest import make_runtime
from idsvc.web.app import create_app
client = create_app(make_runtime(Path({str(public)!r}), IDSVC_SURFACES="verifier")).test_client()
assert client.get("/verify/").status_code == 200
assert client.post("/api/v1/verify", json={{"tokens": ["X"]}}).status_code == 200
found = sorted(name for name in sys.modules if name.split(".")[0] == "sqlalchemy" or name.startswith(
    ("idsvc.storage", "idsvc.vault", "idsvc.signing", "idsvc.services", "idsvc.bootstrap", "idsvc.audit")))
print(found)
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
