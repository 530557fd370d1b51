"""Staff, their sessions and sign-in codes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, String
from sqlalchemy.orm import Mapped

from idsvc.domain.ids import StaffId
from idsvc.domain.retention import Kept
from idsvc.storage.declared import Protection, stored
from idsvc.storage.records.base import Record, belongs_to, table
from idsvc.storage.types import Moment, closed, hash_value, identifier, one_of, sized


class Role(StrEnum):
    """What a member of staff may do."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    PRINTER = "printer"
    RECORDS_OFFICER = "records officer"
    AUDITOR = "auditor"
    LEAD = "lead"


class SessionKind(StrEnum):
    """Whose session it is."""

    STAFF = "staff"
    PORTAL = "portal"


class CodePurpose(StrEnum):
    """What a one-time code opens."""

    INVITATION = "invitation"
    SIGN_IN = "sign-in"


class Staff(Record):
    """One member of staff, under a sign-in name that the lead chose."""

    __tablename__ = "staff"
    __table_args__ = table(one_of("role", Role))

    id: Mapped[StaffId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a member of staff",
        why="sessions and audit pseudonyms are made from it",
        until=Kept.STAFF,
        how=Protection.RANDOM,
    )
    sign_in_name: Mapped[str] = stored(
        String(64),
        unique=True,
        what="short sign-in name that the lead chose for a member of staff",
        why="staff sign in by it",
        until=Kept.STAFF,
        how=Protection.PUBLIC,
    )
    role: Mapped[Role] = stored(
        closed(Role),
        what="what the member of staff may do",
        why="least privilege",
        until=Kept.STAFF,
        how=Protection.CLOSED,
    )
    disabled_on: Mapped[date | None] = stored(
        Date,
        what="day on which the account was closed; none while it is open",
        why="a closed account opens nothing, and its period counts from here",
        until=Kept.STAFF,
        how=Protection.DATE,
    )


class StoredSession(Record):
    """A signed-in browser, known by the hash of its random token."""

    __tablename__ = "sessions"
    __table_args__ = table(
        belongs_to(("staff_id",), "staff"),
        one_of("kind", SessionKind),
        sized("token_hash"),
        CheckConstraint("(kind = 'staff') = (staff_id IS NOT NULL)", name="holder"),
    )

    token_hash: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="SHA-256 of the random session token",
        why="recognises the browser; a copy of the database signs nobody in",
        until=Kept.SESSION,
        how=Protection.HASH,
    )
    kind: Mapped[SessionKind] = stored(
        closed(SessionKind),
        what="staff or portal",
        why="a session of one surface opens no other",
        until=Kept.SESSION,
        how=Protection.CLOSED,
    )
    staff_id: Mapped[StaffId | None] = stored(
        identifier(),
        index=True,
        what="the member of staff who signed in; none in the portal",
        why="decides what the session may do",
        until=Kept.SESSION,
        how=Protection.RANDOM,
    )
    expires_at: Mapped[datetime] = stored(
        Moment(),
        index=True,
        what="moment at which the session ends",
        why="a forgotten browser signs itself out",
        until=Kept.SESSION,
        how=Protection.TIME,
    )


class OneTimeCode(Record):
    """A link or code that works once."""

    __tablename__ = "one_time_codes"
    __table_args__ = table(
        belongs_to(("staff_id",), "staff"), one_of("purpose", CodePurpose), sized("code_hash")
    )

    code_hash: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="SHA-256 of the random code",
        why="recognises the code; a copy of the database opens nothing",
        until=Kept.ONE_TIME_CODE,
        how=Protection.HASH,
    )
    purpose: Mapped[CodePurpose] = stored(
        closed(CodePurpose),
        what="what the code opens",
        why="a code of one purpose serves no other",
        until=Kept.ONE_TIME_CODE,
        how=Protection.CLOSED,
    )
    staff_id: Mapped[StaffId] = stored(
        identifier(),
        index=True,
        what="the member of staff who got the code",
        why="signs in that person",
        until=Kept.ONE_TIME_CODE,
        how=Protection.RANDOM,
    )
    expires_at: Mapped[datetime] = stored(
        Moment(),
        index=True,
        what="moment after which the code no longer works",
        why="an old message opens nothing",
        until=Kept.ONE_TIME_CODE,
        how=Protection.TIME,
    )
