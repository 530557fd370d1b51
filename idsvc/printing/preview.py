"""Show a city its card design: front, back and slip of sample people, after the design is judged."""

from pathlib import Path
from typing import Final

from idsvc.domain.numbers import RENEWAL_CODE_DIGITS
from idsvc.printing.artwork import Artwork
from idsvc.printing.card import render_cards
from idsvc.printing.inspection import require_printable
from idsvc.printing.raster import rasterise
from idsvc.printing.samples import SAMPLES, make_face
from idsvc.printing.slip import Paper, SlipFace, render_slips

_CODE: Final = ("1234567890" * 3)[:RENEWAL_CODE_DIGITS]


def write_preview(
    artwork: Artwork, folder: Path, *, portrait: bytes, link: str, dots_per_inch: int = 300
) -> tuple[Path, ...]:
    """Write cards.pdf, slip.pdf and a PNG of each page into a folder; give the paths.

    `portrait` is a JPEG of 25:32 and `link` the portal's address as people type it. Raises BadArtwork, and
    writes nothing, when the design must not be printed.
    """
    require_printable(artwork)
    cards = render_cards((make_face(sample, portrait=portrait) for sample in SAMPLES), artwork=artwork)
    handed = SlipFace(_CODE, "000012345678")
    mailed = SlipFace(_CODE, "000012345678", ("Li Wu", "12 Mill Lane", "Riverbend, NY 14999"))
    slips = render_slips([handed, mailed], artwork=artwork, link=link, paper=Paper.LETTER)
    names = [f"{sample.file}-{side}.png" for sample in SAMPLES for side in ("front", "back")]
    pages = rasterise(cards, dots_per_inch=dots_per_inch) + rasterise(slips, dots_per_inch=dots_per_inch // 2)
    contents = dict(zip([*names, "slip.png", "slip-mailed.png"], pages, strict=True))
    contents |= {"cards.pdf": cards, "slip.pdf": slips}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)
