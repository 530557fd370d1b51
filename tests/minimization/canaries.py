"""Live a life whose every input is a canary, in a process of its own: FOLDER DATABASE_URL PORTRAIT.

It runs every service of counter, portal and retention; whoever traces it sees every write. Afterwards nothing
of the canaries may be found in the clear anywhere.
"""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from idsvc.domain.ids import DraftId, EnrollmentId, RequestId, fresh_id
from idsvc.domain.minimization import Intake, retain
from idsvc.imaging.portrait import make_portrait
from idsvc.services.records import open_with_code
from idsvc.services.renewal import Asked
from idsvc.storage.database import Database
from tests.services.city import City, SetClock, found

NAME = "Quetzalina Zwitscherbusch"
STREET = "4711 Kanarienweg"
BORN = date(1987, 11, 23)
FORBIDDEN = ("PASAPORTE-KANARI-GT", "consular-canary-7731", "kanari_EG")
"""Paper, file name and language: they reach the process by the upload's metadata and the environment."""


def main(folder: str, url: str, portrait: str) -> None:
    """Live it."""
    database = Database(url, random=os.urandom)
    database.upgrade()
    found(Path(folder))
    city = City(Path(folder), database, SetClock(datetime(2026, 3, 2, 15, tzinfo=UTC)))
    picture = make_portrait(Path(portrait).read_bytes()).jpeg
    intake = Intake(
        NAME,
        BORN,
        identity_met=True,
        residency_met=True,
        caretaker_signed=True,
        address=(STREET, "Riverbend, NY 14999"),
    )
    facts = retain(intake, city.program, city.today)
    draft = DraftId(fresh_id(os.urandom))
    typed = f"{NAME}|{BORN}|{STREET}".encode()
    city.desk.begin_draft(draft, typed + picture)
    city.desk.save_draft(draft, typed)
    approved, made = city.desk.enroll(EnrollmentId(fresh_id(os.urandom)), facts, picture, draft_id=draft)
    assert made is not None
    assert made.code is not None
    city.print()
    city.activate(made)
    city.desk.hand_over(made.card_id)
    city.clock.now += timedelta(days=365 * 5 - 10)
    city.resign()
    city.run_retention()
    tag, code = made.number_tag, made.code
    opened = database.read(
        lambda s: open_with_code(s, tag, code, sealing=city.portal.sealing, today=city.today)
    )
    request = RequestId(fresh_id(os.urandom))
    city.portal.portal().ask_renewal(request, opened, Asked(opened.record.content.facts, picture))
    renewed = city.desk.renew(request)
    assert renewed is not None
    assert renewed.code is not None
    city.publish()
    del approved
    database.close()
    sys.stdout.write(f"{made.code} {renewed.code} {made.credential.text[:120]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
