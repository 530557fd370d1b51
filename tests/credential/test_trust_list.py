"""The trust list: what is believed, from whom, and that a bad update changes nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import (
    BadList,
    Purpose,
    Reason,
    TrustList,
    cbor,
    cose,
    read_trust_list,
    sign_status_list,
    sign_trust_list,
    update_trust_list,
)
from idsvc.credential.trust_list import LARGEST, TYP, TrustedKey, _write_payload
from tests.credential.city import NOW, City, FreshSigner, trusted


def read(city: City, token: bytes) -> TrustList:
    return read_trust_list(token, city.roots)


def refused(city: City, token: bytes) -> Reason:
    with pytest.raises(BadList) as refusal:
        read_trust_list(token, city.roots)
    assert refusal.value.reason in str(refusal.value)
    return refusal.value.reason


@pytest.mark.parametrize("root", ["root", "spare"])
def test_a_list_signed_by_either_root_is_read_back(city: City, root: str) -> None:
    assert read(city, sign_trust_list(city.trust(), getattr(city, root))) == city.trust()


@pytest.mark.parametrize("signer", ["card", "status"])
def test_no_other_key_signs_a_trust_list(city: City, signer: str) -> None:
    assert refused(city, sign_trust_list(city.trust(), getattr(city, signer))) is Reason.KEY_UNKNOWN


def test_every_flipped_bit_is_refused(city: City) -> None:
    token = sign_trust_list(city.trust(), city.root)
    for bit in range(8 * len(token)):
        flipped = bytearray(token)
        flipped[bit // 8] ^= 1 << bit % 8
        refused(city, bytes(flipped))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(city: City, token: bytes) -> None:
    refused(city, token)


@given(st.binary(max_size=200))
def test_any_signed_payload_that_is_no_list_is_refused(city: City, payload: bytes) -> None:
    refused(city, cose.sign1(payload, city.root, typ=TYP))


def test_a_status_list_is_no_trust_list_even_under_the_root_key(city: City) -> None:
    assert refused(city, sign_status_list(city.status_list(), city.root)) is Reason.LIST_TYPE
    untyped = cose.sign1(_write_payload(city.trust()), city.root)
    assert refused(city, untyped) is Reason.LIST_TYPE


@pytest.mark.parametrize(
    "change",
    [
        {1: None},
        {4: NOW - 10**9},
        {6: -1},
        {"sequence": -1},
        {"sequence": "1"},
        {"status_uris": "https://x"},
        {"status_uris": [1]},
        {"keys": {}},
        {"keys": [1]},
        {"keys": [{}]},
        {"more": 1},
    ],
)
def test_a_list_of_another_form_is_refused(city: City, change: dict[int | str, cbor.Value]) -> None:
    payload = cbor.decode(_write_payload(city.trust()))
    assert isinstance(payload, dict)
    token = cose.sign1(cbor.encode({**payload, **change}), city.root, typ=TYP)
    assert refused(city, token) is Reason.LIST_FORM


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "root"},
        {"purpose": "checkpoint"},
        {"purpose": "unknown"},
        {"state": "unknown"},
        {"first": 10, "last": 10},
        {"first": -1},
        {"more": 1},
        {"key": {1: 2}},
    ],
)
def test_a_key_of_another_form_spoils_the_list(city: City, change: dict[int | str, cbor.Value]) -> None:
    payload = cbor.decode(_write_payload(city.trust()))
    assert isinstance(payload, dict)
    entries = payload["keys"]
    assert isinstance(entries, list)
    assert isinstance(entries[0], dict)
    entries[0] = {**entries[0], **change}
    token = cose.sign1(cbor.encode(payload), city.root, typ=TYP)
    assert refused(city, token) in {Reason.LIST_FORM, Reason.KEY_FORM}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda trust: replace(trust, issuer=None),
        lambda trust: replace(trust, expires_at=trust.issued_at),
        lambda trust: replace(trust, sequence=-1),
        lambda trust: replace(trust, keys=trust.keys * 2),
        lambda trust: replace(trust, keys=(replace(trust.keys[0], last=0),)),
        lambda trust: replace(
            trust, keys=(TrustedKey(trust.keys[0].key, Purpose.CARD, trust.keys[0].state, 5, 5),)
        ),
        lambda trust: replace(trust, keys=(replace(trust.keys[0], purpose=Purpose.CHECKPOINT),)),
        lambda trust: replace(trust, status_uris=("x" * LARGEST,)),
    ],
)
def test_a_list_that_a_verifier_would_refuse_is_never_signed(city: City, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(BadList):
        sign_trust_list(spoil(city.trust()), city.root)


def test_a_huge_list_is_refused_before_it_is_read(city: City) -> None:
    assert refused(city, bytes(LARGEST + 1)) is Reason.TOO_LARGE


def test_an_update_is_taken_when_it_is_newer(city: City) -> None:
    old, new = city.trust(sequence=4), city.trust(trusted(FreshSigner().public), sequence=5)
    token = sign_trust_list(new, city.spare)
    assert update_trust_list(old, token, city.roots).kept == new
    assert update_trust_list(None, token, city.roots).kept == new
    again = update_trust_list(new, token, city.roots)
    assert (again.kept, again.refused) == (new, None)


@pytest.mark.parametrize("sequence", [0, 3, 4])
def test_an_older_list_or_another_of_the_same_number_is_not_taken(city: City, sequence: int) -> None:
    kept = city.trust(sequence=4)
    offered = city.trust(trusted(FreshSigner().public), sequence=sequence)
    update = update_trust_list(kept, sign_trust_list(offered, city.root), city.roots)
    assert (update.kept, update.refused) == (kept, Reason.LIST_OLDER)


def test_a_bad_update_changes_nothing_and_says_why(city: City) -> None:
    kept = city.trust()
    update = update_trust_list(kept, b"<html>captive portal</html>", city.roots)
    assert (update.kept, update.refused) == (kept, Reason.COSE_TAG)
    first = update_trust_list(None, b"", city.roots)
    assert (first.kept, first.refused) == (None, Reason.COSE_TAG)


def test_a_list_past_its_day_is_still_read_and_says_that_it_is_stale(city: City) -> None:
    trust = read(city, sign_trust_list(city.trust(expires_at=NOW), city.root))
    assert trust.stale(NOW)
    assert not trust.stale(NOW - 1)
