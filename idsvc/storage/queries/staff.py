"""Queries about staff, sessions and one-time codes."""

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from idsvc.domain.ids import StaffId
from idsvc.storage.bounded import count_up_to
from idsvc.storage.records import CodePurpose, OneTimeCode, SessionKind, Staff, StoredSession


def find_staff(session: Session, staff_id: StaffId) -> Staff | None:
    """Find a member of staff."""
    return session.get(Staff, staff_id)


def find_staff_by_name(session: Session, sign_in_name: str) -> Staff | None:
    """Find a member of staff by the sign-in name."""
    return session.scalars(select(Staff).where(Staff.sign_in_name == sign_in_name)).one_or_none()


def list_staff(session: Session) -> tuple[Staff, ...]:
    """List all staff by sign-in name, closed accounts too."""
    return tuple(session.scalars(select(Staff).order_by(Staff.sign_in_name)))


def find_session(
    session: Session, token_hash: bytes, *, kind: SessionKind, now: datetime
) -> StoredSession | None:
    """Find a browser's session of this kind that has not ended."""
    found = session.get(StoredSession, token_hash)
    if found is None or found.kind is not kind or found.expires_at <= now:
        return None
    return found


def end_session(session: Session, token_hash: bytes) -> None:
    """Sign one browser out."""
    session.execute(delete(StoredSession).where(StoredSession.token_hash == token_hash))


def end_sessions_of(session: Session, staff_id: StaffId) -> None:
    """Sign a member of staff out everywhere, and make every code sent to them worthless."""
    session.flush()  # a session or code of this act ends too
    session.execute(delete(StoredSession).where(StoredSession.staff_id == staff_id))
    session.execute(delete(OneTimeCode).where(OneTimeCode.staff_id == staff_id))


def take_code(session: Session, code_hash: bytes, *, purpose: CodePurpose, now: datetime) -> StaffId | None:
    """Use up a one-time code; None if it is unknown, used, late or of another purpose."""
    taken = delete(OneTimeCode).where(
        OneTimeCode.code_hash == code_hash, OneTimeCode.purpose == purpose, OneTimeCode.expires_at > now
    )
    return session.execute(taken.returning(OneTimeCode.staff_id)).scalar()


def count_closed_accounts(session: Session, *, until: date, most: int) -> int:
    """Count the accounts that were closed on or before that day, up to `most`."""
    return count_up_to(session, select(Staff.id).where(Staff.disabled_on <= until), most)


def delete_closed_accounts(session: Session, *, until: date) -> int:
    """Delete the accounts that were closed on or before that day, with what is left of theirs."""
    closed = select(Staff.id).where(Staff.disabled_on <= until)
    for owned in (StoredSession, OneTimeCode):
        session.execute(delete(owned).where(owned.staff_id.in_(closed)))
    gone = delete(Staff).where(Staff.disabled_on <= until).returning(Staff.id)
    return len(session.execute(gone).all())


def count_ended_sessions(session: Session, moment: datetime, *, most: int) -> int:
    """Count the sessions and one-time codes whose time was over by a moment, up to `most`."""
    ended = select(StoredSession.token_hash).where(StoredSession.expires_at <= moment)
    late = select(OneTimeCode.code_hash).where(OneTimeCode.expires_at <= moment)
    return min(count_up_to(session, ended, most) + count_up_to(session, late, most), most)


def delete_ended_sessions(session: Session, now: datetime) -> int:
    """Delete the sessions and one-time codes whose time is over; gives their number."""
    ended = delete(StoredSession).where(StoredSession.expires_at <= now)
    late = delete(OneTimeCode).where(OneTimeCode.expires_at <= now)
    sessions = session.execute(ended.returning(StoredSession.kind)).all()
    codes = session.execute(late.returning(OneTimeCode.purpose)).all()
    return len(sessions) + len(codes)
