from pathlib import Path

import pytest

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
