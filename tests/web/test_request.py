"""Bodies stay in memory and small."""

import tempfile
from io import BytesIO

import flask
import pytest
from werkzeug.test import TestResponse

from idsvc.web.app import Application
from idsvc.web.request import MAX_BODY, MAX_FORM_MEMORY, MAX_FORM_PARTS

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def uploads(app: Application, monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """Give the application an address that takes files; every use of the disk fails."""
    kinds: list[type] = []

    @app.post("/upload")
    def upload() -> str:
        kinds.extend(type(file.stream) for file in flask.request.files.values())
        return str(sum(len(file.read()) for file in flask.request.files.values()) + len(flask.request.form))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a body went to the disk")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    return kinds


def send(app: Application, *parts: tuple[str, str | None, bytes]) -> TestResponse:
    """Send a multipart body that the test wrote itself: Flask's client would use the disk for it."""
    lines = []
    for name, file, content in parts:
        named = f'; filename="{file}"' if file else ""
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    return app.test_client().post(
        "/upload",
        data=b"".join([*lines, b"--edge--\r\n"]),
        content_type="multipart/form-data; boundary=edge",
        headers=SAME_SITE,
    )


def test_a_large_upload_stays_in_memory(app: Application, uploads: list[type]) -> None:
    answer = send(app, ("picture", "a.jpg", b"x" * 3_000_000))
    assert answer.text == "3000000"
    assert uploads == [BytesIO]


@pytest.mark.usefixtures("uploads")
@pytest.mark.parametrize(
    "parts",
    [
        [("picture", "a.jpg", b"x" * MAX_BODY)],
        [("text", None, b"x" * (MAX_FORM_MEMORY + 1))],
        [(f"part{number}", None, b"x") for number in range(MAX_FORM_PARTS + 1)],
    ],
    ids=["body", "typed fields", "parts"],
)
def test_what_is_too_large_is_refused_with_a_sentence(
    app: Application, parts: list[tuple[str, str | None, bytes]]
) -> None:
    answer = send(app, *parts)
    assert answer.status_code == 413
    assert "too large" in answer.text
