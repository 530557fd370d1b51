from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from idsvc import resources
from idsvc.domain.program import CodePlace, Program
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.inspection.inspection import BadArtwork, contrast, inspect, require_printable
from idsvc.printing.inspection.preview import write_preview
from idsvc.printing.inspection.samples import SAMPLES
from idsvc.program import load

Break = Callable[[str], str]


def _swap(old: str, new: str) -> Break:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def _moved(name: str, box: str) -> Break:
    """Give the element of a name another box."""

    def change(text: str) -> str:
        before, found, after = text.partition(f'name = "{name}"\nbox = [')
        assert found, name
        return before + found + box + after[after.index("]") :]

    return change


def _added(side: str, kind: str, box: str, more: str | None = None) -> Break:
    """Draw one more element after all others."""
    keys = 'colour = "white"' if more is None else more
    return lambda text: f'{text}\n[[{side}]]\nkind = "{kind}"\nname = "late {kind}"\nbox = [{box}]\n{keys}\n'


BROKEN: list[tuple[str, Break, str]] = [
    ("outside", _moved("portrait", "-4, 13.9, 25, 32"), "front: portrait leaves the card"),
    ("unsafe", _moved("notes", "57.5, 4, 27, 38"), "back: notes leaves the safe area"),
    ("portrait on text", _moved("portrait", "14, 13.9, 25, 32"), "front: portrait and person overlap"),
    ("texts overlap", _moved("back number", "56.2, 20, 27, 14.2"), "back: notes and back number overlap"),
    ("seal on title", _moved("seal", "14, 2, 11, 11"), "front: seal and city overlap"),
    ("tiny text", _swap("size = 5.6", "size = 4.2"), "front: card name has type under 4.8 pt"),
    (
        "tiny labels",
        _swap("label_size = 5\nrows = [[", "label_size = 4\nrows = [["),
        "front: number has labels under 4.8 pt",
    ),
    ("tiny floor", _swap("size = 7, floor = 6, weight", "size = 7, floor = 4, weight"), "falls under 6 pt"),
    (
        "pale text",
        _swap('colour = "white"\nspacing', 'colour = "accent"\nspacing'),
        "card name does not stand out",
    ),
    (
        "dark ground",
        _swap('mist = "#f4f7fb"', 'mist = "#16243a"'),
        "person does not stand out from its ground",
    ),
    (
        "code on colour",
        _swap(
            'colour = "white"\n\n[[back]]\nkind = "panel"\nname = "column"',
            'colour = "mist"\n\n[[back]]\nkind = "panel"\nname = "column"',
        ),
        "back: code must stand on plain white",
    ),
    ("code on waves", _moved("column waves", "40, 0, 45, 53.98"), "back: code must stand on plain white"),
    ("small code", _moved("code", "5, 5, 44, 44"), "back: code must be 48 mm square"),
    ("stretched face", _moved("portrait", "3.6, 13.9, 27, 32"), "front: portrait must be 25 to 32"),
    (
        "long text",
        _swap("RESIDENT ID CARD", "RESIDENT ID CARD OF THE CITY, FOR EVERYBODY WHO LIVES HERE"),
        "text of card name leaves",
    ),
    (
        "no lines for names",
        _swap("floor = 8, lines = 2", "floor = 8, lines = 1"),
        "name of the sample sixty-letters",
    ),
    ("narrow column", _moved("person", "31.8, 14.3, 50.4, 24"), "of the sample sixty-letters does not fit"),
    ("no expiry date", _swap('fact = "expires"', 'fact = "gender"'), "front: no element shows the expires"),
    (
        "no code",
        _swap('kind = "qr"\nname = "code"', 'kind = "ghost"\nname = "code"'),
        "back: there must be one code",
    ),
    (
        "long note",
        _moved("notes", "56.2, 4, 27, 20"),
        'the note "Please drop it in any mailbox." of notes leaves its box',
    ),
    (
        "narrow notes",
        _moved("notes", "56.2, 4, 8, 47"),
        'back: the note "id" of notes leaves its box',
    ),
    (
        "tiny checker line",
        _swap('text = "{verify_address}", weight', 'text = "{verify_address}", size = 4.5, weight'),
        "back: notes has type under 4.8 pt",
    ),
    (
        "pale notes",
        _swap('name = "notes"', 'name = "notes"\ncolour = "wave_gold"'),
        "back: notes does not stand out from its ground",
    ),
    ("code on notes", _moved("code", "10, 2.99, 48, 48"), "back: code and notes overlap"),
    ("panel over code", _added("back", "panel", "10, 10, 20, 20"), "back: late panel covers code"),
    ("small panel over code", _added("back", "panel", "20, 20, 5, 5"), "back: late panel covers code"),
    ("net over code", _added("back", "net", "0, 0, 85.6, 53.98"), "back: late net covers code"),
    ("rosette over notes", _added("back", "rosette", "60, 5, 20, 20"), "back: late rosette covers notes"),
    ("panel over name", _added("front", "panel", "3, 13, 60, 30"), "front: late panel covers person"),
    ("panel over portrait", _added("front", "panel", "3, 13, 20, 9"), "front: late panel covers portrait"),
    ("panel over fine print", _added("front", "panel", "40, 51, 9, 1"), "late panel covers microtext"),
    ("fine print on name", _moved("microtext", "31.8, 16, 50.4, 0.3"), "front: person and microtext overlap"),
    (
        "fine print on code",
        _added("back", "microtext", "5, 20, 40, 0.3", 'text = "RIVERBEND "'),
        "back: code and late microtext overlap",
    ),
    ("large fine print", _swap("size = 0.85", "size = 12"), "fine print is 0.5 to 2 pt"),
    ("fine print of nothing", _swap('"{card_name} "', '"\\u200d"'), "fine print is 0.5 to 2 pt"),
    ("stretched fine print", _moved("microtext", "31.8, 51.5, 0.3, 0.3"), "fine print is 0.5 to 2 pt"),
    ("high fine print", _swap("size = 0.85", "size = 1.9"), "front: the text of microtext leaves its box"),
    (
        "long last label",
        _swap('label = "Gender"', 'label = "Gender / Género / الجنس / Sèks / 性别 / Gènero"'),
        "of gender in person leaves its share of the row",
    ),
    (
        "long first label",
        _swap('label = "Issued"', 'label = "Issued / Expedida / Pibliye / Ausgestellt"'),
        "of issued in person leaves its share of the row",
    ),
    (
        "label on ghost",
        _swap('label = "Expires"', 'label = "Expires / Vence / Ekspire / Ablauf"'),
        "front: ghost and person overlap",
    ),
    (
        "long signature label",
        _added("back", "signature", "56.2, 44, 27, 7", 'label = "Signature of the holder or of whoever"'),
        'the label "Signature of the holder or of whoever" of late signature leaves its box',
    ),
    ("emoji", _swap("RESIDENT ID CARD", "RESIDENT 😀 CARD"), 'card name has "😀" (U+1F600), which no font'),
    ("emoji in note", _swap("Check this card", "Check 😀"), 'notes has "😀"'),
    ("emoji in label", _swap('label = "Name"', 'label = "Name 😀"'), 'person has "😀"'),
    ("tab in words", _swap("RESIDENT ID CARD", "RESIDENT\\tCARD"), "card name has (U+0009)"),
    ("emoji without end", _swap("Does not expire", "Forever 😀"), '[card]: no_expiry has "😀"'),
    ("spaced arabic", _swap("RESIDENT ID CARD", "بطاقة المقيم"), "card name has spacing, which only Latin"),
    ("wide row", _swap("share = 0.36", "share = 0.9"), "shares of more than 1"),
]


def _with_program(program: Program, *, code_on: CodePlace) -> Program:
    return replace(program, record=replace(program.record, code_on=code_on))


@pytest.fixture(scope="module")
def text(program_path: Path) -> str:
    return program_path.with_name("artwork.toml").read_text("utf-8")


def _load(text: str, folder: Path, program: Program, program_path: Path) -> Artwork:
    (folder / "seal.svg").write_bytes(program_path.with_name("seal.svg").read_bytes())
    (folder / "artwork.toml").write_text(text, "utf-8")
    return load_artwork(folder / "artwork.toml", program=program)


@pytest.mark.parametrize("city", ["riverbend", "port-alder", "mesa-linda"])
def test_the_shipped_artworks_have_nothing_to_complain_about(city: str) -> None:
    path = resources.path(f"templates/programs/{city}/program.toml")
    artwork = load_artwork(path.with_name(FILE_NAME), program=load(path))
    assert list(inspect(artwork)) == []


@pytest.mark.parametrize(
    ("change", "complaint"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_artwork_is_refused_and_the_element_named(
    tmp_path: Path, text: str, program: Program, program_path: Path, change: Break, complaint: str
) -> None:
    strip = replace(program, card=replace(program.card, signature_strip=True))
    broken = _load(change(text), tmp_path, strip, program_path)
    with pytest.raises(BadArtwork) as refusal:
        require_printable(broken)
    assert any(complaint in told for told in refusal.value.complaints), refusal.value.complaints
    with pytest.raises(BadArtwork):
        write_preview(broken, tmp_path / "out", portrait=b"", link="")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("city", ["riverbend", "port-alder", "mesa-linda"])
@pytest.mark.parametrize("place", CodePlace)
def test_the_shipped_artworks_have_room_for_the_renewal_code_wherever_it_stands(
    city: str, place: CodePlace
) -> None:
    path = resources.path(f"templates/programs/{city}/program.toml")
    artwork = load_artwork(path.with_name(FILE_NAME), program=_with_program(load(path), code_on=place))
    assert list(inspect(artwork)) == []


def test_a_code_on_the_card_needs_its_place_there(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    without = _swap('fact = "renewal_code"', 'fact = "gender"')(text)
    artwork = _load(without, tmp_path, _with_program(program, code_on=CodePlace.CARD), program_path)
    assert 'front and back: no element shows the renewal code, and the program says code_on = "card"' in list(
        inspect(artwork)
    )


@pytest.mark.parametrize(
    ("side", "told"),
    [
        ("front", "front: the renewal code stands here, beside the name; move it to the back"),
        ("back", "back: the renewal code stands here 2 times; leave one of them"),
    ],
)
def test_a_code_on_the_card_stands_once_and_on_its_back(
    tmp_path: Path, text: str, program: Program, program_path: Path, side: str, told: str
) -> None:
    field = 'rows = [[{ fact = "renewal_code", label = "Code", size = 6, floor = 6, lines = 2 }]]'
    twice = _added(side, "fields", "57, 20, 26, 8", field)(text)
    artwork = _load(twice, tmp_path, _with_program(program, code_on=CodePlace.CARD), program_path)
    assert told in list(inspect(artwork))


def test_letters_that_no_font_has_are_told_with_the_programs_key(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    loved = replace(program, city=replace(program.city, card_name="Riverbend 😀", office_lines=("😀",)))
    complaints = list(inspect(_load(text, tmp_path, loved, program_path)))
    assert (
        'program: city.card_name has "😀" (U+1F600), which no font of the card has; write it otherwise'
        in (complaints)
    )
    assert any("notes has" in told and "program's city.office_lines" in told for told in complaints)


def test_a_long_text_of_the_program_is_told_with_its_key(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    long = replace(
        program, city=replace(program.city, office_lines=("Municipal Department of Membership",) * 4)
    )
    complaints = list(inspect(_load(text, tmp_path, long, program_path)))
    assert any("of notes leaves its box" in told and "city.office_lines" in told for told in complaints)


def test_soft_grounds_drawn_before_what_is_read_are_fine(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    net = '[[back]]\nkind = "rosette"\nname = "more"\nbox = [56, 4, 20, 20]\ncolour = "wave_gold"\n\n'
    before = text.replace('[[back]]\nkind = "qr"', net + '[[back]]\nkind = "qr"')
    assert before != text
    assert list(inspect(_load(before, tmp_path, program, program_path))) == []


def test_a_label_too_small_for_the_code_is_refused(
    tmp_path: Path, text: str, program: Program, program_path: Path
) -> None:
    small = _swap("label = [62, 29]", "label = [40, 20]")(text)
    artwork = _load(small, tmp_path, _with_program(program, code_on=CodePlace.LABEL), program_path)
    with pytest.raises(BadArtwork) as refusal:
        write_preview(artwork, tmp_path / "out", portrait=b"", link="")
    assert refusal.value.complaints == (
        "label: the renewal code falls under 13 pt on 40 x 20 mm; take larger labels",
    )
    assert not (tmp_path / "out").exists()
    unused = _load(small, tmp_path, program, program_path)
    assert list(inspect(unused)) == []


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


SHEETS = {
    CodePlace.SLIP: {"slip.pdf", "slip.png", "slip-mailed.png"},
    CodePlace.LABEL: {"label.pdf", "label.png", "carrier.pdf", "carrier.png", "carrier-mailed.png"},
    CodePlace.CARD: set(),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", CodePlace)
def test_a_preview_is_written_for_every_sample_and_of_what_bears_the_code(
    artwork: Artwork, tmp_path: Path, face_jpeg: bytes, place: CodePlace
) -> None:
    artwork = replace(artwork, code_on=place)
    paths = write_preview(
        artwork, tmp_path, portrait=face_jpeg, link="id.riverbend.example", dots_per_inch=60
    )
    sides = {f"{sample.file}-{side}.png" for sample in SAMPLES for side in ("front", "back")}
    assert {path.name for path in paths} == {"cards.pdf"} | sides | SHEETS[place]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}
    assert all(path.stat().st_size > 500 for path in paths)
