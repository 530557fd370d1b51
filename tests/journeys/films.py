"""Films for the browser's fake camera: a card's back, held as people hold it; .mjpeg: frames in a row."""

from io import BytesIO
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

FRAME = (1280, 720)
CARD = (960, 605)
"""Pixels of a card that fills three quarters of the width."""
CODE = 535
FRAMES = 6


def draw_card(text: str) -> Image.Image:
    """Draw a card's back with the text in its code."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, box_size=8, border=4)
    code.add_data(text, optimize=0)
    picture = code.make_image().get_image().convert("RGB").resize((CODE, CODE), Image.Resampling.BOX)
    card = Image.new("RGB", CARD, "white")
    card.paste(picture, (30, (CARD[1] - CODE) // 2))
    draw = ImageDraw.Draw(card)
    for line in range(6):
        draw.rectangle((620, 90 + 70 * line, 900 - 30 * (line % 3), 106 + 70 * line), fill="#c9c4b6")
    return card


def film(
    path: Path, text: str, *, turned: float = 4, far: float = 1.0, light: float = 1.0, torn: float = 0.0
) -> Path:
    """Film a card: turned by degrees, far away, in light (1: a bright room), a share of its code torn off."""
    card = draw_card(text)
    if torn:
        width = int(CODE * torn)
        ImageDraw.Draw(card).rectangle(
            (30 + (CODE - width) // 2, 0, 30 + (CODE + width) // 2, CARD[1]), fill="#777"
        )
    card = card.resize((int(CARD[0] / far), int(CARD[1] / far)), Image.Resampling.LANCZOS)
    shots = []
    for number in range(FRAMES):
        desk = Image.new("RGB", FRAME, "#4b4038")
        held = card.convert("RGBA").rotate(turned + number / 2, Image.Resampling.BICUBIC, expand=True)
        place = ((FRAME[0] - held.width) // 2 + 3 * number, (FRAME[1] - held.height) // 2)
        desk.paste(held, place, held)
        shot = ImageEnhance.Brightness(desk.filter(ImageFilter.GaussianBlur(0.6))).enhance(light)
        buffer = BytesIO()
        shot.save(buffer, "JPEG", quality=88)
        shots.append(buffer.getvalue())
    path.write_bytes(b"".join(shots))
    return path
