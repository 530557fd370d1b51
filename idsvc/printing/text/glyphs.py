"""Shaped text as PDF operators, and the fonts embedded with no glyph but those that were written.

A glyph's code in the file is its number in the font, so that a text is written before anybody knows which
glyphs the file's subset will hold; positions are in ems, so that it is shaped once for all sizes.
"""

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

import uharfbuzz  # type: ignore[import-untyped]

from idsvc import resources
from idsvc.printing.pdf.pdffile import PdfFile

GlyphTexts = dict[str, dict[int, str]]
"""For each font the glyphs that a file shows, and what each stands for."""

_FIGURES: Final = re.compile("[0-9]+(?:[ ./-][0-9]+)*")
"""Numbers and dates: in the Latin fonts these neither kern nor join, and most lines of a card are such."""
_FEATURES: Final = {"kern": True, "liga": True}
_NO_TABLES: Final = ("GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta", "name", "OS/2", "cmap", "post")
"""What only programs that shape text read; a PDF's font is addressed by glyph (ISO 32000-1, 9.9)."""
_SYMBOLIC: Final = 4
_JOINERS: Final = "\u200c\u200d"
_STEM: Final = 87
"""Required in a font's descriptor and read only where the font itself is missing."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A shaped run: what shows it in a text object of its font at size 1, and its width in ems.

    `texts` tells what its glyphs stand for, nothing for one of a cluster that another glyph stands for;
    `is_torn` where that does not give the run's `text` back.
    """

    font: str
    text: str
    shown: str
    width: float
    texts: Mapping[int, str]
    is_torn: bool = False
    right_to_left: bool = False

    def show(self, noted: GlyphTexts) -> str:
        """Note the run's glyphs among those of a file; give what shows the run in that file.

        A file tells one text for each glyph of a font. A run whose glyphs stand for anything else tells its
        text beside them (ISO 32000-1, 14.9.4), but not one from right to left: PDFium and poppler, which read
        letters from the page and turn them round, turn such a text round too.
        """
        known = noted.setdefault(self.font, {})
        if not known.items() >= self.texts.items():
            for glyph, text in self.texts.items():
                known[glyph] = known.get(glyph) or text
        if self.right_to_left or (not self.is_torn and known.items() >= self.texts.items()):
            return self.shown
        text = self.text.encode("utf-16-be").hex()
        return f"/Span<</ActualText<feff{text}>>>BDC {self.shown} EMC"


class _Face:
    """A font as HarfBuzz opens it; what its glyphs and kerns are written as is remembered."""

    def __init__(self, name: str) -> None:
        blob = uharfbuzz.Blob(resources.path(f"templates/fonts/{name}.ttf").read_bytes())
        self.face = uharfbuzz.Face(blob)
        self.font = uharfbuzz.Font(self.face)
        self.em: int = self.face.upem
        self.glyphs = _Glyphs(self.font)
        self.gaps = _Gaps(self.em)
        self.is_latin = name.startswith("PublicSans-")
        figures = {figure: self.font.get_nominal_glyph(ord(figure)) or 0 for figure in "0123456789 ./-"}
        self.figure_texts = {glyph: figure for figure, glyph in figures.items()}
        self.figure_codes = {ord(figure): self.glyphs[glyph][0] for figure, glyph in figures.items()}
        self.figure_widths = {figure: self.glyphs[glyph][1] for figure, glyph in figures.items()}

    @cached_property
    def mirrored(self) -> dict[int, str]:
        """Give the glyphs of brackets and whatever else is turned round in lines from right to left."""
        mirrored = [chr(code) for code in self.face.unicodes if unicodedata.mirrored(chr(code))]
        return {self.font.get_nominal_glyph(ord(character)): character for character in mirrored}


class _Glyphs(dict[int, tuple[str, int]]):
    """Each glyph's code as hexadecimal and its advance."""

    def __init__(self, font: uharfbuzz.Font) -> None:
        self._font = font

    def __missing__(self, glyph: int) -> tuple[str, int]:
        self[glyph] = found = (f"{glyph:04x}", self._font.get_glyph_h_advance(glyph))
        return found


class _Gaps(dict[int, str]):
    """What moves the next glyph to the left by so many units of the font."""

    def __init__(self, em: int) -> None:
        self._em = em

    def __missing__(self, units: int) -> str:
        self[units] = found = f">{units * 1000 / self._em:.6g}<"
        return found


@lru_cache(maxsize=64)
def _face(name: str) -> _Face:
    return _Face(name)


@lru_cache(maxsize=64)
def characters_of(font: str) -> frozenset[int]:
    """Give the code points that a font has glyphs for."""
    return frozenset(_face(font).face.unicodes)


def shape_buffer(text: str, font: str, *, right_to_left: bool) -> uharfbuzz.Buffer:
    """Shape a run of one font and direction; its glyphs and their places stand from left to right."""
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    # Guessed from the letters it would be wrong for figures, which stand in Arabic from left to right, and
    # for brackets, which are turned round.
    buffer.direction = "rtl" if right_to_left else "ltr"
    buffer.guess_segment_properties()
    uharfbuzz.shape(_face(font).font, buffer, _FEATURES)
    return buffer


def shape_glyphs(text: str, font: str, *, right_to_left: bool) -> Glyphs:
    """Shape a run of one font and direction."""
    face = _face(font)
    if face.is_latin and _FIGURES.fullmatch(text):
        width = sum([face.figure_widths[figure] for figure in text])
        codes = text.translate(face.figure_codes)
        return Glyphs(font, text, f"[<{codes}>]TJ", width / face.em, face.figure_texts)
    buffer = shape_buffer(text, font, right_to_left=right_to_left)
    infos = buffer.glyph_infos
    glyphs = [info.codepoint for info in infos]
    known, gaps = face.glyphs, face.gaps
    shown: list[str] = ["[<"]
    width = rise = 0
    for glyph, place in zip(glyphs, buffer.glyph_positions, strict=True):
        code, usual = known[glyph]
        moved, lifted, advance, _ = place.position
        if lifted != rise:
            shown.append(f">]TJ {lifted / face.em:.4f} Ts[<")
            rise = lifted
        if moved:
            shown.append(gaps[-moved])
        shown.append(code)
        if usual + moved != advance:
            shown.append(gaps[usual + moved - advance])
        width += advance
    shown.append(">]TJ 0 Ts" if rise else ">]TJ")
    told = _meanings(text, [info.cluster for info in infos])
    if right_to_left:
        told = _part_marks(told, [info.cluster for info in infos])
        # A bracket that is turned round is read as what it looks like; a joiner is drawn as a space.
        told = [
            face.mirrored.get(glyph, meant.strip(_JOINERS)) for glyph, meant in zip(glyphs, told, strict=True)
        ]
    texts = dict(sorted(zip(glyphs, told, strict=True), key=itemgetter(1)))  # something rather than nothing
    is_torn = "" in told or [texts[glyph] for glyph in glyphs] != told
    return Glyphs(font, text, "".join(shown), width / face.em, texts, is_torn, right_to_left)


def _meanings(text: str, clusters: list[int]) -> list[str]:
    """Give for the first glyph of each cluster the cluster's characters, for its others nothing."""
    if clusters == list(range(len(text))):
        return list(text)
    starts = sorted(set(clusters))
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    return [text[cluster : ends.pop(cluster)] if cluster in ends else "" for cluster in clusters]


def _part_marks(told: list[str], clusters: list[int]) -> list[str]:
    """Give each mark of a cluster with as many glyphs as characters its own, the last stands first."""
    parted: list[str] = []
    for _, stretch in groupby(zip(clusters, told, strict=True), key=itemgetter(0)):
        meant = [text for _, text in stretch]
        letters = "".join(meant)
        parted += reversed(letters) if len(letters) == len(meant) else meant
    return parted


def embed_fonts(file: PdfFile, used: Mapping[str, Mapping[int, str]]) -> bytes:
    """Write the fonts that were used, each with the glyphs that were used; give the resource dictionary."""
    entries = [
        b"/%b %d 0 R" % (name.encode("ascii"), _embed(file, name, used[name])) for name in sorted(used)
    ]
    return b"<<%b>>" % b"".join(entries)


def _embed(file: PdfFile, name: str, texts: Mapping[int, str]) -> int:
    face = _face(name)
    glyphs = sorted(texts)
    subset = _subset(face, glyphs)
    packed = zlib.compress(subset)
    tagged = tag_subset(name.encode("ascii"), subset)
    program = file.add_stream(b"/Filter/FlateDecode/Length1 %d" % len(subset), packed)
    scale = 1000 / face.em
    base = b"/BaseFont/%b" % tagged
    corners = struct.unpack(">4h", face.face.reference_table("head").data[36:44])
    box = " ".join(str(round(corner * scale)) for corner in corners).encode("ascii")
    extents = face.font.get_font_extents("ltr")
    descriptor = file.add(
        b"<</Type/FontDescriptor/FontName/%b/Flags %d/FontBBox[%b]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight 700/StemV %d/FontFile2 %d 0 R>>"
        % (
            tagged,
            _SYMBOLIC,
            box,
            round(extents.ascender * scale),
            round(extents.descender * scale),
            _STEM,
            program,
        )
    )
    widths = " ".join(f"{glyph}[{face.glyphs[glyph][1] * scale:.6g}]" for glyph in glyphs).encode("ascii")
    descendant = file.add(
        b"<</Type/Font/Subtype/CIDFontType2%b"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %d 0 R/CIDToGIDMap/Identity/W[%b]>>" % (base, descriptor, widths)
    )
    meant = file.add_stream(b"/Filter/FlateDecode", zlib.compress(_to_unicode(texts)))
    return file.add(
        b"<</Type/Font/Subtype/Type0%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (base, descendant, meant)
    )


def tag_subset(name: bytes, subset: bytes) -> bytes:
    """Put the six letters before a font's name that no other subset bears (ISO 32000-1, 9.6.4)."""
    digest = hashlib.sha256(subset).digest()
    return bytes([ord("A") + byte % 26 for byte in digest[:6]]) + b"+" + name


def _subset(face: _Face, glyphs: list[int]) -> bytes:
    wanted = uharfbuzz.SubsetInput()
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(glyphs)
    dropped = (int.from_bytes(tag.ljust(4).encode("ascii"), "big") for tag in _NO_TABLES)
    wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG).update(dropped)
    made: bytes = uharfbuzz.subset(face.face, wanted).blob.data
    return made


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """Tell readers which characters a glyph stands for (ISO 32000-1, 9.10.3), in blocks of at most 100."""
    lines = [
        f"<{glyph:04x}><{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(texts.items()) if text
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks)
    return (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        "/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n{mapped}\n"
        "endcmap CMapName currentdict/CMap defineresource pop end end"
    ).encode("ascii")
