"""The demonstration holds on both engines and leaves configured data byte for byte alone."""

import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from idsvc.cli import exits

from .conftest import Command

pytestmark = pytest.mark.slow

WRITTEN = {"card.pdf", "slip.pdf", "front.png", "back.png", "token.txt", "report.json", "public"}


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _report(out: Path) -> dict[str, object]:
    report: dict[str, object] = json.loads((out / "report.json").read_text("utf-8"))
    return report


def test_every_step_holds_and_the_card_verifies_with_the_public_files_alone(
    idsvc: Command, installation: Path, tmp_path: Path
) -> None:
    before = _files(installation)
    for out in (tmp_path / "first", tmp_path / "second"):
        assert idsvc("demo", "--out", out).code == exits.DONE
        assert {path.name for path in out.iterdir()} == WRITTEN
    assert _files(installation) == before
    out = tmp_path / "second"
    report = _report(out)
    assert all(step["ok"] for step in report["steps"])  # type: ignore[attr-defined]
    assert report["qr"]["version"] <= 22  # type: ignore[index]
    public = out / "public"
    for shown in ("card.pdf", "back.png", "token.txt"):
        checked = idsvc("verify", out / shown, "--public", public, "--json")
        assert checked.code == exits.DONE, checked
        assert json.loads(checked.out)["verdict"] == "GENUINE"
    key_set = public / ".well-known" / "jwks.json"
    unchecked = idsvc("verify", out / "token.txt", "--jwks", key_set, "--json")
    assert unchecked.code == exits.CANNOT_TELL
    assert json.loads(unchecked.out)["verdict"] == "GENUINE_STATUS_UNCHECKED"
    token = (out / "token.txt").read_text("ascii").strip()
    lines = tmp_path / "lines.txt"
    lines.write_text(f"{token}\n\nnonsense\n", "ascii")
    both = idsvc("verify", "--lines", lines, "--public", public, "--json")
    assert both.code == exits.REFUSED
    assert [json.loads(line)["verdict"] for line in both.out.splitlines()] == ["GENUINE", "NOT_A_CARD"]
    late = idsvc("verify", "--token", token, "--public", public, "--at", "2099-01-01", "--json")
    assert late.code == exits.REFUSED
    assert json.loads(late.out)["verdict"] == "EXPIRED"
    blank = idsvc("verify", out / "front.png", "--public", public)
    assert blank.code == exits.CANNOT_TELL
    other = idsvc(
        "verify", "--token", token, "--public", public, "--issuer", "https://other.example", "--json"
    )
    assert json.loads(other.out)["verdict"] == "WRONG_ISSUER"


@pytest.mark.needs("postgresql")
def test_on_postgresql_it_uses_a_schema_of_its_own(
    idsvc: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str
) -> None:
    monkeypatch.setenv("IDSVC_DATABASE_URL", postgres)
    before = _dump(postgres)
    outcome = idsvc("demo", "--out", tmp_path / "out")
    assert outcome.code == exits.DONE, outcome
    assert all(step["ok"] for step in _report(tmp_path / "out")["steps"])  # type: ignore[attr-defined]
    assert _dump(postgres) == before


def _dump(url: str) -> bytes:
    plain = url.replace("+psycopg", "")
    return subprocess.run(["pg_dump", "--restrict-key=x", plain], check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    ("name", "born"),
    [
        ("O", "1950-02-28"),
        ("Nguyễn Thị Minh Khai", "2012-02-29"),
        ("محمد عبد الرحمن", "1999-12-31"),
        ("Anne-Sophie O’Connor de la Cruz y Villanueva", "2001-01-01"),
    ],
    ids=["never expires", "renewed in person", "right to left", "long"],
)
def test_real_input_takes_the_way_that_fits_it(
    idsvc: Command, tmp_path: Path, installation: Path, name: str, born: str
) -> None:
    del installation
    outcome = idsvc("demo", "--out", tmp_path / "out", "--name", name, "--birth-date", born)
    assert outcome.code == exits.DONE, outcome


@pytest.mark.parametrize(
    ("picture", "field"),
    [(b"not a picture", "picture"), (os.urandom(5000), "picture")],
    ids=["text", "noise"],
)
def test_a_portrait_that_is_no_picture_stops_the_demonstration(
    idsvc: Command, tmp_path: Path, installation: Path, picture: bytes, field: str
) -> None:
    del installation
    (tmp_path / "portrait.jpg").write_bytes(picture)
    outcome = idsvc("demo", "--out", tmp_path / "out", "--portrait", tmp_path / "portrait.jpg")
    assert outcome.code == exits.REFUSED
    assert field in outcome.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json"}
