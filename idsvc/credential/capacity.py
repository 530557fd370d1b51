"""How much fits into the QR code: at most version 22, so that a module stays five dots wide at 300 dpi."""

import hashlib
from bisect import bisect_left
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from idsvc.credential import cose, qrtext
from idsvc.credential.claims import CardClaims, Portrait, PortraitFormat, write_claims
from idsvc.credential.keys import ES256, KEY_ID_BYTES, SIGNATURE_BYTES
from idsvc.domain.errors import Refusal
from idsvc.domain.ids import KeyId

VERSION: Final = 22
"""The densest QR code that is ever printed: 105 modules, 0.423 mm each on 48 mm with its quiet zone."""


class ErrorCorrection(StrEnum):
    """QR error correction levels in use; M when the text fits, else L."""

    M = "M"
    L = "L"


CHARACTERS: Final = {ErrorCorrection.M: 1134, ErrorCorrection.L: 1460}
"""Alphanumeric characters in version 22 (ISO/IEC 18004, table 7)."""


class DoesNotFit(Refusal):
    """The token needs a denser QR code than may be printed."""

    def __init__(self) -> None:
        super().__init__(
            "The name and the other facts of this card do not fit into its code: "
            "choose a shorter form of the name, or shorter issuer and status addresses in the program.",
        )


@dataclass(frozen=True, slots=True)
class PortraitRoom:
    """Bytes that a portrait may have at each error correction level; 0 where not even the bare token fits."""

    at_m: int
    at_l: int


def error_correction(text: str) -> ErrorCorrection:
    """Choose M where the text fits into version 22, else L; DoesNotFit when neither holds it."""
    for level, characters in CHARACTERS.items():
        if len(text) <= characters:
            return level
    raise DoesNotFit


def portrait_room(claims: CardClaims) -> PortraitRoom:
    """Measure how large a portrait these claims leave room for; DoesNotFit when they alone do not fit.

    A picture's bytes pack a little better or worse than the noise that is measured with, so this is a target
    (right within 3 percent); `error_correction` of the encoded text has the last word.
    """
    error_correction(_stand_in_text(replace(claims, portrait=None)))
    return PortraitRoom(
        _room(claims, CHARACTERS[ErrorCorrection.M]), _room(claims, CHARACTERS[ErrorCorrection.L])
    )


def _room(claims: CardClaims, characters: int) -> int:
    def too_long(size: int) -> bool:
        picture = Portrait(_noise("picture", size), PortraitFormat.WEBP)
        return len(_stand_in_text(replace(claims, portrait=picture))) > characters

    return max(0, bisect_left(range(1, characters), True, key=too_long))


def _stand_in_text(claims: CardClaims) -> str:
    """Make a text as long as the real one: key name and signature are noise, to zlib as good as any."""
    return qrtext.write_text(cose.sign1(write_claims(claims), _StandIn()))


def _noise(of: str, size: int) -> bytes:
    return hashlib.shake_256(of.encode()).digest(size)


class _StandIn:
    key_id = KeyId(_noise("key", KEY_ID_BYTES).hex())
    alg = ES256

    def sign(self, _message: bytes, /) -> bytes:
        return _noise("signature", SIGNATURE_BYTES)
