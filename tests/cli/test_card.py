from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from idsvc import resources
from idsvc.cli import run

PROGRAM = resources.path("templates/programs/riverbend/program.toml")


@pytest.mark.slow
def test_a_preview_is_drawn_for_the_shipped_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "preview"
    assert run(["card", "preview", "--program", str(PROGRAM), "--out", str(out), "--dpi", "60"]) == 0
    assert (out / "arabic-front.png").exists()
    assert "files written" in capsys.readouterr().out


def test_a_design_that_must_not_be_printed_is_refused_with_its_elements(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("program.toml", "seal.svg"):
        (tmp_path / name).write_bytes(PROGRAM.with_name(name).read_bytes())
    design = PROGRAM.with_name("artwork.toml").read_text("utf-8").replace("size = 5.6", "size = 4")
    (tmp_path / "artwork.toml").write_text(design, "utf-8")
    out = tmp_path / "preview"
    assert run(["card", "preview", "--program", str(tmp_path / "program.toml"), "--out", str(out)]) == 78
    assert "front: card name has type under 4.8 pt" in capsys.readouterr().err
    assert not out.exists()


def test_a_missing_artwork_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "program.toml").write_bytes(PROGRAM.read_bytes())
    assert run(["card", "preview", "--program", str(tmp_path / "program.toml"), "--out", str(tmp_path)]) == 78
    assert "artwork.toml" in capsys.readouterr().err


def test_carriers_are_drawn_for_the_label_printer_in_advance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carrier.pdf"
    command = [
        "card",
        "carrier",
        "--program",
        str(PROGRAM),
        "--out",
        str(out),
        "--sheets",
        "3",
        "--paper",
        "A4",
    ]
    assert run(command) == 0
    assert "3 sheets written" in capsys.readouterr().out
    pages = pypdfium2.PdfDocument(out)
    assert [page.get_size() for page in pages] == [pytest.approx((595.28, 841.89), abs=0.01)] * 3


def test_a_seal_that_is_too_coarse_is_refused_with_its_element(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "program.toml").write_bytes(PROGRAM.read_bytes())
    Image.new("RGB", (100, 100), "navy").save(tmp_path / "seal.png")
    design = PROGRAM.with_name("artwork.toml").read_text("utf-8")
    (tmp_path / "artwork.toml").write_text(design.replace('seal = "seal.svg"', 'seal = "seal.png"'), "utf-8")
    out = tmp_path / "preview"
    assert run(["card", "preview", "--program", str(tmp_path / "program.toml"), "--out", str(out)]) == 78
    told = capsys.readouterr().err
    assert "front: seal is 11 mm wide and needs a picture of 130 pixels a side" in told
    assert not out.exists()
