import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idsvc.audit.notes import Checkpoint, NoteKey, open_checkpoint, open_note, sign_note
from idsvc.credential.keys import VerificationKey
from idsvc.domain.errors import BadSetting, Refusal
from tests.audit.logs import Log, make_log

_ROOT = bytes(range(32))


def test_a_note_signed_by_go_is_read() -> None:
    """The example of golang.org/x/mod/sumdb/note, from which C2SP signed-note comes."""
    verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    name, key_hash, encoded = verifier.split("+", 2)
    raw = base64.b64decode(encoded)
    key = NoteKey(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
    assert key.hash.hex() == key_hash
    assert open_note(f"{text}\n\u2014 {name} {signature}\n", key=key) == text
    with pytest.raises(Refusal, match="does not fit"):
        open_note(f"{text.upper()}\n\u2014 {name} {signature}\n", key=key)


def test_a_checkpoint_comes_back_as_it_was_signed(log: Log) -> None:
    checkpoint = Checkpoint(origin=log.key.name, size=12, root=_ROOT)
    note = sign_note(checkpoint.text(), key=log.key, signer=log.signer)
    assert open_checkpoint(note, key=log.key) == checkpoint
    assert note.count("\n\n") == 1
    assert "\n12\n" in note


def test_signatures_of_others_are_passed_over(log: Log) -> None:
    text = Checkpoint(origin=log.key.name, size=1, root=_ROOT).text()
    other = make_log()
    strange = sign_note(text, key=NoteKey("witness.example", other.key.public), signer=other.signer)
    ours = sign_note(text, key=log.key, signer=log.signer)
    both = strange + ours.rpartition("\n\n")[2]
    assert open_checkpoint(both, key=log.key).size == 1
    with pytest.raises(Refusal, match="not signed by the expected key"):
        open_checkpoint(strange, key=log.key)
    same_name = sign_note(text, key=other.key, signer=other.signer)
    with pytest.raises(Refusal, match="not signed by the expected key"):
        open_checkpoint(same_name, key=log.key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_of_a_checkpoint_is_accepted(log: Log, data: st.DataObject) -> None:
    checkpoint = Checkpoint(origin=log.key.name, size=12, root=_ROOT)
    note = sign_note(checkpoint.text(), key=log.key, signer=log.signer)
    place = data.draw(st.integers(0, len(note) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    changed = note[:place] + letter + note[place + 1 :]
    try:
        assert open_checkpoint(changed, key=log.key) == checkpoint
        assert changed == note
    except Refusal:
        assert changed != note


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n1\n", "a\n1\nx\n", "a\n01\n{}\n", "a\n-1\n{}\n", "a\n1\n{}", "\n1\n{}\n", "a\n1\nAAAA\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        Checkpoint.parse(text.replace("{}", base64.b64encode(_ROOT).decode()))


def test_only_an_ed25519_key_signs_the_log() -> None:
    p256 = VerificationKey.of(ec.generate_private_key(ec.SECP256R1()).public_key())
    with pytest.raises(BadSetting, match="Ed25519"):
        NoteKey.of("riverbend.example", p256)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_that_a_note_cannot_carry_is_refused(log: Log, name: str) -> None:
    with pytest.raises(BadSetting, match="name"):
        NoteKey.of(name, VerificationKey.of(log.key.public))
