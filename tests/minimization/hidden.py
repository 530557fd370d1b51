"""What may not be known of a visit, drawn at random, and the files that such a visit sends."""

import io
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, PngImagePlugin
from reportlab.pdfgen.canvas import Canvas

from idsvc.imaging.documents import MOST_PAGES, rebuild_pages
from idsvc.imaging.portrait import make_portrait
from tests.services.city import sample_portrait

LANGUAGES = ("en_US.UTF-8", "es_MX.UTF-8", "ht_HT.UTF-8", "ar_EG.UTF-8", "zh_CN.UTF-8")
PAPERS = ("passport", "consular card", "foreign licence", "birth certificate", "lease", "vouching letter")
FORMATS = ("PNG", "WEBP", "PDF")
"""Formats without loss, in which one page has the same pixels whatever stands beside them."""


@dataclass(frozen=True)
class Hidden:
    """What the law forbids to know about one visit."""

    language: str
    papers: tuple[str, ...]
    file_name: str
    metadata: tuple[tuple[str, str], ...]
    caretaker_signed: bool
    address_confirmed: bool


def draw_hidden(chance: random.Random) -> Hidden:
    """Draw one visit."""
    papers = tuple(chance.sample(PAPERS, chance.randint(1, 4)))
    return Hidden(
        language=chance.choice(LANGUAGES),
        papers=papers,
        file_name=f"{papers[0]}_{chance.choice(('GT', 'MX', 'HT'))}_{chance.randint(1, 99)}.png",
        metadata=tuple((word, chance.randbytes(chance.randint(1, 40)).hex()) for word in ("Title", "Author")),
        caretaker_signed=chance.random() < 0.5,
        address_confirmed=chance.random() < 0.5,
    )


def draw_pairs(count: int, seed: int) -> list[tuple[Hidden, Hidden]]:
    """Draw pairs of visits that differ in language and papers at least."""
    chance = random.Random(seed)  # noqa: S311 - reproducible twins
    pairs: list[tuple[Hidden, Hidden]] = []
    while len(pairs) < count:
        first, second = draw_hidden(chance), draw_hidden(chance)
        if first.papers != second.papers and first.language != second.language:
            pairs.append((first, second))
    return pairs


class Visit:
    """The visit under way, where a leaking program could look; ours does not know that it exists."""

    now: Hidden | None = None


@contextmanager
def visiting(hidden: Hidden) -> Iterator[None]:
    """Let a visit be under way, with its language in the process's environment."""
    names = ("LANG", "LC_ALL", "LANGUAGE")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, hidden.language))
    Visit.now = hidden
    try:
        yield
    finally:
        Visit.now = None
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def portrait_file(hidden: Hidden) -> bytes:
    """Give the sample's pixels as the file that this visit sends: other metadata, other compression."""
    picture = Image.open(io.BytesIO(sample_portrait()))
    return _write(picture, hidden, "PNG")


def paper_file(hidden: Hidden, form: str) -> bytes:
    """Give one and the same paper as the file that this visit sends, in a format without loss."""
    return _pdf([_page("200 Main Street", 1)], hidden) if form == "PDF" else _write(_large(), hidden, form)


@cache
def papers_of_all_sorts() -> tuple[tuple[bytes, ...], ...]:
    """Rebuild papers of other content, page counts, orders and formats, up to the most pages there can be."""
    hidden = draw_hidden(random.Random(9))  # noqa: S311
    grain = Image.effect_noise((1240, 1754), 90).convert("RGB")
    several = [_page("Lease", 2), _page("Gas bill", 40), _page("Consulado", 300), _page("Carta", 9)]
    files = (
        _write(grain, hidden, "JPEG"),
        _write(_large(), hidden, "PNG"),
        _pdf(several[:2], hidden),
        _pdf(several[1::-1], hidden),
        _pdf(several[:MOST_PAGES], hidden),
    )
    return tuple(rebuild_pages(file) for file in files)


@cache
def portraits_of_all_sorts() -> tuple[bytes, ...]:
    """Give portraits of other content and length: noise compresses worse the finer it is."""
    return (sample_portrait(), *(_noise(size) for size in (16, 48, 64, 96)))


def kept_portrait(hidden: Hidden) -> bytes:
    """Give the portrait that is kept of a visit's upload."""
    return make_portrait(portrait_file(hidden)).jpeg


def kept_pages(hidden: Hidden, form: str) -> tuple[bytes, ...]:
    """Give the pages that are kept of a visit's paper."""
    return rebuild_pages(paper_file(hidden, form))


def _write(picture: Image.Image, hidden: Hidden, form: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = hidden.file_name
    exif[0x010F] = hidden.language
    out = io.BytesIO()
    if form == "PNG":
        notes = PngImagePlugin.PngInfo()
        for word, value in (*hidden.metadata, ("Source", hidden.file_name)):
            notes.add_text(word, value)
        picture.save(out, form, pnginfo=notes, exif=exif, compress_level=1 + len(hidden.file_name) % 3)
    elif form == "WEBP":
        words = " ".join(value for _, value in hidden.metadata)
        picture.save(out, form, lossless=True, method=0, exif=exif, xmp=words.encode())
    else:
        picture.save(out, form, quality=90, exif=exif, comment=hidden.file_name)
    return out.getvalue()


def _pdf(pages: list[list[str]], hidden: Hidden) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=len(hidden.file_name) % 2)
    canvas.setTitle(hidden.file_name)
    canvas.setAuthor(hidden.metadata[1][1])
    canvas.setSubject(" ".join(hidden.papers))
    canvas.setCreator(hidden.metadata[0][1])
    canvas.setKeywords(hidden.language)
    for lines in pages:
        for row, line in enumerate(lines):
            canvas.drawString(72, 760 - 2 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _page(text: str, lines: int) -> list[str]:
    return [f"{text} {number}" for number in range(lines)]


@cache
def _large() -> Image.Image:
    page = Image.new("RGB", (827, 1169), "white")
    ImageDraw.Draw(page).text((80, 80), "200 Main Street", fill="black")
    return page


def _noise(size: int) -> bytes:
    noise = Image.effect_noise((size, size), 60).convert("RGB").resize((600, 768))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=60)
    return out.getvalue()
