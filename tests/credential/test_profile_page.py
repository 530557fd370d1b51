"""The page for outside implementers says what the code does."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from idsvc.credential import Reason, Verdict, encode, sign_status_list, sign_trust_list
from idsvc.credential.capacity import CHARACTERS, VERSION
from idsvc.credential.claims import NO_EXPIRY, write_claims
from idsvc.credential.qrtext import LARGEST_CONTENT, LONGEST_TEXT
from idsvc.credential.status_list import TYP as STATUS_TYP
from idsvc.credential.trust_list import TYP as TRUST_TYP
from idsvc.credential.verdicts import GENUINE, VERDICT_OF
from tests.credential.city import CARD, City

PAGE = (Path(__file__).parents[2] / "docs/credential.md").read_text("utf-8")
OF_LISTS = {Reason.LIST_TYPE, Reason.LIST_FORM, Reason.LIST_OLDER, Reason.KEY_FORM}


def rows() -> dict[Reason, Verdict]:
    """Read the table of steps: each reason in backquotes belongs to the verdict at the end of its row."""
    table = PAGE.split("## Reading, step by step")[1].split("## ")[0]
    found = {}
    for row in (line for line in table.splitlines() if line.startswith("|") and "---" not in line):
        _, reasons, verdict = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`([a-z0-9_]+)`", reasons):
            if name in set(Reason) and not (name == "issuer" and verdict == "UNKNOWN_KEY"):
                found[Reason(name)] = Verdict(verdict)
    return found


def test_the_table_of_steps_gives_every_reason_its_verdict() -> None:
    assert rows() == {reason: verdict for reason, verdict in VERDICT_OF.items() if reason not in OF_LISTS}


def test_the_example_is_what_the_encoder_writes() -> None:
    example = PAGE.split("in hexadecimal:\n\n```\n")[1].split("```")[0]
    assert "".join(example.split()) == write_claims(CARD).hex()


@pytest.mark.parametrize(
    "figure",
    [
        *(f"{characters:,} characters" for characters in list(CHARACTERS.values())[:1]),
        f"version {VERSION}",
        f"{NO_EXPIRY}",
        f"{LONGEST_TEXT:,} characters",
        f"{LARGEST_CONTENT:,} bytes",
        STATUS_TYP,
        TRUST_TYP,
    ],
)
def test_the_figures_are_those_of_the_code(figure: str) -> None:
    assert figure in PAGE


def test_the_example_for_agencies_runs(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust/list.cwt").write_bytes(sign_trust_list(city.trust(expires_at=1 << 34), city.root))
    (tmp_path / "status").mkdir()
    (tmp_path / "status/1.cwt").write_bytes(sign_status_list(city.status_list(), city.status))
    monkeypatch.chdir(tmp_path)
    example = PAGE.split("```python\n")[1].split("```")[0]
    names = {
        "pinned_root_keys": [root.jwk() for root in city.roots],
        "text_of_the_qr_code": encode(replace(CARD, valid_from=0, expires_at=NO_EXPIRY), city.card),
    }
    exec(example, names)  # noqa: S102 - the page's own words
    verdict, _, claims = capsys.readouterr().out.split(maxsplit=2)
    assert Verdict(verdict) in GENUINE
    assert CARD.number in claims
