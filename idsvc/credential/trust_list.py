"""The issuer's keys, signed by the root: which may sign what, in which state, and which status lists exist.

A verifier pins the public halves of the live and the spare root key and takes keys from nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from idsvc.credential import cbor, cose
from idsvc.credential.keys import KeyState, Purpose, Signs, VerificationKey
from idsvc.credential.lists import BadList, Update
from idsvc.credential.verdicts import Malformed, Reason
from idsvc.domain.ids import KeyId

TYP: Final = "application/idsvc-trust-list+cwt"
LARGEST: Final = 65_536
"""Bytes; a list of 300 keys."""
LISTED: Final = frozenset({Purpose.CARD, Purpose.STATUS, Purpose.CERTIFICATE})
"""The purposes that a trust list speaks of; no other can stand in one."""

_ISS, _EXP, _IAT = 1, 4, 6
_LATEST: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key of the issuer. It vouches for what was issued (`iat`) at `first` or later and before `last`.

    Seconds since 1970, both local midnights: a card's `iat` is the midnight before it was issued.
    """

    key: VerificationKey
    purpose: Purpose
    state: KeyState
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class TrustList:
    """What a verifier believes. `issuer` is None only for a bare key set (see `key_set`).

    Times are seconds since 1970; from `expires_at` on the list still works but nothing is plainly genuine.
    """

    issuer: str | None
    sequence: int
    issued_at: int
    expires_at: int
    keys: tuple[TrustedKey, ...]
    status_uris: tuple[str, ...]

    def find(self, key_id: KeyId) -> TrustedKey | None:
        """Find a key by its name, whatever its purpose and state."""
        return next((entry for entry in self.keys if entry.key.key_id == key_id), None)

    def stale(self, at: int) -> bool:
        """Tell whether the list is past its day."""
        return at >= self.expires_at


def sign_trust_list(trust: TrustList, root: Signs) -> bytes:
    """Give the published form; BadList if a verifier would not read it back exactly as it is."""
    payload = _write_payload(trust)
    try:
        unchanged = _read_payload(payload) == trust
    except Malformed:
        unchanged = False
    if not unchanged or len(payload) > LARGEST:
        raise BadList("trust list", Reason.LIST_FORM)
    return cose.sign1(payload, root, typ=TYP)


def read_trust_list(token: bytes, roots: Sequence[VerificationKey]) -> TrustList:
    """Read a published list that one of the pinned root keys signed; BadList otherwise.

    A stale list is read too: `stale` tells.
    """
    try:
        return _read(token, roots)
    except Malformed as refusal:
        raise BadList("trust list", refusal.reason) from None


def update_trust_list(
    kept: TrustList | None, token: bytes, roots: Sequence[VerificationKey]
) -> Update[TrustList | None]:
    """Take a newer list; keep what there is when the offered one is bad or has a lower sequence number.

    A different list of the same number is refused too.
    """
    try:
        offered = read_trust_list(token, roots)
    except BadList as refusal:
        return Update(kept, refusal.reason)
    if kept is not None and kept != offered and offered.sequence <= kept.sequence:
        return Update(kept, Reason.LIST_OLDER)
    return Update(offered, None)


def _read(token: bytes, roots: Sequence[VerificationKey]) -> TrustList:
    # 1. Size and form; nothing of it is believed yet.
    if len(token) > LARGEST:
        raise Malformed(Reason.TOO_LARGE)
    message = cose.read_sign1(token, typ=TYP)
    # 2. The key is one of the pinned roots.
    root = next((key for key in roots if key.key_id == message.key_id), None)
    if root is None:
        raise Malformed(Reason.KEY_UNKNOWN)
    # 3. Its signature, with its own algorithm.
    message.check(root)
    # 4. Only now the contents.
    return _read_payload(message.payload)


def _write_payload(trust: TrustList) -> bytes:
    return cbor.encode(
        {
            _ISS: trust.issuer,
            _EXP: trust.expires_at,
            _IAT: trust.issued_at,
            "keys": [
                {
                    "key": entry.key.cose(),
                    "first": entry.first,
                    "last": entry.last,
                    "purpose": entry.purpose.value,
                    "state": entry.state.value,
                }
                for entry in trust.keys
            ],
            "sequence": trust.sequence,
            "status_uris": list(trust.status_uris),
        },
    )


def _read_payload(payload: bytes) -> TrustList:
    match cbor.decode(payload):
        case {
            1: str(issuer),
            4: int(expires_at),
            6: int(issued_at),
            "keys": list(keys),
            "sequence": int(sequence),
            "status_uris": list(uris),
            **others,
        } if not others and 0 <= issued_at < expires_at < _LATEST and sequence >= 0:
            entries = tuple(_read_key(entry) for entry in keys)
            if len({entry.key.key_id for entry in entries}) == len(entries):
                return TrustList(
                    issuer, sequence, issued_at, expires_at, entries, tuple(_read_uri(uri) for uri in uris)
                )
    raise Malformed(Reason.LIST_FORM)


def _read_key(entry: cbor.Value) -> TrustedKey:
    match entry:
        case {
            "key": key,
            "first": int(first),
            "last": int(last),
            "purpose": str(purpose),
            "state": ("active" | "retired" | "withdrawn") as state,
            **others,
        } if not others and purpose in LISTED and 0 <= first < last < _LATEST:
            return TrustedKey(VerificationKey.from_cose(key), Purpose(purpose), KeyState(state), first, last)
    raise Malformed(Reason.LIST_FORM)


def _read_uri(uri: cbor.Value) -> str:
    if not isinstance(uri, str):
        raise Malformed(Reason.LIST_FORM)
    return uri
