"""The facts in a card's signed code: beside issuer, dates and status only what is printed on the card.

The set is closed in both directions: `CardClaims` has no room for a nationality, legal status, language,
contact or body measurement, and a payload that carries one is no card of ours.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import IntEnum
from typing import Final

from idsvc.credential import cbor
from idsvc.credential.verdicts import Malformed, Reason
from idsvc.domain.ids import StatusIndex

PROFILE_VERSION: Final = "1"
NO_EXPIRY: Final = 4_102_444_800
"""2100-01-01: the `exp` of a card that does not expire, and the latest time a card may carry."""
LARGEST_STATUS_INDEX: Final = (1 << 26) - 1

_ISS, _EXP, _NBF, _IAT, _STATUS, _CLAIM_169 = 1, 4, 5, 6, 65535, 169
_CLAIMS: Final = frozenset({_ISS, _EXP, _NBF, _IAT, _STATUS, _CLAIM_169})
_ID, _VERSION, _FULL_NAME, _BIRTH_DATE, _GENDER, _FACE = 1, 2, 4, 8, 9, 62
_REQUIRED: Final = frozenset({_ID, _VERSION, _FULL_NAME})
_ALLOWED: Final = _REQUIRED | {_BIRTH_DATE, _GENDER, _FACE}
_IMAGE: Final = 0

_URI = re.compile(r"[!-~]{1,200}")
_NUMBER = re.compile(r"[0-9A-Z-]{1,32}")
_DAY = re.compile(r"[0-9]{8}")
_NAME = re.compile(
    "[^"
    "\\x00-\\x1f\\x7f-\\x9f"  # controls
    "\\xad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb"  # invisible, bidirectional, line-breaking; not the two joiners
    "\\U000110bd\\U000110cd\\U00013430-\\U0001343f\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a"
    "\\ufffe\\uffff\\U000e0000-\\U000e007f"  # no characters at all, tags
    "]{1,100}",
)


class GenderCode(IntEnum):
    """Claim 169's codes; on a card only when the resident asked for it."""

    MALE = 1
    FEMALE = 2
    OTHER = 3


class PortraitFormat(IntEnum):
    """Claim 169's picture formats that every browser shows."""

    PNG = 0
    JPEG = 1
    AVIF = 3
    WEBP = 4


@dataclass(frozen=True, slots=True)
class Portrait:
    """A small picture file of the face."""

    picture: bytes
    format: PortraitFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClaims:
    """What a card's code says. Times are seconds since 1970 of a local midnight (see `midnight`).

    `expires_at` is the first moment when the card is no longer valid: the midnight that ends its last day, or
    NO_EXPIRY. `status_index` is the card's place in the status list at `status_uri`.
    """

    issuer: str
    number: str
    name: str
    issued_at: int
    valid_from: int
    expires_at: int
    status_index: StatusIndex
    status_uri: str
    birth_date: date | None = None
    gender: GenderCode | None = None
    portrait: Portrait | None = None


def midnight(day: date, zone: tzinfo) -> int:
    """Give the first moment of a day in the city's time zone, in seconds since 1970."""
    return int(datetime.combine(day, time(), zone).timestamp())


def write_claims(claims: CardClaims) -> bytes:
    """Write the CWT claims set (RFC 8392) with claim 169 as a map."""
    holder: cbor.Map = {_ID: claims.number, _VERSION: PROFILE_VERSION, _FULL_NAME: claims.name}
    if claims.birth_date is not None:
        holder[_BIRTH_DATE] = f"{claims.birth_date:%Y%m%d}".zfill(8)
    if claims.gender is not None:
        holder[_GENDER] = int(claims.gender)
    if claims.portrait is not None:
        holder[_FACE] = [{0: claims.portrait.picture, 1: _IMAGE, 2: int(claims.portrait.format)}]
    return cbor.encode(
        {
            _ISS: claims.issuer,
            _EXP: claims.expires_at,
            _NBF: claims.valid_from,
            _IAT: claims.issued_at,
            _STATUS: {"status_list": {"idx": claims.status_index, "uri": claims.status_uri}},
            _CLAIM_169: holder,
        },
    )


def read_claims(payload: bytes) -> CardClaims:
    """Read a claims set; Malformed names the first rule that it breaks."""
    claims = cbor.decode(payload)
    if not isinstance(claims, dict):
        raise Malformed(Reason.CLAIMS_FORM)
    if _CLAIM_169 not in claims:
        raise Malformed(Reason.CLAIM_169_MISSING)
    holder = claims[_CLAIM_169]
    if not isinstance(holder, dict) or str in map(type, holder):
        raise Malformed(Reason.CLAIM_169_FORM)
    if not (claims.keys() <= _CLAIMS and holder.keys() <= _ALLOWED):
        raise Malformed(Reason.CLAIM_FORBIDDEN)
    if not (claims.keys() >= _CLAIMS and holder.keys() >= _REQUIRED):
        raise Malformed(Reason.CLAIM_MISSING)
    if holder[_VERSION] != PROFILE_VERSION:
        raise Malformed(Reason.VERSION)
    issued_at, valid_from, expires_at = (_time(claims[label]) for label in (_IAT, _NBF, _EXP))
    if max(issued_at, valid_from) >= expires_at:
        raise Malformed(Reason.TIME_RANGE)
    index, uri = _status(claims[_STATUS])
    return CardClaims(
        issuer=_text(claims[_ISS], _URI, Reason.ISSUER_FORM),
        issued_at=issued_at,
        valid_from=valid_from,
        expires_at=expires_at,
        status_index=index,
        status_uri=uri,
        number=_text(holder[_ID], _NUMBER, Reason.NUMBER_FORM),
        name=_text(holder[_FULL_NAME], _NAME, Reason.NAME_FORM),
        birth_date=_birth_date(holder[_BIRTH_DATE]) if _BIRTH_DATE in holder else None,
        gender=_gender(holder[_GENDER]) if _GENDER in holder else None,
        portrait=_portrait(holder[_FACE]) if _FACE in holder else None,
    )


def _text(value: cbor.Value, form: re.Pattern[str], otherwise: Reason) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Malformed(otherwise)
    return value


def _time(value: cbor.Value) -> int:
    if not isinstance(value, int):
        raise Malformed(Reason.TIME_FORM)
    if not 0 <= value <= NO_EXPIRY:
        raise Malformed(Reason.TIME_RANGE)
    return value


def _status(value: cbor.Value) -> tuple[StatusIndex, str]:
    match value:
        case {"status_list": {"idx": int(index), "uri": str(uri), **others}, **more} if (
            not others and not more
        ):
            if 0 <= index <= LARGEST_STATUS_INDEX and _URI.fullmatch(uri):
                return StatusIndex(index), uri
    raise Malformed(Reason.STATUS_FORM)


def _birth_date(value: cbor.Value) -> date:
    text = _text(value, _DAY, Reason.BIRTH_DATE_FORM)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise Malformed(Reason.BIRTH_DATE_FORM) from None


def _gender(value: cbor.Value) -> GenderCode:
    if not isinstance(value, int) or not GenderCode.MALE <= value <= GenderCode.OTHER:
        raise Malformed(Reason.GENDER_FORM)
    return GenderCode(value)


def _portrait(value: cbor.Value) -> Portrait:
    match value:
        case [{0: bytes(picture), 1: 0, 2: int(kind), **others}] if not others and _begins_as(picture, kind):
            return Portrait(picture, PortraitFormat(kind))
    raise Malformed(Reason.PORTRAIT_FORM)


def _begins_as(picture: bytes, kind: int) -> bool:
    """Compare a picture's first bytes with its declared format; SVG, HTML and whatever else runs is none."""
    match kind:
        case PortraitFormat.PNG:
            return picture.startswith(b"\x89PNG\r\n\x1a\n")
        case PortraitFormat.JPEG:
            return picture.startswith(b"\xff\xd8\xff")
        case PortraitFormat.AVIF:
            return picture[4:12] == b"ftypavif"
        case PortraitFormat.WEBP:
            return picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    return False
