"""What a verifier says of cards that a city made; what it says of all else is in the vectors."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from idsvc.credential import (
    NO_EXPIRY,
    Answer,
    CardClaims,
    CardStatus,
    KeyState,
    Reason,
    StatusList,
    TrustList,
    Verdict,
    Verifier,
    encode,
    write_key_set,
)
from idsvc.credential.verdicts import GENUINE, VERDICT_OF
from idsvc.domain.ids import StatusIndex
from tests.credential.city import CARD, DAY, FULL_CARD, NOW, TODAY, City, FreshSigner, trusted


def check(
    city: City,
    claims: CardClaims = CARD,
    *,
    at: datetime = TODAY,
    trust: TrustList | None = None,
    status: StatusList | None = None,
    issuer: str | None = None,
) -> Answer:
    lists = [status or city.status_list()]
    return Verifier(trust or city.trust(), lists, issuer=issuer).verify(encode(claims, city.card), at=at)


def test_a_card_with_everything_on_it_is_genuine_and_gives_its_claims_back(city: City) -> None:
    assert check(city, FULL_CARD) == Answer(Verdict.GENUINE, Reason.GENUINE, FULL_CARD, NOW - 3600)


def test_a_card_with_the_least_on_it_is_genuine(city: City) -> None:
    least = replace(CARD, birth_date=None, name="X")
    assert check(city, least).claims == least


def test_the_text_may_come_as_bytes(city: City) -> None:
    text = encode(CARD, city.card)
    assert city.verifier().verify(text.encode(), at=TODAY) == city.verifier().verify(text, at=TODAY)


def test_an_ed25519_key_signs_cards_too() -> None:
    assert check(City(card=FreshSigner(Ed25519PrivateKey.generate()))).verdict is Verdict.GENUINE


@pytest.mark.parametrize(
    ("at", "verdict", "moment"),
    [
        (CARD.valid_from - 1, Verdict.NOT_YET_VALID, CARD.valid_from),
        (CARD.expires_at, Verdict.EXPIRED, CARD.expires_at),
    ],
)
def test_outside_its_time_a_card_says_when_and_not_whose(
    city: City, at: int, verdict: Verdict, moment: int
) -> None:
    answer = check(city, at=datetime.fromtimestamp(at, UTC))
    assert (answer.verdict, answer.moment, answer.claims) == (verdict, moment, None)


@pytest.mark.parametrize("at", [CARD.valid_from, CARD.expires_at - 1])
def test_a_card_holds_from_its_first_to_its_last_second(city: City, at: int) -> None:
    assert check(city, at=datetime.fromtimestamp(at, UTC)).verdict in GENUINE


def test_a_card_without_expiry_holds_until_the_end_of_the_century(city: City) -> None:
    forever = replace(CARD, expires_at=NO_EXPIRY)
    assert check(city, forever, at=datetime(2099, 12, 31, tzinfo=UTC)).verdict in GENUINE
    assert check(city, forever, at=datetime(2100, 1, 1, tzinfo=UTC)).verdict is Verdict.EXPIRED


@pytest.mark.parametrize(
    ("state", "verdict"),
    [(CardStatus.REVOKED, Verdict.REVOKED), (CardStatus.SUSPENDED, Verdict.SUSPENDED)],
)
@pytest.mark.parametrize("age", [0, 2 * DAY, 60 * DAY])
def test_a_bad_status_counts_however_old_the_list_is(
    city: City, state: CardStatus, verdict: Verdict, age: int
) -> None:
    status = city.status_list((77, state), issued_at=NOW - 3600)
    answer = check(city, status=status, at=TODAY + timedelta(seconds=age))
    assert (answer.verdict, answer.claims) == (verdict, None)


def test_after_its_ttl_the_status_list_leaves_a_card_stale(city: City) -> None:
    status = city.status_list(issued_at=NOW - DAY)
    answer = check(city, status=status)
    assert (answer.reason, answer.moment, answer.claims) == (Reason.STATUS_STALE, NOW - DAY, CARD)
    assert check(city, status=status, at=TODAY - timedelta(seconds=1)).reason is Reason.GENUINE


def test_past_its_day_the_trust_list_leaves_a_card_stale(city: City) -> None:
    trust = city.trust(expires_at=NOW)
    answer = check(city, trust=trust)
    assert (answer.reason, answer.moment) == (Reason.TRUST_STALE, trust.issued_at)


def test_without_a_list_with_the_cards_place_the_status_is_unchecked(city: City) -> None:
    token = encode(CARD, city.card)
    assert Verifier(city.trust()).verify(token, at=TODAY).reason is Reason.STATUS_LIST_MISSING
    assert check(city, status=city.status_list(size=76)).reason is Reason.STATUS_INDEX_UNKNOWN
    assert check(city, trust=city.trust(status_uris=())).reason is Reason.STATUS_URI_UNKNOWN
    no_such_state = replace(city.status_list(), array=b"\xff" * 250)
    answer = check(city, status=no_such_state)
    assert (answer.reason, answer.verdict) == (
        Reason.STATUS_VALUE_UNKNOWN,
        Verdict.GENUINE_STATUS_UNCHECKED,
    )


def test_the_status_is_that_of_the_cards_own_place(city: City) -> None:
    neighbours = [(76, CardStatus.REVOKED), (78, CardStatus.REVOKED)]
    assert check(city, status=city.status_list(*neighbours)).verdict is Verdict.GENUINE
    moved = replace(CARD, status_index=StatusIndex(78))
    assert check(city, moved, status=city.status_list(*neighbours)).verdict is Verdict.REVOKED


def test_keys_signing_retired_are_believed_and_withdrawn_ones_are_not(city: City) -> None:
    assert check(city, trust=city.trust(card_state=KeyState.RETIRED)).verdict is Verdict.GENUINE
    answer = check(city, trust=city.trust(card_state=KeyState.WITHDRAWN))
    assert (answer.verdict, answer.reason) == (Verdict.UNKNOWN_KEY, Reason.KEY_WITHDRAWN)


@pytest.mark.parametrize("shift", [-1, DAY])
def test_a_card_issued_outside_its_keys_time_is_not_believed(shift: int) -> None:
    city = City()
    first = CARD.issued_at - shift
    trust = replace(city.trust(), keys=(trusted(city.card.public, first=first, last=first + DAY),))
    assert check(city, trust=trust).reason is Reason.KEY_PERIOD


def test_a_status_key_signs_no_cards(city: City) -> None:
    answer = city.verifier().verify(encode(CARD, city.status), at=TODAY)
    assert (answer.verdict, answer.reason) == (Verdict.UNKNOWN_KEY, Reason.KEY_PURPOSE)


def test_another_citys_card_is_told_from_a_card_of_an_unknown_key(city: City) -> None:
    stranger = FreshSigner()
    other = replace(CARD, issuer="https://id.other.example")
    assert city.verifier().verify(encode(other, stranger), at=TODAY).reason is Reason.ISSUER
    assert city.verifier().verify(encode(CARD, stranger), at=TODAY).reason is Reason.KEY_UNKNOWN
    assert check(city, other).verdict is Verdict.WRONG_ISSUER
    assert check(city, other, issuer="https://id.other.example").verdict in GENUINE


def test_a_bare_key_set_is_enough_to_tell_a_genuine_card(city: City) -> None:
    answer = Verifier.from_key_set(write_key_set(city.trust())).verify(encode(CARD, city.card), at=TODAY)
    assert (answer.verdict, answer.claims) == (Verdict.GENUINE_STATUS_UNCHECKED, CARD)
    strict = Verifier.from_key_set(write_key_set(city.trust()), issuer="https://id.other.example")
    assert strict.verify(encode(CARD, city.card), at=TODAY).verdict is Verdict.WRONG_ISSUER


def test_a_moment_without_time_zone_is_a_mistake_of_the_caller(city: City) -> None:
    with pytest.raises(ValueError, match="time zone"):
        city.verifier().verify("", at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake itself


def test_every_reason_stands_for_one_verdict_and_every_verdict_for_a_reason() -> None:
    assert set(VERDICT_OF) == set(Reason)
    assert set(VERDICT_OF.values()) == set(Verdict)


def test_the_package_works_alone_in_a_fresh_interpreter() -> None:
    program = (  # every top-level module, and every module of ours
        "import sys; from idsvc.credential import Verifier; "
        "print(*{m.split('.')[0] for m in sys.modules}, *(m for m in sys.modules if m.startswith('idsvc')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert "cryptography" in loaded
    assert {name.split(".")[1] for name in loaded if name.startswith("idsvc.")} == {"credential", "domain"}
    assert not {"flask", "sqlalchemy", "cbor2", "numpy", "PIL", "werkzeug", "pkcs11"} & set(loaded)
