"""File keys: signatures that published keys accept, states, and refusals in one sentence."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from idsvc.credential.keys import EDDSA, ES256, KeyState, Purpose, Signs, VerificationKey
from idsvc.domain.errors import BadSetting, Conflict, NotFound, Refusal
from idsvc.domain.ids import KeyId
from idsvc.signing import stores
from idsvc.signing.filekeys import FileKeys
from idsvc.signing.keystore import KeyStore
from idsvc.signing.register import IndexName

TODAY = date(2026, 11, 22)
LATER = TODAY + timedelta(days=10)
Opens = Callable[[], KeyStore]


@pytest.mark.parametrize("alg", [ES256, EDDSA])
def test_a_signature_is_64_raw_bytes_that_the_published_key_accepts(open_keys: Opens, alg: int) -> None:
    entry = open_keys().new(Purpose.CARD, today=TODAY, alg=alg)
    signer: Signs = open_keys().signer(Purpose.CARD, today=TODAY)
    signature = signer.sign(b"a message")
    assert (len(signature), signer.alg, signer.key_id) == (64, alg, entry.key_id)
    published = VerificationKey.from_jwk(entry.public_key.jwk())
    assert published.signed(signature, b"a message")
    assert not published.signed(signature, b"another message")


def test_the_same_message_has_the_same_es256_signature(open_keys: Opens) -> None:
    open_keys().new(Purpose.CARD, today=TODAY)
    signer = open_keys().signer(Purpose.CARD, today=TODAY)
    assert signer.sign(b"a message") == open_keys().signer(Purpose.CARD, today=TODAY).sign(b"a message")


def test_a_rotated_key_signs_from_its_day_and_the_old_one_until_then(open_keys: Opens) -> None:
    store = open_keys()
    old = store.new(Purpose.CARD, today=TODAY)
    new = store.rotate(Purpose.CARD, today=TODAY, signs_from=LATER)
    assert store.signer(Purpose.CARD, today=LATER - timedelta(days=1)).key_id == old.key_id
    assert store.signer(Purpose.CARD, today=LATER).key_id == new.key_id


def test_a_retired_key_stays_listed_but_its_private_half_is_gone(
    open_keys: Opens, key_directory: Path
) -> None:
    store = open_keys()
    old = store.new(Purpose.CARD, today=TODAY)
    store.rotate(Purpose.CARD, today=TODAY)
    retired = store.retire(old.key_id, today=TODAY)
    assert (retired.state, retired.retired_on) == (KeyState.RETIRED, TODAY)
    assert [entry.state for entry in open_keys().status()] == [KeyState.RETIRED, KeyState.ACTIVE]
    assert not (key_directory / f"{old.key_id}.pem").exists()


def test_the_only_key_that_signs_is_not_retired(open_keys: Opens) -> None:
    store = open_keys()
    only = store.new(Purpose.CARD, today=TODAY)
    store.rotate(Purpose.CARD, today=TODAY, signs_from=LATER)
    with pytest.raises(Conflict, match="rotate it first"):
        store.retire(only.key_id, today=TODAY)


def test_a_withdrawn_key_signs_no_more(open_keys: Opens) -> None:
    store = open_keys()
    only = store.new(Purpose.CARD, today=TODAY)
    store.signer(Purpose.CARD, today=TODAY)
    assert store.withdraw(only.key_id, today=TODAY).state is KeyState.WITHDRAWN
    with pytest.raises(BadSetting, match="No card key signs today"):
        store.signer(Purpose.CARD, today=TODAY)
    with pytest.raises(Conflict):
        store.withdraw(only.key_id, today=TODAY)


def test_a_second_first_key_is_refused(open_keys: Opens) -> None:
    open_keys().new(Purpose.CARD, today=TODAY)
    with pytest.raises(Conflict, match="idsvc keys rotate card"):
        open_keys().new(Purpose.CARD, today=TODAY)


def test_a_key_cannot_begin_in_the_past_and_an_unknown_one_is_not_found(open_keys: Opens) -> None:
    with pytest.raises(Refusal, match="has passed"):
        open_keys().new(Purpose.CARD, today=TODAY, signs_from=TODAY - timedelta(days=1))
    with pytest.raises(NotFound):
        open_keys().withdraw(KeyId("0" * 16), today=TODAY)


def test_root_keys_are_never_kept_with_the_servers_keys(
    open_keys: Opens, tmp_path: Path, secret_file: Path
) -> None:
    with pytest.raises(Refusal, match="offline"):
        open_keys().new(Purpose.ROOT, today=TODAY)
    directory = tmp_path / "root"
    directory.mkdir(mode=0o700)
    root = stores.open_root_keys(directory, secret_file, random=os.urandom)
    live, spare = root.new(Purpose.ROOT, today=TODAY), root.new(Purpose.SPARE_ROOT, today=TODAY)
    assert live.key_id != spare.key_id
    with pytest.raises(Refusal):
        root.new(Purpose.CARD, today=TODAY)


def test_an_index_key_tags_alike_after_reopening_and_is_never_replaced(open_keys: Opens) -> None:
    assert open_keys().new_index(IndexName.NAME)
    tag = open_keys().index_key(IndexName.NAME).tag(b"a message")
    assert not open_keys().new_index(IndexName.NAME)
    assert open_keys().index_key(IndexName.NAME).tag(b"a message") == tag
    assert len(tag) == 32
    open_keys().new_index(IndexName.NUMBER)
    assert open_keys().index_key(IndexName.NUMBER).tag(b"a message") != tag


def test_nothing_of_a_key_lies_in_the_clear(open_keys: Opens, key_directory: Path) -> None:
    store = open_keys()
    store.new(Purpose.CARD, today=TODAY)
    store.new_index(IndexName.NAME)
    for path in key_directory.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if path.suffix == ".pem":
            assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()


def _one_sentence(raised: pytest.ExceptionInfo[BadSetting]) -> None:
    text = str(raised.value)
    assert re.fullmatch(r"[A-Z].*[^.]", text.removesuffix("."), re.DOTALL)
    assert "\n" not in text


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_key_directory_that_others_may_use_is_refused(
    open_keys: Opens, key_directory: Path, mode: int
) -> None:
    key_directory.chmod(mode)
    with pytest.raises(BadSetting, match="chmod 700") as raised:
        open_keys()
    _one_sentence(raised)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_or_passphrase_file_that_others_may_use_is_refused(
    open_keys: Opens, key_directory: Path, secret_file: Path, mode: int
) -> None:
    entry = open_keys().new(Purpose.CARD, today=TODAY)
    open_keys().new_index(IndexName.NAME)
    for name in (f"{entry.key_id}.pem", "index-name.key"):
        (key_directory / name).chmod(mode)
    with pytest.raises(BadSetting, match="chmod 600") as raised:
        open_keys().signer(Purpose.CARD, today=TODAY)
    _one_sentence(raised)
    with pytest.raises(BadSetting, match="chmod 600"):
        open_keys().index_key(IndexName.NAME)
    secret_file.chmod(mode)
    with pytest.raises(BadSetting, match=r"The passphrase file .* chmod 600") as raised:
        open_keys()
    _one_sentence(raised)


def test_a_wrong_short_empty_or_missing_passphrase_is_refused(open_keys: Opens, secret_file: Path) -> None:
    open_keys().new(Purpose.CARD, today=TODAY)
    open_keys().new_index(IndexName.NAME)
    secret_file.write_text("another passphrase, long enough")
    with pytest.raises(BadSetting, match="does not open") as raised:
        open_keys().signer(Purpose.CARD, today=TODAY)
    _one_sentence(raised)
    with pytest.raises(BadSetting, match="does not open"):
        open_keys().index_key(IndexName.NAME)
    secret_file.write_text("short")
    with pytest.raises(BadSetting, match="shorter than 20"):
        open_keys()
    secret_file.write_text("\n")
    with pytest.raises(BadSetting, match="empty"):
        open_keys()
    secret_file.unlink()
    with pytest.raises(BadSetting, match="does not exist"):
        open_keys()


def test_a_missing_swapped_or_damaged_key_file_is_refused(open_keys: Opens, key_directory: Path) -> None:
    card = open_keys().new(Purpose.CARD, today=TODAY)
    status = open_keys().new(Purpose.STATUS, today=TODAY)
    card_file, status_file = (key_directory / f"{entry.key_id}.pem" for entry in (card, status))
    card_file.write_bytes(status_file.read_bytes())
    with pytest.raises(BadSetting):
        open_keys().signer(Purpose.CARD, today=TODAY)
    card_file.write_bytes(b"nothing of use")
    with pytest.raises(BadSetting):
        open_keys().signer(Purpose.CARD, today=TODAY)
    card_file.unlink()
    with pytest.raises(BadSetting, match="does not exist") as raised:
        open_keys().signer(Purpose.CARD, today=TODAY)
    _one_sentence(raised)
    with pytest.raises(BadSetting, match="does not exist"):
        open_keys().index_key(IndexName.NUMBER)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_another_key_well_sealed_under_a_keys_name_is_refused(
    open_keys: Opens, key_directory: Path, secret_file: Path, curve: ec.EllipticCurve
) -> None:
    path = key_directory / f"{open_keys().new(Purpose.CARD, today=TODAY).key_id}.pem"
    password = FileKeys(key_directory, secret_file, random=os.urandom)._stretch(path).hex()
    other = ec.generate_private_key(curve)
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password.encode()),
        )
    )
    with pytest.raises(BadSetting, match="restore it from the backup"):
        open_keys().signer(Purpose.CARD, today=TODAY)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 2}', '{"version": 1, "keys": [{}]}'])
def test_a_damaged_register_is_refused(open_keys: Opens, key_directory: Path, content: str) -> None:
    (key_directory / "register.json").write_text(content)
    with pytest.raises(BadSetting, match=r"register") as raised:
        open_keys().status()
    _one_sentence(raised)


def test_an_unknown_scheme_is_refused(secret_file: Path) -> None:
    with pytest.raises(BadSetting, match="file:DIR"):
        stores.open_keys("vault:somewhere", secret_file, random=os.urandom)
