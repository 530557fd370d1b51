from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from idsvc import resources
from idsvc.cli import run

PROGRAM = resources.path("templates/programs/riverbend/program.toml")


LABELS = ('code_on = "slip"', 'code_on = "label"')


def _copy(folder: Path, *, program: tuple[str, str] = ("", ""), artwork: tuple[str, str] = ("", "")) -> Path:
    """Copy the shipped city into a folder, with one change in each file; give its program file."""
    for name, (old, new) in {"program.toml": program, "artwork.toml": artwork, "seal.svg": ("", "")}.items():
        text = PROGRAM.with_name(name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder / "program.toml"


def _carrier(program: Path, out: Path, *more: str) -> int:
    return run(["card", "carrier", "--program", str(program), "--out", str(out), *more])


def _preview(program: Path, out: Path, *more: str) -> int:
    return run(["card", "preview", "--program", str(program), "--out", str(out), "--dpi", "60", *more])


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
    program = _copy(tmp_path, program=LABELS)
    assert _carrier(program, out, "--sheets", "3", "--paper", "a4") == 0
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


def test_one_complaint_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = _copy(tmp_path, artwork=("size = 5.6", "size = 4"))
    assert _preview(program, tmp_path / "out") == 78
    assert "This design must not be printed: 1 complaint.\n" in capsys.readouterr().err


def test_no_carrier_is_drawn_for_a_program_without_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carrier.pdf"
    assert _carrier(PROGRAM, out) == 78
    assert 'program.toml prints no labels; sheets for them need code_on = "label"' in capsys.readouterr().err
    program = _copy(tmp_path, program=LABELS)
    text = program.read_text("utf-8").replace('slots = ["resident", "city"]', 'slots = ["city"]')
    program.write_text(text, "utf-8")
    assert _carrier(program, out) == 78
    assert "program.toml prints no labels" in capsys.readouterr().err
    assert not out.exists()


def test_no_carrier_is_drawn_beside_a_design_that_must_not_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carrier.pdf"
    program = _copy(tmp_path, program=LABELS, artwork=("label = [62, 29]", "label = [20, 15]"))
    assert _carrier(program, out) == 78
    told = capsys.readouterr().err
    assert "artwork.toml must not be printed: label: the renewal code falls under 13 pt on 20 x 15 mm" in told
    assert not out.exists()


@pytest.mark.parametrize("name", ["missing/carrier.pdf", "folder", "seal.svg/carrier.pdf"])
def test_a_carrier_that_cannot_be_written_is_told_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "folder").mkdir()
    assert _carrier(_copy(tmp_path, program=LABELS), tmp_path / name) == 69
    told = capsys.readouterr().err
    assert f"{tmp_path / name} cannot be used (" in told
    assert "fault" not in told


def test_a_full_disk_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _carrier(_copy(tmp_path, program=LABELS), Path("/dev/full")) == 69
    assert "/dev/full cannot be used (No space left on device)" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["seal.svg", "seal.svg/preview"])
def test_a_preview_that_cannot_be_written_is_told_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert _preview(_copy(tmp_path), tmp_path / name) == 69
    assert "seal.svg" in capsys.readouterr().err


def test_a_folder_that_is_named_like_a_seal_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = _copy(tmp_path, artwork=("size = 5.6", "size = 4"))
    (tmp_path / "old.svg").mkdir()
    assert _preview(program, tmp_path / "out") == 78
    assert "1 complaint" in capsys.readouterr().err
