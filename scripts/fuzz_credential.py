"""Fuzzes everything in idsvc.credential that reads bytes from outside, layer by layer.

    python -m venv .venv-fuzz && .venv-fuzz/bin/pip install atheris cryptography
    PYTHONPATH=. .venv-fuzz/bin/python scripts/fuzz_credential.py --seed corpus
    PYTHONPATH=. .venv-fuzz/bin/python scripts/fuzz_credential.py corpus -max_total_time=600

The first byte of an input chooses the layer at which the rest comes in; the layers around it are made right
(packed, signed), so that the fuzzer reaches the rules behind them. A finding is any exception, an answer that
gives a holder's claims without a GENUINE verdict, or bytes that are read but not written back alike.
"""

import json
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import atheris  # type: ignore[import-untyped,unused-ignore]  # installed beside, see above

with atheris.instrument_imports(include=["idsvc.credential"]):
    from idsvc.credential import (
        BadList,
        KeyState,
        Purpose,
        StatusList,
        TrustedKey,
        TrustList,
        VerificationKey,
        Verifier,
        cbor,
        claims,
        cose,
        keys,
        qrtext,
        read_key_set,
        read_status_list,
        read_trust_list,
        status_list,
        trust_list,
    )
    from idsvc.credential.verdicts import GENUINE, VERDICT_OF, Malformed

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from idsvc.domain.ids import KeyId

_AT = datetime(2026, 6, 15, tzinfo=UTC)
_URI = "https://id.riverbend.example/status/1.cwt"


class _Signer:
    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.public = VerificationKey.of(self._private.public_key())
        self.alg = keys.EDDSA

    @property
    def key_id(self) -> KeyId:
        return self.public.key_id

    def sign(self, message: bytes, /) -> bytes:
        return self._private.sign(message)


_CARD, _STATUS, _ROOT = _Signer(), _Signer(), _Signer()
_TRUST = TrustList(
    "https://id.riverbend.example",
    1,
    0,
    1 << 33,
    tuple(
        TrustedKey(signer.public, purpose, KeyState.ACTIVE, 0, 1 << 33)
        for signer, purpose in ((_CARD, Purpose.CARD), (_STATUS, Purpose.STATUS))
    ),
    (_URI,),
)
_VERIFIER = Verifier(_TRUST, [StatusList(_URI, 1781481600, 1 << 33, 86_400, bytes(100))])


def _verify(text: bytes | str) -> None:
    answer = _VERIFIER.verify(text, at=_AT)
    if answer.verdict is not VERDICT_OF[answer.reason] or (answer.claims is not None) != (
        answer.verdict in GENUINE
    ):
        raise AssertionError(answer.reason)


def _cbor(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    if cbor.encode(value) != data:
        raise AssertionError("Two ways of writing one value were read.")


def _claims(data: bytes) -> None:
    try:
        read = claims.read_claims(data)
    except Malformed:
        return
    if claims.write_claims(read) != data:
        raise AssertionError("Claims are not written as they were read.")


def _list(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        try:
            read(data)
        except BadList:
            return

    return run


_LAYERS: tuple[Callable[[bytes], None], ...] = (
    _verify,
    lambda data: _verify(data.decode("latin-1")),
    lambda data: _verify(qrtext.base45(data)),
    lambda data: _verify(qrtext.write_text(data)),
    lambda data: _verify(qrtext.write_text(b"\xd2" + data)),
    lambda data: _verify(qrtext.write_text(cose.sign1(data, _CARD))),
    _cbor,
    _claims,
    _list(lambda data: read_trust_list(data, [_ROOT.public])),
    _list(lambda data: read_trust_list(cose.sign1(data, _ROOT, typ=trust_list.TYP), [_ROOT.public])),
    _list(lambda data: read_status_list(data, _TRUST)),
    _list(lambda data: read_status_list(cose.sign1(data, _STATUS, typ=status_list.TYP), _TRUST)),
    _list(read_key_set),
)


def fuzz(data: bytes) -> None:
    """Give the input to the layer that its first byte chooses."""
    if data:
        _LAYERS[data[0] % len(_LAYERS)](data[1:])


def seed(folder: Path) -> None:
    """Fill a corpus with every vector, put in at every layer where it makes sense."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in Path("tests/credential/vectors").glob("*.json"):
        vectors = json.loads(theme.read_text("ascii"))
        if isinstance(vectors, list):
            for place, vector in enumerate(vectors):
                for layer, data in _unpacked(vector["token"]):
                    (folder / f"{theme.stem}-{place}-{layer}").write_bytes(bytes((layer,)) + data)
    world = json.loads(Path("tests/credential/vectors/world.json").read_text("ascii"))
    for kind, layer, typ in (("trust", 8, trust_list.TYP), ("status", 10, status_list.TYP)):
        for name, encoded in world[kind].items():
            message = b64decode(encoded)
            (folder / f"{kind}-{name}-{layer}").write_bytes(bytes((layer,)) + message)
            payload = cose.read_sign1(message, typ=typ).payload
            (folder / f"{kind}-{name}-{layer + 1}").write_bytes(bytes((layer + 1,)) + payload)
    (folder / "key_set").write_bytes(bytes((12,)) + json.dumps(world["key_set"]).encode())


def _unpacked(text: str) -> Iterator[tuple[int, bytes]]:
    """Give a text, then what stands below it, as far down as it can be read, with the layers that take it."""
    try:
        yield 0, text.encode("utf-8", "surrogatepass")
        packed = qrtext.unbase45(text.encode())
        yield 2, packed
        message = qrtext.inflated(packed)
        yield 3, message
        yield 4, message[1:]
        payload = cose.read_sign1(message).payload
    except (Malformed, UnicodeEncodeError):
        return
    for layer in (5, 6, 7):
        yield layer, payload


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seed"]:
        seed(Path(sys.argv[2]))
        sys.exit()
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
