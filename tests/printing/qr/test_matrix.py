import random

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import QRCode, constants

from idsvc.printing.qr.matrix import MOST_VERSION, QrMatrix, QrTooDense, dots_per_module, draw_qr, draw_qrs

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def _drawn_by_the_package(text: str, ecc: str) -> tuple[int, tuple[int, ...]]:
    level = constants.ERROR_CORRECT_M if ecc == "M" else constants.ERROR_CORRECT_L
    code = QRCode(error_correction=level)
    code.add_data(text)
    code.make(fit=True)
    rows = tuple(int("".join("1" if module else "0" for module in row), 2) for row in code.modules)
    return code.version, rows


def _read(matrix: QrMatrix) -> str:
    modules = [
        [row >> (matrix.modules - 1 - place) & 1 for place in range(matrix.modules)] for row in matrix.rows
    ]
    picture = np.pad(np.where(np.array(modules), 0, 255).astype(np.uint8), 4, constant_values=255)
    (found,) = zxingcpp.read_barcodes(picture.repeat(4, axis=0).repeat(4, axis=1))
    return found.text


def _base45(length: int, seed: int = 1) -> str:
    choice = random.Random(seed).choice  # noqa: S311 - test data
    return "".join(choice(BASE45) for _ in range(length))


@pytest.mark.parametrize("length", [1, 17, 60, 333, 700, 1082, 1134, 1135, 1460])
def test_every_module_is_where_the_qrcode_package_puts_it(length: int) -> None:
    text = _base45(length)
    drawn = draw_qr(text)
    assert (drawn.version, drawn.rows) == _drawn_by_the_package(text, drawn.ecc)


@settings(max_examples=25)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=120))
def test_any_text_is_drawn_as_the_package_draws_it(text: str) -> None:
    drawn = draw_qr(text)
    assert (drawn.version, drawn.rows) == _drawn_by_the_package(text, drawn.ecc)


def test_codes_drawn_together_are_those_drawn_alone() -> None:
    lengths = [1082, 20, 1134, 1082, 1135, 333, 1081, 21]
    texts = [_base45(length, seed) for seed, length in enumerate(lengths)] + ["Zürich", "7" * 40, ""]
    assert draw_qrs(texts) == [draw_qr(text) for text in texts]
    assert draw_qrs([]) == []


@pytest.mark.parametrize(
    "text", ["7" * 20, "7" * 21, "A" * 21 + "7" * 20, "A" * 9 + "7" * 19, "a" + "B" * 30, ""]
)
def test_runs_of_figures_and_letters_are_segments_as_in_the_package(text: str) -> None:
    drawn = draw_qr(text)
    assert (drawn.version, drawn.rows) == _drawn_by_the_package(text, drawn.ecc)


@pytest.mark.parametrize("length", [20, 500, 1134, 1460])
def test_another_library_reads_what_was_drawn(length: int) -> None:
    text = _base45(length)
    assert _read(draw_qr(text)) == text


def test_correction_m_is_kept_until_version_22_is_full_and_then_l() -> None:
    assert (draw_qr(_base45(1134)).version, draw_qr(_base45(1134)).ecc) == (MOST_VERSION, "M")
    assert draw_qr(_base45(1135)).ecc == "L"
    assert (draw_qr(_base45(1460)).version, draw_qr(_base45(1460)).ecc) == (MOST_VERSION, "L")


def test_a_longer_text_is_refused_rather_than_drawn_denser() -> None:
    with pytest.raises(QrTooDense, match="smaller portrait"):
        draw_qr(_base45(1461))


@pytest.mark.parametrize("length", [20, 500, 1134, 1460])
def test_modules_are_whole_dots_and_never_under_five(length: int) -> None:
    drawn = draw_qr(_base45(length))
    assert dots_per_module(drawn.modules, 300) >= 5
    assert drawn.module_mm == pytest.approx(dots_per_module(drawn.modules, 300) * 25.4 / 300)
    assert drawn.module_mm * (drawn.modules + 8) <= 48.0
