"""Whatever acts on stored things is part of the twins' lives: a later addition that is not fails here."""

import shutil
from pathlib import Path
from types import FunctionType

import pytest

from idsvc.config import SURFACES
from idsvc.services.desk import Desk
from idsvc.storage.database import Database
from idsvc.web.app import create_app
from tests.minimization.browsing import TAKING_IN, list_taking_in
from tests.minimization.census import called, list_services
from tests.minimization.hidden import draw_pairs
from tests.minimization.lives import Town
from tests.minimization.plans import PLANS, takes_papers
from tests.minimization.twins import exact_pairs, live

_ELSEWHERE = {
    "audit.witnesses.HttpWitness.add": "sends a peer the note and proof that the twins' file witness gets",
    "audit.witnesses.HttpWitness.known_size": "asks a peer what the twins' file witness answers",
    "audit.witnesses.HttpWitness.name": "names a peer",
}
"""Functions without a twin, and why none is needed."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_service_is_used_in_the_lives_of_the_twins(founded: Path, tmp_path: Path) -> None:
    services = list_services()
    pairs = exact_pairs(draw_pairs(len(PLANS), 1))
    with called(services) as used:
        live(founded, tmp_path / "city", "sqlite", pairs, twin=0, exactly=True, change=takes_papers)
    assert sorted(set(services.values()) - used) == sorted(_ELSEWHERE)


@pytest.mark.slow
def test_every_address_that_takes_something_in_is_visited_by_the_twins(
    founded: Path, tmp_path: Path, sqlite_database: Database
) -> None:
    shutil.copytree(founded, tmp_path / "city")
    town = Town(tmp_path / "city", sqlite_database)
    town.publish()
    assert list_taking_in(create_app(town.runtime(",".join(SURFACES)))) == TAKING_IN


def test_the_census_counts_what_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(list_services().values())
    assert {
        "desk.Desk.enroll",
        "desk.Desk.reader",
        "retention.Retention.run",
        "audit.leaves.record",
    } <= before

    def note_reason(self: Desk) -> None:
        del self

    assert isinstance(note_reason, FunctionType)
    monkeypatch.setattr(Desk, "note_reason", note_reason, raising=False)
    assert set(list_services().values()) - before == {"desk.Desk.note_reason"}
