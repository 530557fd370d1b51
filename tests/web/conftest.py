"""Fixtures of the web's tests: an issuing city, its published folder, a runtime of public files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from flask.testing import FlaskClient

from idsvc.config import Settings, read_settings
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import Clock
from idsvc.web.app import Application, create_app
from tests.web.issuer import Issuer


@dataclass(frozen=True, slots=True)
class PublicRuntime:
    """A runtime that holds public files only, as a verifier process does."""

    settings: Settings
    roots: bytes
    clock: Clock
    checks: Mapping[str, bool]
    overdue: Mapping[str, int] | None

    def monitored(self) -> Mapping[str, int]:
        if self.overdue is None:
            raise Unavailable("The database cannot be reached.")
        return self.overdue

    def readiness(self) -> Mapping[str, bool]:
        return self.checks


def make_runtime(
    public: Path,
    *,
    checks: Mapping[str, bool] | None = None,
    overdue: Mapping[str, int] | None = MappingProxyType({}),
    **environ: str,
) -> PublicRuntime:
    settings = read_settings({"IDSVC_PUBLIC": str(public)} | environ)
    roots = settings.roots or public / "trust/roots.json"
    return PublicRuntime(
        settings=settings,
        roots=roots.read_bytes() if roots.exists() else b"",
        clock=lambda: datetime.now(UTC),
        checks=checks or {"lists": True},
        overdue=overdue,
    )


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def public(tmp_path: Path, issuer: Issuer) -> Path:
    return issuer.publish(tmp_path / "public")


@pytest.fixture
def app(public: Path) -> Application:
    return create_app(make_runtime(public))


@pytest.fixture
def client(app: Application) -> FlaskClient:
    return app.test_client()
