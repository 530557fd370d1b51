"""Cards with their claims on a number and a status index, online requests and print jobs."""

from datetime import date
from enum import StrEnum
from typing import NewType

from sqlalchemy import CheckConstraint, Date, Dialect, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeDecorator

from idsvc.domain.ids import CardId, ItemId, PrintJobId, RequestId, ResidentId, StatusIndex
from idsvc.domain.lifecycle import CardState, CardStatus, Delivery, Issuance
from idsvc.domain.retention import Kept
from idsvc.storage.declared import Lasting, Protection, stored
from idsvc.storage.records.base import Record, belongs_to, table
from idsvc.storage.records.residents import RecordId
from idsvc.storage.types import closed, hash_value, identifier, one_of, sized

BatchId = NewType("BatchId", str)
"""One shuffled set of cards that go to a printer together."""


class StatusBits(TypeDecorator[CardStatus]):
    """The two bits of a card in the public status list, read back as their meaning."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: CardStatus | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Take the meaning."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> CardStatus | None:  # noqa: ARG002
        """Give the meaning."""
        return None if value is None else CardStatus(value)


class PrintState(StrEnum):
    """Where a print job stands; a queue's word that it is done is no proof of a card."""

    WAITING = "waiting"
    PRINTING = "printing"
    CONFIRMED = "confirmed"


class Card(Record):
    """One card, from the order to its end."""

    __tablename__ = "cards"
    __table_args__ = table(
        belongs_to(("resident_id",), "residents"),
        belongs_to(("resident_id", "record_id"), "records", ("resident_id", "id")),
        one_of("state", CardState),
        one_of("delivery", Delivery),
        sized("number_tag"),
        CheckConstraint("expires_on IS NULL OR expires_on >= ordered_on", name="validity"),
        Index(None, "state", "expires_on"),
        Index(None, "state", "state_on"),
        Index(None, "delivery", "delivery_on"),
    )

    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="the resident who holds the card",
        why="finds the cards of a resident",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    id: Mapped[CardId] = stored(
        identifier(),
        primary_key=True,
        index=True,
        what="random id of a card, never printed",
        why="names the card in requests and print jobs",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    record_id: Mapped[RecordId | None] = stored(
        identifier(),
        what="the record that the card was made from; none once it is destroyed",
        why="finds what the renewal code opens",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    number_tag: Mapped[bytes] = stored(
        hash_value(),
        what="keyed tag of the card number",
        why="releases the claim on the number when the card is purged",
        until=Lasting.OWNER,
        how=Protection.TAG,
    )
    state: Mapped[CardState] = stored(
        closed(CardState),
        what="where the card stands between order and end",
        why="decides what may happen to it next",
        until=Lasting.OWNER,
        how=Protection.CLOSED,
    )
    state_on: Mapped[date] = stored(
        Date,
        what="day of the last change of state",
        why="retention periods count from it",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )
    delivery: Mapped[Delivery] = stored(
        closed(Delivery),
        what="where the printed card is on its way",
        why="returned and uncollected cards are dealt with",
        until=Lasting.OWNER,
        how=Protection.CLOSED,
    )
    delivery_on: Mapped[date] = stored(
        Date,
        what="day of the last step of delivery",
        why="uncollected cards are destroyed after a time",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )
    status_list: Mapped[int] = stored(
        Integer,
        what="number of the public status list",
        why="suspending and revoking changes the list",
        until=Lasting.OWNER,
        how=Protection.PUBLIC,
    )
    status_index: Mapped[StatusIndex] = stored(
        Integer,
        what="random place in the status list",
        why="suspending and revoking changes that place",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    ordered_on: Mapped[date] = stored(
        Date,
        what="day of the order",
        why="printing goes by it, and quarterly counts",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )
    expires_on: Mapped[date | None] = stored(
        Date,
        what="last day of validity; none for a card without expiry",
        why="renewal opens and retention counts from it",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )


class CardNumber(Record):
    """The claim on a card number, by its keyed tag."""

    __tablename__ = "card_numbers"
    __table_args__ = table(sized("tag"))

    tag: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="keyed tag of the card number",
        why="no number twice, and a scanned card is found",
        until=Lasting.OWNER,
        how=Protection.TAG,
    )
    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        what="the resident who holds the card",
        why="finds the card",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    card_id: Mapped[CardId] = stored(
        identifier(),
        what="the card with that number",
        why="finds the card",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )


class StatusEntry(Record):
    """A place in a public status list, never used twice; it outlives its card and names none."""

    __tablename__ = "status_indices"
    __table_args__ = table(
        CheckConstraint("status IN (0, 1, 2)", name="status"),
        CheckConstraint("status_index >= 0", name="status_index"),
    )

    status_list: Mapped[int] = stored(
        Integer,
        primary_key=True,
        what="number of the public status list",
        why="the list is published",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )
    status_index: Mapped[StatusIndex] = stored(
        Integer,
        primary_key=True,
        what="random place in the list",
        why="no place twice",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )
    status: Mapped[CardStatus] = stored(
        StatusBits,
        what="valid, invalid or suspended",
        why="verifiers read it",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )


class Request(Record):
    """A renewal or replacement that a resident asked for and nobody has decided yet; then it is deleted."""

    __tablename__ = "requests"
    __table_args__ = table(
        belongs_to(("resident_id", "card_id"), "cards", ("resident_id", "id")),
        one_of("kind", (Issuance.RENEWAL, Issuance.REPLACEMENT)),
    )

    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="the resident who asks",
        why="finds the requests of a resident",
        until=Kept.REQUEST,
        how=Protection.RANDOM,
    )
    id: Mapped[RequestId] = stored(
        identifier(),
        primary_key=True,
        index=True,
        what="random id that the resident's page drew",
        why="a repeated submission counts once",
        until=Kept.REQUEST,
        how=Protection.RANDOM,
    )
    card_id: Mapped[CardId] = stored(
        identifier(),
        what="the card to renew or replace",
        why="the old card ends when the new one is active",
        until=Kept.REQUEST,
        how=Protection.RANDOM,
    )
    kind: Mapped[Issuance] = stored(
        closed(Issuance),
        what="renewal or replacement",
        why="decides the new card's validity",
        until=Kept.REQUEST,
        how=Protection.CLOSED,
    )
    submitted_on: Mapped[date] = stored(
        Date,
        index=True,
        what="day of submission",
        why="the oldest is decided first",
        until=Kept.REQUEST,
        how=Protection.DATE,
    )
    item_id: Mapped[ItemId] = stored(
        identifier(),
        index=True,
        what="the sealed item with what was asked for",
        why="the reviewing clerk opens it",
        until=Kept.REQUEST,
        how=Protection.RANDOM,
    )


class PrintJob(Record):
    """A card waiting for the printer or on it; ends when the printed card is scanned."""

    __tablename__ = "print_jobs"
    __table_args__ = table(
        belongs_to(("resident_id", "card_id"), "cards", ("resident_id", "id")),
        one_of("state", PrintState),
        Index(None, "state", "ordered_on"),
        Index(None, "batch_id"),
    )

    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="the resident whose card is printed",
        why="lies beside the card",
        until=Kept.PRINT_FILE,
        how=Protection.RANDOM,
    )
    id: Mapped[PrintJobId] = stored(
        identifier(),
        primary_key=True,
        index=True,
        what="random id of the job",
        why="names the job to the printing staff",
        until=Kept.PRINT_FILE,
        how=Protection.RANDOM,
    )
    card_id: Mapped[CardId] = stored(
        identifier(),
        what="the card to print",
        why="the card becomes printed and active by it",
        until=Kept.PRINT_FILE,
        how=Protection.RANDOM,
    )
    state: Mapped[PrintState] = stored(
        closed(PrintState),
        what="waiting, printing or confirmed",
        why="no card is lost when a printer jams",
        until=Kept.PRINT_FILE,
        how=Protection.CLOSED,
    )
    ordered_on: Mapped[date] = stored(
        Date,
        what="day of the order",
        why="the oldest is printed first",
        until=Kept.PRINT_FILE,
        how=Protection.DATE,
    )
    item_id: Mapped[ItemId] = stored(
        identifier(),
        index=True,
        what="the sealed print file",
        why="the printing process opens it",
        until=Kept.PRINT_FILE,
        how=Protection.RANDOM,
    )
    batch_id: Mapped[BatchId | None] = stored(
        identifier(),
        what="the shuffled batch that the job went to the printer with",
        why="a batch is confirmed or printed again as one",
        until=Kept.PRINT_FILE,
        how=Protection.RANDOM,
    )
