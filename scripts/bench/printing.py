"""Measure printing against plain ways of doing the same, in one run.

    python scripts/bench/printing.py [--cards 1000] [--memory]

Times are those of the processor, so that a busy machine changes them little. The floor copies and hashes the
portraits: no PDF with a photo can be made faster than reading its photo. Plain reportlab draws a simpler card
with a rectangle a module and the library's defaults; fpdf2 with an image of the code; pikepdf stamps the
card's own page. Every card differs in everything, and one name in five is in letters that the peers' fonts
lack. What a city's cards share is drawn before the time is taken, as in a process that prints more than one
batch, and told apart. Peers that are not installed are left out.
"""

import argparse
import hashlib
import importlib.util
import io
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import qrcode
import zxingcpp
from PIL import Image
from qrcode import constants
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from idsvc import resources
from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.small_portrait import small_portrait
from idsvc.printing.artwork.elements import Artwork, Fields
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.cards.backdrop import PAGE_SIZE
from idsvc.printing.cards.card import CODES_AT_ONCE, CardFace, render_batches, render_cards
from idsvc.printing.cards.face import MM, set_fields
from idsvc.printing.cards.readback import read_back
from idsvc.printing.qr.matrix import draw_qr, draw_qrs
from idsvc.program import load

BASE45: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
CHARACTERS: Final = 1082
FIRST: Final = ("Eileen", "José", "Nguyễn", "Łukasz", "Anna", "Ruth", "Ibrahim", "Ngozi", "Li", "Konstantina")
LAST: Final = ("Collins", "O’Neil", "Thị Ánh", "Żółć", "de la Cruz", "Cohen", "Papadopoulou", "Wu", "Smith")
STREETS: Final = ("Mill Lane", "West Riverside Ave", "Old Post Road", "5th Street", "Harbor View Terrace")
Faces = list[CardFace]


def make_faces(count: int, portrait: bytes) -> Iterator[CardFace]:
    """Make cards that all differ in everything, one in five with a name beyond the Latin alphabet."""
    chance = random.Random(7)  # noqa: S311 - the same cards for everybody
    first = CardFace(
        name="Eileen Collins",
        number="0" * 12,
        birth_date=date(1990, 3, 5),
        address=("12 Mill Lane", "Riverbend, NY 14999"),
        gender=None,
        issued=date(2026, 11, 22),
        expires=date(2031, 11, 22),
        portrait=portrait,
        qr_text="",
    )
    for number in range(count):
        text = "".join(chance.choices(BASE45, k=CHARACTERS))
        # Bytes behind the end marker are ignored by every decoder and make each JPEG another one.
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}-{chance.choice(LAST)}"
        if number % 5 == 4:  # noqa: PLR2004
            name = chance.choice(("محمد عبد الرحمن الخطيب", "欧阳小明", "अनुष्का लक्ष्मी शर्मा", "Анна Каренина"))
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(28_000))
        yield replace(
            first,
            name=name,
            number=f"{chance.randrange(10**12):012d}",
            birth_date=born,
            gender=chance.choice(("F", "M", "X", None)),
            address=(f"{chance.randrange(9999)} {chance.choice(STREETS)}", f"Riverbend, NY {number:05d}"),
            issued=date(2026, 11, 22) + timedelta(days=number % 300),
            expires=date(2031, 11, 22) + timedelta(days=number % 300),
            qr_text=text,
            portrait=portrait + number.to_bytes(4, "big"),
        )


def timed(act: Callable[[], object]) -> float:
    """Give the processor's seconds that an act takes, its child processes included."""
    start, children = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        time.process_time() - start + after.ru_utime - children.ru_utime + after.ru_stime - children.ru_stime
    )


def floor(faces: Faces) -> int:
    """Hash and copy every portrait."""
    out = io.BytesIO()
    for face in faces:
        hashlib.sha256(face.portrait).digest()
        out.write(face.portrait)
    return len(out.getvalue())


def plain_reportlab(faces: Faces) -> bytes:
    """Draw the cards as the user guide would: drawImage, a rectangle a module, default settings."""
    rl_config.useA85 = 1
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE_SIZE)
    for face in faces:
        canvas.setFillColorRGB(0.1, 0.3, 0.56)
        canvas.rect(0, 42 * MM, PAGE_SIZE[0], 12 * MM, fill=1, stroke=0)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawImage(ImageReader(io.BytesIO(face.portrait)), 10, 20, 25 * MM, 32 * MM)
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(95, 100, latin(face.name))
        canvas.drawString(95, 80, face.number)
        canvas.showPage()
        code = qrcode.QRCode(error_correction=constants.ERROR_CORRECT_M)
        code.add_data(face.qr_text)
        code.make(fit=True)
        side = 48 * MM / (code.modules_count + 8)
        for row, modules in enumerate(code.modules):
            for column, dark in enumerate(modules):
                if dark:
                    canvas.rect(10 + column * side, 140 - row * side, side, side, fill=1, stroke=0)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def latin(name: str) -> str:
    """Give a name as far as the peers' built-in fonts can write it; they neither shape nor fall back."""
    return name.encode("latin-1", "replace").decode("latin-1")


def code_picture(text: str) -> Image.Image:
    """Draw a code as a 1-bit picture, one pixel a module."""
    qr = draw_qr(text)
    rows = np.frombuffer(qr.packed, dtype=np.uint8).reshape(qr.modules, -1)
    return Image.fromarray(np.unpackbits(rows, axis=1, count=qr.modules) == 0)


def with_fpdf2(faces: Faces) -> bytes:
    """Draw the cards with fpdf2, the code as a picture."""
    from fpdf import FPDF  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415 - a peer

    pdf = FPDF(unit="mm", format=(85.6, 53.98))
    pdf.set_auto_page_break(auto=False)
    for face in faces:
        pdf.add_page()
        pdf.set_fill_color(27, 79, 143)
        pdf.rect(0, 0, 85.6, 12, style="F")
        pdf.image(io.BytesIO(face.portrait), x=4, y=14, w=25, h=32)
        pdf.set_font("helvetica", "B", 11)
        pdf.text(32, 20, latin(face.name))
        pdf.text(32, 28, face.number)
        pdf.add_page()
        pdf.image(code_picture(face.qr_text), x=3, y=3, w=48, h=48)
    return bytes(pdf.output())


def with_pikepdf(faces: Faces, artwork: Artwork) -> bytes:
    """Stamp one-card files onto one document page by page with pikepdf."""
    import pikepdf  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - a peer

    base = render_cards([faces[0]], artwork=artwork)
    out = pikepdf.Pdf.new()
    with pikepdf.Pdf.open(io.BytesIO(base)) as template:
        for face in faces:
            out.pages.extend(template.pages)
            front, back = out.pages[-2], out.pages[-1]
            image = pikepdf.Stream(out, face.portrait)
            image.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=600,
                Height=768,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            name = front.add_resource(image, pikepdf.Name.XObject)
            front.contents_add(f"q 71 0 0 91 10 20 cm {name} Do Q".encode())
            code = code_picture(face.qr_text)
            mask = pikepdf.Stream(out, code.tobytes())
            mask.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=code.width,
                Height=code.height,
                ImageMask=True,
                BitsPerComponent=1,
            )
            name = back.add_resource(mask, pikepdf.Name.XObject)
            back.contents_add(f"q 136 0 0 136 8 8 cm {name} Do Q".encode())
    written = io.BytesIO()
    out.save(written)
    return written.getvalue()


def bench_pdf(faces: Faces, artwork: Artwork) -> None:
    """Compare PDFs of a batch."""
    shared = timed(lambda: render_cards(faces[:1], artwork=artwork))
    least = min(timed(lambda: floor(faces)) for _ in range(3)) / len(faces)
    ours = min(timed(lambda: render_cards(faces, artwork=artwork)) for _ in range(3)) / len(faces)
    few = faces[: max(10, len(faces) // 20)]
    rows: list[tuple[str, float]] = [
        ("floor: hash and copy the JPEGs", least),
        ("idsvc", ours),
        ("  of which the codes", timed(lambda: _codes(faces)) / len(faces)),
        ("  of which the fields' text", timed(lambda: _texts(faces, artwork)) / len(faces)),
        (f"plain reportlab (first {len(few)})", timed(lambda: plain_reportlab(few)) / len(few)),
    ]
    if importlib.util.find_spec("fpdf"):
        rows.append((f"fpdf2 (first {len(few)})", timed(lambda: with_fpdf2(few)) / len(few)))
    if importlib.util.find_spec("pikepdf"):
        rows.append(("pikepdf stamping", timed(lambda: with_pikepdf(faces, artwork)) / len(faces)))
    print(f"\nPDF of {len(faces)} cards{'':24} ms a card   x idsvc   x floor")
    for name, seconds in rows:
        print(f"  {name:38} {seconds * 1000:10.3f} {seconds / ours:9.2f} {seconds / least:9.1f}")
    print(f"  what a city's cards share, once, with the first card: {shared * 1000:.0f} ms")


def _codes(faces: Faces) -> None:
    for start in range(0, len(faces), CODES_AT_ONCE):
        draw_qrs([face.qr_text for face in faces[start : start + CODES_AT_ONCE]])


def _texts(faces: Faces, artwork: Artwork) -> None:
    columns = [element for element in (*artwork.front, *artwork.back) if isinstance(element, Fields)]
    for face in faces:
        for column in columns:
            set_fields(column, face, artwork)


def _each(draw: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        draw(text)


def bench_qr(texts: list[str]) -> None:
    """Compare drawing codes, and check that ours are the qrcode package's module for module."""

    def package(text: str) -> tuple[int, ...]:
        code = qrcode.QRCode(error_correction=constants.ERROR_CORRECT_M)
        code.add_data(text)
        code.make(fit=True)
        return tuple(int("".join("1" if dark else "0" for dark in row), 2) for row in code.modules)

    same = all(draw_qr(text).rows == package(text) for text in texts[:40])
    ways: list[tuple[str, Callable[[str], object], int]] = [
        ("idsvc, all masks, one alone", draw_qr, len(texts)),
        ("qrcode, all masks", package, 20),
        (
            "zxing-cpp's writer",
            lambda text: zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(
                scale=1
            ),
            len(texts),
        ),
    ]
    if importlib.util.find_spec("segno"):
        import segno  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - a peer

        ways.append(("segno, all masks", lambda text: segno.make_qr(text, error="m", boost_error=False), 20))
    print(f"\nQR codes of {CHARACTERS} characters (identical to qrcode's in 40 of 40: {same})   ms a code")
    together = timed(
        lambda: [draw_qrs(texts[at : at + CODES_AT_ONCE]) for at in range(0, len(texts), CODES_AT_ONCE)]
    )
    print(f"  {f'idsvc, all masks, {CODES_AT_ONCE} together':38} {together / len(texts) * 1000:10.3f}")
    for name, draw, count in ways:
        seconds = timed(partial(_each, draw, texts[:count])) / count
        print(f"  {name:38} {seconds * 1000:10.3f}")


def bench_whole_card(faces: Faces, artwork: Artwork) -> None:
    """Time the steps of one card: small portrait, signature, code, PDF, reading back."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - the bare signature's cost
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    photo = resources.path("templates/samples/portrait.jpg").read_bytes()
    face = faces[0]
    steps = {
        "portrait from a photo (child process)": lambda: make_portrait(photo),
        "small portrait": lambda: small_portrait(face.portrait, rooms=(475, 690)),
        "signature": lambda: key.sign(b"x" * 800, ec.ECDSA(hashes.SHA256())),
        "code": lambda: draw_qr(face.qr_text),
        "PDF of one card": lambda: render_cards([face], artwork=artwork),
        "reading back": None,
    }
    print("\none card at the counter                        ms")
    total = 0.0
    pdf = render_cards([face], artwork=artwork)
    for name, act in steps.items():
        run = act or (lambda: read_back(pdf, expected=(face.qr_text,)))
        run()
        seconds = min(timed(run) for _ in range(5))
        total += seconds if name != "code" else 0.0  # the PDF draws it again
        print(f"  {name:38} {seconds * 1000:8.1f}")
    print(f"  {'whole card':38} {total * 1000:8.1f}   {1 / total:.1f} cards/s a core")
    batch = faces[:200]

    def whole_batch() -> None:
        for item in batch:
            small_portrait(item.portrait, rooms=(475, 690))
            key.sign(b"x" * 800, ec.ECDSA(hashes.SHA256()))
        read_back(render_cards(batch, artwork=artwork), expected=tuple(item.qr_text for item in batch))

    seconds = timed(whole_batch) / len(batch)
    print(
        f"  {'in a batch of 200, photos apart':38} {seconds * 1000:8.1f}   {1 / seconds:.1f} cards/s a core"
    )


def peak_of(count: int) -> int:
    """Give the peak memory in MB of a process that prints so many cards in batches."""
    done = subprocess.run(
        [sys.executable, __file__, "--only-print", str(count)], capture_output=True, check=True
    )
    return int(done.stdout)


def prepare() -> tuple[Artwork, bytes]:
    """Load the default artwork and make the sample portrait."""
    path = resources.path("templates/programs/riverbend/program.toml")
    artwork = load_artwork(path.with_name(FILE_NAME), program=load(path))
    return artwork, make_portrait(resources.path("templates/samples/portrait.jpg").read_bytes()).jpeg


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every comparison and print the figures."""
    parser = argparse.ArgumentParser(description="Measure printing against plain ways of doing the same.")
    parser.add_argument("--cards", type=int, default=1000)
    parser.add_argument("--memory", action="store_true", help="also peak memory of 1,000 and 10,000 cards")
    parser.add_argument("--only-print", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    artwork, portrait = prepare()
    if options.only_print:
        for pdf in render_batches(make_faces(options.only_print, portrait), artwork=artwork):
            hashlib.sha256(pdf).digest()
        # Not ru_maxrss: a child process begins with what its parent had before exec.
        status = Path("/proc/self/status").read_text("ascii")
        print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
        return
    faces = list(make_faces(options.cards, portrait))
    bench_pdf(faces, artwork)
    bench_qr([face.qr_text for face in faces[:300]])
    bench_whole_card(faces, artwork)
    if options.memory:
        few, many = peak_of(1_000), peak_of(10_000)
        print(f"\npeak memory: {few} MB for 1,000 cards, {many} MB for 10,000 ({many / few:.2f}x)")


if __name__ == "__main__":
    main()
