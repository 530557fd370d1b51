import io
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.artwork.file import load_artwork
from idsvc.printing.artwork.seal_picture import load_picture_seal
from idsvc.printing.cards.card import CardFace, render_cards
from idsvc.printing.inspection.inspection import inspect
from idsvc.printing.papers.slip import SlipFace, render_slips

RED = (200, 20, 20, 255)


def _seal(folder: Path, side: int, *, mode: str = "RGBA") -> Path:
    """Write a red disc on nothing, with everything that PNG files carry along."""
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((0, 0, side - 1, side - 1), fill=RED)
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Somebody at a desk")
    exif = Image.Exif()
    exif[0x0131] = "A drawing program"
    picture.convert(mode).save(folder / "seal.png", pnginfo=told, exif=exif, dpi=(72, 72))
    return folder / "seal.png"


def _with_png(folder: Path, side: int, program: Program, program_path: Path) -> Artwork:
    _seal(folder, side)
    text = program_path.with_name("artwork.toml").read_text("utf-8")
    (folder / "artwork.toml").write_text(text.replace('seal = "seal.svg"', 'seal = "seal.png"'), "utf-8")
    return load_artwork(folder / "artwork.toml", program=program)


def _unpacked(pdf: bytes) -> bytes:
    """Give a PDF's bytes and the content of every deflated stream."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n", pdf):
        try:
            parts.append(zlib.decompressobj().decompress(pdf[found.end() :]))
        except zlib.error:
            continue  # a JPEG, or a stream that is not deflated
    return b"\n".join(parts)


def test_a_png_is_drawn_once_whatever_the_number_of_cards(
    tmp_path: Path, program: Program, program_path: Path, face: CardFace
) -> None:
    artwork = _with_png(tmp_path, 220, program, program_path)
    one, three = (render_cards([face] * count, artwork=artwork) for count in (1, 3))
    for pdf in (one, three):
        assert len(re.findall(rb"/Width 220\b", pdf)) == 2  # the picture and its transparency


def test_what_is_transparent_shows_the_ground(
    tmp_path: Path, program: Program, program_path: Path, face: CardFace
) -> None:
    artwork = _with_png(tmp_path, 220, program, program_path)
    page = pypdfium2.PdfDocument(render_cards([face], artwork=artwork))[0]
    picture = page.render(scale=300 / 72).to_pil().convert("RGB")

    def at(x_mm: float, y_mm: float) -> tuple[int, ...]:
        pixel = picture.getpixel((int(x_mm / 25.4 * 300), int(y_mm / 25.4 * 300)))
        assert isinstance(pixel, tuple)
        return pixel

    assert at(9.1, 7.5) == RED[:3]
    red, _, blue = at(3.8, 2.2)  # the corner of the seal's box, on the blue band
    assert blue > red


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_every_kind_of_png_is_read(tmp_path: Path, mode: str) -> None:
    seal = load_picture_seal(_seal(tmp_path, 40, mode=mode))
    assert (seal.side, len(seal.pixels)) == (40, 40 * 40 * 4)


def test_more_pixels_than_a_print_file_needs_are_averaged_without_a_fringe(tmp_path: Path) -> None:
    seal = load_picture_seal(_seal(tmp_path, 2000))
    assert seal.side == 512
    colours = {
        seal.pixels[place : place + 3]
        for place in range(0, len(seal.pixels), 4)
        if seal.pixels[place + 3] > 40
    }
    assert all(abs(red - 200) < 12 and abs(green - 20) < 12 for red, green, _ in colours)


def test_nothing_of_the_file_but_its_pixels_gets_into_a_pdf(
    tmp_path: Path, program: Program, program_path: Path, face: CardFace
) -> None:
    artwork = _with_png(tmp_path, 220, program, program_path)
    slip = render_slips([SlipFace("1" * 21, "0" * 12)], artwork=artwork, link="id.riverbend.example")
    for pdf in (render_cards([face], artwork=artwork), slip):
        content = _unpacked(pdf)
        assert b"Somebody at a desk" not in content
        assert b"drawing program" not in content
        assert bytes(RED[:3]) * 20 in content  # the pixels are there, and the search would find the rest


def test_a_seal_that_is_too_coarse_is_refused_with_its_element_and_the_pixels_it_needs(
    tmp_path: Path, program: Program, program_path: Path
) -> None:
    assert list(inspect(_with_png(tmp_path, 213, program, program_path))) == []
    assert list(inspect(_with_png(tmp_path, 129, program, program_path))) == [
        "front: seal is 11 mm wide and needs a picture of 130 pixels a side for 300 dpi; this one has 129",
        "slip: seal is 18 mm wide and needs a picture of 213 pixels a side for 300 dpi; this one has 129",
    ]


def _not_square(folder: Path) -> None:
    Image.new("RGB", (300, 200)).save(folder / "seal.png")


def _jpeg(folder: Path) -> None:
    Image.new("RGB", (300, 300)).save(folder / "seal.png", "JPEG")


def _cut_off(folder: Path) -> None:
    whole = _seal(folder, 300).read_bytes()
    (folder / "seal.png").write_bytes(whole[: len(whole) // 2])


def _moving(folder: Path) -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    frames[0].save(folder / "seal.png", save_all=True, append_images=frames[1:])


def _huge(folder: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (5001, 5001)).save(out, "PNG")
    (folder / "seal.png").write_bytes(out.getvalue())


def _deep(folder: Path) -> None:
    Image.frombytes("I;16", (300, 300), b"\x30\x75" * 90_000).save(folder / "seal.png")


def _noisy(folder: Path) -> None:
    noise = random.Random(3).randbytes(500 * 500 * 3)  # noqa: S311 - test data
    Image.frombytes("RGB", (500, 500), noise).save(folder / "seal.png")


def _heavy(folder: Path) -> None:
    (folder / "seal.png").write_bytes(_seal(folder, 300).read_bytes() + bytes(4_000_000))


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (_not_square, "seal.png is 300 x 200 pixels; make it square"),
        (_jpeg, "seal.png cannot be read; save it as a plain PNG"),
        (_cut_off, "seal.png cannot be read; save it as a plain PNG"),
        (_moving, "must be one picture of at most 5000 pixels a side"),
        (_huge, "at most 5000 pixels a side; it has 5001 x 5001"),
        (_deep, "seal.png has 16 bits a colour; save it with 8"),
        (_noisy, "seal.png has too much detail for print files; save it with fewer colours or as SVG"),
        (_heavy, "more than 4,000,000 bytes"),
        (lambda _: None, "seal.png is not there; put an SVG or PNG file there"),
    ],
)
def test_other_files_are_refused_with_the_way_on(
    tmp_path: Path, write: Callable[[Path], None], told: str
) -> None:
    write(tmp_path)
    with pytest.raises(BadSetting) as refusal:
        load_picture_seal(tmp_path / "seal.png")
    assert told in str(refusal.value)
