"""Show a city its card design: front, back and what bears the code, of sample people, after it is judged."""

from pathlib import Path
from typing import Final

from idsvc.domain.program import CodePlace
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.cards.card import render_cards
from idsvc.printing.documents.raster import rasterise
from idsvc.printing.inspection.inspection import require_printable
from idsvc.printing.inspection.samples import SAMPLE_RENEWAL_CODE, SAMPLES, make_face
from idsvc.printing.papers.label import LabelFace, render_labels
from idsvc.printing.papers.slip import Paper, SlipFace, render_carriers, render_slips

_NUMBER: Final = "000012345678"
_ADDRESS: Final = ("Li Wu", "12 Mill Lane", "Riverbend, NY 14999")


def write_preview(
    artwork: Artwork,
    folder: Path,
    *,
    portrait: bytes,
    link: str,
    paper: Paper = Paper.LETTER,
    dots_per_inch: int = 300,
) -> tuple[Path, ...]:
    """Write cards.pdf, what bears the renewal code, and a PNG of each page into a folder; give the paths.

    That is slip.pdf, or label.pdf and carrier.pdf, or nothing where the code stands on the card. `portrait`
    is a JPEG of 25:32 and `link` the portal's address as people type it. Raises BadArtwork, and writes
    nothing, when the design must not be printed.
    """
    require_printable(artwork)
    faces = (make_face(sample, portrait=portrait, code_on=artwork.code_on) for sample in SAMPLES)
    documents = {"cards.pdf": render_cards(faces, artwork=artwork)}
    names = {
        "cards.pdf": [f"{sample.file}-{side}.png" for sample in SAMPLES for side in ("front", "back")],
        "slip.pdf": ["slip.png", "slip-mailed.png"],
        "label.pdf": ["label.png"],
        "carrier.pdf": ["carrier.png", "carrier-mailed.png"],
    }
    if artwork.code_on is CodePlace.SLIP:
        slips = [SlipFace(SAMPLE_RENEWAL_CODE, _NUMBER, address) for address in ((), _ADDRESS)]
        documents["slip.pdf"] = render_slips(slips, artwork=artwork, link=link, paper=paper)
    if artwork.code_on is CodePlace.LABEL:
        label = LabelFace(SAMPLE_RENEWAL_CODE, _NUMBER)
        documents["label.pdf"] = render_labels([label], artwork=artwork)
        documents["carrier.pdf"] = render_carriers([(), _ADDRESS], artwork=artwork, link=link, paper=paper)
    contents = dict(documents)
    for document, pdf in documents.items():
        sheet = document in ("slip.pdf", "carrier.pdf")
        pages = rasterise(pdf, dots_per_inch=dots_per_inch // 2 if sheet else dots_per_inch)
        contents |= dict(zip(names[document], pages, strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)
