"""Residency papers sent with an online renewal, in programs that ask for them; they die at the decision.

Every request of such a program has the same number of sealed places of one length, whether a paper was sent
or not and however many pages it has: that a request has papers, and how many, cannot be seen without opening.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from idsvc.domain.errors import NotFound
from idsvc.domain.ids import RequestId
from idsvc.domain.program import Program, ResidencyPapers
from idsvc.domain.retention import Kept
from idsvc.imaging.documents import MOST_PAGES
from idsvc.services.journal import Journal
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing, doom
from idsvc.storage.database import Session
from idsvc.storage.queries import items, work
from idsvc.storage.records import Act
from idsvc.vault.kinds import SOURCE_DOCUMENT

PLACES: Final = MOST_PAGES


def takes_papers(program: Program) -> bool:
    """Tell whether the program lets residents send residency papers."""
    return program.record.residency_papers is ResidencyPapers.UPLOAD


def prepare_papers(
    request_id: RequestId, pages: Sequence[bytes], *, program: Program, sealing: Sealing, today: date
) -> tuple[PreparedItem, ...]:
    """Seal the rebuilt pages into a request's places, the unused ones too; none in other programs."""
    if not takes_papers(program):
        return ()
    epoch = sealing.epoch(program, Kept.SOURCE_DOCUMENT, today)
    return tuple(
        sealing.prepare(
            SOURCE_DOCUMENT,
            epoch=epoch,
            owner=request_id,
            content=bytes([place]) + (pages[place] if place < len(pages) else b""),
        )
        for place in range(PLACES)
    )


def open_papers(
    session: Session, request_id: RequestId, *, sealing: Sealing, journal: Journal
) -> tuple[bytes, ...]:
    """Open a request's pages for its review, in their order; show them only after the commit.

    The look leaves one leaf, whether there are pages or not. Raises Destroyed after their day, NotFound when
    the request is decided.
    """
    request = work.find_request(session, request_id)
    if request is None:
        raise NotFound("This request is decided already, or its day has passed.")
    rows = items.list_items_of(session, request_id, kind=Kept.SOURCE_DOCUMENT)
    opened = sorted(sealing.open(SOURCE_DOCUMENT, row) for row in rows)
    journal.note(session, Act.RECORD_VIEWED, request.resident_id)
    return tuple(content[1:] for content in opened if len(content) > 1)


def delete_papers(session: Session, request_id: RequestId) -> Doomed:
    """Delete a request's places at the decision; gives what to destroy after the commit."""
    rows = items.list_items_of(session, request_id, kind=Kept.SOURCE_DOCUMENT)
    if not rows:
        return NOTHING
    doomed = doom(rows)
    items.delete_items(session, [row.id for row in rows])
    return doomed
