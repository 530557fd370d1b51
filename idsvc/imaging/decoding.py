"""Turn the bytes of a JPEG, PNG or WebP into pixels and nothing else: runs only inside the child process.

What comes out is an array: no metadata, no colour profile, no second frame can follow it further.
"""

import io
import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason

Pixels = NDArray[np.uint8]
"""Height x width x 3, sRGB."""

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 25_000_000


def decode(data: bytes, *, field: str) -> Pixels:
    """Decode one still picture of at most 25 megapixels, turned as its EXIF orientation says.

    Raises BadInput for other formats, larger, broken or moving pictures.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Image appears to be a malformed MPO")  # its first picture is whole
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _refuse_large_or_moving(picture, field)
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                return np.asarray(_flatten(upright)).copy()
        except BadInput:
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise BadInput(field, Reason.TOO_MANY_PIXELS) from None
        except UnidentifiedImageError:
            raise BadInput(field, Reason.NO_PICTURE) from None
        except MemoryError:
            raise BadInput(field, Reason.TOO_LARGE) from None
        except Exception:  # noqa: BLE001 - hostile bytes make decoders raise anything
            raise BadInput(field, Reason.DAMAGED) from None


def _refuse_large_or_moving(picture: Image.Image, field: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadInput(field, Reason.TOO_MANY_PIXELS)
    # A phone's JPEG may hold a second picture (MPO: a preview, a depth map); the first is the photo.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) != 1:
        raise BadInput(field, Reason.MOVES)


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if picture.mode.startswith("I"):  # 16-bit PNG: keep the upper byte instead of clipping to white
        return Image.fromarray((np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8)).convert("RGB")
    if "A" in picture.getbands() or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")
