from pathlib import Path

import pytest

from idsvc.domain.dates import days, years
from idsvc.domain.errors import BadSetting
from idsvc.domain.evidence import Ages, Feature, Question, Rank, Way, Worth
from idsvc.domain.program import Change, CodePlace, DeliveryWay, Duplicates, Printing, ResidencyPapers, Slot
from idsvc.domain.retention import DIES_WITH, Kept
from idsvc.program.loading import LARGEST_FILE, load, parse
from idsvc.program.mistakes import BadProgram

RIVERBEND = Path(__file__).parents[2] / "templates/programs/riverbend/program.toml"


def test_the_default_program_says_what_riverbend_decided() -> None:
    program = load(RIVERBEND)
    assert (program.city.name, program.city.issuer) == ("Riverbend", "https://id.riverbend.example")
    assert (program.card.birth_date, program.card.address, program.card.gender) == (
        True,
        Printing.ON_REQUEST,
        Printing.ON_REQUEST,
    )
    assert [(band.ages, band.years) for band in program.validity] == [
        (Ages(0, 13), 2),
        (Ages(14, 64), 5),
        (Ages(65), None),
    ]
    assert (program.ages.minimum, program.ages.caretaker_under) == (0, 14)
    assert program.renewal.opens_before == days(60)
    assert program.renewal.online_changes == {Change.PORTRAIT, Change.ADDRESS}
    assert program.record.slots == {Slot.RESIDENT, Slot.CITY}
    assert program.record.code_on is CodePlace.SLIP
    assert (program.record.duplicates, program.record.residency_papers) == (
        Duplicates.TAGS,
        ResidencyPapers.NONE,
    )
    assert program.delivery.ways == {DeliveryWay.PICK_UP, DeliveryWay.MAIL}
    assert program.delivery.uncollected_days == 60
    assert set(program.retention) == set(Kept) - set(DIES_WITH)
    assert program.retention[Kept.CITY_SLOT].span == days(30)
    assert len(program.help_near_you) == 5


def test_the_default_evidence_asks_for_three_points_with_a_photo_and_a_birth_date() -> None:
    rules = load(RIVERBEND).evidence
    assert rules.identity[0] == Way(points=3, shows=(Feature.BIRTH_DATE, Feature.PHOTO))
    assert rules.residency == (Way(points=1),)
    by_key = {paper.key: paper for paper in rules.papers}
    assert by_key["passport"].expired_up_to == years(5)
    assert by_key["local_photo_id"].counts_for_both
    assert by_key["vouching_letter"].given_by == "vouching"
    assert by_key["utility_bill"].not_older_than == days(60)
    assert "Harbor House Shelter" in rules.organisations["vouching"]


def test_classes_and_groups_are_read(riverbend_text: str) -> None:
    text = riverbend_text
    for old, new in (
        ('identity = 2\nfeatures = ["birth_date"]', 'identity = "secondary"'),
        (
            'all_of = ["vouching_letter"]\npoints = 3',
            'one_of_each = [["lease", "photo_id"]]\nall_of = ["work_id"]',
        ),
        ('ages = "0-13"\nfeatures', 'ages = "7"\nquestions = ["residency"]\nfeatures'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    rules = parse(text, RIVERBEND).evidence
    by_key = {paper.key: paper for paper in rules.papers}
    assert by_key["birth_certificate"].identity == Worth(0, Rank.SECONDARY)
    assert rules.identity[1].one_of_each == (("work_id",), ("lease", "photo_id"))
    assert rules.waivers[0].ages == Ages(7, 7)
    assert rules.waivers[0].questions == {Question.RESIDENCY}


def test_sections_that_may_be_left_out_read_as_empty(riverbend_text: str) -> None:
    start, end = (
        riverbend_text.index("[evidence.organisations]  "),
        riverbend_text.index("[[evidence.identity]]\n"),
    )
    text = (riverbend_text[:start] + riverbend_text[end:]).replace('given_by = "vouching"\n', "")
    assert parse(text, RIVERBEND).evidence.organisations == {}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_a_file_too_large_to_be_a_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(BadSetting, match="larger than"):
        load(tmp_path / "big.toml")


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes('[city]\nname = "Río"\n'.encode("latin-1"))
    with pytest.raises(BadProgram) as refused:
        load(tmp_path / "latin.toml")
    assert [(mistake.line, mistake.wanted) for mistake in refused.value.mistakes] == [
        (2, "a file saved as UTF-8")
    ]
