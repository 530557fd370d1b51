"""Verification keys: their names, their forms, and the signatures they accept."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from idsvc.credential import EDDSA, ES256, Reason, Signs, VerificationKey
from idsvc.credential.verdicts import Malformed
from tests.credential.city import FreshSigner

X = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
Y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"


@pytest.fixture(params=["P-256", "Ed25519"])
def signer(request: pytest.FixtureRequest) -> FreshSigner:
    if request.param == "P-256":
        return FreshSigner(ec.generate_private_key(ec.SECP256R1()))
    return FreshSigner(ed25519.Ed25519PrivateKey.generate())


def test_the_name_of_a_key_is_the_start_of_the_standards_thumbprint() -> None:
    key = VerificationKey.from_cose({1: 2, -1: 1, -2: bytes.fromhex(X), -3: bytes.fromhex(Y)})
    assert key.key_id == "496bd8afadf307e5"  # RFC 9679, section 6
    assert key.alg == ES256


def test_a_key_is_read_back_from_both_its_forms(signer: FreshSigner) -> None:
    key = signer.public
    assert VerificationKey.from_cose(key.cose()) == key
    assert VerificationKey.from_jwk(key.jwk()) == key
    assert base64.urlsafe_b64decode(key.jwk()["kid"] + "=").hex() == key.key_id
    assert key.alg == (ES256 if key.jwk()["alg"] == "ES256" else EDDSA)


def test_a_key_accepts_its_own_signature_and_no_other(signer: FreshSigner) -> None:
    signs: Signs = signer
    signature = signs.sign(b"message")
    assert len(signature) == 64
    assert signer.public.signed(signature, b"message")
    assert not signer.public.signed(signature, b"another")
    assert not FreshSigner().public.signed(signature, b"message")
    assert not signer.public.signed(bytes(64), b"message")


@pytest.mark.parametrize(
    "key",
    [
        {},
        {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)},
        {1: 2, -1: 1, -2: bytes.fromhex(X), -3: True},
        {1: 2, -1: 1, -2: bytes.fromhex(X)[1:], -3: bytes.fromhex(Y)},
        {1: 2, -1: 1, -2: bytes.fromhex(X), -3: bytes.fromhex(Y), -4: bytes(32)},
        {1: 2, -1: 2, -2: bytes.fromhex(X), -3: bytes.fromhex(Y)},
        {1: 4, -1: bytes(32)},
        {1: 1, -1: 6, -2: bytes(31)},
        {1: 1, -1: 4, -2: bytes(32)},
        [1, 2],
        None,
    ],
)
def test_other_keys_are_not_read(key: object) -> None:
    with pytest.raises(Malformed) as refusal:
        VerificationKey.from_cose(key)  # type: ignore[arg-type]
    assert refusal.value.reason is Reason.KEY_FORM


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "\u00e9", "y": "AA"},
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
        {"kty": "RSA", "n": "AA", "e": "AQAB"},
        {"kty": "oct", "k": "AA"},
        "key",
    ],
)
def test_other_json_keys_are_not_read(key: object) -> None:
    with pytest.raises(Malformed) as refusal:
        VerificationKey.from_jwk(key)
    assert refusal.value.reason is Reason.KEY_FORM


def test_a_key_on_another_curve_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="P-256"):
        VerificationKey.of(ec.generate_private_key(ec.SECP384R1()).public_key())
