"""The signed list of card states: IETF Token Status List, 2 bits a card, as a CWT (and a JWT for others).

https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/: sections 4 (array), 5.1 (JWT), 5.2 (CWT).
"""

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from idsvc.credential import cbor, cose
from idsvc.credential.claims import LARGEST_STATUS_INDEX
from idsvc.credential.keys import EDDSA, KeyState, Purpose, Signs
from idsvc.credential.lists import BadList, Update
from idsvc.credential.trust_list import TrustList
from idsvc.credential.verdicts import Malformed, Reason
from idsvc.domain.ids import StatusIndex
from idsvc.domain.lifecycle import CardStatus

TYP: Final = "application/statuslist+cwt"
JWT_TYP: Final = "statuslist+jwt"
BITS: Final = 2
_PER_BYTE: Final = 8 // BITS
LARGEST_CARDS: Final = LARGEST_STATUS_INDEX + 1
"""Cards in one list: 67 million, 16 MiB unpacked."""
LARGEST: Final = LARGEST_CARDS // _PER_BYTE + 65_536

_SUB, _EXP, _IAT, _TTL, _STATUS_LIST = 2, 4, 6, 65534, 65533
_LATEST: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class StatusList:
    """A status list at one moment. Times are seconds since 1970, `ttl` seconds.

    `array` holds four cards a byte, the first in the lowest bits; places that no card has are VALID.
    """

    uri: str
    issued_at: int
    expires_at: int
    ttl: int
    array: bytes

    def state(self, index: StatusIndex) -> int | None:
        """Give a card's two bits; None if the list has no such place."""
        byte, place = divmod(index, _PER_BYTE)
        if not 0 <= byte < len(self.array):
            return None
        return self.array[byte] >> BITS * place & 3

    def stale(self, at: int) -> bool:
        """Tell whether a newer list should have been fetched by then."""
        return at >= min(self.issued_at + self.ttl, self.expires_at)


def status_array(size: int, states: Iterable[tuple[StatusIndex, CardStatus]]) -> bytes:
    """Pack the states of cards into an array with room for `size` cards; those not named are VALID.

    ValueError for a place outside of the list.
    """
    if not 0 < size <= LARGEST_CARDS:
        raise ValueError(f"A status list has 1 to {LARGEST_CARDS} places.")
    array = bytearray(-(-size // _PER_BYTE))
    for index, state in states:
        if not 0 <= index < size:
            raise ValueError("A status index lies outside of its list.")
        byte, place = divmod(index, _PER_BYTE)
        array[byte] = array[byte] & ~(3 << BITS * place) | state << BITS * place
    return bytes(array)


def sign_status_list(status: StatusList, signs: Signs) -> bytes:
    """Give the published CWT form."""
    packed = zlib.compress(status.array, 9)
    payload: cbor.Map = {
        _SUB: status.uri,
        _EXP: status.expires_at,
        _IAT: status.issued_at,
        _STATUS_LIST: {"bits": BITS, "lst": packed},
        _TTL: status.ttl,
    }
    return cose.sign1(cbor.encode(payload), signs, typ=TYP)


def sign_status_list_jwt(status: StatusList, signs: Signs) -> str:
    """Give the same list as a JWT, for outsiders whose software reads only that form."""
    header = {
        "alg": "EdDSA" if signs.alg == EDDSA else "ES256",
        "kid": _base64url(bytes.fromhex(signs.key_id)),
        "typ": JWT_TYP,
    }
    payload = {
        "sub": status.uri,
        "iat": status.issued_at,
        "exp": status.expires_at,
        "ttl": status.ttl,
        "status_list": {"bits": BITS, "lst": _base64url(zlib.compress(status.array, 9))},
    }
    message = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(payload).encode())}"
    return f"{message}.{_base64url(signs.sign(message.encode('ascii')))}"


def read_status_list(token: bytes, trust: TrustList) -> StatusList:
    """Read a published list that a status key of the issuer signed; BadList otherwise.

    A stale list is read too: `stale` tells.
    """
    try:
        return _read(token, trust)
    except Malformed as refusal:
        raise BadList("status list", refusal.reason) from None


def update_status_list(kept: StatusList | None, token: bytes, trust: TrustList) -> Update[StatusList | None]:
    """Take a newer list; keep what there is when the offered one is bad, older or of another place."""
    try:
        offered = read_status_list(token, trust)
    except BadList as refusal:
        return Update(kept, refusal.reason)
    if kept is not None and kept != offered:
        if offered.uri != kept.uri:
            return Update(kept, Reason.STATUS_URI_UNKNOWN)
        if offered.issued_at < kept.issued_at:
            return Update(kept, Reason.LIST_OLDER)
    return Update(offered, None)


def _read(token: bytes, trust: TrustList) -> StatusList:
    # 1. Size and form; nothing of it is believed yet.
    if len(token) > LARGEST:
        raise Malformed(Reason.TOO_LARGE)
    message = cose.read_sign1(token, typ=TYP)
    # 2. The key is in the trust list, for this purpose, and not withdrawn.
    entry = trust.find(message.key_id)
    if entry is None:
        raise Malformed(Reason.KEY_UNKNOWN)
    if entry.purpose is not Purpose.STATUS:
        raise Malformed(Reason.KEY_PURPOSE)
    if entry.state is KeyState.WITHDRAWN:
        raise Malformed(Reason.KEY_WITHDRAWN)
    # 3. Its signature, with its own algorithm.
    message.check(entry.key)
    # 4. Only now the contents: a list that the trust list names, of a time when the key was in use.
    status = _read_payload(message.payload)
    if status.uri not in trust.status_uris:
        raise Malformed(Reason.STATUS_URI_UNKNOWN)
    if not entry.first <= status.issued_at < entry.last:
        raise Malformed(Reason.KEY_PERIOD)
    return status


def _read_payload(payload: bytes) -> StatusList:
    match cbor.decode(payload):
        case {
            2: str(uri),
            4: int(expires_at),
            6: int(issued_at),
            65534: int(ttl),
            65533: {"bits": 2, "lst": bytes(packed), **more},
            **others,
        } if not others and not more and 0 <= issued_at < expires_at < _LATEST and 0 < ttl < _LATEST:
            return StatusList(uri, issued_at, expires_at, ttl, _unpacked(packed))
    raise Malformed(Reason.LIST_FORM)


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        array = unpacker.decompress(packed, LARGEST_CARDS // _PER_BYTE + 1)
    except zlib.error:
        raise Malformed(Reason.COMPRESSION) from None
    if len(array) > LARGEST_CARDS // _PER_BYTE:
        raise Malformed(Reason.TOO_LARGE)
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed(Reason.COMPRESSION)
    return array


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
