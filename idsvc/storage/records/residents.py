"""Residents, their sealed records with the resident's slot, and the claims that find a person twice."""

from datetime import date
from typing import NewType

from sqlalchemy import Date, Integer, LargeBinary
from sqlalchemy.orm import Mapped

from idsvc.domain.ids import BlobId, EnrollmentId, EpochName, ResidentId
from idsvc.domain.retention import Kept
from idsvc.storage.declared import Lasting, Protection, stored
from idsvc.storage.records.base import Record, belongs_to, table
from idsvc.storage.types import epoch_name, hash_value, identifier, sized

RecordId = NewType("RecordId", str)
"""One resident's sealed record; every renewal and replacement makes a new one."""


class Resident(Record):
    """An enrolled person, as far as the database knows one: an id and a day."""

    __tablename__ = "residents"
    __table_args__ = table()

    id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a resident",
        why="ties the rows of one resident together",
        until=Kept.RESIDENT,
        how=Protection.RANDOM,
    )
    kept_until: Mapped[date | None] = stored(
        Date,
        index=True,
        what="last day on which the resident is kept; none while a card without expiry is valid",
        why="tells the retention run what is due",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )


class Enrollment(Record):
    """An approved enrollment; its id is made by the client, so that issuance happens exactly once."""

    __tablename__ = "enrollments"
    __table_args__ = table()

    id: Mapped[EnrollmentId] = stored(
        identifier(),
        primary_key=True,
        what="random id that the clerk's page drew",
        why="a repeated request finds the first one and issues nothing again",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        index=True,
        what="the resident who was enrolled",
        why="a repeated request is answered with the first result",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    approved_on: Mapped[date] = stored(
        Date,
        what="day of approval",
        why="quarterly counts of enrollments",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )


class SealedRecord(Record):
    """Where one resident's sealed record lies; for a while there may be an old and a new one."""

    __tablename__ = "records"
    __table_args__ = table(belongs_to(("resident_id",), "residents"))

    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="the resident whose record it is",
        why="finds the record of a resident",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    id: Mapped[RecordId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a record",
        why="tells an old record from the new one",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    blob_id: Mapped[BlobId] = stored(
        identifier(),
        what="random name of the sealed blob: name, birth date, portrait, printed address",
        why="finds the blob to open or destroy",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )


class Slot(Record):
    """The record key wrapped for the resident: opened by the renewal code and nothing else."""

    __tablename__ = "slots"
    __table_args__ = table(
        belongs_to(("resident_id", "record_id"), "records", ("resident_id", "id")),
    )

    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        what="the resident whose slot it is",
        why="finds the slot of a resident",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    record_id: Mapped[RecordId] = stored(
        identifier(),
        primary_key=True,
        what="the record that the key opens",
        why="finds the slot of a record",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    salt: Mapped[bytes] = stored(
        LargeBinary,
        what="random salt of the renewal code's hash",
        why="each guess at a code serves one record only",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    wrapped_key: Mapped[bytes] = stored(
        LargeBinary,
        what="the record key, wrapped under the renewal code",
        why="the resident opens the record to renew",
        until=Lasting.OWNER,
        how=Protection.SEALED,
    )


class PersonTag(Record):
    """The claim that one person is enrolled once; a namesake with the same birth date adds an ordinal."""

    __tablename__ = "person_tags"
    __table_args__ = table(sized("tag"))

    tag: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="keyed tag of argon2id(name and birth date)",
        why="one person gets one card",
        until=Lasting.OWNER,
        how=Protection.TAG,
    )
    ordinal: Mapped[int] = stored(
        Integer,
        primary_key=True,
        what="0, or the count of namesakes before this one",
        why="different people share name and birth date",
        until=Lasting.OWNER,
        how=Protection.COUNT,
    )
    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        index=True,
        what="the resident who has this tag",
        why="a clerk is shown whom the tag found",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    record_id: Mapped[RecordId | None] = stored(
        identifier(),
        what="the record that is on order under a corrected name; none once its card was activated",
        why="the name before it is given up only when the new card is in use",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )


class TolerantToken(Record):
    """A keyed token of a name as it is often misspelt; dies with the city's own access to the record."""

    __tablename__ = "tolerant_tokens"
    __table_args__ = table(sized("token"))

    token: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="keyed tag of a simplified name and the birth date",
        why="finds a person whose name was typed differently",
        until=Kept.TOLERANT_TOKEN,
        how=Protection.TAG,
    )
    resident_id: Mapped[ResidentId] = stored(
        identifier(),
        primary_key=True,
        index=True,
        what="the resident who has this token",
        why="a clerk is shown whom the token found",
        until=Kept.TOLERANT_TOKEN,
        how=Protection.RANDOM,
    )
    epoch: Mapped[EpochName] = stored(
        epoch_name(),
        index=True,
        what="the day on which it is purged",
        why="tells the retention run what is due",
        until=Kept.TOLERANT_TOKEN,
        how=Protection.DATE,
    )
