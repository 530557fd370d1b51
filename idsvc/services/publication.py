"""Publish what everybody may read: trust list, status lists, public keys, the program's public facts.

Every file is replaced whole, the trust list before what its keys sign; nothing half-written is ever visible.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from idsvc.credential import (
    LISTED,
    BadList,
    KeyState,
    Purpose,
    Signs,
    StatusList,
    TrustedKey,
    TrustList,
    VerificationKey,
    Verifier,
    midnight,
    read_key_set,
    read_status_list,
    read_trust_list,
    sign_status_list,
    sign_trust_list,
    status_array,
    write_key_set,
)
from idsvc.credential.cose import sign1
from idsvc.domain.errors import BadSetting, Refusal
from idsvc.domain.program import Program
from idsvc.services.issuance import status_uri
from idsvc.services.ordering import LIST_PLACES
from idsvc.signing.durable import disk_errors, replace
from idsvc.signing.register import KeyEntry
from idsvc.storage.database import Session
from idsvc.storage.queries import cards

TRUST_LIST: Final = Path("trust/list.cwt")
ROOTS: Final = Path("trust/roots.json")
SIGNED_ROOTS: Final = Path("trust/roots.cose")
ROOTS_TYPE: Final = "application/idsvc-roots+json"
KEY_SET: Final = Path(".well-known/jwks.json")
PROGRAM: Final = Path("program.json")
EVIDENCE: Final = Path("program/evidence.json")

TRUST_DAYS: Final = 90
"""Days for which a signed trust list is fresh: the ceremony comes round every quarter."""
_TTL: Final = timedelta(hours=12)
_LIFE: Final = timedelta(days=7)
_LISTS_AHEAD: Final = 8
"""Status lists that are named and published before they are needed: 4 million cards a ceremony."""
_ENDLESS: Final = (1 << 40) - 1
_PUBLIC_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Published:
    """What one publishing wrote."""

    status_lists: int
    trust_sequence: int
    trust_fresh_until: datetime


def draw_up_trust_list(
    entries: Iterable[KeyEntry],
    *,
    program: Program,
    before: TrustList | None,
    status_lists: int,
    now: datetime,
) -> TrustList:
    """Draw up the next trust list from the public register of keys; the root signs it offline.

    `status_lists` is the number of status lists in use; those to come are named too, and no list that was
    named before is left out.
    """
    zone = ZoneInfo(program.city.timezone)
    issued_at = int(now.timestamp())
    keys = tuple(_trusted(entry, zone) for entry in entries if entry.purpose in LISTED)
    if not any(key.purpose is Purpose.CARD for key in keys):
        raise Refusal("The register holds no card key; make one with: idsvc keys new card")
    named = max(status_lists + _LISTS_AHEAD, 0 if before is None else len(before.status_uris))
    return TrustList(
        issuer=program.city.issuer,
        sequence=1 if before is None else before.sequence + 1,
        issued_at=issued_at,
        expires_at=issued_at + int(timedelta(days=TRUST_DAYS).total_seconds()),
        keys=keys,
        status_uris=tuple(status_uri(program, number) for number in range(named)),
    )


def count_lists_in_use(folder: Path, trust: TrustList) -> int:
    """Count the status lists of a published folder up to the last one that marks a card.

    The empty ones behind it wait for cards. What cannot be read counts as in use: too many lists cost some
    bytes, too few stop the publishing.
    """
    used = 1
    for number in range(len(trust.status_uris)):
        path = folder / _status_path(number)
        try:
            marks = any(read_status_list(path.read_bytes(), trust).array)
        except FileNotFoundError:
            continue
        except BadList:
            marks = True
        if marks:
            used = number + 1
    return used


def write_trust_list(
    folder: Path, trust: TrustList, *, root: Signs, roots: Iterable[VerificationKey]
) -> None:
    """Sign the trust list and write it with the root keys that verifiers pin: plain, and signed by the root.

    A device takes another set of root keys only when a root key that it already pins signed that set and is
    in it.
    """
    document = write_roots(roots, sequence=trust.sequence)
    _write(folder / SIGNED_ROOTS, sign1(document, root, typ=ROOTS_TYPE))
    _write(folder / ROOTS, document)
    _write(folder / TRUST_LIST, sign_trust_list(trust, root))


def write_roots(roots: Iterable[VerificationKey], *, sequence: int) -> bytes:
    """Write a roots.json: the keys as a JWK set, and the number of the trust list that they came with."""
    keys = [key.jwk() for key in roots]
    return (json.dumps({"keys": keys, "sequence": sequence}, indent=1) + "\n").encode()


def read_believed(folder: Path, roots: bytes) -> TrustList | None:
    """Read the trust list of a published folder under a roots.json; None if there is no list.

    The roots of the folder itself are worth no more than the folder: pass those that the process pinned.
    """
    try:
        content = (folder / TRUST_LIST).read_bytes()
    except FileNotFoundError:
        return None
    return read_trust_list(content, read_roots(roots))


def read_roots(roots: bytes) -> tuple[VerificationKey, ...]:
    """Read the root keys of a roots.json; none from no bytes, BadSetting from bytes without a key."""
    if not roots:
        return ()
    try:
        return tuple(entry.key for entry in read_key_set(roots).keys)
    except BadList:
        raise BadSetting("The file of the root keys holds no key; copy it anew from a trusted way.") from None


def open_verifier(folder: Path, roots: bytes) -> Verifier:
    """Make a verifier from a published folder and a roots.json; BadSetting when it holds no trust list."""
    trust = read_believed(folder, roots)
    if trust is None:
        raise BadSetting(f"{folder} holds no trust list; run idsvc keys sign-list and idsvc publish first.")
    return Verifier(trust, read_status_lists(folder, trust))


def read_status_lists(folder: Path, trust: TrustList) -> tuple[StatusList, ...]:
    """Read every status list of a published folder; BadList when one cannot be believed."""
    paths = sorted((folder / "status").glob("*.cwt"))
    return tuple(read_status_list(path.read_bytes(), trust) for path in paths)


def publish(
    session: Session,
    folder: Path,
    *,
    roots: bytes,
    program: Program,
    evidence: Mapping[str, object],
    status_signer: Signs,
    now: datetime,
) -> Published:
    """Write the status lists of this moment and everything else that is public, beside the trust list.

    Every list that the trust list names is written, also those that no card has yet: whoever checks cards
    fetches them all, so that nothing asked for is missing and no request tells which list a card is in.
    `roots` is the roots.json that the process pinned; BadList when none of them signed the trust list.
    Raises BadSetting, with nothing written, when there is no trust list, or it is stale, or it does not know
    the status key: verifiers would refuse what is published. Raises it with everything written that can be
    when the newest status list is one that the trust list does not name.
    """
    trust = read_believed(folder, roots)
    if trust is None:
        raise BadSetting("There is no trust list to publish with; sign one first with: idsvc keys sign-list")
    at = int(now.timestamp())
    if trust.stale(at):
        raise BadSetting("The trust list is out of date; sign a new one with: idsvc keys sign-list")
    known = trust.find(status_signer.key_id)
    if known is None or known.state is not KeyState.ACTIVE or not known.first <= at < known.last:
        raise BadSetting("The trust list does not know the status key of today; sign a new one first.")
    for number in range(len(trust.status_uris)):
        status = _status_list(session, number, program=program, now=now)
        _write(folder / _status_path(number), sign_status_list(status, status_signer))
    _write(folder / KEY_SET, write_key_set(trust).encode())
    _write_json(folder / PROGRAM, public_facts(program))
    _write_json(folder / EVIDENCE, evidence)
    if status_uri(program, max(cards.list_status_lists(session), default=0)) not in trust.status_uris:
        # Last, so that what is revoked in the lists that are named becomes known all the same.
        raise BadSetting("The trust list does not name the newest status list; sign a new one first.")
    fresh_until = datetime.fromtimestamp(trust.expires_at, tz=now.tzinfo)
    return Published(len(trust.status_uris), trust.sequence, fresh_until)


def public_facts(program: Program) -> dict[str, object]:
    """Give what pages without a login say about the city."""
    colours = program.colours
    return {
        "city": program.city.name,
        "card": program.city.card_name,
        "issuer": program.city.issuer,
        "contact": program.city.telephone,
        "languages": list(program.city.languages),
        "timezone": program.city.timezone,
        "colors": {
            "ink": colours.ink,
            "primary": colours.primary,
            "accent": colours.accent,
            "paper": colours.paper,
            "line": colours.line,
        },
    }


def _status_path(number: int) -> Path:
    return Path("status") / f"{number}.cwt"


def _status_list(session: Session, number: int, *, program: Program, now: datetime) -> StatusList:
    issued_at = int(now.timestamp())
    return StatusList(
        uri=status_uri(program, number),
        issued_at=issued_at,
        expires_at=issued_at + int(_LIFE.total_seconds()),
        ttl=int(_TTL.total_seconds()),
        array=status_array(LIST_PLACES, cards.iterate_status(session, number)),
    )


def _trusted(entry: KeyEntry, zone: ZoneInfo) -> TrustedKey:
    last = entry.retired_on or entry.withdrawn_on
    return TrustedKey(
        key=entry.public_key,
        purpose=entry.purpose,
        state=entry.state,
        first=midnight(entry.signs_from, zone),
        last=_ENDLESS if last is None else midnight(last + timedelta(days=1), zone),
    )


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    _write(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    with disk_errors("The published files could not be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, content, mode=_PUBLIC_MODE)
