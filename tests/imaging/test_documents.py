import io
import random

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from idsvc.domain.errors import BadInput
from idsvc.imaging.documents import LARGEST_PAGE, rebuild_pages

pytestmark = pytest.mark.slow  # a child process for every picture

_PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
"""The specimen of ICAO 9303, part 4, appendix B."""
_CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
"""The specimen of ICAO 9303, part 5, appendix B."""
_LETTER = (
    "Riverbend Water Works                        Statement of account",
    "Dear customer, thank you for your payment of the last period.",
    "Service address: 4711 Long Street, Riverbend, NY 14999",
    "Water used ........................................ 12 units",
    "Sewer charge ...................................... 34.50",
    "|||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||",
    "__________________________________________________________",
    "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -",
    "0000 1111 2222 3333 4444 5555 6666 7777 8888 9999 0000 1111",
)


def _paper(width: int = 1654, height: int = 2339) -> Image.Image:
    return Image.new("L", (width, height), 245)


def _letter(seed: int = 1) -> Image.Image:
    """A letter in a proportional font, with leaders, rules and columns of numbers."""
    page, chance = _paper(), random.Random(seed)  # noqa: S311 - reproducible letters
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(34)
    for row in range(30):
        draw.text((120, 120 + 66 * row), chance.choice(_LETTER), font=font, fill=20)
    return page


def _with_code_lines(page: Image.Image, lines: tuple[str, ...], *, pitch: float, top: int) -> Image.Image:
    """Print lines at one pitch, as a passport does."""
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(int(pitch * 1.25))
    for row, line in enumerate(lines):
        for place, letter in enumerate(line):
            x = 100 + pitch * (place + 0.5)
            draw.text((x, top + row * pitch * 2.4), letter, font=font, fill=15, anchor="mm")
    return page


def _png(page: Image.Image, **more: object) -> bytes:
    out = io.BytesIO()
    page.save(out, "PNG", **more)
    return out.getvalue()


def _pdf(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=list(pages[1:]), resolution=200)
    return out.getvalue()


def test_a_letter_becomes_one_grey_page_on_the_canvas() -> None:
    (page,) = rebuild_pages(_png(_letter()))
    with Image.open(io.BytesIO(page)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "L", (1240, 1754))
    assert len(page) <= LARGEST_PAGE


def test_nothing_of_the_file_goes_on_but_its_pixels() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Title", "passport_GT.jpg")
    exif = Image.Exif()
    exif[0x010E] = "consulate"
    plain, loaded = _png(_letter()), _png(_letter(), pnginfo=notes, exif=exif, compress_level=1)
    assert plain != loaded
    assert rebuild_pages(plain) == rebuild_pages(loaded)


def test_a_pdf_is_rebuilt_page_by_page_and_only_so_many() -> None:
    assert len(rebuild_pages(_pdf(_letter(1), _letter(2), _letter(3)))) == 3
    with pytest.raises(BadInput, match="more than 4 pages"):
        rebuild_pages(_pdf(*(_letter(number) for number in range(5))))


@pytest.mark.parametrize("lines", [_PASSPORT, _CARD])
@pytest.mark.parametrize("pitch", [18.0, 30.0])
def test_a_page_with_the_code_lines_of_a_passport_or_card_is_refused_kindly(
    lines: tuple[str, ...], pitch: float
) -> None:
    page = _with_code_lines(_paper(), lines, pitch=pitch, top=1900)
    with pytest.raises(BadInput, match="is not needed here") as refused:
        rebuild_pages(_png(page))
    assert refused.value.field == "paper"
    assert "ERIKSSON" not in str(refused.value)


@pytest.mark.parametrize("form", ["PDF417", "Aztec"])
def test_a_page_with_a_licence_code_is_refused(form: str) -> None:
    code = zxingcpp.create_barcode("ANSI 636000 DL", getattr(zxingcpp.BarcodeFormat, form))
    page = _letter()
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=6))
    page.paste(picture, (200, 900))
    with pytest.raises(BadInput, match="is not needed here"):
        rebuild_pages(_png(page))


@pytest.mark.parametrize("seed", range(3))
def test_letters_with_leaders_rules_and_numbers_are_not_accused(seed: int) -> None:
    assert len(rebuild_pages(_png(_letter(seed)))) == 1


@pytest.mark.parametrize("file", [b"", b"GIF89a", b"%PDF-1.4 broken", b"\x89PNG\r\n\x1a\n" + b"x" * 50])
def test_what_is_no_paper_is_refused_in_a_sentence(file: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        rebuild_pages(file)
    assert str(refused.value).endswith(".")


def test_a_pdf_in_a_font_that_it_does_not_hold_is_drawn() -> None:
    stream = b"BT /F 20 Tf 20 700 Td (Service address: 4711 Long Street) Tj ET"
    pdf = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/Verdana>>>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n" % (len(stream), stream)
    )
    (page,) = rebuild_pages(pdf)
    with Image.open(io.BytesIO(page)) as picture:
        dark = sum(picture.histogram()[:100])
    assert dark > 500
