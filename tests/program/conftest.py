from pathlib import Path

import pytest

RIVERBEND = Path(__file__).parents[2] / "templates/programs/riverbend/program.toml"
CITIES = Path(__file__).parent / "cities"


@pytest.fixture(scope="session")
def riverbend_text() -> str:
    return RIVERBEND.read_text()
