"""What a card's code can say, and that it can say nothing else."""

import unicodedata
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import (
    NO_EXPIRY,
    CardClaims,
    GenderCode,
    Portrait,
    PortraitFormat,
    Reason,
    cbor,
    encode,
    midnight,
)
from idsvc.credential.claims import read_claims, write_claims
from idsvc.credential.verdicts import Malformed
from idsvc.domain.errors import BadInput
from idsvc.domain.ids import StatusIndex
from tests.credential.city import CARD, STATUS_URI, City

OUTER = {1, 4, 5, 6, 169, 65535}
INNER = {1, 2, 4, 8, 9, 62}

PICTURES = st.binary(max_size=40).map(lambda rest: Portrait(b"\xff\xd8\xff" + rest, PortraitFormat.JPEG))
PRINTABLE = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
CLAIMS = st.builds(
    CardClaims,
    issuer=st.just(CARD.issuer),
    number=st.text("0123456789", min_size=1, max_size=32),
    name=st.text(PRINTABLE, min_size=1, max_size=100),
    issued_at=st.integers(0, 2_000_000_000),
    valid_from=st.integers(0, 2_000_000_000),
    expires_at=st.integers(2_000_000_001, NO_EXPIRY),
    status_index=st.integers(0, 2**26 - 1).map(StatusIndex),
    status_uri=st.just(STATUS_URI),
    birth_date=st.none() | st.dates(),
    gender=st.none() | st.sampled_from(GenderCode),
    portrait=st.none() | PICTURES,
)


@given(CLAIMS)
def test_claims_are_read_back_as_they_were_written(claims: CardClaims) -> None:
    assert read_claims(write_claims(claims)) == claims


@given(CLAIMS)
def test_whatever_the_claims_are_only_the_closed_set_is_written(claims: CardClaims) -> None:
    written = cbor.decode(write_claims(claims))
    assert isinstance(written, dict)
    holder = written[169]
    assert isinstance(holder, dict)
    assert set(written) == OUTER
    assert {1, 2, 4} <= set(holder) <= INNER


def test_there_is_no_room_for_anything_else() -> None:
    assert {field.name for field in fields(CardClaims)} == {
        "issuer",
        "number",
        "name",
        "issued_at",
        "valid_from",
        "expires_at",
        "status_index",
        "status_uri",
        "birth_date",
        "gender",
        "portrait",
    }
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(CARD, "nationality", "x")
    assert not hasattr(CARD, "__dict__")


@pytest.mark.parametrize(
    "claim", ["nationality", "legal_status", "language", "second_name", "email", "phone", "address"]
)
def test_a_claim_about_origin_status_language_or_contact_cannot_be_expressed(claim: str) -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        replace(CARD, **{claim: "x"})  # type: ignore[arg-type]


def test_every_character_that_does_not_show_itself_is_refused_in_a_name_and_the_joiners_are_not() -> None:
    for code in range(0x110000):
        letter = chr(code)
        hidden = unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} and letter not in "\u200c\u200d"
        if unicodedata.category(letter) == "Cs" or not (hidden or letter in "\u200c\u200d"):
            continue
        payload = write_claims(replace(CARD, name=f"Ann{letter}B"))
        if hidden:
            with pytest.raises(Malformed) as refusal:
                read_claims(payload)
            assert refusal.value.reason is Reason.NAME_FORM, hex(code)
        else:
            assert read_claims(payload).name == f"Ann{letter}B"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "Ann\u202eB"},
        {"name": "\ud800"},
        {"number": "lower"},
        {"expires_at": NO_EXPIRY + 1},
        {"expires_at": CARD.issued_at},
        {"issued_at": -1},
        {"issued_at": 1 << 70},
        {"birth_date": datetime(1990, 1, 1, tzinfo=UTC)},
        {"status_index": -1},
        {"status_uri": "with space"},
        {"issuer": ""},
        {"portrait": Portrait(b"<svg/>", PortraitFormat.PNG)},
    ],
)
def test_what_a_verifier_would_refuse_is_never_signed(city: City, change: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refusal:
        encode(replace(CARD, **change), city.card)  # type: ignore[arg-type]
    sentence = str(refusal.value)
    assert sentence.endswith("please correct them.")
    assert CARD.name not in sentence
    assert CARD.number not in sentence


def test_a_time_is_the_citys_midnight_also_where_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")
    for day in (date(2026, 3, 8), date(2026, 7, 1), date(2026, 11, 1), date(2026, 12, 31)):
        assert datetime.fromtimestamp(midnight(day, new_york), new_york) == datetime(
            day.year, day.month, day.day, tzinfo=new_york
        )
    assert midnight(date(2100, 1, 1), UTC) == NO_EXPIRY
