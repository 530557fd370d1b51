"""What the credential costs, as ratios within one run: figures of different runs or machines do not compare.

    scripts/setup_interop && PYTHONPATH=. .venv-interop/bin/python scripts/bench/credential.py

All contenders take turns in short rounds of processor time; the fastest round of each counts.
`cwt` and `pycose` start from our unpacked message; `claim169` and we start from the text of the QR code.
"""

import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TypeVar

import cbor2
import claim169  # type: ignore[import-untyped,import-not-found,unused-ignore]
import cwt  # type: ignore[import-not-found]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pycose.keys import EC2Key  # type: ignore[import-not-found]
from pycose.messages import Sign1Message  # type: ignore[import-not-found]

from idsvc.credential import (
    ES256,
    CardClaims,
    CardStatus,
    KeyState,
    Portrait,
    PortraitFormat,
    Purpose,
    StatusList,
    TrustedKey,
    TrustList,
    VerificationKey,
    Verifier,
    encode,
    portrait_room,
    qrtext,
    read_status_list,
    sign_status_list,
    status_array,
)
from idsvc.domain.ids import KeyId, StatusIndex

_AT = datetime(2026, 6, 15, tzinfo=UTC)
_NOW = int(_AT.timestamp())
_URI = "https://id.riverbend.example/status/1.cwt"
_CARDS = 8_500_000
_ROUNDS = 40
_ECDSA = ec.ECDSA(SHA256())

Result = TypeVar("Result")


class _Signer:
    """A signer that adds as little as possible to the bare signature."""

    alg = ES256

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = VerificationKey.of(self.private.public_key())
        self.key_id: KeyId = self.public.key_id

    def sign(self, message: bytes, /) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, _ECDSA))
        return r.to_bytes(32) + s.to_bytes(32)


def main() -> None:
    """Print the table."""
    random = Random(1)  # noqa: S311 - a picture's worth of noise
    card, status = _Signer(), _Signer()
    claims = _claims(random)
    trust = TrustList(
        claims.issuer,
        1,
        0,
        1 << 33,
        tuple(
            TrustedKey(signer.public, purpose, KeyState.ACTIVE, 0, 1 << 33)
            for signer, purpose in ((card, Purpose.CARD), (status, Purpose.STATUS))
        ),
        (_URI,),
    )
    _cards(card, claims, trust)
    _status(status, trust, random)


def _claims(random: Random) -> CardClaims:
    bare = CardClaims(
        issuer="https://id.riverbend.example",
        number="123456789012",
        name="Renée Nguyễn-O'Neil",
        issued_at=_NOW - 86_400,
        valid_from=_NOW - 86_400,
        expires_at=_NOW + 10**8,
        status_index=StatusIndex(4_250_001),
        status_uri=_URI,
    )
    picture = b"RIFF\x24\x00\x00\x00WEBPVP8 " + random.randbytes(portrait_room(bare).at_m * 95 // 100)
    return replace(bare, portrait=Portrait(picture, PortraitFormat.WEBP))


def _cards(card: _Signer, claims: CardClaims, trust: TrustList) -> None:
    text = encode(claims, card)
    message = qrtext.read_text(text)
    verifier = Verifier(trust, [StatusList(_URI, _NOW, _NOW + 604_800, 86_400, bytes(_CARDS // 4))])
    if verifier.verify(text, at=_AT).claims != claims:
        raise AssertionError("The bench's own card is not genuine.")
    public = card.public.public
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    numbers = public.public_numbers()
    signed = card.private.sign(message, _ECDSA)
    theirs = cwt.COSEKey.from_pem(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), kid=bytes.fromhex(card.key_id)
    )
    reader = cwt.COSE.new()

    def by_pycose() -> None:
        one = Sign1Message.decode(message)
        one.key = EC2Key(crv="P_256", x=numbers.x.to_bytes(32), y=numbers.y.to_bytes(32))
        if not one.verify_signature():
            raise AssertionError
        cbor2.loads(one.payload)

    print(f"a card with a portrait: {len(text)} characters, {len(message)} bytes signed\n")
    _table(
        "verify",
        {
            "bare cryptography ES256 verify": lambda: public.verify(signed, message, _ECDSA),
            "idsvc, every check, from the text": lambda: verifier.verify(text, at=_AT),
            "claim169, from the text": lambda: claim169.decode_with_ecdsa_p256(text, point),
            "cwt, from the message": lambda: cbor2.loads(reader.decode(message, theirs)),
            "pycose, from the message": by_pycose,
        },
    )
    _table(
        "sign",
        {
            "bare cryptography ES256 sign": lambda: card.private.sign(message, _ECDSA),
            "idsvc, claims to text, read back": lambda: encode(claims, card),
        },
    )
    spoiled = message[:-1] + bytes((message[-1] ^ 1,))
    hostile = {
        "a wrong signature": qrtext.write_text(spoiled),
        "a bomb": qrtext.write_text(bytes(2_800_000)),
        "4,296 characters of Base45": "6/3" * 1432,
        "4,000 texts in a list": qrtext.write_text(b"\xd2\x99\x0f\xa0" + b"\x60" * 4_000),
        "a map of 1,000 keys": qrtext.write_text(
            b"\xd2\xb9\x03\xe8" + b"".join(b"\x19" + key.to_bytes(2) + b"\x00" for key in range(256, 1256))
        ),
    }
    print("refusing, milliseconds and peak of memory:")
    for name, hostile_text in hostile.items():
        seconds = _fastest({name: partial(verifier.verify, hostile_text, at=_AT)})[name]
        tracemalloc.start()
        verifier.verify(hostile_text, at=_AT)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"  {name:36}{1000 * seconds:8.2f} ms {peak / 1000:8.0f} kB")
    print()


def _status(signer: _Signer, trust: TrustList, random: Random) -> None:
    print(f"a status list of {_CARDS:,} cards, 1 % revoked and 0.2 % suspended:")
    revoked = [
        (StatusIndex(index), CardStatus.REVOKED) for index in random.sample(range(_CARDS), _CARDS // 100)
    ]
    suspended = [
        (StatusIndex(index), CardStatus.SUSPENDED) for index in random.sample(range(_CARDS), _CARDS // 500)
    ]
    array, building = _timed(lambda: status_array(_CARDS, [*revoked, *suspended]))
    made = StatusList(_URI, _NOW, _NOW + 604_800, 86_400, array)
    packed, packing = _timed(lambda: zlib.compress(array, 9))
    token, signing = _timed(lambda: sign_status_list(made, signer))
    unpacked, unpacking = _timed(lambda: zlib.decompress(packed))
    read, reading = _timed(lambda: read_status_list(token, trust))
    if unpacked != array or read != made:
        raise AssertionError
    print(f"  build the array                     {building:8.3f} s")
    print(f"  sign        {len(token):>12,} bytes      {signing:8.3f} s")
    print(f"  bare zlib   {len(packed):>12,} bytes      {packing:8.3f} s   (sign: {signing / packing:.2f} x)")
    print(f"  verify and read                     {reading:8.3f} s")
    print(f"  bare zlib                           {unpacking:8.3f} s   (read: {reading / unpacking:.2f} x)")
    index = StatusIndex(_CARDS - 1)
    lookup = _fastest({"look up": lambda: read.state(index)})["look up"]
    print(f"  look up one card                    {1e6 * lookup:8.2f} us")


def _table(title: str, contenders: dict[str, Callable[[], object]]) -> None:
    seconds = _fastest(contenders)
    bare = next(iter(seconds.values()))
    print(f"{title}:")
    for name, each in seconds.items():
        print(f"  {name:36}{1e6 * each:8.1f} us {1 / each:9,.0f} /s {each / bare:7.2f} x bare")
    print()


def _fastest(contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(_ROUNDS):
        for name, act in contenders.items():
            count, start = 0, time.process_time()
            while (spent := time.process_time() - start) < 0.005 or count == 0:  # noqa: PLR2004 - a round of 5 ms
                act()
                count += 1
            best[name] = min(best[name], spent / count)
    return best


def _timed(act: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = act()
    return result, time.process_time() - start


if __name__ == "__main__":
    main()
