"""The issuer's public keys as a JSON Web Key Set, for outsiders who hold nothing else."""

import json
from typing import Final

from idsvc.credential.keys import KeyState, Purpose, VerificationKey
from idsvc.credential.lists import BadList
from idsvc.credential.trust_list import TrustedKey, TrustList
from idsvc.credential.verdicts import Malformed, Reason

_FOREVER: Final = 1 << 40
LARGEST: Final = 262_144


def write_key_set(trust: TrustList, purpose: Purpose = Purpose.CARD) -> str:
    """Write the keys of one purpose that are not withdrawn (RFC 7517).

    One file has one purpose: a reader of a key set cannot tell a card key from a status key.
    """
    keys = [
        entry for entry in trust.keys if entry.purpose is purpose and entry.state is not KeyState.WITHDRAWN
    ]
    return json.dumps({"keys": [entry.key.jwk() for entry in keys]}, indent=1) + "\n"


def read_key_set(text: str | bytes, *, issuer: str | None = None) -> TrustList:
    """Believe a key set that reached us on a trusted way, as card keys without end and without status lists.

    With no `issuer` given, whoever these keys belong to is the issuer. Keys of other kinds are passed over;
    BadList when none is left.
    """
    if len(text) > LARGEST:
        raise BadList("key set", Reason.TOO_LARGE)
    try:
        match json.loads(text):
            case {"keys": list(entries)}:
                keys = _readable(entries)
            case _:
                keys = ()
    except (ValueError, RecursionError):
        raise BadList("key set", Reason.LIST_FORM) from None
    if not keys:
        raise BadList("key set", Reason.KEY_FORM)
    return TrustList(issuer, 0, 0, _FOREVER, keys, ())


def _readable(entries: list[object]) -> tuple[TrustedKey, ...]:
    keys: dict[str, TrustedKey] = {}
    for entry in entries:
        try:
            key = VerificationKey.from_jwk(entry)
        except Malformed:
            continue
        keys[key.key_id] = TrustedKey(key, Purpose.CARD, KeyState.ACTIVE, 0, _FOREVER)
    return tuple(keys.values())
