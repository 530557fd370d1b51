"""The portrait small enough for the QR: the encoding in which this face stays most recognisable.

The input is our own portrait (`Portrait.jpeg`), so this runs in the calling process. The face stands in a
known place there, hence no detector is needed.
"""

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Light = NDArray[np.float64]


class PictureFormat(StrEnum):
    """The format of a small portrait, by its name in claim 169.

    Measured at 475 and 690 bytes on 40x50 to 80x100 pixels: WebP in colour looks better than AVIF (whose
    container takes 275 bytes) and than JPEG (whose tables take 600), and every browser of today shows it.
    """

    WEBP = "WEBP"


@dataclass(frozen=True, slots=True)
class SmallPortrait:
    """A whole picture file of a few hundred bytes; `likeness` is 1.0 for a picture equal to the portrait."""

    picture: bytes
    format: PictureFormat
    width: int
    height: int
    likeness: float


@dataclass(frozen=True, slots=True)
class NoRoom:
    """No recognisable picture fits: `least` bytes would be needed and `room` were there."""

    room: int
    least: int

    @property
    def sentence(self) -> str:
        """Say what it means for the card."""
        return "The small portrait does not fit into this card's code; the card is made without it."


_CROP: Final = (0.19, 0.24, 0.81, 0.845)
"""The face within the portrait, brow to chin and ear to ear, 4:5: left, top, right, bottom as shares."""
_SIZES: Final = ((32, 40), (40, 50), (48, 60), (56, 70), (64, 80), (72, 90), (80, 100))
_MOST_QUALITY: Final = 80
_ENOUGH: Final = 0.70
_REFERENCE: Final = (128, 160)


def small_portrait(portrait_jpeg: bytes, *, rooms: tuple[int, ...]) -> SmallPortrait | NoRoom:
    """Make the best picture of a face that fits the smallest sufficient room, given in bytes.

    `rooms` are the bytes free in the QR at each error correction level. The smallest room in which the
    likeness suffices is taken; if it suffices in none, the largest room's best picture is given.
    """
    with Image.open(io.BytesIO(portrait_jpeg), formats=("JPEG",)) as opened:
        portrait = opened.convert("RGB")
    width, height = portrait.size
    left, top, right, bottom = _CROP
    face = portrait.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )
    reference = _light(face)
    best: SmallPortrait | None = None
    for room in sorted(rooms):
        fitting = [small for size in _SIZES if (small := _fill(face, size, room=room, reference=reference))]
        best = max(fitting, key=lambda small: small.likeness, default=None)
        if best and best.likeness >= _ENOUGH:
            return best
    return best or NoRoom(room=max(rooms), least=len(_encode(face.resize(_SIZES[0]), 0)))


def _fill(face: Image.Image, size: tuple[int, int], *, room: int, reference: Light) -> SmallPortrait | None:
    small = face.resize(size, Image.Resampling.LANCZOS)
    best = b""
    low, high = 0, _MOST_QUALITY
    while low <= high:  # bytes grow with quality, nearly always: the highest quality that fits, by halving
        quality = (low + high) // 2
        picture = _encode(small, quality)
        if len(picture) <= room:
            best, low = picture, quality + 1
        else:
            high = quality - 1
    if not best:
        return None
    with Image.open(io.BytesIO(best), formats=("WEBP",)) as shown:
        likeness = _likeness(_light(shown.convert("RGB")), reference)
    return SmallPortrait(best, PictureFormat.WEBP, *size, likeness=likeness)


def _encode(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()


def _light(picture: Image.Image) -> Light:
    shown = picture.convert("L").resize(_REFERENCE, Image.Resampling.BICUBIC)
    return np.asarray(shown, dtype=np.float64)


def _likeness(shown: Light, reference: Light) -> float:
    """Measure structural similarity (SSIM, Wang 2004; 9x9 boxes, contrast term), most at eyes and mouth."""
    mean_a, mean_b = _box_mean(shown), _box_mean(reference)
    variance_a = _box_mean(shown * shown) - mean_a * mean_a
    variance_b = _box_mean(reference * reference) - mean_b * mean_b
    together = _box_mean(shown * reference) - mean_a * mean_b
    contrast = 58.5  # (0.03 * 255) squared
    similar = (2 * together + contrast) / (variance_a + variance_b + contrast)
    rows, columns = similar.shape
    down = np.exp(-(((np.arange(rows) / rows - 0.5) / 0.32) ** 2))
    across = np.exp(-(((np.arange(columns) / columns - 0.5) / 0.28) ** 2))
    return float(np.average(similar, weights=np.outer(down, across)))


def _box_mean(values: Light, side: int = 9) -> Light:
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    window = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(window / side**2)
