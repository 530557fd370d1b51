"""Fresh key and epoch stores in a directory of the test's own, with a clock that the test sets."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore
from idsvc.signing.keystore import KeyStore

ZONE = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 22)


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
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("a passphrase for a fresh test key\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def key_directory(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def open_keys(key_directory: Path, secret_file: Path) -> Callable[[], KeyStore]:
    return lambda: stores.open_keys(f"file:{key_directory}", secret_file, random=os.urandom)


@pytest.fixture
def epoch_directory(tmp_path: Path) -> Path:
    path = tmp_path / "epochs"
    epochs.prepare(path)
    return path


@pytest.fixture
def open_epochs(epoch_directory: Path, clock: SetClock) -> Callable[..., EpochStore]:
    def opened(*, opens: bool = True) -> EpochStore:
        return stores.open_epochs(
            f"file:{epoch_directory}", None, zone=ZONE, clock=clock, random=os.urandom, opens=opens
        )

    return opened
