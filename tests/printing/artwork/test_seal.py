import io
import math
import random
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from reportlab.pdfgen.canvas import Canvas

from idsvc.domain.errors import BadSetting
from idsvc.printing.artwork.seal import load_seal
from idsvc.printing.artwork.seal_outline import Stroke, outline
from idsvc.printing.cards.drawing import draw_seal

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{}</svg>'


def _write(folder: Path, content: str) -> Path:
    path = folder / "seal.svg"
    path.write_text(content, "utf-8")
    return path


def test_paths_of_every_taken_command_become_lines_and_curves(tmp_path: Path) -> None:
    seal = load_seal(
        _write(tmp_path, SVG.format('<path d="M10 10h5v-5L20,20c1 1 2 2 3 3Q30 30 40-10z" fill="#102030"/>'))
    )
    (shape,) = seal.shapes
    assert shape.fill == "#102030"
    assert shape.line is None
    assert shape.strokes[:5] == (
        Stroke("M", ((10, 10),)),
        Stroke("L", ((15, 10),)),
        Stroke("L", ((15, 5),)),
        Stroke("L", ((20, 20),)),
        Stroke("C", ((21, 21), (22, 22), (23, 23))),
    )
    assert [stroke.kind for stroke in shape.strokes[5:]] == ["C", "Z"]
    assert shape.strokes[5].points[-1] == (40, -10)


def test_a_group_hands_its_style_down_and_a_circle_is_four_curves(tmp_path: Path) -> None:
    seal = load_seal(
        _write(tmp_path, SVG.format('<g fill="none" stroke="#000000"><circle cx="50" cy="50" r="40"/></g>'))
    )
    (shape,) = seal.shapes
    assert (shape.fill, shape.line, shape.line_width) == (None, "#000000", 1.0)
    assert [stroke.kind for stroke in shape.strokes] == ["M", "C", "C", "C", "C", "Z"]


def _dark(folder: Path, content: str, x: int, y: int) -> bool:
    """Draw a seal of 100 units in the middle of a page of 200 points; tell whether it is dark at a place."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(200, 200))
    draw_seal(canvas, load_seal(_write(folder, content)), x=50, top=150, side=100)
    canvas.save()
    pixel = pypdfium2.PdfDocument(out.getvalue())[0].render().to_pil().convert("L").getpixel((x, y))
    assert isinstance(pixel, int)
    return pixel < 128


def test_what_leaves_the_viewbox_is_not_drawn(tmp_path: Path) -> None:
    wide = SVG.format('<path d="M-40 20h180v60h-180z"/>')
    assert [_dark(tmp_path, wide, x, 100) for x in (30, 60, 140, 170)] == [False, True, True, False]


def test_crossing_outlines_fill_as_svg_says(tmp_path: Path) -> None:
    twice = '<path d="M10 10h80v80h-80zM30 30h40v40h-40z"{}/>'
    assert _dark(tmp_path, SVG.format(twice.format("")), 100, 100)
    assert not _dark(tmp_path, SVG.format(twice.format(' fill-rule="evenodd"')), 100, 100)


def test_what_changes_nothing_of_the_picture_is_taken(tmp_path: Path) -> None:
    seal = load_seal(
        _write(
            tmp_path,
            '<?xml version="1.0"?><!-- drawn by hand --><svg xmlns="http://www.w3.org/2000/svg" '
            'version="1.1" width="20mm" height="20mm" viewBox="0,0, 50.5 50.5" fill="#102030">'
            '<title>A seal</title><metadata><any thing="x"/></metadata><defs/>'
            '<g id="all"><path id="a" d="M1 1L9 9 1 9Z"/></g></svg>',
        )
    )
    assert (seal.side, [shape.fill for shape in seal.shapes]) == (50.5, ["#102030"])


def test_a_line_of_no_width_is_no_line(tmp_path: Path) -> None:
    seal = load_seal(
        _write(tmp_path, SVG.format('<circle r="9" stroke="#000000" stroke-width="0" fill="#102030"/>'))
    )
    assert [shape.line for shape in seal.shapes] == [None]


PATH = '<path d="M1 1 L9 9 1 9 Z"{}/>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("not svg", "is no SVG"),
        ('<!DOCTYPE svg [<!ENTITY a "a">]>' + SVG.format(""), "DOCTYPE"),
        ('<svg viewBox="0 0 100 80"/>', "square viewBox"),
        (SVG.format("<text>City</text>"), "has a <text>"),
        (SVG.format('<script href="x"/>'), "has a <script>"),
        (SVG.format('<path d="M1 1" fill="red"/>'), "has the colour red"),
        (SVG.format('<path d="M1 1 L2"/>'), "letter L ends too early"),
        (SVG.format('<path d="M 1 1 Z 5 5"/>'), "a number after Z"),
        (SVG.format('<path d="M 1 1 z 5"/>'), "a number after Z"),
        (SVG.format('<path d="M1 1 A5 5 0 0 1 9 9"/>'), "the letter A; turn its arcs"),
        (SVG.format('<path d="M1 1 S5 5 9 9"/>'), "the letter S"),
        (SVG.format('<path d="L1 1 9 9"/>'), "does not begin with M"),
        (SVG.format('<path d="5 5"/>'), "does not begin with M"),
        (SVG.format("<path/>"), "does not begin with M"),
        (SVG.format('<path d="M1 1 L9 9;"/>'), 'a path with ";" in it'),
        (SVG.format('<path d="M1 1 L9,,9"/>'), 'a path with ",,9" in it'),
        (SVG.format('<path d="M1 1 L9 1e9"/>'), "at most 100000 units"),
        (SVG.format('<path d="M1 1 l99999 1 1 1 1 1"/>'), "beyond 100000 units"),
        (SVG.format(PATH.format(' transform="scale(2)"')), "a <path> with transform"),
        (SVG.format(PATH.format(' style="fill:#f00"')), "a <path> with style"),
        (SVG.format(PATH.format(' opacity="0.5"')), "a <path> with opacity"),
        (SVG.format(PATH.format(' xmlns:x="urn:x" x:d="M1 1"')), "a <path> with d; save it"),
        (SVG.format(PATH.format(' fill-rule="inherit"')), 'fill-rule="inherit"; take nonzero or evenodd'),
        (SVG.format(PATH.format(' stroke="#000000" stroke-width="1px"')), 'stroke-width="1px"'),
        (SVG.format(PATH.format(' stroke="#000000" stroke-width="-1"')), 'stroke-width="-1"'),
        (SVG.format('<g transform="scale(2)"/>'), "a <g> with transform"),
        (SVG.format('<g d="M1 1"/>'), "a <g> with d"),
        (SVG.format('<circle cx="50%" cy="5" r="4"/>'), 'cx="50%"; write it as a plain number'),
        (SVG.format('<circle cx="5" cy="5"/>'), "circle without r"),
        (SVG.format('<rect width="5" height="5"/>'), "has a <rect>"),
        (SVG.format("<style>path{fill:red}</style>"), "has a <style>"),
        (SVG.format('<defs><path id="a" d="M1 1L2 2"/></defs>'), "has a <defs>"),
        (SVG.format('<x:path xmlns:x="urn:x" d="M1 1L2 2"/>'), "has a <path>; turn it"),
        (SVG.format("<g>" * 60 + "</g>" * 60), "ungroup them"),
        (SVG.format(""), "draws nothing"),
        (SVG.format(PATH.format(' fill="none"')), "draws nothing"),
        (SVG.format('<circle cx="500" cy="50" r="40"/>'), "draws nothing"),
        ('<?xml-stylesheet href="x.css"?>' + SVG.format(PATH), "style sheet"),
        ('<picture viewBox="0 0 9 9"/>', "is no SVG"),
        ('<svg viewBox="0 0 100 100%"/>', 'viewBox="100%"'),
        ('<svg viewBox="0 0 0 0"/>', "square viewBox"),
        ('<svg viewBox="5 0 100 100"/>', "square viewBox"),
        ("<svg>" + " " * 400_000 + "</svg>", "400,000 bytes"),
    ],
)
def test_other_svg_is_refused_with_the_way_on(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        load_seal(_write(tmp_path, content))
    assert told in str(refusal.value)


def test_a_seal_that_is_not_there_or_no_file_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"seal\.svg is not there"):
        load_seal(tmp_path / "seal.svg")
    (tmp_path / "seal.svg").mkdir()
    with pytest.raises(BadSetting, match=r"seal\.svg cannot be read \(Is a directory\)"):
        load_seal(tmp_path / "seal.svg")
    (tmp_path / "other.svg").write_bytes(b"<svg>\xe9</svg>")
    with pytest.raises(BadSetting, match="not UTF-8"):
        load_seal(tmp_path / "other.svg")


def test_every_path_ends_as_strokes_or_as_a_refusal() -> None:
    chance = random.Random(7)  # noqa: S311 - the same paths every time
    alphabet = [*"MLHVCQZmlhvcqz", *"ASTE", *" ,.-+eE", *"0123456789", "10", "1e4", "-.5", "\n", "é", "٣"]
    drawn = refused = 0
    for _ in range(4000):
        letters = alphabet[: chance.choice([14, len(alphabet)])] + alphabet[-16:-4]
        text = "M1 1" + "".join(chance.choice(letters) for _ in range(chance.randrange(12)))
        try:
            strokes = list(outline(text, file="seal.svg"))
        except BadSetting:
            refused += 1
            continue
        drawn += 1
        assert 1 <= len(strokes) <= len(text)
        assert all(math.isfinite(side) for stroke in strokes for point in stroke.points for side in point)
    assert min(drawn, refused) > 200
