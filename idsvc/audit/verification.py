"""Verify the whole audit log against its own checkpoints and against what witnesses hold.

1. Every place from 0 on has a leaf, and every leaf has a place or waits for one.
2. Hash every leaf and grow the tree from nothing.
3. Every tile says what the leaves say.
4. Every checkpoint is signed by the log's key and has the root that the leaves give at its size.
5. Every witness's checkpoint has the root that the leaves give at its size: what was cut off or changed since
   shows here even when the log's own checkpoints were made anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from idsvc.audit.leaves import leaf_bytes
from idsvc.audit.notes import Checkpoint, NoteKey, open_checkpoint
from idsvc.audit.stored_tree import StoredTree
from idsvc.audit.tree import CompactRange, hash_leaf
from idsvc.domain.errors import Conflict, Refusal
from idsvc.storage.database import Session
from idsvc.storage.queries import audit as queries
from idsvc.storage.records import TILE_WIDTH, AuditLeaf

_PAGE: Final = 2048


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the verification found; sound when there is no problem."""

    size: int
    waiting: int
    """Leaves that the sequencer has not placed yet."""
    checkpoints: int
    witnesses: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


def verify_log(
    session: Session, *, key: NoteKey, witnessed: Sequence[str], older: Sequence[NoteKey] = ()
) -> AuditReport:
    """Verify the log; `witnessed` are the notes that witnesses hold, as they gave them.

    `older` are the keys that signed checkpoints before `key`, under the same name.
    """
    problems: list[str] = []
    wanted: dict[int, list[tuple[str, Checkpoint]]] = {}
    stored = queries.list_checkpoints(session)
    for who, note in [("checkpoint", row.note) for row in stored] + [("witness", note) for note in witnessed]:
        try:
            checkpoint = open_checkpoint(note, key=key, older=older)
        except Refusal as refusal:
            problems.append(f"{who}: {refusal}")
        else:
            wanted.setdefault(checkpoint.size, []).append((who, checkpoint))
    problems += [
        f"checkpoint: the one stored for size {row.size} speaks of another size."
        for row in stored
        if not row.note.startswith(f"{key.name}\n{row.size}\n")
    ]
    size = queries.count_leaves(session)
    grown = _grow(session, wanted, size, problems)
    problems += [
        f"{who}: the log has {grown.size} leaves, {checkpoint.size} were witnessed."
        for beyond, heads in wanted.items()
        if beyond > grown.size
        for who, checkpoint in heads
    ]
    if lost := queries.count_lost(session):
        problems.append(f"leaves: {lost} have no place and wait for none.")
    return AuditReport(
        size=grown.size,
        waiting=queries.count_queued(session),
        checkpoints=len(stored),
        witnesses=len(witnessed),
        problems=tuple(problems),
    )


def _grow(
    session: Session, wanted: dict[int, list[tuple[str, Checkpoint]]], size: int, problems: list[str]
) -> CompactRange:
    grown = CompactRange()
    edge: list[bytes] = []
    _compare(grown, wanted, problems)
    for position, leaf in _page_leaves(session, size):
        if position != grown.size:  # 1
            problems.append(f"leaves: place {grown.size} is empty.")
            break
        edge.append(hash_leaf(leaf_bytes(leaf)))  # 2
        grown.append(edge[-1])
        if len(edge) == TILE_WIDTH:  # 3
            _compare_tile(session, grown.size // TILE_WIDTH - 1, edge, problems)
            edge.clear()
        _compare(grown, wanted, problems)  # 4, 5
    _compare_stored(session, grown, problems)  # 3
    return grown


def _page_leaves(session: Session, size: int) -> Iterator[tuple[int, AuditLeaf]]:
    for first in range(0, size, _PAGE):
        yield from queries.list_leaves(session, first, first + _PAGE)
        session.expunge_all()


def _compare_tile(session: Session, number: int, hashes: list[bytes], problems: list[str]) -> None:
    tile = queries.find_tile(session, 0, number)
    if tile is None or tile.hashes != b"".join(hashes):
        problems.append(f"tiles: tile {number} does not say what the leaves say.")


def _compare_stored(session: Session, grown: CompactRange, problems: list[str]) -> None:
    try:
        root = StoredTree(session).root(grown.size)
    except Conflict:
        problems.append("tiles: the stored tree cannot be read whole.")
    else:
        if root != grown.root():
            problems.append("tiles: the stored tree has another root than the leaves.")


def _compare(
    grown: CompactRange, wanted: dict[int, list[tuple[str, Checkpoint]]], problems: list[str]
) -> None:
    problems += [
        f"{who}: at size {grown.size} the leaves give another root."
        for who, checkpoint in wanted.get(grown.size, ())
        if checkpoint.root != grown.root()
    ]
