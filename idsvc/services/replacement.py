"""Replace a card that was lost, damaged or misspelt, or that has ended: a new number, record and code.

A card in use keeps its validity; in place of one that has ended the new card gets that of its age band.
No reason is asked for. Who may ask is judged at the counter: the genuine card with its own holder, the
renewal code, or the city's slot while it lives; the counter opens the record, or takes facts and portrait
anew where nobody can open it any more, and this replaces it.
"""

from dataclasses import dataclass, field
from datetime import date

from idsvc.domain.errors import Conflict
from idsvc.domain.ids import CardId, ResidentId, fresh_id
from idsvc.domain.lifecycle import IN_USE, CardState, state_on
from idsvc.domain.validity import expires_on
from idsvc.services.cards import change_state, find
from idsvc.services.means import Means
from idsvc.services.ordering import Ordered, order_card, refuse_second_order
from idsvc.services.people import PersonTags, claim_new_name, tag_person
from idsvc.services.records import PreparedRecord, add_record, prepare_record
from idsvc.storage.database import Session
from idsvc.storage.queries import cards
from idsvc.storage.records import Act, Card
from idsvc.vault.record import ResidentRecord


@dataclass(frozen=True, slots=True)
class PreparedReplacement:
    """A new record for the replacement, sealed, and the new card's id."""

    old_card_id: CardId
    card_id: CardId
    record: PreparedRecord
    tags: PersonTags = field(repr=False)


def prepare(
    old: Card,
    content: ResidentRecord,
    *,
    means: Means,
) -> PreparedReplacement:
    """Seal the record anew under a new key, so that whoever finds the old slip opens nothing new."""
    record = prepare_record(
        content,
        resident_id=old.resident_id,
        means=means,
    )
    tags = tag_person(content.facts, program=means.program, name_key=means.name_key)
    return PreparedReplacement(old.id, CardId(fresh_id(means.random)), record, tags)


def approve(
    session: Session,
    prepared: PreparedReplacement,
    *,
    lost: bool,
    different_person: bool = False,
    status_list: int,
    means: Means,
) -> Ordered:
    """Order the replacement; a lost card is suspended at once, and revoked when the new one is active.

    Conflict while a card of the resident is being made, and for an ended card while another one is in use.
    """
    known = cards.find_card(session, prepared.card_id)
    if known is not None:
        return Ordered(known, None)  # the answer to the commit was lost and the act runs again
    old = find(session, prepared.old_card_id)
    refuse_second_order(session, old.resident_id)
    standing = state_on(old.state, expires_on=old.expires_on, today=means.today)
    in_use = _list_in_use(session, old.resident_id, today=means.today)
    if in_use and old.id not in in_use:
        raise Conflict(f"This card is {standing} and its holder has another one in use: replace that one.")
    birth_date = prepared.record.content.facts.birth_date
    last_day = old.expires_on if in_use else expires_on(means.program, birth_date, means.today)
    if lost and standing is CardState.ACTIVE:
        change_state(session, old, CardState.SUSPENDED, program=means.program, today=means.today)
        means.journal.note(session, Act.CARD_SUSPENDED, old.resident_id)
    add_record(session, prepared.record)
    claim_new_name(
        session,
        old.resident_id,
        prepared.tags,
        record_id=prepared.record.record_id,
        different_person=different_person,
        tokens_until=prepared.record.open_until,
    )
    ordered = order_card(
        session,
        prepared.card_id,
        resident_id=old.resident_id,
        record_id=prepared.record.record_id,
        expires_on=last_day,
        status_list=status_list,
        means=means,
    )
    means.journal.note(session, Act.REPLACEMENT_APPROVED, old.resident_id)
    means.journal.note(session, Act.CARD_ORDERED, old.resident_id)
    return ordered


def _list_in_use(session: Session, resident_id: ResidentId, *, today: date) -> frozenset[CardId]:
    held = cards.list_cards(session, resident_id)
    return frozenset(
        card.id for card in held if state_on(card.state, expires_on=card.expires_on, today=today) in IN_USE
    )
