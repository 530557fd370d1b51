"""The published files go out as they are, with the right types, and are asked for only when they changed."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

FILES = [
    ("/trust/list.cwt", "trust/list.cwt", "application/cwt"),
    ("/trust/roots.json", "trust/roots.json", "application/json"),
    ("/trust/roots.cose", "trust/roots.cose", "application/cose"),
    ("/status/1.cwt", "status/1.cwt", "application/statuslist+cwt"),
    ("/.well-known/jwks.json", ".well-known/jwks.json", "application/jwk-set+json"),
    ("/program/evidence.json", "program/evidence.json", "application/json"),
]


@pytest.mark.parametrize(("path", "file", "kind"), FILES)
def test_a_list_is_the_published_file(
    client: FlaskClient, public: Path, path: str, file: str, kind: str
) -> None:
    answer = client.get(path)
    assert answer.data == (public / file).read_bytes()
    assert answer.content_type == kind
    assert "max-age=300" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    (public / file).write_bytes(answer.data + b" ")
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(("path", "_file", "kind"), FILES)
def test_the_asker_may_name_what_it_takes(client: FlaskClient, path: str, _file: str, kind: str) -> None:
    for accept, status in (("*/*", 200), (kind, 200), ("application/octet-stream", 200), ("text/html", 406)):
        assert client.get(path, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    "path", ["/status/2.cwt", "/status/..%2Ftrust%2Flist.cwt", "/status/x.cwt", "/status/1.cwt/", "/status/"]
)
def test_only_published_lists_are_given(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
