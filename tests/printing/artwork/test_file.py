from dataclasses import replace
from pathlib import Path

import pytest

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.printing.artwork.elements import Artwork, Notes
from idsvc.printing.artwork.file import load_artwork
from idsvc.printing.pdf.device import CardPrinter, ColourModel


@pytest.fixture(scope="module")
def text(program_path: Path) -> str:
    return program_path.with_name("artwork.toml").read_text("utf-8")


def _load(text: str, folder: Path, program: Program, program_path: Path) -> Artwork:
    (folder / "seal.svg").write_bytes(program_path.with_name("seal.svg").read_bytes())
    (folder / "artwork.toml").write_text(text, "utf-8")
    return load_artwork(folder / "artwork.toml", program=program)


def test_texts_take_the_citys_words_from_the_program(artwork: Artwork) -> None:
    (notes,) = (element for element in artwork.back if isinstance(element, Notes))
    texts = [note.text for note in notes.notes]
    assert texts[2] == "id.riverbend.example/verify"
    assert texts[4].endswith("Riverbend City Card\n200 Main Street\nRiverbend, NY 14999")
    assert texts[5] == "Questions: call 311"


def test_a_text_whose_place_holder_the_program_leaves_out_is_left_out(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    silent = replace(program, city=replace(program.city, verify_address=""))
    text = text.replace('text = "RESIDENT ID CARD"', 'text = "Check it: {verify_address}"')
    bare = _load(text, tmp_path, silent, program_path)
    (notes,) = (element for element in bare.back if isinstance(element, Notes))
    assert [note.text for note in notes.notes][2] == "Found it?"
    assert "card name" not in {element.name for element in bare.front}
    told = _load(text, tmp_path, program, program_path)
    assert "card name" in {element.name for element in told.front}


@pytest.mark.parametrize(
    ("section", "printer"),
    [
        ('[printer]\ncolours = "cmyk"\ndpi = 600', CardPrinter(ColourModel.CMYK, 600)),
        ('[printer]\ncolours = "cmyk"', CardPrinter(ColourModel.CMYK, 300)),
        ("", CardPrinter(ColourModel.RGB, 300)),
    ],
)
def test_the_card_printer_is_what_the_artwork_names(
    tmp_path: Path, text: str, program: Program, program_path: Path, section: str, printer: CardPrinter
) -> None:
    before, _, after = text.partition("[printer]")
    changed = before + section + "\n\n" + after[after.index("[colours]") :]
    assert _load(changed, tmp_path, program, program_path).printer == printer


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[card]", "[card", "is no TOML"),
        ('kind = "seal"', 'kind = "picture"', "the kind picture"),
        ("box = [3.6, 2, 11, 11]", "box = [3.6, 2, 11]", "front element seal: box must be"),
        ("size = 11\n", 'size = "11"\n', "front element city: size must be a number"),
        ('colour = "white"\nspacing', 'colour = "snow"\nspacing', "card name: colour must be one of"),
        ('weight = "Bold"\ncolour', 'weight = "Heavy"\ncolour', "city: weight must be Regular, Medium"),
        ('fact = "gender"', 'fact = "height"', "fact must be one of"),
        ("lines = 18", "lines = 1.5", "blue waves: lines must be a whole number"),
        ("strength = 0.42", "strenght = 0.42", "front element ghost: strenght is not known"),
        ('name = "ghost"', 'name = "portrait"', "two are called portrait"),
        ("City of {city}", "City of {town}", "no other place-holders than {city} {card_name} {office}"),
        ("label = [62, 29]", "label = [120, 29]", "label must be [width, height] in mm, at most [100, 38]"),
        ("label = [62, 29]", "label = 62", "label must be [width, height] in mm"),
        ("gap = 2.4 }", "gap = 2.4, lines = 2 }", "notes, a note: lines is not known"),
        ("notes = [", 'notes = [ "Hello",', "back element notes: notes must be a list of notes"),
        ("from_foot = true", 'from_foot = "yes"', "back number: from_foot must be true or false"),
        ("dpi = 300", "dpi = 203", r"[printer]: dpi must be 300 or 600, the dots that card printers print"),
        ("dpi = 300", 'dpi = "300"', "[printer]: dpi must be a whole number"),
        ('colours = "rgb"', 'colours = "RGB"', "[printer]: colours must be rgb or cmyk"),
        ('colours = "rgb"', 'profile = "rgb"', "[printer]: profile is not known"),
        ("#c9dbef", "blue", "the colour wave_blue must be written #rrggbb"),
        ("strength = 0.42", "strength = 2", "ghost: strength must be a number from 0.01 to 1"),
        ("strength = 0.42", "strength = -1", "ghost: strength must be a number from 0.01 to 1"),
        ("size = 11\n", "size = nan\n", "city: size must be a number from 0.3 to 72"),
        ("size = 11\n", "size = true\n", "city: size must be a number from 0.3 to 72"),
        ("size = 11\n", f"size = 1{'0' * 400}\n", "city: size must be a number from 0.3 to 72"),
        ("gap = 1.35", "gap = -4", "person: gap must be a number from 0 to 30"),
        ("gap = 2.4", "gap = inf", "a note: gap must be a number from 0 to 30"),
        ("spacing = 0.7", "spacing = -3", "card name: spacing must be a number from 0 to 20"),
        ("share = 0.36", "share = 0", "a field: share must be a number from 0.01 to 1"),
        ("floor = 8, lines", "floor = 12, lines", "a field: floor must be a number from 0.3 to 11"),
        ("lines = 2, w", "lines = 9, w", "a field: lines must be a whole number from 1 to 4"),
        ("lines = 18", "lines = 20000", "blue waves: lines must be a whole number from 1 to 100"),
        ("bands = 3", "bands = 0", "blue waves: bands must be a whole number from 1 to 20"),
        ("bands = 3", "bands = true", "blue waves: bands must be a whole number"),
        ("petals = 12", "petals = -12", "flower: petals must be a whole number from 1 to 100"),
        ("lines = 22", "lines = 22\nstroke = 0", "flower: stroke must be a number from 0.02 to 5"),
        (
            "box = [3.6, 2, 11, 11]",
            "box = [3.6, 2, 11, 0]",
            "seal: box must be [x, y, width, height] in mm, ",
        ),
        ("box = [3.6, 2, 11, 11]", "box = [3.6, 2, -11, 11]", "seal: box must be"),
        ("box = [3.6, 2, 11, 11]", "box = [3.6, true, 11, 11]", "seal: box must be"),
        ("box = [3.6, 2, 11, 11]", "box = [3.6, nan, 11, 11]", "seal: box must be"),
        ("label = [62, 29]", "label = [true, 29]", "label must be [width, height] in mm"),
        ("label = [62, 29]", "label = [nan, 29]", "label must be [width, height] in mm"),
        ('no_expiry = "Does not expire"', 'no_expiry = ""', "[card]: no_expiry must be what a card without"),
        ('seal = "seal.svg"', 'seal = ""', "[card]: seal must be the name of a file beside artwork.toml"),
        ('seal = "seal.svg"', 'seal = "."', "[card]: seal must be the name of a file"),
        ('seal = "seal.svg"', 'seal = "../seal.svg"', "[card]: seal must be the name of a file"),
        ('seal = "seal.svg"', 'seal = "seal\\u0000.svg"', "[card]: seal must be the name of a file"),
        ('seal = "seal.svg"', 'seal = "nowhere.svg"', "nowhere.svg is not there"),
    ],
)
def test_a_mistake_is_told_with_its_element_and_key(
    tmp_path: Path, text: str, program: Program, program_path: Path, old: str, new: str, told: str
) -> None:
    assert old in text
    with pytest.raises(BadSetting) as refusal:
        _load(text.replace(old, new, 1), tmp_path, program, program_path)
    assert told in str(refusal.value)


@pytest.mark.parametrize("text_of_it", ["{verify_address}", "", " "])
def test_fine_print_without_a_text_is_left_out(
    tmp_path: Path, text: str, program: Program, program_path: Path, text_of_it: str
) -> None:
    silent = replace(program, city=replace(program.city, verify_address=""))
    changed = text.replace('text = "{card_name} "', f'text = "{text_of_it}"')
    assert changed != text
    bare = _load(changed, tmp_path, silent, program_path)
    assert "microtext" not in {element.name for element in bare.front}


def test_a_byte_order_mark_is_no_mistake(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    assert _load("\ufeff" + text, tmp_path, program, program_path).front


def test_a_file_of_another_encoding_is_told_with_its_line(
    tmp_path: Path, text: str, program: Program
) -> None:
    cp1252 = text.replace("City of {city}", "Ciudad de Cañón").replace("’", "'").encode("cp1252")
    (tmp_path / "artwork.toml").write_bytes(cp1252)
    line = cp1252[: cp1252.index("ñ".encode("cp1252"))].count(b"\n") + 1
    with pytest.raises(BadSetting, match=rf"artwork\.toml is not UTF-8, line {line}; save"):
        load_artwork(tmp_path / "artwork.toml", program=program)


def test_a_missing_artwork_is_told(tmp_path: Path, program: Program) -> None:
    with pytest.raises(BadSetting, match=r"copy artwork\.toml and seal\.svg"):
        load_artwork(tmp_path / "artwork.toml", program=program)
