import re

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.printing.pdf.pdffile import PdfFile


def _file() -> bytes:
    file = PdfFile()
    pages = file.reserve()
    content = file.add_stream(b"", b"0 g 10 10 20 20 re f")
    page = file.add(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 50 50]/Contents %d 0 R/Resources<<>>>>" % (pages, content)
    )
    return file.finish(pages=pages, kids=[page], title="Ürümqi (卡) \\", author="Città")


def test_every_cross_reference_points_to_its_object() -> None:
    pdf = _file()
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[0])
    assert pdf[start:].startswith(b"xref\n0 ")
    offsets = re.findall(rb"(\d{10}) 00000 n \n", pdf[start:])
    assert len(offsets) == 5
    for number, offset in enumerate(offsets, start=1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj\n" % number)


def test_a_stream_is_as_long_as_it_says() -> None:
    pdf = _file()
    length = int(re.findall(rb"/Length (\d+)", pdf)[0])
    begin = pdf.index(b"stream\n") + 7
    assert pdf[begin + length :].startswith(b"\nendstream")


def test_another_reader_shows_the_page_and_any_title() -> None:
    document = pypdfium2.PdfDocument(_file())
    told = document.get_metadata_dict()
    assert (told["Title"], told["Author"]) == ("Ürümqi (卡) \\", "Città")
    picture = document[0].render(scale=1).to_pil().convert("L")
    assert (picture.getpixel((20, 30)), picture.getpixel((40, 10))) == (0, 255)


def test_a_number_without_its_object_is_no_file() -> None:
    file = PdfFile()
    pages = file.reserve()
    file.reserve()
    with pytest.raises(AssertionError):
        file.finish(pages=pages, kids=[], title="", author="")
