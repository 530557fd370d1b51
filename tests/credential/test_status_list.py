"""The status list: its bits, its forms, its age, and that a bad update changes nothing."""

import json
import zlib
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import (
    BadList,
    CardStatus,
    KeyState,
    Purpose,
    Reason,
    StatusList,
    cbor,
    cose,
    read_status_list,
    sign_status_list,
    sign_status_list_jwt,
    sign_trust_list,
    status_array,
    update_status_list,
)
from idsvc.credential.status_list import LARGEST, LARGEST_CARDS, TYP
from idsvc.domain.ids import StatusIndex
from tests.credential.city import DAY, NOW, STATUS_URI, City, trusted

STATES = st.dictionaries(st.integers(0, 999).map(StatusIndex), st.sampled_from(CardStatus))


def made(city: City, **change: int) -> StatusList:
    return replace(city.status_list((3, CardStatus.REVOKED)), **change)  # type: ignore[arg-type]


def refused(city: City, token: bytes) -> Reason:
    with pytest.raises(BadList) as refusal:
        read_status_list(token, city.trust())
    return refusal.value.reason


@given(STATES)
def test_every_card_has_the_state_that_was_put_in(states: dict[StatusIndex, CardStatus]) -> None:
    status = StatusList(STATUS_URI, NOW, NOW + DAY, DAY, status_array(1000, states.items()))
    for index in range(1000):
        assert status.state(StatusIndex(index)) == states.get(StatusIndex(index), CardStatus.VALID)


def test_the_example_of_the_standard() -> None:
    """Section 4.1 of the draft: sixteen states of two bits... twelve places, C9 44 F9."""
    states = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    status = StatusList(STATUS_URI, NOW, NOW + DAY, DAY, bytes.fromhex("c944f9"))
    assert [status.state(StatusIndex(index)) for index in range(12)] == states


def test_a_later_state_replaces_an_earlier_one() -> None:
    index = StatusIndex(5)
    array = status_array(
        8, [(index, CardStatus.SUSPENDED), (index, CardStatus.REVOKED), (index, CardStatus.VALID)]
    )
    assert array == bytes(2)


@pytest.mark.parametrize("index", [-1, 1000, 10**9])
def test_a_place_outside_of_the_list_has_no_state(city: City, index: int) -> None:
    assert city.status_list().state(StatusIndex(index)) is None
    with pytest.raises(ValueError, match="outside"):
        status_array(1000, [(StatusIndex(index), CardStatus.REVOKED)])


@pytest.mark.parametrize("size", [0, -1, LARGEST_CARDS + 1])
def test_a_list_has_a_bounded_size(size: int) -> None:
    with pytest.raises(ValueError, match="places"):
        status_array(size, [])


def test_a_list_signed_by_the_status_key_is_read_back(city: City) -> None:
    status = made(city)
    assert read_status_list(sign_status_list(status, city.status), city.trust()) == status


@pytest.mark.parametrize(("signer", "reason"), [("card", Reason.KEY_PURPOSE), ("root", Reason.KEY_UNKNOWN)])
def test_no_other_key_signs_a_status_list(city: City, signer: str, reason: Reason) -> None:
    assert refused(city, sign_status_list(made(city), getattr(city, signer))) is reason


def test_a_withdrawn_status_key_is_not_believed_and_a_retired_one_is(city: City) -> None:
    token = sign_status_list(made(city), city.status)
    assert read_status_list(token, city.trust(status_state=KeyState.RETIRED)) == made(city)
    with pytest.raises(BadList) as refusal:
        read_status_list(token, city.trust(status_state=KeyState.WITHDRAWN))
    assert refusal.value.reason is Reason.KEY_WITHDRAWN


def test_a_list_of_a_time_outside_its_keys_is_not_believed(city: City) -> None:
    trust = replace(city.trust(), keys=(trusted(city.status.public, Purpose.STATUS, last=NOW - 3600),))
    with pytest.raises(BadList) as refusal:
        read_status_list(sign_status_list(made(city), city.status), trust)
    assert refusal.value.reason is Reason.KEY_PERIOD


def test_a_list_that_the_trust_list_does_not_name_is_refused(city: City) -> None:
    elsewhere = replace(made(city), uri="https://beacon.example/1")
    assert refused(city, sign_status_list(elsewhere, city.status)) is Reason.STATUS_URI_UNKNOWN


def test_another_kind_of_list_is_refused(city: City) -> None:
    assert refused(city, sign_trust_list(city.trust(), city.status)) is Reason.LIST_TYPE


def test_every_flipped_bit_is_refused(city: City) -> None:
    token = sign_status_list(made(city), city.status)
    for bit in range(8 * len(token)):
        flipped = bytearray(token)
        flipped[bit // 8] ^= 1 << bit % 8
        refused(city, bytes(flipped))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(city: City, content: bytes) -> None:
    refused(city, content)
    refused(city, cose.sign1(content, city.status, typ=TYP))


def test_a_list_too_large_is_refused_packed_or_unpacked(city: City) -> None:
    assert refused(city, bytes(LARGEST + 1)) is Reason.TOO_LARGE
    bomb = replace(made(city), array=bytes(LARGEST_CARDS // 4 + 1))
    assert refused(city, sign_status_list(bomb, city.status)) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({2: 1}, Reason.LIST_FORM),
        ({4: NOW - 10**9}, Reason.LIST_FORM),
        ({6: -1}, Reason.LIST_FORM),
        ({65534: 0}, Reason.LIST_FORM),
        ({65534: "1"}, Reason.LIST_FORM),
        ({65533: {"bits": 1, "lst": zlib.compress(b"")}}, Reason.LIST_FORM),
        ({65533: {"bits": 2, "lst": "x"}}, Reason.LIST_FORM),
        ({65533: {"bits": 2, "lst": zlib.compress(b""), "aggregation_uri": "https://x"}}, Reason.LIST_FORM),
        ({65533: {"bits": 2, "lst": b"xx"}}, Reason.COMPRESSION),
        ({65533: {"bits": 2, "lst": zlib.compress(b"x")[:-1]}}, Reason.COMPRESSION),
        ({65533: {"bits": 2, "lst": zlib.compress(b"x") + b"x"}}, Reason.COMPRESSION),
        ({7: b"id"}, Reason.LIST_FORM),
    ],
)
def test_a_list_of_another_form_is_refused(
    city: City, change: dict[int | str, cbor.Value], reason: Reason
) -> None:
    message = cose.read_sign1(sign_status_list(made(city), city.status), typ=TYP)
    payload = cbor.decode(message.payload)
    assert isinstance(payload, dict)
    assert refused(city, cose.sign1(cbor.encode({**payload, **change}), city.status, typ=TYP)) is reason


def test_an_update_is_taken_unless_it_is_older(city: City) -> None:
    kept = made(city)
    newer = made(city, issued_at=NOW)
    update = update_status_list(kept, sign_status_list(newer, city.status), city.trust())
    assert (update.kept, update.refused) == (newer, None)
    back = update_status_list(newer, sign_status_list(kept, city.status), city.trust())
    assert (back.kept, back.refused) == (newer, Reason.LIST_OLDER)
    same = update_status_list(kept, sign_status_list(kept, city.status), city.trust())
    assert (same.kept, same.refused) == (kept, None)


def test_a_bad_update_or_another_list_changes_nothing_and_says_why(city: City) -> None:
    kept = made(city)
    update = update_status_list(kept, b"not found", city.trust())
    assert (update.kept, update.refused) == (kept, Reason.COSE_TAG)
    second_uri = STATUS_URI.replace("1.cwt", "2.cwt")
    trust = city.trust(status_uris=(STATUS_URI, second_uri))
    second = sign_status_list(replace(kept, uri=second_uri, issued_at=NOW), city.status)
    crossed = update_status_list(kept, second, trust)
    assert (crossed.kept, crossed.refused) == (kept, Reason.STATUS_URI_UNKNOWN)


def test_a_list_is_stale_after_its_ttl_and_after_its_end(city: City) -> None:
    assert not made(city, issued_at=NOW, ttl=DAY).stale(NOW + DAY - 1)
    assert made(city, issued_at=NOW, ttl=DAY).stale(NOW + DAY)
    assert made(city, issued_at=NOW, ttl=90 * DAY, expires_at=NOW + DAY).stale(NOW + DAY)


def test_the_jwt_says_the_same_as_the_cwt_under_the_same_key(city: City) -> None:
    status = made(city)
    head, body, signature = sign_status_list_jwt(status, city.status).split(".")
    header, payload = (json.loads(urlsafe_b64decode(part + "==")) for part in (head, body))
    assert header == {"alg": "ES256", "kid": city.status.public.jwk()["kid"], "typ": "statuslist+jwt"}
    assert city.status.public.signed(urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode())
    assert payload["sub"] == status.uri
    assert (payload["iat"], payload["exp"], payload["ttl"]) == (
        status.issued_at,
        status.expires_at,
        status.ttl,
    )
    assert zlib.decompress(urlsafe_b64decode(payload["status_list"]["lst"] + "==")) == status.array
    assert payload["status_list"]["bits"] == 2
