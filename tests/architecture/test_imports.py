"""The import contracts hold, and each of them notices the violation that it is there for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VIOLATIONS = [
    ("domain/lifecycle.py", "import idsvc.program", "Imports go downward only"),
    ("storage/database.py", "import idsvc.vault", "Imports go downward only"),
    ("vault/__init__.py", "import idsvc.storage", "Imports go downward only"),
    ("services/enrollment.py", "import idsvc.bootstrap", "Imports go downward only"),
    ("helpers.py", "", "Imports go downward only"),
    ("services/enrollment.py", "import flask", "Only web knows Flask"),
    ("web/app.py", "import sqlalchemy", "Only storage knows SQLAlchemy"),
    ("services/enrollment.py", "import sqlalchemy.orm", "Only storage knows SQLAlchemy"),
    ("domain/names.py", "import os", "The domain is plain Python"),
    ("domain/names.py", "import random", "The domain is plain Python"),
    ("domain/names.py", "import cbor2", "The domain is plain Python"),
    ("domain/names.py", "import time", "The domain is plain Python"),
    ("credential/__init__.py", "import flask", "An agency can install credential alone"),
    ("credential/__init__.py", "import PIL.Image", "An agency can install credential alone"),
    ("domain/ids.py", "import idsvc.signing", "An agency can install credential alone"),
    ("web/verifier/__init__.py", "import idsvc.storage", "The verifier surface reaches no storage"),
    ("web/verifier/__init__.py", "import idsvc.bootstrap", "The verifier surface reaches no storage"),
    ("credential/__init__.py", "import idsvc.vault", "The verifier surface reaches no storage"),
    ("web/portal/__init__.py", "import idsvc.web.verifier", "Surfaces never import each other"),
    ("web/office/__init__.py", "import idsvc.web.counter", "Surfaces never import each other"),
    ("services/issuance.py", "import reportlab", "Only printing draws PDFs and QR codes"),
    ("web/app.py", "import qrcode", "Only printing draws PDFs and QR codes"),
    ("services/issuance.py", "import cryptography", "Only credential, vault, signing and audit"),
    ("storage/database.py", "import cryptography.fernet", "Only credential, vault, signing and audit"),
    (
        "printing/pdf/pdffile.py",
        "import idsvc.printing.cards.card",
        "The rooms of printing build on each other",
    ),
    ("printing/shelf.py", "", "The rooms of printing build on each other"),
    ("printing/cards/card.py", "import sqlalchemy", "Printing knows neither the database nor the web"),
    ("imaging/__init__.py", "import idsvc.signing", "Printing knows neither the database nor the web"),
]

LINT = (
    "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()"
)


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            LINT,
            "--config",
            str(ROOT / ".importlinter"),
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},  # one contract a line
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_every_contract_is_kept() -> None:
    outcome = _lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout
    assert "0 broken" in outcome.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("module", "line", "contract"), VIOLATIONS)
def test_a_violation_is_caught(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(
        ROOT / "idsvc",
        tmp_path / "idsvc",
        ignore=lambda folder, names: (
            [name for name in names if not (Path(folder) / name).is_dir() and not name.endswith(".py")]
            + [name for name in names if name in ("__pycache__", "static")]
        ),
    )
    target = tmp_path / "idsvc" / module
    text = target.read_text(encoding="utf-8") if target.exists() else '"""Planted."""\n'
    target.write_text(text + f"\n{line}\n", encoding="utf-8")
    outcome = _lint(tmp_path)
    assert outcome.returncode == 1, outcome.stdout
    broken = [row for row in outcome.stdout.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), outcome.stdout
