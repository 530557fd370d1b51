"""Renew a card: the resident asks with number and code, a clerk reviews, a new card with a new code follows.

The old card, its slots and its record die when the new card becomes active, not before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from idsvc.domain import renewal
from idsvc.domain.errors import BadInput, Conflict, NotFound, Refusal
from idsvc.domain.ids import CardId, RequestId, ResidentId, fresh_id
from idsvc.domain.lifecycle import CardState, Issuance
from idsvc.domain.minimization import RetainedFacts
from idsvc.domain.program import Change, Program
from idsvc.domain.retention import Kept
from idsvc.domain.validity import expires_on
from idsvc.services.cards import find
from idsvc.services.journal import Journal
from idsvc.services.means import Means
from idsvc.services.ordering import Ordered, order_card, refuse_second_order
from idsvc.services.people import PersonTags, claim_new_name, tag_person
from idsvc.services.records import OpenedCard, PreparedRecord, add_record, prepare_record
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing, doom
from idsvc.services.source_documents import PLACES, delete_papers
from idsvc.storage.database import Session, answer_was_lost
from idsvc.storage.queries import cards, items, work
from idsvc.storage.records import Act, Request
from idsvc.vault.kinds import REQUEST
from idsvc.vault.record import ResidentRecord, decode_record, encode_record

_RENEWABLE = frozenset({CardState.ACTIVE, CardState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a resident wants at a renewal: the facts and portrait for the new card."""

    facts: RetainedFacts = field(repr=False)
    portrait: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreparedRenewal:
    """A reviewed request with its new record sealed, ready to be approved."""

    request_id: RequestId
    card_id: CardId
    record: PreparedRecord
    tags: PersonTags = field(repr=False)


def changes(opened: OpenedCard, asked: Asked) -> frozenset[Change]:
    """Tell what would be different on the new card."""
    kept = opened.record.content
    differences = {
        Change.NAME: asked.facts.name != kept.facts.name,
        Change.ADDRESS: asked.facts.address != kept.facts.address,
        Change.GENDER: asked.facts.gender != kept.facts.gender,
        Change.PORTRAIT: asked.portrait != kept.portrait,
    }
    return frozenset(change for change, differs in differences.items() if differs)


def check(opened: OpenedCard, asked: Asked, pages: Sequence[bytes], *, program: Program, today: date) -> None:
    """Refuse, saying the way on, unless this card can be renewed online today as asked.

    A new address goes with the pages of a paper that shows it, where the program takes papers; else none go.
    """
    if opened.state not in _RENEWABLE:
        raise Conflict(f"This card is {opened.state} and cannot be renewed online: please book a visit.")
    if asked.facts.birth_date != opened.record.content.facts.birth_date:
        raise Refusal("A birth date is corrected at the counter: please book a visit.")
    wanted = changes(opened, asked)
    renewal.require_online(
        program,
        birth_date=asked.facts.birth_date,
        expires_on=opened.expires_on,
        today=today,
        changes=wanted,
    )
    if renewal.mails_a_code(program, wanted):
        raise Refusal("A new address is shown at the counter: please book a visit.")
    if len(pages) > PLACES:
        raise BadInput("paper", f"At most {PLACES} pages can be sent: send those with the address.")
    if pages and Change.ADDRESS not in wanted:
        raise Refusal("No paper is needed for this renewal: please take it out.")
    if Change.ADDRESS in wanted and not pages:
        raise Refusal("Please add a paper that shows the new address.")


def prepare_request(
    request_id: RequestId, asked: Asked, *, program: Program, sealing: Sealing, today: date
) -> PreparedItem:
    """Seal what is asked for, for the review; the portal that seals it cannot open it again."""
    epoch = sealing.epoch(program, Kept.REQUEST, today)
    content = encode_record(ResidentRecord(asked.facts, asked.portrait))
    return sealing.prepare(REQUEST, epoch=epoch, owner=request_id, content=content)


def submit(
    session: Session,
    request_id: RequestId,
    opened: OpenedCard,
    prepared: Sequence[PreparedItem],
    *,
    journal: Journal,
    today: date,
) -> None:
    """Take in a request under its client-made id, once; Conflict while another one of this resident waits.

    `prepared` is what `prepare_request` gave, then the places of its papers. A request that was taken in
    before leaves them unnamed.
    """
    mine = work.list_requests_of(session, opened.record.resident_id)
    if any(request.id == request_id for request in mine):
        return
    if mine:
        raise Conflict("A renewal of this card is under review already: please wait for its outcome.")
    request = Request(
        resident_id=opened.record.resident_id,
        id=request_id,
        card_id=opened.card_id,
        kind=Issuance.RENEWAL,
        submitted_on=today,
        item_id=prepared[0].id,
    )
    if work.insert_request(session, request):
        for item in prepared:
            item.add(session)
        journal.note(session, Act.RENEWAL_SUBMITTED, opened.record.resident_id)


def open_request(
    session: Session, request_id: RequestId, *, sealing: Sealing, journal: Journal
) -> tuple[ResidentId, Asked]:
    """Open a waiting request for its review and leave a leaf; show it only after the commit.

    Gives the resident's id and what is asked for.
    """
    request = _find(session, request_id)
    row = items.find_item(session, request.item_id)
    if row is None:
        raise NotFound("This request is gone: its day has passed.")
    content = decode_record(sealing.open(REQUEST, row))
    journal.note(session, Act.RECORD_VIEWED, request.resident_id)
    return request.resident_id, Asked(content.facts, content.portrait)


def prepare(
    request_id: RequestId,
    resident_id: ResidentId,
    asked: Asked,
    *,
    means: Means,
) -> PreparedRenewal:
    """Seal the new record under a new key, and draw the new card's id."""
    record = prepare_record(
        ResidentRecord(asked.facts, asked.portrait),
        resident_id=resident_id,
        means=means,
    )
    tags = tag_person(asked.facts, program=means.program, name_key=means.name_key)
    return PreparedRenewal(request_id, CardId(fresh_id(means.random)), record, tags)


def approve(
    session: Session,
    prepared: PreparedRenewal,
    *,
    different_person: bool = False,
    status_list: int,
    means: Means,
) -> tuple[Ordered, Doomed]:
    """Approve a request: a new record, a new card with the validity of its age band; the request dies.

    The card to be renewed stays in use until the new one is active.
    """
    known = cards.find_card(session, prepared.card_id)
    if known is not None:
        return Ordered(known, None), NOTHING  # the answer to the commit was lost and the act runs again
    request = _find(session, prepared.request_id)
    if find(session, request.card_id).state in (CardState.REVOKED, CardState.VOIDED):
        raise Conflict("The card to be renewed was withdrawn meanwhile: decline this request.")
    refuse_second_order(session, request.resident_id)
    record = prepared.record
    doomed = delete_request(session, request)
    add_record(session, record)
    claim_new_name(
        session,
        record.resident_id,
        prepared.tags,
        record_id=record.record_id,
        different_person=different_person,
        tokens_until=record.open_until,
    )
    ordered = order_card(
        session,
        prepared.card_id,
        resident_id=record.resident_id,
        record_id=record.record_id,
        expires_on=expires_on(means.program, record.content.facts.birth_date, means.today),
        status_list=status_list,
        means=means,
    )
    means.journal.note(session, Act.RENEWAL_APPROVED, record.resident_id)
    means.journal.note(session, Act.CARD_ORDERED, record.resident_id)
    return ordered, doomed


def decline(session: Session, request_id: RequestId) -> Doomed:
    """Decline a request: it is deleted and nothing of it stays."""
    if work.find_request(session, request_id) is None and answer_was_lost(session):
        return NOTHING
    return delete_request(session, _find(session, request_id))


def delete_request(session: Session, request: Request) -> Doomed:
    """Delete a request with its papers; gives what to destroy after the commit."""
    papers = delete_papers(session, request.id)
    row = items.find_item(session, request.item_id)
    items.delete_items(session, [request.item_id])
    return papers if row is None else papers + doom([row])


def _find(session: Session, request_id: RequestId) -> Request:
    request = work.find_request(session, request_id)
    if request is None:
        raise NotFound("This request is decided already, or its day has passed.")
    return request
