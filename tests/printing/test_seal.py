from pathlib import Path

import pytest

from idsvc.domain.errors import BadSetting
from idsvc.printing.seal import Stroke, load_seal

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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("not svg", "is no SVG"),
        ('<!DOCTYPE svg [<!ENTITY a "a">]>' + SVG.format(""), "DOCTYPE"),
        ('<svg viewBox="0 0 100 80"/>', "square viewBox"),
        (SVG.format("<text>City</text>"), "has a <text>"),
        (SVG.format('<script href="x"/>'), "has a <script>"),
        (SVG.format('<path d="M1 1" fill="red"/>'), "has the colour red"),
        (SVG.format('<path d="M1 1 L2"/>'), "ends too early"),
    ],
)
def test_other_svg_is_refused_with_the_way_on(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        load_seal(_write(tmp_path, content))
    assert told in str(refusal.value)
