"""docs/program-guide.md, followed word for word: its blocks, one below the other, are a program."""

import re
from pathlib import Path

import pytest

from idsvc.domain.retention import DIES_WITH, Kept
from idsvc.program.checking import check
from idsvc.program.explaining import explain
from idsvc.program.guide_text import guide_text
from idsvc.program.loading import parse
from idsvc.program.mistakes import BadProgram
from idsvc.program.words import shipped_languages
from idsvc.storage.database import inventory
from idsvc.vault.kinds import KINDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/program-guide.md").read_text()
WRITTEN = "\n".join(re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE))


def test_the_blocks_of_the_guide_are_a_program_without_findings_but_its_example_address() -> None:
    program = parse(WRITTEN, Path("program.toml"))
    assert [finding.key for finding in check(program)] == ["city.issuer"]
    assert guide_text(program, "en").title == "What to bring to City Hall"


def test_the_program_of_the_guide_accepts_what_its_ordinance_says() -> None:
    sets = {
        (one.ages.start, one.caretaker): one.sets for one in explain(parse(WRITTEN, Path("program.toml")))
    }
    assert ("passport", "bill") in sets[14, False]
    assert ("student_card", "birth_certificate", "lease") in sets[14, False]
    assert ("birth_certificate", "school_record", "parent_statement") in sets[5, True]
    assert all("student_card" not in one or "work_card" not in one for one in sets[14, False])


def test_the_guide_names_the_languages_that_ship() -> None:
    (sentence,) = re.findall(r"Words come with idsvc for (.*?)\.", GUIDE)
    assert sorted(re.findall(r"`(\w+)`", sentence)) == list(shipped_languages())


@pytest.mark.parametrize("kept", sorted(set(Kept) - set(DIES_WITH)))
def test_the_guide_explains_every_period(kept: Kept) -> None:
    assert re.search(
        rf"^\[retention\.{kept}\] +# from the day|^\[retention\.{kept}\] +# from the first day",
        GUIDE,
        re.MULTILINE,
    )


def test_what_the_guide_says_is_not_stored_is_declared_nowhere() -> None:
    (sentence,) = re.findall(r"Under (.*?) nothing is stored yet", GUIDE)
    named = set(re.findall(r"`(\w+)`", sentence))
    stored = {line.until for line in inventory()} | {kind.until for kind in KINDS}
    kept_by_acts = {Kept.CITY_SLOT_ORDER, Kept.CARD}  # of rows that die with their resident otherwise
    assert named == set(Kept) - stored - kept_by_acts - {Kept.AUDIT_LOG}


def test_the_guides_example_of_a_mistake_is_the_real_one() -> None:
    broken = WRITTEN.replace('opens_before = "60 days"', 'opens_before = "60 dayz"')
    with pytest.raises(
        BadProgram, match=r'renewal\.opens_before: found "60 dayz"; right would be a length such as'
    ) as refused:
        parse(broken, Path("program.toml"))
    (example,) = re.findall(r"program\.toml:\d+: (renewal\.opens_before.*)", GUIDE)
    assert example in str(refused.value)


def test_the_guides_example_of_a_line_that_is_no_toml_is_the_real_one() -> None:
    broken = WRITTEN.replace('name = "Millbrook"', "name = “Millbrook”", 1)
    with pytest.raises(BadProgram) as refused:
        parse(broken, Path("program.toml"))
    (example,) = re.findall(r"program\.toml:\d+: (\(file\).*)", GUIDE)
    assert example in str(refused.value)
