import io
from collections.abc import Callable

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from idsvc.domain.errors import BadInput
from idsvc.imaging.reading import Code, read_codes

pytestmark = pytest.mark.slow  # a child process for every picture

Save = Callable[..., bytes]
TEXT = "6BFOXN*TS0BI$ZD8UH/" * 40


def _code(text: str, scale: int = 5) -> Image.Image:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Image.fromarray(np.array(made.to_image(scale=scale))).convert("RGB")


def _on_desk(codes: list[Image.Image], size: tuple[int, int]) -> Image.Image:
    desk = Image.new("RGB", size, (168, 150, 130))
    x = 40
    for code in codes:
        desk.paste(code, (x, 60))
        x += code.width + 90
    return desk


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_code_is_read_from_every_taken_format(save: Save, form: str) -> None:
    assert read_codes(save(_on_desk([_code(TEXT)], (800, 800)), form)) == (Code(1, TEXT),)


def test_a_phone_photo_of_twelve_megapixels_turned_by_exif_is_read(save: Save) -> None:
    photo = (
        _on_desk([_code(TEXT)], (800, 600))
        .resize((4000, 3000), Image.Resampling.BICUBIC)
        .rotate(90, expand=True)
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_codes(save(photo, "JPEG", quality=70, exif=exif)) == (Code(1, TEXT),)


def test_a_grainy_photo_is_read(save: Save) -> None:
    photo = np.asarray(_on_desk([_code(TEXT, scale=3)], (700, 600)).resize((3500, 3000))).astype(int)
    grain = np.random.default_rng(3).normal(0, 45, photo.shape)
    noisy = Image.fromarray(np.clip(photo + grain, 0, 255).astype(np.uint8))
    assert read_codes(save(noisy, "JPEG", quality=60)) == (Code(1, TEXT),)


def test_a_tilted_card_is_read(save: Save) -> None:
    assert read_codes(save(_on_desk([_code(TEXT)], (900, 900)).rotate(17, expand=True))) == (Code(1, TEXT),)


def test_several_codes_in_view_are_all_told(save: Save) -> None:
    texts = [f"{TEXT}{number}" for number in range(3)]
    found = read_codes(save(_on_desk([_code(text) for text in texts], (2200, 800))))
    assert sorted(code.text for code in found) == texts


def test_a_pdf_is_read_page_by_page(save: Save) -> None:
    pages = [_on_desk([_code(f"{TEXT}{number}")], (850, 1100)) for number in range(3)]
    pages.insert(1, Image.new("RGB", (850, 1100), "white"))
    pdf = save(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=100.0)
    assert read_codes(pdf) == (Code(1, f"{TEXT}0"), Code(3, f"{TEXT}1"), Code(4, f"{TEXT}2"))


def test_a_picture_without_a_code_gives_none(photo: bytes) -> None:
    assert read_codes(photo) == ()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _photo: b"", "empty"),
        (lambda _photo: b"hello", "not a picture"),
        (lambda _photo: b"%PDF-1.7\nnothing", "PDF is damaged"),
        (lambda photo: photo[:4000], "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_that_help(
    photo: bytes, make: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        read_codes(make(photo))
    assert refusal.value.field == "file"


@pytest.mark.slow
def test_a_pdf_of_a_thousand_pages_is_refused() -> None:
    page = Image.new("1", (10, 10))
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=[page] * 120)
    with pytest.raises(BadInput, match="100 pages"):
        read_codes(out.getvalue())


def test_a_pdf_page_of_giant_size_is_drawn_within_the_limits() -> None:
    out = io.BytesIO()
    Image.new("1", (100, 100), 1).save(out, "PDF", resolution=0.5)
    assert read_codes(out.getvalue()) == ()
