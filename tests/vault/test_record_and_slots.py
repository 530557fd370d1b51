"""A resident's record: one length for all, opened by the resident's code or, for a while, by the city."""

import os
import time
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import BadInput, Destroyed, SealBroken
from idsvc.domain.minimization import Gender, RetainedFacts
from idsvc.domain.numbers import RenewalCode, draw_renewal_code
from idsvc.signing.epochs import EpochStore
from idsvc.vault.items import Vault
from idsvc.vault.record import (
    LARGEST_PORTRAIT,
    SEALED_RECORD_BYTES,
    ResidentRecord,
    decode_record,
    draw_record_key,
    encode_record,
    open_record,
    seal_record,
)
from idsvc.vault.slots import (
    RESIDENT_SLOT_BYTES,
    WrongCode,
    make_city_slot,
    make_resident_slot,
    open_city_slot,
    open_resident_slot,
)

TODAY = date(2026, 11, 22)
RECORD = ResidentRecord(
    RetainedFacts("Sample Resident", date(1990, 1, 1), ("1 River Street", "Riverbend"), None), b"\xff\xd8jpeg"
)
facts = st.builds(
    RetainedFacts,
    name=st.text(max_size=200),
    birth_date=st.dates(),
    address=st.lists(st.text(max_size=80), max_size=6).map(tuple),
    gender=st.none() | st.sampled_from(Gender),
)


@given(facts, st.binary(max_size=2000))
def test_a_record_is_read_back_and_sealed_at_one_length(known: RetainedFacts, portrait: bytes) -> None:
    record = ResidentRecord(known, portrait)
    assert decode_record(encode_record(record)) == record
    key = draw_record_key(os.urandom)
    sealed = seal_record(record, record_id="r1", key=key, random=os.urandom)
    assert len(sealed) == SEALED_RECORD_BYTES
    assert open_record(sealed, record_id="r1", key=key) == record
    with pytest.raises(SealBroken):
        open_record(sealed, record_id="r2", key=key)
    with pytest.raises(SealBroken):
        open_record(sealed, record_id="r1", key=draw_record_key(os.urandom))


def test_the_largest_portrait_fits_and_a_larger_one_is_refused() -> None:
    key = draw_record_key(os.urandom)
    largest = ResidentRecord(
        RetainedFacts("\N{GRINNING FACE}" * 200, date(1990, 1, 1), ("\N{GRINNING FACE}" * 80,) * 6, Gender.X),
        bytes(LARGEST_PORTRAIT),
    )
    assert len(seal_record(largest, record_id="r1", key=key, random=os.urandom)) == SEALED_RECORD_BYTES
    with pytest.raises(BadInput) as refused:
        encode_record(ResidentRecord(RECORD.facts, bytes(LARGEST_PORTRAIT + 1)))
    assert refused.value.field == "portrait"


@given(st.binary(max_size=200))
def test_other_bytes_are_no_record(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        decode_record(junk)


def test_a_record_written_in_another_form_is_refused() -> None:
    encoded = encode_record(RECORD)
    with pytest.raises(SealBroken):
        decode_record(encoded + b"\0")
    with pytest.raises(SealBroken):
        decode_record(encoded.replace(b"birth_date", b"birth_dare"))


def test_the_code_opens_its_own_record_only() -> None:
    key, code = draw_record_key(os.urandom), draw_renewal_code(os.urandom)
    slot = make_resident_slot(key, code, record_id="r1", random=os.urandom)
    assert len(slot) == RESIDENT_SLOT_BYTES
    assert open_resident_slot(slot, code, record_id="r1") == key
    attempts = (
        (slot, code, "r2"),
        (slot, draw_renewal_code(os.urandom), "r1"),
        (None, code, "r1"),
        (slot[:-1], code, "r1"),
        (b"", code, "r1"),
    )
    for shown, typed, record_id in attempts:
        with pytest.raises(WrongCode, match="do not belong together"):
            open_resident_slot(shown, typed, record_id=record_id)


def test_every_slot_has_a_salt_of_its_own() -> None:
    key, code = draw_record_key(os.urandom), draw_renewal_code(os.urandom)
    one, two = (make_resident_slot(key, code, record_id="r1", random=os.urandom) for _ in range(2))
    assert one[:16] != two[:16]
    assert one[16:] != two[16:]


@pytest.mark.slow
def test_a_wrong_code_and_an_unknown_card_take_the_same_work() -> None:
    key, code = draw_record_key(os.urandom), draw_renewal_code(os.urandom)
    slot = make_resident_slot(key, code, record_id="r1", random=os.urandom)
    wrong = RenewalCode("0" * 21)
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(15):
        for known in (True, False):
            before = time.process_time()
            with pytest.raises(WrongCode):
                open_resident_slot(slot if known else None, wrong, record_id="r1")
            spent[known].append(time.process_time() - before)
    assert 0.7 < median(spent[True]) / median(spent[False]) < 1.4


def test_the_city_slot_dies_early_or_with_its_day_and_the_code_still_opens(
    vault: Vault, epoch_store: EpochStore
) -> None:
    key, code = draw_record_key(os.urandom), draw_renewal_code(os.urandom)
    resident = make_resident_slot(key, code, record_id="r1", random=os.urandom)
    epoch = epoch_store.create_if_absent(TODAY + timedelta(days=30))
    city = make_city_slot(vault, key, epoch=epoch, record_id="r1")
    assert open_city_slot(vault, city, record_id="r1") == key
    with pytest.raises(SealBroken):
        open_city_slot(vault, city, record_id="r2")
    vault.destroy_item(epoch, city.id)
    with pytest.raises(Destroyed):
        open_city_slot(vault, city, record_id="r1")
    assert open_resident_slot(resident, code, record_id="r1") == key
