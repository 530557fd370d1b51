"""Live lives whose every input is a canary, in a process of its own: FOLDER DATABASE_URL PORTRAIT PAPER.

They go through every service of counter, portal and retention; whoever traces the process sees every write.
Afterwards nothing of the canaries may be found in the clear anywhere.
"""

import os
import sys
from datetime import date
from pathlib import Path

from idsvc.domain.minimization import Gender
from idsvc.imaging.documents import rebuild_pages
from idsvc.imaging.portrait import make_portrait
from idsvc.storage.database import Database
from tests.minimization.hidden import Hidden
from tests.minimization.lives import Generation, Town
from tests.minimization.plans import Life, Shown, takes_papers
from tests.services.city import found

NAME = "Quetzalina Zwitscherbusch"
STREET = "4711 Kanarienweg"
BORN = date(1987, 11, 23)
FORBIDDEN = ("PASAPORTE-KANARI-GT", "consular-canary-7731", "kanari_EG")
"""Paper, file name and language: they reach the process by the upload's metadata and the environment."""
_NAMES = (NAME, NAME, f"{NAME} Zwo")
"""Of three lives: they renew with papers, are looked up, declined, replaced, misprinted and posted."""


def main(folder: str, url: str, portrait: str, paper: str) -> None:
    """Live them; tells every renewal code there was, and one card's code."""
    database = Database(url, random=os.urandom)
    database.upgrade()
    found(Path(folder))
    town = Town(Path(folder), database, change=takes_papers)
    hidden = Hidden(
        FORBIDDEN[2],
        (FORBIDDEN[0],),
        FORBIDDEN[1],
        (),
        caretaker_signed=True,
        address_confirmed=True,
    )
    picture = make_portrait(Path(portrait).read_bytes()).jpeg
    pages = rebuild_pages(Path(paper).read_bytes())
    lives = [
        Life(number, hidden, Shown(name, BORN, Gender.X, STREET, picture, pages, moves=True))
        for number, name in enumerate(_NAMES)
    ]
    codes: set[str] = set()
    for _ in Generation(town, lives).stages():
        codes |= {life.made.code for life in lives if life.made is not None and life.made.code is not None}
    database.close()
    sys.stdout.write(f"{' '.join(sorted(codes))}\n{lives[0].scanned}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
