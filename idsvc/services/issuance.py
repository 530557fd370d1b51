"""Make the credential, the card and the slip or label of a card on order, and put them in the print queue.

The order was on record before: whatever is signed here belongs to a card that can be revoked. Nothing that
is made here is shown to anybody before `attach` has committed.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import cbor2

from idsvc.credential import (
    NO_EXPIRY,
    CardClaims,
    GenderCode,
    Portrait,
    PortraitFormat,
    Signs,
    encode,
    error_correction,
    midnight,
    portrait_room,
)
from idsvc.domain.errors import Conflict, NotFound, SealBroken
from idsvc.domain.ids import CardId, PrintJobId, Random, StatusIndex, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.domain.minimization import Gender, RetainedFacts
from idsvc.domain.numbers import CARD_NUMBER_DIGITS, CardNumber, RenewalCode, draw_renewal_code
from idsvc.domain.program import CodePlace, Program, Slot
from idsvc.domain.retention import Kept
from idsvc.imaging.small_portrait import NoRoom, SmallPortrait, small_portrait
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.cards.card import CardFace, render_cards
from idsvc.printing.cards.face import check_fits
from idsvc.printing.cards.readback import read_back
from idsvc.printing.papers.label import LabelFace, render_labels
from idsvc.printing.papers.slip import SlipFace, render_slips
from idsvc.services.cards import end_of_validity, find
from idsvc.services.journal import Journal
from idsvc.services.ordering import Ordered, claim_number
from idsvc.services.records import OpenedRecord, ResidentSlot, put_resident_slot, wrap_for_resident
from idsvc.services.sealing import PreparedItem, Sealing
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, items, work
from idsvc.storage.records import Act, PrintJob, PrintState, RecordId
from idsvc.vault.kinds import PRINT_FILE
from idsvc.vault.record import ResidentRecord
from idsvc.vault.tags import card_number_tag

_GENDER_CODES: Final = {Gender.M: GenderCode.MALE, Gender.F: GenderCode.FEMALE, Gender.X: GenderCode.OTHER}

_LARGEST_LIST: Final = 9_999
"""The longest status list number to be expected: 5 thousand million cards."""
_SPARE: Final = 0.97
"""Share of the measured room that a portrait may take: the measure is right within 3 percent."""


@dataclass(frozen=True, slots=True)
class Credential:
    """The signed text for the QR code, and whether the face is in it."""

    text: str = field(repr=False)
    error_correction: str
    portrait: SmallPortrait | NoRoom = field(repr=False)


@dataclass(frozen=True, slots=True)
class Produced:
    """A card made and sealed but not yet in the queue; its renewal code is printed inside."""

    card_id: CardId
    job_id: PrintJobId
    number_tag: bytes
    item: PreparedItem
    record_id: RecordId
    slot: ResidentSlot | None = field(repr=False)
    code: RenewalCode | None = field(repr=False)
    """None, like the slot, in a program where residents cannot open their record."""
    credential: Credential = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintFile:
    """What the printers get as PDF: the two-page card, and the slip or label where one bears the code.

    Slip and label are empty in a program without codes or with the code on the card itself.
    """

    card: bytes
    slip: bytes = b""
    label: bytes = b""


def status_uri(program: Program, status_list: int) -> str:
    """Give the public address of a status list; it stands in the signed code."""
    return f"{program.city.issuer}/status/{status_list}.cwt"


def make_credential(
    content: ResidentRecord,
    *,
    number: CardNumber,
    issued_on: date,
    expires_on: date | None,
    status: tuple[int, StatusIndex],
    program: Program,
    signer: Signs,
) -> Credential:
    """Sign the card's facts, with the portrait as large as the code has room for.

    Raises DoesNotFit when even the facts alone do not fit the code.
    """
    claims = _claims(
        content.facts,
        number=number,
        issued_on=issued_on,
        expires_on=expires_on,
        status=status,
        program=program,
    )
    room = portrait_room(claims)
    small = small_portrait(
        content.portrait, rooms=tuple(int(size * _SPARE) for size in (room.at_m, room.at_l))
    )
    if isinstance(small, SmallPortrait):
        face = Portrait(small.picture, PortraitFormat[small.format.name])
        claims = replace(claims, portrait=face)
    text = encode(claims, signer)
    return Credential(text, error_correction(text).value, small)


def check_printable(content: ResidentRecord, *, program: Program, artwork: Artwork, today: date) -> None:
    """Make sure before any approval that the card can be made: afterwards it would be too late to refuse.

    Raises NameDoesNotFit for a line that cannot be printed whole, DoesNotFit for facts too long for the code.
    """
    facts = content.facts
    check_fits(artwork, name=facts.name, address=facts.address)
    portrait_room(
        _claims(
            facts,
            number=CardNumber("0" * CARD_NUMBER_DIGITS),
            issued_on=today,
            expires_on=today,
            status=(_LARGEST_LIST, StatusIndex(0)),
            program=program,
        )
    )


def produce(
    ordered: Ordered,
    record: OpenedRecord,
    *,
    program: Program,
    artwork: Artwork,
    signer: Signs,
    number_key: IndexKey,
    sealing: Sealing,
    random: Random,
    today: date,
) -> Produced:
    """Sign the card, draw it and its slip or label with a new renewal code, seal all for the print queue.

    1. The order's number, which only the caller and this function know.
    2. The signed code with the face.
    3. A new renewal code; whatever code was there before dies with `attach`.
    4. The PDFs, sealed to the print file's epoch.
    """
    card, number = ordered.card, ordered.number
    if number is None:  # 1
        raise Conflict("The number of this order is not known any more: renumber it first.")
    credential = make_credential(  # 2
        record.content,
        number=number,
        issued_on=card.ordered_on,
        expires_on=card.expires_on,
        status=(card.status_list, card.status_index),
        program=program,
        signer=signer,
    )
    code = draw_renewal_code(random) if Slot.RESIDENT in program.record.slots else None  # 3
    file = draw_print_file(  # 4
        record.content,
        number=number,
        code=code,
        credential=credential,
        issued_on=card.ordered_on,
        expires_on=card.expires_on,
        program=program,
        artwork=artwork,
    )
    job_id = PrintJobId(fresh_id(random))
    epoch = sealing.epoch(program, Kept.PRINT_FILE, today)
    item = sealing.prepare(PRINT_FILE, epoch=epoch, owner=job_id, content=_pack(file))
    slot = None if code is None else wrap_for_resident(record, code, random=random)
    return Produced(
        card.id,
        job_id,
        card_number_tag(number_key, number),
        item,
        record.record_id,
        slot,
        code,
        credential,
    )


def draw_print_file(
    content: ResidentRecord,
    *,
    number: CardNumber,
    code: RenewalCode | None,
    credential: Credential,
    issued_on: date,
    expires_on: date | None,
    program: Program,
    artwork: Artwork,
) -> PrintFile:
    """Draw the card and its slip or label, and read the finished card back; Unavailable if it does not read.

    Raises NameDoesNotFit when a line cannot be printed whole.
    """
    facts = content.facts
    face = CardFace(
        name=facts.name,
        number=number,
        birth_date=facts.birth_date if program.card.birth_date else None,
        address=facts.address,
        gender=facts.gender.value if facts.gender else None,
        issued=issued_on if program.card.issue_date else None,
        expires=expires_on,
        portrait=content.portrait,
        qr_text=credential.text,
        renewal_code=code if program.record.code_on is CodePlace.CARD else None,
    )
    card = render_cards([face], artwork=artwork)
    read_back(card, expected=(credential.text,))
    if code is None or program.record.code_on is CodePlace.CARD:
        return PrintFile(card)
    if program.record.code_on is CodePlace.LABEL:
        label = LabelFace(renewal_code=code, card_number=number)
        return PrintFile(card, label=render_labels([label], artwork=artwork))
    slip = SlipFace(renewal_code=code, card_number=number)
    link = program.city.issuer.removeprefix("https://")
    return PrintFile(card, slip=render_slips([slip], artwork=artwork, link=link))


def renumber(session: Session, card_id: CardId, *, number_key: IndexKey, random: Random) -> Ordered | None:
    """Draw a new number for an order whose number was lost before it was printed (a process died).

    None when the card is made already.
    """
    card = find(session, card_id)
    if card.state is not CardState.ORDERED or work.find_job_of_card(session, card_id) is not None:
        return None
    cards.release_number(session, card.number_tag)
    number, card.number_tag = claim_number(
        session, card.resident_id, card_id, number_key=number_key, random=random
    )
    return Ordered(card, number)


def attach(session: Session, produced: Produced, *, today: date) -> bool:
    """Put a produced card in the print queue with its new resident slot, in the order's own row.

    False, with nothing written, when another process made this card first: destroy `produced.item.doomed`.
    """
    card = find(session, produced.card_id)
    job = work.find_job_of_card(session, produced.card_id)
    if job is not None and job.id == produced.job_id:
        return True  # the answer to the commit was lost and the act runs again
    if job is not None or card.state is not CardState.ORDERED or card.number_tag != produced.number_tag:
        return False
    produced.item.add(session)
    if produced.slot is not None:
        put_resident_slot(session, card.resident_id, produced.record_id, produced.slot)
    session.add(
        PrintJob(
            resident_id=card.resident_id,
            id=produced.job_id,
            card_id=card.id,
            state=PrintState.WAITING,
            ordered_on=today,
            item_id=produced.item.id,
            batch_id=None,
        )
    )
    return True


def open_print_file(session: Session, job: PrintJob, *, sealing: Sealing, journal: Journal) -> PrintFile:
    """Open the print file of a job, with its slip or label, and leave a leaf; show it only after the commit.

    Raises NotFound once the card was scanned, Destroyed when the file's day is over.
    """
    row = items.find_item(session, job.item_id)
    if row is None:
        raise NotFound("This print file is gone: order the card again.")
    file = _unpack(sealing.open(PRINT_FILE, row))
    journal.note(session, Act.RECORD_VIEWED, job.resident_id)
    return file


def _claims(
    facts: RetainedFacts,
    *,
    number: CardNumber,
    issued_on: date,
    expires_on: date | None,
    status: tuple[int, StatusIndex],
    program: Program,
) -> CardClaims:
    zone = ZoneInfo(program.city.timezone)
    return CardClaims(
        issuer=program.city.issuer,
        number=number,
        name=facts.name,
        birth_date=facts.birth_date if program.card.birth_date else None,
        gender=None if facts.gender is None else _GENDER_CODES[facts.gender],
        issued_at=midnight(issued_on, zone),
        valid_from=midnight(issued_on, zone),
        expires_at=NO_EXPIRY if expires_on is None else midnight(end_of_validity(expires_on), zone),
        status_index=status[1],
        status_uri=status_uri(program, status[0]),
    )


def _pack(file: PrintFile) -> bytes:
    return cbor2.dumps({"card": file.card, "slip": file.slip, "label": file.label}, canonical=True)


def _unpack(packed: bytes) -> PrintFile:
    match cbor2.loads(packed):
        case {"card": bytes(card), "slip": bytes(slip), "label": bytes(label)}:
            return PrintFile(card, slip, label)
    raise SealBroken("A print file has not the form that this version writes.")
