"""Forget a resident: at the resident's own wish, or when the last day of the retention rule has passed."""

from idsvc.domain.errors import NotFound
from idsvc.domain.ids import ResidentId
from idsvc.domain.lifecycle import ENDED, CardStatus
from idsvc.services.journal import Journal
from idsvc.services.print_queue import end_job
from idsvc.services.records import delete_record
from idsvc.services.renewal import delete_request
from idsvc.services.sealing import NOTHING, Doomed
from idsvc.storage.database import Session, answer_was_lost
from idsvc.storage.queries import cards, residents, work
from idsvc.storage.records import Act


def forget_resident(session: Session, resident_id: ResidentId, *, journal: Journal) -> Doomed:
    """Delete every row of a resident, and give every key and blob of theirs to be destroyed.

    Cards still in use become invalid in the status list; their places there stay and name nobody.
    """
    if residents.find_resident(session, resident_id) is None:
        if answer_was_lost(session):
            return NOTHING
        raise NotFound("This record is closed already.")
    doomed = NOTHING
    for card in cards.list_cards(session, resident_id):
        if card.state not in ENDED:
            cards.set_status(session, card.status_list, card.status_index, CardStatus.REVOKED)
        doomed += end_job(session, card)
    for request in work.list_requests_of(session, resident_id):
        doomed += delete_request(session, request)
    for record in residents.list_records(session, resident_id):
        doomed += delete_record(session, resident_id, record.id)
    blobs = residents.delete_resident(session, resident_id)
    journal.note(session, Act.RECORD_CLOSED, resident_id)
    return doomed + Doomed((), blobs)
