"""Our tokens in software that nobody here wrote, and theirs in ours; set up by `scripts/setup_interop`."""

import hashlib
import json
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from idsvc.credential import (
    CardClaims,
    CardStatus,
    GenderCode,
    Portrait,
    PortraitFormat,
    Reason,
    Verdict,
    cbor,
    encode,
    portrait_room,
    qrtext,
    sign_status_list,
    sign_status_list_jwt,
)
from idsvc.credential.claims import write_claims
from tests.credential.city import CARD, TODAY, City, FreshSigner

ROOT = Path(__file__).parents[2]
NODE = Path(__file__).parent / "node"
PYTHON = ROOT / ".venv-interop/bin/python"
PICTURE = b"RIFF\x8c\x02\x00\x00WEBPVP8 "


def with_portrait(size: int) -> CardClaims:
    noise = hashlib.shake_256(b"face").digest(size - len(PICTURE))
    return replace(CARD, gender=GenderCode.FEMALE, portrait=Portrait(PICTURE + noise, PortraitFormat.WEBP))


ROOM = portrait_room(CARD)
CARDS = {
    "bare": CARD,
    "portrait at M": with_portrait(ROOM.at_m * 97 // 100),
    "the largest portrait": with_portrait(ROOM.at_l * 97 // 100),
}


@pytest.fixture(params=["ES256", "EdDSA"])
def city(request: pytest.FixtureRequest) -> City:
    es256 = request.param == "ES256"
    return City(card=FreshSigner() if es256 else FreshSigner(ed25519.Ed25519PrivateKey.generate()))


@pytest.fixture
def es256_city() -> City:
    return City()


class Peer:
    """A running program of other people's software: a request a line, an answer a line."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, act: str, **request: object) -> object:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, **request}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def python() -> Iterator[Peer]:
    peer = Peer([str(PYTHON), str(Path(__file__).parent / "peers.py")])
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def node() -> Iterator[Peer]:
    if not (NODE / "node_modules").exists():
        pytest.fail("run scripts/setup_interop first")
    peer = Peer(["node", str(NODE / "peers.mjs")])
    yield peer
    peer.close()


def pem(signer: FreshSigner) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return signer.public.public.public_bytes(Encoding.PEM, form).decode()


def private_pem(signer: FreshSigner) -> str:
    return signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def shown(value: cbor.Value) -> object:
    if isinstance(value, dict):
        return {str(key): shown(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [shown(entry) for entry in value]
    return value.hex() if isinstance(value, bytes) else value


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.parametrize("name", CARDS)
def test_claim169_reads_our_cards(python: Peer, city: City, name: str) -> None:
    claims = CARDS[name]
    read = python.ask("read claim169", token=encode(claims, city.card), pem=pem(city.card))
    face = [
        {"data": claims.portrait.picture.hex(), "format": 0, "sub_format": 4}
        for _ in (claims.portrait,)
        if claims.portrait
    ]
    assert read == {
        "verified": True,
        "issuer": claims.issuer,
        "expires_at": claims.expires_at,
        "id": claims.number,
        "version": "1",
        "name": claims.name,
        "birth_date": "19900101",
        "gender": claims.gender,
        "face": face,
    }


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.parametrize("peer", ["cwt", "pycose"])
@pytest.mark.parametrize("name", CARDS)
def test_other_cose_libraries_read_our_cards(python: Peer, city: City, peer: str, name: str) -> None:
    token = encode(CARDS[name], city.card)
    read = python.ask(f"read {peer}", token=token, pem=pem(city.card), key_id=city.card.key_id)
    assert read == shown(cbor.decode(write_claims(CARDS[name])))


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.needs("node")
@pytest.mark.parametrize("name", CARDS)
def test_auth0_cose_verifies_our_cards(node: Peer, city: City, name: str) -> None:
    read = node.ask("read cose", token=encode(CARDS[name], city.card), jwk=city.card.public.jwk())
    assert read == {"payload": write_claims(CARDS[name]).hex(), "kid": city.card.key_id}


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.needs("node")
@pytest.mark.parametrize("name", CARDS)
def test_pixelpass_unpacks_our_cards(node: Peer, city: City, name: str) -> None:
    read = node.ask("read pixelpass", token=encode(CARDS[name], city.card))
    assert read == {"tag": 18, "payload": write_claims(CARDS[name]).hex()}


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.parametrize("peer", ["cwt", "pycose"])
@pytest.mark.parametrize("name", CARDS)
def test_we_read_what_other_cose_libraries_sign_within_the_profile(
    python: Peer, city: City, peer: str, name: str
) -> None:
    token = python.ask(
        f"write {peer}",
        payload=write_claims(CARDS[name]).hex(),
        private_pem=private_pem(city.card),
        key_id=city.card.key_id,
    )
    assert isinstance(token, str)
    answer = city.verifier().verify(token, at=TODAY)
    assert (answer.verdict, answer.claims) == (Verdict.GENUINE, CARDS[name])


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.needs("node")
@pytest.mark.parametrize("name", CARDS)
def test_we_read_what_auth0_cose_signs_and_pixelpass_packs(node: Peer, city: City, name: str) -> None:
    token = node.ask(
        "write",
        payload=write_claims(CARDS[name]).hex(),
        private_jwk=_private_jwk(city.card),
        key_id=city.card.key_id,
    )
    assert isinstance(token, str)
    answer = city.verifier().verify(token, at=TODAY)
    assert (answer.verdict, answer.claims) == (Verdict.GENUINE, CARDS[name])


@pytest.mark.slow
@pytest.mark.needs("interop")
def test_what_claim169_writes_is_outside_of_the_profile_and_says_where(
    python: Peer, es256_city: City
) -> None:
    """It names no key and has no claim for a status: without them a card could not be revoked."""
    token = python.ask("write claim169", private_pem=private_pem(es256_city.card))
    assert isinstance(token, str)
    assert es256_city.verifier().verify(token, at=TODAY).reason is Reason.KID_MISSING
    payload = cbor.decode(qrtext.read_text(token)[1:])
    assert isinstance(payload, list)
    assert isinstance(payload[2], bytes)
    claims = cbor.decode(payload[2])
    assert isinstance(claims, dict)
    assert set(claims) == {1, 4, 5, 6, 169}


PLACES = {0: 0, 3: 1, 4: 0, 76: 2, 77: 1, 998: 2, 999: 0}


@pytest.mark.slow
@pytest.mark.needs("interop")
def test_token_status_list_reads_our_status_list_in_both_forms(python: Peer, es256_city: City) -> None:
    status = es256_city.status_list(*((place, CardStatus(state)) for place, state in PLACES.items()))
    read = python.ask(
        "read status list",
        cwt=sign_status_list(status, es256_city.status).hex(),
        jwt=sign_status_list_jwt(status, es256_city.status),
        pem=pem(es256_city.status),
        places=" ".join(map(str, PLACES)),
    )
    assert read == {"sub": status.uri, "cwt": list(PLACES.values()), "jwt": list(PLACES.values())}


@pytest.mark.slow
@pytest.mark.needs("interop")
@pytest.mark.needs("node")
def test_sd_jwt_reads_our_status_list(node: Peer, es256_city: City) -> None:
    status = es256_city.status_list(*((place, CardStatus(state)) for place, state in PLACES.items()))
    jwt = sign_status_list_jwt(status, es256_city.status)
    read = node.ask("read status list", jwt=jwt, places=list(PLACES))
    assert read == {"bits": 2, "states": list(PLACES.values())}


def _private_jwk(signer: FreshSigner) -> dict[str, str]:
    private = signer.private
    if isinstance(private, ec.EllipticCurvePrivateKey):
        secret = private.private_numbers().private_value.to_bytes(32)
    else:
        secret = private.private_bytes_raw()

    return signer.public.jwk() | {"d": urlsafe_b64encode(secret).rstrip(b"=").decode()}
