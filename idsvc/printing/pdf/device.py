"""The card printer that a city names in its artwork: its colour model and how many dots it prints."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reportlab.lib.colors import CMYKColor, Color, HexColor, rgb2cmyk

BLACK: Final = "#000000"
RESOLUTIONS: Final = (300, 600)
"""Dots per inch of card printers; the modules of the code are whole ones."""


class ColourModel(StrEnum):
    """How colours are written into the card's PDF.

    Text and the code are DeviceGray in both, which is black alone, and portraits stay DeviceRGB.
    """

    RGB = "rgb"
    CMYK = "cmyk"


@dataclass(frozen=True, slots=True)
class CardPrinter:
    """What a file of cards is made for."""

    colours: ColourModel = ColourModel.RGB
    dots_per_inch: int = RESOLUTIONS[0]


def to_cmyk(colour: Color) -> CMYKColor:
    """Convert a colour without a profile: what cyan, magenta and yellow have in common becomes black.

    That is ISO 32000-1, 10.3.5, with all undercolour removed. What it looks like depends on the inks.
    """
    return CMYKColor(*rgb2cmyk(colour.red, colour.green, colour.blue))


def stroke_operator(colour: str, model: ColourModel) -> str:
    """Give the operator that draws lines in a colour, #rrggbb; black as DeviceGray."""
    if colour == BLACK:
        return "0 G"
    rgb = HexColor(colour)
    if model is ColourModel.RGB:
        return f"{rgb.red:.4f} {rgb.green:.4f} {rgb.blue:.4f} RG"
    cmyk = to_cmyk(rgb)
    return f"{cmyk.cyan:.4f} {cmyk.magenta:.4f} {cmyk.yellow:.4f} {cmyk.black:.4f} K"
