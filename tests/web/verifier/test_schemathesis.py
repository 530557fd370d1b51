"""An independent tester reads our OpenAPI document and finds no undescribed answer and no fault."""

import itertools
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idsvc.web.app import create_app
from tests.web.browsing import running
from tests.web.conftest import make_runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TESTER = Path(__file__).resolve().parents[3] / ".venv-interop/bin/schemathesis"


@pytest.mark.slow
@pytest.mark.needs("schemathesis")
def test_the_interface_answers_as_its_document_says(public: Path, tmp_path: Path) -> None:
    app = create_app(make_runtime(public))
    inner, numbers = app.wsgi_app, itertools.count()

    def from_many_addresses(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        number = next(numbers)
        environ["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return inner(environ, start)

    app.wsgi_app = from_many_addresses  # type: ignore[method-assign, assignment]
    with running(app) as site:
        run = subprocess.run(
            [
                TESTER,
                "run",
                f"{site.origin}/api/openapi.json",
                "--max-examples=400",
                "--seed=7",
                "--no-color",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert run.returncode == 0, run.stdout[-4000:]
    assert next(numbers) > 400
