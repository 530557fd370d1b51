"""The city's seal as a PNG: its pixels and nothing else of the file, drawn once in a document.

The file is the city's own and stands beside its program; what is bounded here is a mistake, not an attack.
"""

import io
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from idsvc.domain.errors import BadSetting

LEAST_DOTS_PER_INCH: Final = 300
"""What card printers print; below it the edges of a seal show steps."""
_MOST_BYTES: Final = 4_000_000
_MOST_SIDE: Final = 5_000
_KEPT_SIDE: Final = 512
"""Pixels: 600 dpi on 21 mm; more would only make every print file larger."""
_MOST_PACKED: Final = 500_000
"""Bytes deflated. A print file holds the seal twice, in the card and in the slip, and has a fixed size."""


@dataclass(frozen=True, slots=True)
class PictureSeal:
    """A square seal of `side` pixels a side, as RGBA without any metadata."""

    side: int
    pixels: bytes

    def dots_per_inch(self, side_mm: float) -> float:
        """Give the resolution at which the seal is printed so many millimetres wide."""
        return self.side / side_mm * 25.4


def load_picture_seal(path: Path) -> PictureSeal:
    """Read a seal from a PNG, with its transparency.

    More pixels than print files need are averaged. Raises BadSetting for another format, a picture that is
    not square, has several frames, 16 bits a colour or too much in it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            data = path.read_bytes()
            if len(data) > _MOST_BYTES:
                raise BadSetting(
                    f"The seal {path.name} has more than {_MOST_BYTES:,} bytes; save it smaller."
                )
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                width, height = picture.size
                if max(width, height) > _MOST_SIDE or getattr(picture, "n_frames", 1) != 1:
                    raise BadSetting(
                        f"The seal {path.name} must be one picture of at most {_MOST_SIDE} pixels a side; "
                        f"it has {width} x {height}."
                    )
                if width != height:
                    raise BadSetting(
                        f"The seal {path.name} is {width} x {height} pixels; make it square, "
                        "with transparent edges if it must be."
                    )
                if picture.mode.startswith("I"):  # Pillow would clip all but the darkest to white
                    raise BadSetting(f"The seal {path.name} has 16 bits a colour; save it with 8.")
                seal = picture.convert("RGBA")
        except FileNotFoundError:
            raise BadSetting(f"The seal {path} is not there; put an SVG or PNG file there.") from None
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning):
            raise BadSetting(f"The seal {path.name} cannot be read; save it as a plain PNG.") from None
    if seal.width > _KEPT_SIDE:
        seal = seal.resize((_KEPT_SIDE, _KEPT_SIDE), Image.Resampling.BOX)
    pixels = seal.tobytes()
    if len(zlib.compress(pixels)) > _MOST_PACKED:
        raise BadSetting(
            f"The seal {path.name} has too much detail for print files; save it with fewer colours or as SVG."
        )
    return PictureSeal(seal.width, pixels)


def draw_picture_seal(canvas: Canvas, seal: PictureSeal, *, x: float, top: float, side: float) -> None:
    """Draw a seal with its top left corner at a point, `side` points wide; a document holds it once."""
    picture = Image.frombytes("RGBA", (seal.side, seal.side), seal.pixels)
    # reportlab names an image by its pixels, so that the second drawing only points to the first.
    canvas.drawImage(ImageReader(picture), x, top - side, side, side, mask="auto")
