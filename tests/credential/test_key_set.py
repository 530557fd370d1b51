"""The public key set for outsiders."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import BadList, KeyState, Purpose, Reason, read_key_set, write_key_set
from idsvc.credential.key_set import LARGEST
from tests.credential.city import City, FreshSigner, trusted


def test_a_key_set_holds_the_keys_of_one_purpose_and_no_private_half(city: City) -> None:
    for purpose, signer in ((Purpose.CARD, city.card), (Purpose.STATUS, city.status)):
        keys = json.loads(write_key_set(city.trust(), purpose))["keys"]
        assert keys == [signer.public.jwk()]
        assert "d" not in keys[0]


def test_a_retired_key_stays_and_a_withdrawn_one_goes(city: City) -> None:
    retired, withdrawn = FreshSigner().public, FreshSigner().public
    trust = city.trust(
        trusted(retired, state=KeyState.RETIRED),
        trusted(withdrawn, state=KeyState.WITHDRAWN),
    )
    names = {entry.key.key_id for entry in read_key_set(write_key_set(trust)).keys}
    assert names == {city.card.key_id, retired.key_id}


def test_keys_of_other_kinds_are_passed_over(city: City) -> None:
    mixed = {"keys": [{"kty": "RSA", "n": "AA"}, "x", None, city.card.public.jwk()]}
    assert [entry.key for entry in read_key_set(json.dumps(mixed)).keys] == [city.card.public]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.LIST_FORM),
        ("{", Reason.LIST_FORM),
        (b"\xff", Reason.LIST_FORM),
        ("[" * 100_000, Reason.LIST_FORM),
        ("[]", Reason.KEY_FORM),
        ('{"keys": {}}', Reason.KEY_FORM),
        ('{"keys": []}', Reason.KEY_FORM),
        ('{"keys": [{"kty": "oct"}]}', Reason.KEY_FORM),
        (" " * (LARGEST + 1), Reason.TOO_LARGE),
    ],
)
def test_what_holds_no_key_is_refused(text: str | bytes, reason: Reason) -> None:
    with pytest.raises(BadList) as refusal:
        read_key_set(text)
    assert refusal.value.reason is reason


@given(st.text() | st.binary())
def test_any_text_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadList):
        read_key_set(text)
