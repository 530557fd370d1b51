"""The wheel holds what the product needs: templates, migrations and commands work without the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

WHERE = "from idsvc import resources; print(resources.path('templates/programs/riverbend/program.toml'))"


@pytest.mark.slow
def test_the_wheel_runs_without_the_checkout(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True, cwd=tmp_path,
    )  # fmt: skip
    installed = tmp_path / "installed"
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(installed)
    assert not [name for name in names if name.startswith(("tests/", "scripts/")) or "__pycache__" in name]

    def run(*arguments: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(installed)}
        return subprocess.run(
            [sys.executable, "-P", *arguments],
            check=True, cwd=tmp_path, env=environment, capture_output=True, text=True,
        ).stdout  # fmt: skip

    program = run("-c", WHERE).strip()
    assert program.startswith(str(installed / "idsvc" / "_files"))
    assert "can run" in run("-m", "idsvc", "program", "check", program)
    (tmp_path / "var").mkdir()
    assert "schema" in run("-m", "idsvc", "db", "upgrade")
