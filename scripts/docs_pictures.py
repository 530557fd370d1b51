"""Draw the pictures of specimens in docs/images anew, from the programs that ship.

    python scripts/docs_pictures.py

Run it after a change of an artwork, and look at what it wrote.
"""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from idsvc import resources
from idsvc.domain.program import CodePlace
from idsvc.imaging.portrait import make_portrait
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.inspection.preview import write_preview
from idsvc.printing.inspection.samples import SAMPLES
from idsvc.program import load

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
CITIES: Final = ("riverbend", "mesa-linda", "port-alder")
SHOWN: Final = "vietnamese"
GAP: Final = 24
CORNER: Final = 3.18 / 85.6
"""Radius of a card's corners in card widths (ISO/IEC 7810)."""


def preview(city: str, code_on: CodePlace, folder: Path) -> None:
    """Write a city's preview with the code in a place of its program."""
    path = resources.path(f"templates/programs/{city}/program.toml")
    program = load(path)
    program = replace(program, record=replace(program.record, code_on=code_on))
    photo = resources.path("templates/samples/portrait.jpg").read_bytes()
    write_preview(
        load_artwork(path.with_name(FILE_NAME), program=program),
        folder,
        portrait=make_portrait(photo).jpeg,
        link=program.city.issuer.removeprefix("https://"),
    )


def card(path: Path, width: int) -> Image.Image:
    """Open a card's side, so many pixels wide, with its corners cut round on white and a hairline around."""
    with Image.open(path) as opened:
        side = opened.convert("RGB").resize((width, round(opened.height * width / opened.width)))
    edge = (0, 0, side.width - 1, side.height - 1)
    mask = Image.new("L", side.size)
    ImageDraw.Draw(mask).rounded_rectangle(edge, round(width * CORNER), fill=255)
    cut = Image.new("RGB", side.size, "white")
    cut.paste(side, mask=mask)
    ImageDraw.Draw(cut).rounded_rectangle(edge, round(width * CORNER), outline="#c8c8c8", width=1)
    return cut


def sheet(path: Path, width: int) -> Image.Image:
    """Open a sheet of paper or a label with a hairline around it."""
    with Image.open(path) as opened:
        page = opened.convert("RGB").resize((width, round(opened.height * width / opened.width)))
    ImageDraw.Draw(page).rectangle((0, 0, page.width - 1, page.height - 1), outline="#c8c8c8")
    return page


def save(name: str, pictures: Sequence[Image.Image], *, columns: int) -> None:
    """Lay pictures out in columns on white and save them as JPEG without metadata."""
    width = max(picture.width for picture in pictures)
    rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
    heights = [max(picture.height for picture in row) for row in rows]
    board = Image.new("RGB", (columns * (width + GAP) - GAP, sum(heights) + GAP * (len(rows) - 1)), "white")
    y = 0
    for row, height in zip(rows, heights, strict=True):
        for place, picture in enumerate(row):
            board.paste(picture, (place * (width + GAP), y))
        y += height + GAP
    out = io.BytesIO()
    board.save(out, "JPEG", quality=82, progressive=True, optimize=True)
    (IMAGES / name).write_bytes(out.getvalue())
    print(f"{name}: {board.width} x {board.height}, {len(out.getvalue()) // 1024} KB")


def main() -> None:
    """Draw every picture."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = {city: Path(folder) / city for city in CITIES}
        for city, place in drawn.items():
            preview(city, CodePlace.SLIP, place)
            save(
                f"card-{city}.jpg",
                [card(place / f"{SHOWN}-{side}.png", 760) for side in ("front", "back")],
                columns=2,
            )
        home = drawn["riverbend"]
        hard = [card(home / f"{sample.file}-front.png", 560) for sample in SAMPLES if sample.file != "short"]
        save("hard-names.jpg", hard, columns=2)
        save("slip.jpg", [sheet(home / "slip.png", 900)], columns=1)
        labels = Path(folder) / "labels"
        preview("riverbend", CodePlace.LABEL, labels)
        pictures = [sheet(labels / "label.png", 500), sheet(labels / "carrier.png", 900)]
        save("label.jpg", pictures, columns=1)


if __name__ == "__main__":
    main()
