import random
from datetime import date
from pathlib import Path

import pytest

from idsvc import resources
from idsvc.domain.program import Program
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.artwork.file import load_artwork
from idsvc.printing.cards.card import CardFace
from idsvc.program import load

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.fixture(scope="session")
def program_path() -> Path:
    return resources.path("templates/programs/riverbend/program.toml")


@pytest.fixture(scope="session")
def program(program_path: Path) -> Program:
    return load(program_path)


@pytest.fixture(scope="session")
def artwork(program: Program, program_path: Path) -> Artwork:
    return load_artwork(program_path.with_name("artwork.toml"), program=program)


@pytest.fixture(scope="session")
def qr_text() -> str:
    """As dense a text as a card may carry at error correction M."""
    choice = random.Random(5).choice  # noqa: S311 - test data
    return "".join(choice(BASE45) for _ in range(1134))


@pytest.fixture(scope="session")
def face(qr_text: str) -> CardFace:
    return CardFace(
        name="Eileen Collins",
        number="483920175566",
        birth_date=date(1990, 3, 5),
        address=("12 Mill Lane", "Riverbend, NY 14999"),
        gender=None,
        issued=date(2026, 11, 22),
        expires=date(2031, 11, 22),
        portrait=resources.path("templates/samples/portrait.jpg").read_bytes(),
        qr_text=qr_text,
    )


@pytest.fixture(scope="session")
def face_jpeg() -> bytes:
    return resources.path("templates/samples/portrait.jpg").read_bytes()
