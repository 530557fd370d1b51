"""A vault over fresh epochs, with a clock that the test sets."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore
from idsvc.vault.items import Vault


@dataclass
class SetClock:
    """A clock that shows what it was set to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def noon_of(self, day: date) -> None:
        self.now = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 22, 18, tzinfo=UTC))


@pytest.fixture
def epoch_directory(tmp_path: Path) -> Path:
    path = tmp_path / "epochs"
    epochs.prepare(path)
    return path


@pytest.fixture
def epoch_store(epoch_directory: Path, clock: SetClock) -> EpochStore:
    zone = ZoneInfo("America/Chicago")
    return stores.open_epochs(
        f"file:{epoch_directory}", None, zone=zone, clock=clock, random=os.urandom, opens=True
    )


@pytest.fixture
def vault(epoch_store: EpochStore) -> Vault:
    return Vault(epoch_store, random=os.urandom)
