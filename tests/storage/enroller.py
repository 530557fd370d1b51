"""Enroll made-up people until killed, and tell each one that the database has acknowledged.

python -m tests.storage.enroller URL [COUNT]
"""

import os
import sys

from idsvc.domain.ids import EpochName, fresh_id
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import audit
from idsvc.storage.records import Act, AuditLeaf, LeafId
from tests.storage.people import DAY, Person, draw_person, enroll


def issue(session: Session, person: Person) -> bool:
    """Write one enrollment with its card and its audit leaf, unless it is there; tell whether it is new."""
    if not enroll(session, person):
        return False
    leaf = AuditLeaf(
        id=LeafId(fresh_id(os.urandom)),
        day=DAY,
        act=Act.ENROLLMENT_APPROVED,
        key_epoch=EpochName("2027-03-01"),
        actor=os.urandom(32),
        subject=os.urandom(32),
    )
    audit.append_leaf(session, leaf)
    return True


def main(url: str, count: int) -> None:
    """Enroll `count` people."""
    database = Database(url, random=os.urandom)
    print("ready", flush=True)  # noqa: T201 - the parent listens
    for _ in range(count):
        person = draw_person()
        database.transact(lambda session, person=person: issue(session, person))  # type: ignore[misc]
        print(person.enrollment, flush=True)  # noqa: T201 - the parent listens
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
