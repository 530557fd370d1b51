"""Make a printed card active: only a scan of the card itself does, and the card before it ends then."""

from datetime import date, datetime

from idsvc.credential import CardClaims, Verdict, Verifier
from idsvc.domain.errors import Conflict, Destroyed, NotFound, Refusal
from idsvc.domain.lifecycle import ENDED, CardState, Delivery
from idsvc.domain.numbers import CardNumber
from idsvc.domain.program import Program, Slot
from idsvc.domain.retention import Kept
from idsvc.services.cards import change_delivery, change_state, find_by_number
from idsvc.services.issuance import status_uri
from idsvc.services.journal import Journal
from idsvc.services.print_queue import end_job
from idsvc.services.records import delete_record, open_key_for_city, seal_for_city
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing, doom
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, items, residents
from idsvc.storage.records import Act, Card


def read_scanned(text: str, verifier: Verifier, *, at: datetime) -> CardClaims:
    """Check the code that was scanned from the printed card; Refusal unless it is genuine."""
    answer = verifier.verify(text, at=at)
    if answer.verdict is Verdict.GENUINE and answer.claims is not None:
        return answer.claims
    raise Refusal(
        f"The scanned code is not that of a card to activate ({answer.reason}): "
        "void this card and print it again."
    )


def activate(
    session: Session,
    claims: CardClaims,
    *,
    program: Program,
    number_key: IndexKey,
    journal: Journal,
    today: date,
) -> tuple[Card, Doomed]:
    """Activate the card whose printed code was scanned; a second scan changes nothing.

    1. The scanned number is that of a printed card with this very status index.
    2. The card is active; its print file dies.
    3. Every other card of the resident in use is revoked: one person, one card.
    4. The records of those cards die with both their slots, and the name that only they bore is free again.
    """
    card = find_by_number(session, CardNumber(claims.number), number_key=number_key)  # 1
    listed = (claims.status_uri, claims.status_index)
    if listed != (status_uri(program, card.status_list), card.status_index):
        raise Refusal("The scanned code is not the one that was made for this card: void it and print again.")
    if card.state is CardState.ACTIVE:
        return card, NOTHING
    if card.state is not CardState.PRINTED:
        raise Conflict(f"This card is {card.state}; only a printed card can be activated.")
    doomed = end_job(session, card)  # 2
    change_state(session, card, CardState.ACTIVE, program=program, today=today)
    for other in cards.list_cards(session, card.resident_id):  # 3
        if other.id != card.id and other.state not in ENDED:
            doomed += end_job(session, other)
            change_state(session, other, CardState.REVOKED, program=program, today=today)
    for record in residents.list_records(session, card.resident_id):  # 4
        if record.id != card.record_id:
            doomed += delete_record(session, card.resident_id, record.id)
    if card.record_id is not None:
        residents.confirm_name(session, card.resident_id, card.record_id)
    journal.note(session, Act.CARD_ACTIVATED, card.resident_id)
    return card, doomed


def prepare_hand_over(
    session: Session, card: Card, *, program: Program, sealing: Sealing, today: date
) -> PreparedItem | None:
    """Seal the record key to the last day on which the city may open it after the hand-over.

    None where the program gives the city no slot after that, and where its access has ended already.
    """
    if Slot.CITY not in program.record.slots:
        return None
    if card.record_id is None:
        raise NotFound("The record of this card is gone: enroll the resident again.")
    try:
        key = open_key_for_city(session, card.record_id, sealing=sealing)
    except Destroyed:
        return None
    epoch = sealing.epoch(program, Kept.CITY_SLOT, today)
    return seal_for_city(card.record_id, key, epoch=epoch, sealing=sealing)


def hand_over(
    session: Session, card: Card, slot: PreparedItem | None, *, journal: Journal, today: date
) -> Doomed:
    """Hand an active card to its holder: from now on the city can open the record for some days only.

    The city's slot becomes the prepared one; the one from the order dies, and so do the tolerant tokens with
    the new one's day.
    """
    if card.delivery is Delivery.HANDED_OVER:
        return NOTHING
    if card.state is not CardState.ACTIVE or card.record_id is None:
        raise Conflict("Scan the printed card first: only an active card is handed over.")
    change_delivery(card, Delivery.HANDED_OVER, today=today)
    before = items.list_items_of(session, card.record_id, kind=Kept.CITY_SLOT)
    items.delete_items(session, [row.id for row in before])
    if slot is not None:
        slot.add(session)
        residents.move_tokens(session, card.resident_id, epoch=slot.epoch)
    journal.note(session, Act.CARD_DELIVERY_MOVED, card.resident_id)
    return doom(before)


def move(
    session: Session, card: Card, to: Delivery, *, program: Program, journal: Journal, today: date
) -> None:
    """Move a card on its way (posted, awaiting pick-up, returned); handing over has its own function.

    A card that comes back by mail is suspended: nobody knows who had it in hand.
    """
    if to is Delivery.HANDED_OVER:
        raise Conflict("A card is handed over by its own step.")
    change_delivery(card, to, today=today)
    if to is Delivery.RETURNED and card.state is CardState.ACTIVE:
        change_state(session, card, CardState.SUSPENDED, program=program, today=today)
    journal.note(session, Act.CARD_DELIVERY_MOVED, card.resident_id)
