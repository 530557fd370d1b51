from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idsvc.cli import exits
from idsvc.cli.program import program
from idsvc.domain.errors import Unavailable

RIVERBEND = Path(__file__).parents[2] / "templates/programs/riverbend/program.toml"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(
        program, [str(word) for word in words], standalone_mode=False, catch_exceptions=False
    )


def test_check_says_that_a_program_can_run_and_what_to_think_about() -> None:
    result = run("check", RIVERBEND)
    assert result.return_value == exits.DONE
    assert "warning: city.issuer" in result.stdout
    assert "program.toml is a program that idsvc can run (1 warning)." in result.stdout
    assert result.stderr == ""


def test_check_tells_every_mistake_and_refuses(tmp_path: Path, riverbend_text: str) -> None:
    broken = tmp_path / "city.toml"
    broken.write_text(
        riverbend_text.replace('telephone = "311"', "telephone = 311").replace("years = 5", "years = 50")
    )
    result = run("check", broken)
    assert result.return_value == exits.BAD_SETTING
    assert "city.toml:14: city.telephone: found 311" in result.stderr
    assert "validity[2].years: found 50" in result.stderr
    assert f"2 mistakes in {broken}." in result.stderr


def test_check_refuses_a_program_with_errors_and_tells_warnings_apart(
    tmp_path: Path, riverbend_text: str
) -> None:
    doubtful = tmp_path / "city.toml"
    doubtful.write_text(riverbend_text.replace('ink = "#16243a"', 'ink = "#9aa5b1"'))
    result = run("check", doubtful)
    assert result.return_value == exits.BAD_SETTING
    assert "error: colours.ink" in result.stderr
    assert "warning: city.issuer" in result.stdout
    assert f"2 errors in {doubtful}." in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("size = 5.6", "size = 4", "error: artwork.toml: front: card name has type under 4.8 pt."),
        (
            "strength = 0.42",
            "strength = 2",
            "error: artwork.toml: In the artwork, front element ghost: strength",
        ),
        ('seal = "seal.svg"', 'seal = "none.svg"', "none.svg is not there"),
    ],
)
def test_check_judges_the_card_design_beside_the_program(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    for name in ("program.toml", "seal.svg", "artwork.toml"):
        text = RIVERBEND.with_name(name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(old, new) if name == "artwork.toml" else text, "utf-8")
    result = run("check", tmp_path / "program.toml")
    assert result.return_value == exits.BAD_SETTING
    assert told in result.stderr
    assert "1 error in" in result.stderr


def test_a_guide_that_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "guides").write_text("a file", "utf-8")
    with pytest.raises(Unavailable, match=r"guides/more cannot be used \(Not a directory\)"):
        run("guide", "--out", tmp_path / "guides/more", RIVERBEND)


@pytest.mark.slow
def test_check_explains_which_papers_are_enough_by_age() -> None:
    lines = run("check", "--explain", RIVERBEND).stdout.splitlines()
    assert lines.index("Ages 0 to 13, with a caretaker:") < lines.index("Ages 14 and over:")
    assert "  Photo ID card or driver's license with your Riverbend address" in lines
    assert "  Passport of any country + Lease or rent receipt" in lines


def test_show_gives_every_value_by_its_key(riverbend_text: str) -> None:
    lines = run("show", RIVERBEND).stdout.splitlines()
    for line in (
        "city.name = Riverbend",
        "card.birth_date = yes",
        "validity[1].ages = 0 to 13",
        "validity[3].years = no expiry",
        "retention.city_slot.keep = 30 days",
        "evidence.identity[1].points = 3",
        "evidence.paper[1].names.en = Passport of any country",
        "evidence.waivers[1].features = photo",
    ):
        assert line in lines
    assert "Pasaporte" not in "".join(lines)
    assert "Pasaporte" in riverbend_text


@pytest.mark.slow
def test_guide_writes_one_page_for_each_language(tmp_path: Path) -> None:
    result = run("guide", "--out", tmp_path / "guides", "--paper", "A4", RIVERBEND)
    files = sorted((tmp_path / "guides").iterdir())
    assert [file.stem.removeprefix("what-to-bring-") for file in files] == ["ar", "en", "es", "ht", "zh"]
    assert result.stdout.splitlines() == [
        str(tmp_path / f"guides/what-to-bring-{tag}.pdf") for tag in ("en", "es", "zh", "ar", "ht")
    ]
