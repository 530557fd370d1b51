"""Write one leaf beside the act that it tells of, and the bytes that the tree hashes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from idsvc.domain.ids import EpochName, Random, fresh_id
from idsvc.storage.database import Session
from idsvc.storage.queries import audit as queries
from idsvc.storage.records import Act, AuditLeaf, LeafId

_PSEUDONYM: Final = b"idsvc audit pseudonym v1\n"
_LEAF: Final = "idsvc audit leaf v1"


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The audit epoch's key, as far as anyone may use it."""

    epoch: EpochName
    """The day at whose end the key is destroyed; from then on a pseudonym leads to nobody."""
    tag: Callable[[bytes], bytes]
    """HMAC-SHA-256 under the key."""

    def pseudonym(self, identifier: str) -> bytes:
        """Give the pseudonym of a random id: of staff, resident, card, request or run."""
        return self.tag(_PSEUDONYM + identifier.encode())


def record(
    session: Session, act: Act, *, actor: str, subject: str, day: date, key: AuditKey, random: Random
) -> LeafId:
    """Write an act to the audit log in the act's own transaction: both are there, or neither.

    `actor` and `subject` are random ids and become pseudonyms; the sequencer places the leaf later.
    """
    leaf = AuditLeaf(
        id=LeafId(fresh_id(random)),
        day=day,
        act=act,
        key_epoch=key.epoch,
        actor=key.pseudonym(actor),
        subject=key.pseudonym(subject),
    )
    queries.append_leaf(session, leaf)
    return leaf.id


def leaf_bytes(leaf: AuditLeaf) -> bytes:
    """Give the bytes that the tree hashes: lines that anyone can write down and hash again.

    The random id makes the hash unguessable.
    """
    lines = (
        _LEAF,
        leaf.id,
        leaf.day.isoformat(),
        leaf.act.value,
        leaf.key_epoch,
        leaf.actor.hex(),
        leaf.subject.hex(),
    )
    return ("\n".join(lines) + "\n").encode()
