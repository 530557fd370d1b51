import io

import pytest
from PIL import Image

from idsvc.domain.errors import Unavailable
from idsvc.printing.pdf.jpeg import describe_jpeg


def _jpeg(mode: str, *, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (25, 32)).save(out, "JPEG", progressive=progressive, comment=b"\xff\xc0 no frame")
    return out.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(("mode", "space"), [("RGB", b"/DeviceRGB"), ("L", b"/DeviceGray")])
def test_sides_and_colours_are_found_behind_other_segments(
    mode: str, space: bytes, *, progressive: bool
) -> None:
    told = describe_jpeg(_jpeg(mode, progressive=progressive))
    assert told.endswith(b"/BitsPerComponent 8/ColorSpace%b/Width 25/Height 32" % space)


def test_fill_bytes_before_a_marker_are_passed_over() -> None:
    jpeg = _jpeg("RGB")
    frame = jpeg.index(b"\xff\xc0\x00\x11")
    filled = jpeg[:2] + b"\xff" + jpeg[2:frame] + b"\xff\xff" + jpeg[frame:]
    assert describe_jpeg(filled) == describe_jpeg(jpeg)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc0\x00",
        _jpeg("CMYK"),
        _jpeg("RGB")[:40],
        b"\xff\xd8" + b"\xff" * 20,
    ],
    ids=["nothing", "PNG", "a beginning", "half a frame", "four colours", "cut off", "fill bytes alone"],
)
def test_what_a_card_cannot_be_printed_with_is_refused(data: bytes) -> None:
    with pytest.raises(Unavailable, match="take the portrait again"):
        describe_jpeg(data)
