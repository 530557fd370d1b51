import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from idsvc.domain.errors import BadInput
from idsvc.imaging.portrait import MOST_JPEG_BYTES, Finding, Portrait, check_plain, make_portrait

pytestmark = pytest.mark.slow  # a child process for every picture

Save = Callable[..., bytes]
FACES = Path(__file__).parent / "faces"


def _open(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_good_photo_gives_a_portrait_of_fixed_size_without_findings(portrait: Portrait) -> None:
    assert portrait.face_found
    assert portrait.findings == ()
    assert _open(portrait.jpeg).size == (600, 768)
    assert len(portrait.jpeg) <= MOST_JPEG_BYTES


def test_the_portrait_carries_no_metadata(photo: bytes, save: Save) -> None:
    exif = Image.Exif()
    exif[0x010E] = "passport_GT"
    exif[0x8825] = {1: "N"}
    loud = save(_open(photo), exif=exif, comment=b"canary", icc_profile=b"canary profile")
    quiet = make_portrait(loud).jpeg
    with _open(quiet) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"canary" not in quiet
    assert b"passport" not in quiet


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_exif_orientation_is_applied(photo: bytes, save: Save, orientation: int, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert make_portrait(save(_open(photo).rotate(turn, expand=True), quality=95, exif=exif)).face_found


def test_a_picture_without_a_face_still_gives_a_portrait_and_says_so(noise: Image.Image, save: Save) -> None:
    portrait = make_portrait(save(noise, "PNG"))
    assert not portrait.face_found
    assert Finding.NO_FACE in portrait.findings
    assert len(portrait.jpeg) <= MOST_JPEG_BYTES


def test_two_faces_are_named(photo: bytes, save: Save) -> None:
    one = _open(photo)
    pair = Image.new("RGB", (one.width * 2, one.height))
    pair.paste(one, (0, 0))
    pair.paste(one, (one.width, 0))
    assert Finding.SEVERAL_FACES in make_portrait(save(pair)).findings


def test_a_dark_photo_is_named_and_lifted(photo: bytes, save: Save, portrait: Portrait) -> None:
    dark = Image.fromarray((np.asarray(_open(photo)) * 0.2).astype(np.uint8))
    found = make_portrait(save(dark, quality=95))
    assert Finding.TOO_DARK in found.findings
    assert np.asarray(_open(found.jpeg)).mean() > 0.5 * np.asarray(_open(portrait.jpeg)).mean()


def test_a_bright_photo_is_named(photo: bytes, save: Save) -> None:
    bright = Image.fromarray((255 - (255 - np.asarray(_open(photo)).astype(float)) * 0.25).astype(np.uint8))
    assert Finding.TOO_BRIGHT in make_portrait(save(bright)).findings


def test_a_blurred_photo_is_named(photo: bytes, save: Save) -> None:
    blurred = _open(photo).filter(ImageFilter.GaussianBlur(5))
    assert Finding.BLURRED in make_portrait(save(blurred)).findings


def test_a_side_shadow_is_named(photo: bytes, save: Save) -> None:
    pixels = np.asarray(_open(photo)).astype(float)
    ramp = np.clip(np.linspace(2.3, -1.2, pixels.shape[1]), 0.12, 1)
    shaded = Image.fromarray((pixels * ramp[None, :, None]).astype(np.uint8))
    assert Finding.UNEVEN_LIGHT in make_portrait(save(shaded)).findings


def test_a_small_face_is_named(photo: bytes, save: Save) -> None:
    far = _open(photo).resize((300, 300))
    assert Finding.FACE_TOO_SMALL in make_portrait(save(far)).findings


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "LA", "I;16"])
def test_every_colour_mode_of_the_taken_formats_works(photo: bytes, save: Save, mode: str) -> None:
    picture = _open(photo)
    if mode == "I;16":
        wide = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
        assert make_portrait(save(wide, "PNG")).face_found
    else:
        assert _open(make_portrait(save(picture.convert(mode), "PNG")).jpeg).size == (600, 768)


def test_webp_is_taken(photo: bytes, save: Save) -> None:
    assert make_portrait(save(_open(photo), "WEBP")).face_found


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _photo: b"", "empty"),
        (lambda _photo: b"GIF89a" + b"\0" * 50, "not a picture"),
        (lambda _photo: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (lambda _photo: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (lambda photo: photo[: len(photo) // 2], "damaged"),
        (lambda photo: photo[:200], "damaged|not a picture"),
        (lambda _photo: _png_claiming(30_000, 30_000), "25 megapixels"),
        (lambda _photo: _png_claiming(4_900, 4_900), "damaged"),
        (lambda _photo: b"x" * (17 << 20), "larger than 16 MB"),
    ],
    ids=["empty", "gif", "eps", "svg", "half", "head", "bomb", "short data", "long"],
)
def test_what_is_no_picture_is_refused_in_words_that_help(
    photo: bytes, make: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        make_portrait(make(photo))
    assert refusal.value.field == "portrait"


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_a_moving_picture_is_refused(photo: bytes, save: Save, form: str) -> None:
    frame = _open(photo).resize((64, 64))
    moving = save(frame, form, save_all=True, append_images=[frame.rotate(90)])
    with pytest.raises(BadInput, match="still photo"):
        make_portrait(moving)


@pytest.mark.parametrize("cut", [0, 200], ids=["whole", "second picture cut off"])
def test_the_first_picture_of_a_phone_photo_is_taken(photo: bytes, save: Save, cut: int) -> None:
    depth = Image.new("L", (64, 64), "white")
    out = io.BytesIO()
    _open(photo).save(out, "MPO", save_all=True, append_images=[depth], quality=95)
    data = out.getvalue()[: len(out.getvalue()) - cut]
    with _open(data) as opened:
        assert (opened.format, opened.n_frames) == ("MPO", 2)  # type: ignore[attr-defined]
    assert make_portrait(data) == make_portrait(save(_open(photo), quality=95))


def test_a_phone_photo_whose_index_is_broken_is_taken_as_the_photo_it_is(photo: bytes) -> None:
    out = io.BytesIO()
    _open(photo).save(out, "MPO", save_all=True, append_images=[Image.new("L", (64, 64))])
    index = out.getvalue().index(b"MPF\0") + 4
    data = bytearray(out.getvalue())
    data[index : index + 8] = b"\xff" * 8
    assert make_portrait(bytes(data)).face_found


@pytest.mark.slow
def test_the_largest_taken_picture_fits_the_limits(photo: bytes, save: Save) -> None:
    assert make_portrait(save(_open(photo).resize((5_000, 5_000)), quality=80)).face_found


def test_importing_the_portrait_module_loads_no_picture_library_into_its_caller_but_pillow() -> None:
    code = "import sys, idsvc.imaging.portrait; sys.exit('cv2' in sys.modules or 'zxingcpp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["grace_hopper", "barack_obama"])
def test_glasses_headwear_age_and_skin_tone_are_no_findings(name: str) -> None:
    portrait = make_portrait((FACES / f"{name}.jpg").read_bytes())
    assert portrait.face_found
    assert portrait.findings == ()


@pytest.mark.parametrize("name", ["grace_hopper", "barack_obama"])
def test_light_of_a_good_photo_is_left_as_it_is(name: str) -> None:
    portrait = make_portrait((FACES / f"{name}.jpg").read_bytes())
    again = make_portrait(portrait.jpeg)
    face = (150, 200, 450, 650)
    first, second = (np.asarray(_open(jpeg).crop(face)).astype(float) for jpeg in (portrait.jpeg, again.jpeg))
    assert abs(first.mean() - second.mean()) < 12


def test_every_portrait_made_here_is_plain(photo: bytes, noise: Image.Image, save: Save) -> None:
    for picture in (photo, save(noise, "PNG"), save(noise.resize((250, 300)), "PNG")):
        check_plain(make_portrait(picture).jpeg)


def test_nothing_can_ride_on_a_portrait(portrait: Portrait, photo: bytes, save: Save) -> None:
    jpeg, canary = portrait.jpeg, b"\xff\xfe\x00\x08canary"
    first = jpeg.index(b"\xff\xdb")
    large = save(_open(jpeg), quality=100, subsampling=0)
    for other in (
        jpeg[:first] + canary + jpeg[first:],
        jpeg[:-2] + canary + jpeg[-2:],
        jpeg + b"canary",
        jpeg + jpeg,
        jpeg[:-2],
        save(_open(jpeg).resize((768, 600))),
        save(_open(jpeg), comment=b"canary"),
        save(_open(jpeg), exif=b"Exif\0\0canary"),
        save(_open(jpeg), progressive=True),
        large,
        photo,
        b"",
    ):
        with pytest.raises(BadInput, match="portrait was not made here") as refused:
            check_plain(other)
        assert refused.value.field == "portrait"
    assert len(large) > MOST_JPEG_BYTES
