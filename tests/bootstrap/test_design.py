"""A process that orders cards starts with a card design that can be printed, or says what keeps it."""

import shutil
from pathlib import Path

import pytest

from idsvc.bootstrap import open_for_retention, open_full, open_runtime
from idsvc.config import Settings, read_settings
from idsvc.domain.errors import BadSetting
from tests.services.city import PROGRAM_FILE, City


@pytest.fixture
def designed(tmp_path: Path) -> Path:
    """Copy the program with its design; give the folder."""
    return Path(shutil.copytree(PROGRAM_FILE.parent, tmp_path / "design"))


def _cover_the_code(folder: Path) -> None:
    with (folder / "artwork.toml").open("a", encoding="utf-8") as design:
        design.write('\n[[back]]\nkind = "panel"\nname = "lid"\nbox = [10, 10, 20, 20]\ncolour = "white"\n')


def _settings(city: City, design: Path, surface: str) -> Settings:
    url = city.database.engine.url.render_as_string(hide_password=False)
    environment = city.places.environment(program=design / "program.toml", database_url=url)
    return read_settings({**environment, "IDSVC_SURFACES": surface})


@pytest.mark.parametrize("surface", ["counter", "office"])
def test_no_counter_starts_with_a_design_whose_cards_cannot_be_read(
    city: City, designed: Path, surface: str
) -> None:
    runtime = open_runtime(_settings(city, designed, surface), clock=city.clock)
    assert all(runtime.readiness().values())
    _cover_the_code(designed)
    with pytest.raises(BadSetting, match=r"artwork\.toml must not be printed: back: lid covers code;"):
        open_runtime(_settings(city, designed, surface), clock=city.clock)
    city.database.close()


def test_what_orders_no_cards_goes_on_beside_such_a_design(city: City, designed: Path) -> None:
    _cover_the_code(designed)
    for opened in (
        open_runtime(_settings(city, designed, "portal"), clock=city.clock),
        open_full(_settings(city, designed, "counter"), clock=city.clock),
        open_for_retention(_settings(city, designed, "counter"), clock=city.clock),
    ):
        assert opened.artwork.back[-1].name == "lid"  # type: ignore[union-attr]
    city.database.close()
