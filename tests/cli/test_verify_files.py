"""`idsvc verify` with files that hold nothing, something else, or lists that cannot be believed."""

import io
import json
from pathlib import Path

import pytest

from idsvc.cli import exits
from tests.cli.conftest import Command, Outcome
from tests.web.issuer import Issuer


@pytest.fixture(scope="module")
def city() -> Issuer:
    return Issuer()


@pytest.fixture
def public(tmp_path: Path, city: Issuer) -> Path:
    return city.publish(tmp_path / "public")


def assert_empty(outcome: Outcome, source: str) -> None:
    assert outcome.code == exits.CANNOT_TELL
    assert outcome.out.startswith(f"{source}: CANNOT TELL. It is empty. Give ")
    assert outcome.out.count("\n") == 1
    assert outcome.err == ""


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_token_or_list_of_lines_is_told_as_such_and_never_as_genuine(
    idsvc: Command, public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = tmp_path / "empty.png"
    file.write_bytes(content)
    assert_empty(idsvc("verify", file, "--public", public), str(file))
    assert_empty(idsvc("verify", "--lines", file, "--public", public), str(file))
    assert_empty(idsvc("verify", "--token", content.decode(), "--public", public), "--token")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert_empty(idsvc("verify", "-", "--public", public), "-")


def test_in_json_too_the_reason_and_the_way_on_are_told(
    idsvc: Command, public: Path, tmp_path: Path, city: Issuer
) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    outcome = idsvc("verify", tmp_path / "empty.txt", "--token", city.token(), "--public", public, "--json")
    genuine, empty = map(json.loads, outcome.out.splitlines())
    assert genuine["verdict"] == "GENUINE"
    assert (empty["verdict"], empty["reason"]) == ("UNREADABLE", "empty")
    assert empty["message"].startswith("It is empty.")
    assert outcome.code == exits.CANNOT_TELL


@pytest.mark.slow
def test_a_file_that_is_no_picture_is_told_with_what_to_use(
    idsvc: Command, public: Path, tmp_path: Path
) -> None:
    (tmp_path / "menu.png").write_text("Soup of the day")
    outcome = idsvc("verify", tmp_path / "menu.png", "--public", public)
    assert outcome.code == exits.CANNOT_TELL
    assert "This is not a picture. Use a JPEG, PNG or WebP file." in outcome.out


@pytest.mark.parametrize(
    "damaged", ["trust/list.cwt", "trust/roots.json", "status/1.cwt", ".well-known/jwks.json"]
)
@pytest.mark.parametrize("cut", [0, 10, -1])
def test_a_damaged_list_stops_the_check_with_its_name_and_a_code_of_its_own(
    idsvc: Command, public: Path, city: Issuer, damaged: str, cut: int
) -> None:
    path = public / damaged
    path.write_bytes(path.read_bytes().rstrip()[:cut])
    place = ("--jwks", path) if path.name == "jwks.json" else ("--public", public)
    outcome = idsvc("verify", "--token", city.token(), *place)
    assert outcome.code == exits.BAD_LIST
    assert outcome.out == ""
    assert f"{path} was refused (" in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_code_of_a_damaged_list_is_in_the_legend() -> None:
    assert f"{exits.BAD_LIST} a published list is damaged" in exits.LEGEND
