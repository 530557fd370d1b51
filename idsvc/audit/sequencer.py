"""Give waiting leaves their places in the tree and sign its head: one runner among all processes, by lease.

The tree head is in no act's transaction: there it would be a lock that every act waits for.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from idsvc.audit.notes import Checkpoint, NoteKey, sign_note
from idsvc.audit.stored_tree import StoredTree
from idsvc.credential.keys import Signs
from idsvc.domain.ids import Clock, Random
from idsvc.storage.claims import claim
from idsvc.storage.database import Database, Isolation, Session
from idsvc.storage.queries import audit as queries
from idsvc.storage.queries import service
from idsvc.storage.records import AuditCheckpoint, LeafId

LEASE: Final = "audit sequencer"
_LEASE_SPAN: Final = timedelta(seconds=60)
_BATCH: Final = 1024
_SHUFFLE_BYTES: Final = 16


def sequence(
    database: Database, *, holder: str, signer: Signs, key: NoteKey, clock: Clock, random: Random
) -> Checkpoint | None:
    """Place every waiting leaf and sign the head of the grown tree; None while another process does it.

    `holder` is this process's random id. Leaves of one batch are placed in random order.
    """
    if not _take_lease(database, holder, clock):
        return None
    try:
        while _place_batch(database, random) == _BATCH:
            if not _take_lease(database, holder, clock):
                return None
        return sign_head(database, signer=signer, key=key, clock=clock)
    finally:
        database.transact(lambda session: service.release_lease(session, LEASE, holder))


def sign_head(database: Database, *, signer: Signs, key: NoteKey, clock: Clock) -> Checkpoint:
    """Sign the head of the tree as it is, once for each size; gives the head."""
    head = database.read(lambda session: _read_head(session, key.name))
    if database.read(lambda session: _is_signed(session, head.size)):
        return head
    note = sign_note(head.text(), key=key, signer=signer)
    checkpoint = AuditCheckpoint(size=head.size, day=clock().date(), note=note)
    database.transact(lambda session: claim(session, checkpoint))
    return head


def _take_lease(database: Database, holder: str, clock: Clock) -> bool:
    now = clock()
    return database.transact(
        lambda session: service.acquire_lease(session, LEASE, holder, now=now, until=now + _LEASE_SPAN),
        isolation=Isolation.READ_COMMITTED,
    )


def _place_batch(database: Database, random: Random) -> int:
    """Place one batch; nobody else places, so acts and placing need not be kept apart from each other.

    Should another process place after all, the key of a place refuses the later one (Conflict).
    """
    return database.transact(lambda session: _place(session, random), isolation=Isolation.READ_COMMITTED)


def _place(session: Session, random: Random) -> int:
    waiting: Sequence[LeafId] = [leaf.id for leaf in queries.list_queued(session, limit=_BATCH)]
    if waiting:
        shuffled = sorted(waiting, key=lambda _: random(_SHUFFLE_BYTES))
        stored = StoredTree(session)
        size = stored.size()
        queries.place_leaves(session, shuffled, first=size)
        session.flush()  # the tiles are made from the places
        stored.fill(size, size + len(shuffled))
    return len(waiting)


def _read_head(session: Session, origin: str) -> Checkpoint:
    stored = StoredTree(session)
    size = stored.size()
    return Checkpoint(origin=origin, size=size, root=stored.root(size))


def _is_signed(session: Session, size: int) -> bool:
    latest = queries.find_latest_checkpoint(session)
    return latest is not None and latest.size == size
