"""Queries about what waits for someone: residents' requests and print jobs."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from idsvc.domain.ids import CardId, PrintJobId, Random, RequestId, ResidentId
from idsvc.storage.claims import claim
from idsvc.storage.records import BatchId, PrintJob, PrintState, Request

_SHUFFLE_BYTES = 16


def insert_request(session: Session, request: Request) -> bool:
    """Take in a request under its client-made id; False if it was submitted before."""
    return claim(session, request)


def find_request(session: Session, request_id: RequestId) -> Request | None:
    """Find a request by its id."""
    return session.scalars(select(Request).where(Request.id == request_id)).one_or_none()


def list_waiting_requests(session: Session, *, limit: int) -> tuple[Request, ...]:
    """List the requests that wait for a decision, the oldest day first and within a day by random id."""
    waiting = select(Request).order_by(Request.submitted_on, Request.id).limit(limit)
    return tuple(session.scalars(waiting))


def list_requests_of(session: Session, resident_id: ResidentId) -> tuple[Request, ...]:
    """List the requests of a resident, by random id."""
    found = select(Request).where(Request.resident_id == resident_id).order_by(Request.id)
    return tuple(session.scalars(found))


def find_job(session: Session, job_id: PrintJobId) -> PrintJob | None:
    """Find a print job by its id."""
    return session.scalars(select(PrintJob).where(PrintJob.id == job_id)).one_or_none()


def find_job_of_card(session: Session, card_id: CardId) -> PrintJob | None:
    """Find the print job of a card."""
    return session.scalars(select(PrintJob).where(PrintJob.card_id == card_id)).one_or_none()


def count_waiting_jobs(session: Session) -> int:
    """Count the cards that wait for a printer."""
    waiting = select(func.count()).select_from(PrintJob).where(PrintJob.state == PrintState.WAITING)
    return session.scalar(waiting) or 0


def claim_batch(session: Session, batch_id: BatchId, *, size: int, random: Random) -> tuple[PrintJob, ...]:
    """Take up to `size` waiting jobs, the oldest days first, into a batch whose order says nothing.

    Two printers never get the same job: PostgreSQL skips what the other one holds, SQLite waits.
    """
    waiting = (
        select(PrintJob)
        .where(PrintJob.state == PrintState.WAITING)
        .order_by(PrintJob.ordered_on, PrintJob.id)
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    jobs = list(session.scalars(waiting))
    for job in jobs:
        job.state = PrintState.PRINTING
        job.batch_id = batch_id
    session.flush()  # a job taken twice must fail here, before anything is sent to a printer
    return tuple(sorted(jobs, key=lambda _: random(_SHUFFLE_BYTES)))


def list_batch(session: Session, batch_id: BatchId) -> tuple[PrintJob, ...]:
    """List the jobs of a batch, by random id."""
    return tuple(session.scalars(select(PrintJob).where(PrintJob.batch_id == batch_id).order_by(PrintJob.id)))


def delete_job(session: Session, job: PrintJob) -> None:
    """Delete a print job; its sealed print file is destroyed apart."""
    session.execute(delete(PrintJob).where(PrintJob.resident_id == job.resident_id, PrintJob.id == job.id))
