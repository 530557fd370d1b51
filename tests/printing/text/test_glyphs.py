import re
import unicodedata
import zlib

import pytest
import uharfbuzz  # type: ignore[import-untyped]

from idsvc import resources
from idsvc.printing.pdf.pdffile import PdfFile
from idsvc.printing.text.fonts import Weight, set_line
from idsvc.printing.text.glyphs import GlyphTexts, characters_of, embed_fonts, shape_glyphs

NAMES = [
    "María-José O’Neil fi ffl",
    "Nguyễn Thị Ánh Tuyết",
    "محمد عبد الرحمن الخطيب",
    "王小明 김민수",
    "अनुष्का लक्ष्मी शर्मि",
    "Łukasz Żółć ẞ Анна",
]


def _font(data: bytes) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(data)))


def _embedded(shown: GlyphTexts) -> dict[str, uharfbuzz.Font]:
    """Give the fonts of a file by their names."""
    file = PdfFile()
    pages = file.reserve()
    embed_fonts(file, shown)
    pdf = file.finish(pages=pages, kids=[], title="", author="")
    found = {}
    for name, number in re.findall(rb"/FontName/[A-Z]{6}\+(\S+?)/.*?/FontFile2 (\d+) 0 R", pdf):
        begin = pdf.index(b"stream\n", pdf.index(b"\n%b 0 obj" % number)) + 7
        found[name.decode()] = _font(zlib.decompress(pdf[begin : pdf.index(b"\nendstream", begin)]))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_embedded_font_draws_every_glyph_as_the_whole_font_does(name: str) -> None:
    shown: GlyphTexts = {}
    for run in set_line(name, Weight.BOLD):
        run.show(shown)
        codes = re.findall(r"[0-9a-f]{4}", "".join(re.findall(r"<(.*?)>", run.shown)))
        assert {int(code, 16) for code in codes} <= shown[run.font].keys()
    embedded = _embedded(shown)
    assert embedded.keys() == shown.keys()
    for font, glyphs in shown.items():
        whole = _font(resources.path(f"templates/fonts/{font}.ttf").read_bytes())
        for glyph in glyphs:
            assert embedded[font].get_glyph_extents(glyph) == whole.get_glyph_extents(glyph)
            assert embedded[font].get_glyph_h_advance(glyph) == whole.get_glyph_h_advance(glyph)


def test_a_glyph_that_was_not_shown_is_not_embedded() -> None:
    run = shape_glyphs("Ana", "PublicSans-Bold", right_to_left=False)
    shown: GlyphTexts = {}
    run.show(shown)
    (other,) = shape_glyphs("Q", "PublicSans-Bold", right_to_left=False).texts
    extents = _embedded(shown)["PublicSans-Bold"].get_glyph_extents(other)
    assert extents is None or (extents.width, extents.height) == (0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_glyphs_of_a_line_stand_for_all_its_characters(name: str) -> None:
    told = "".join(text for run in set_line(name, Weight.BOLD) for text in run.texts.values())
    assert set(told) == set(name)


def test_a_run_tells_its_text_where_its_glyphs_stand_for_something_else_in_the_file() -> None:
    whole, part = (
        shape_glyphs(text, "NotoSansSinhala-Bold", right_to_left=False) for text in ("ෆොන්සේකා", "අනුර")
    )
    for first, second in ((whole, part), (part, whole)):
        noted: GlyphTexts = {}
        told = [first.show(noted), second.show(noted)]
        assert ["ActualText" in words for words in told] == [run is whole for run in (first, second)]
        assert (
            f"/Span<</ActualText<feff{whole.text.encode('utf-16-be').hex()}>>>BDC {whole.shown} EMC" in told
        )


def test_every_point_of_a_hebrew_word_stands_for_itself() -> None:
    word = "שָׁלוֹם"
    run = shape_glyphs(word, "NotoSansHebrew-Bold", right_to_left=True)
    assert sorted(run.texts.values()) == sorted(word)


def test_a_joiner_leaves_the_spaces_of_its_font_spaces() -> None:
    joined, spaced = (
        shape_glyphs(text, "NotoSansArabic-Bold", right_to_left=True)
        for text in ("می\u200cنا احمدی", "علی رضا")
    )
    noted: GlyphTexts = {}
    assert (joined.show(noted), spaced.show(noted)) == (joined.shown, spaced.shown)
    told = noted["NotoSansArabic-Bold"].values()
    assert " " in told
    assert not any("\u200c" in text for text in told)


def test_a_bracket_that_is_turned_round_is_read_as_what_it_looks_like() -> None:
    turned, closing = (
        shape_glyphs(text, "PublicSans-Bold", right_to_left=side)
        for text, side in (("(", True), (")", False))
    )
    assert (turned.shown, turned.texts) == (closing.shown, closing.texts)


def test_pairs_are_kerned_and_marks_are_lifted() -> None:
    apart = sum(shape_glyphs(letter, "PublicSans-Bold", right_to_left=False).width for letter in "AVATo")
    kerned = shape_glyphs("AVATo", "PublicSans-Bold", right_to_left=False)
    assert kerned.width < apart
    moved = [float(gap) for gap in re.findall(r">([-\d.]+)<", kerned.shown)]
    assert sum(moved) / 1000 == pytest.approx(apart - kerned.width)
    assert " Ts" in shape_glyphs("ق" + "\u0651\u064e", "NotoSansArabic-Bold", right_to_left=True).shown


@pytest.mark.parametrize("weight", Weight)
def test_figures_stand_as_harfbuzz_would_set_them(weight: Weight) -> None:
    font = _font(resources.path(f"templates/fonts/PublicSans-{weight}.ttf").read_bytes())
    figures = "0123456789"
    text = "".join(
        f"{first}{sign}{second}" for sign in ("", *" ./-") for first in figures for second in figures
    )
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {"kern": True, "liga": True})
    run = shape_glyphs(text, f"PublicSans-{weight}", right_to_left=False)
    assert run.shown == "[<" + "".join(f"{info.codepoint:04x}" for info in buffer.glyph_infos) + ">]TJ"
    places = [place.position for place in buffer.glyph_positions]
    assert run.width == sum(advance for _, _, advance, _ in places) / font.face.upem
    assert all((moved, lifted) == (0, 0) for moved, lifted, _, _ in places)
    assert all(
        place[2] == font.get_glyph_h_advance(info.codepoint)
        for place, info in zip(places, buffer.glyph_infos, strict=True)
    )


def test_the_latin_fonts_have_all_of_ascii_and_no_letter_from_the_right() -> None:
    for weight in Weight:
        drawn = characters_of(f"PublicSans-{weight}")
        assert drawn >= set(range(0x20, 0x7F))
        assert not {unicodedata.bidirectional(chr(character)) for character in drawn} & {"R", "AL", "AN"}
