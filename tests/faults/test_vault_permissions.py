"""What another user of the machine, or a process that may only deposit, cannot do; root is dropped for it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from idsvc.signing import epochs

NOBODY = 65534
DAY = "2026-11-23"
PROGRAM = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from idsvc.domain.errors import BadSetting, Unavailable
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import stores

act, place, user = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    assert os.geteuid() == user

def opened(*, opens):
    return stores.open_epochs(f"file:{place}/epochs", None, zone=ZoneInfo("America/Chicago"),
                              clock=lambda: datetime(2026, 11, 22, 18, tzinfo=UTC), random=os.urandom,
                              opens=opens)

try:
    match act:
        case "create":
            opened(opens=True).create_if_absent(date(2026, 11, 23))
        case "deposit":
            opened(opens=False).deposit(EpochName("2026-11-23"), ItemId("ab" * 16), info=b"")
        case "open":
            opened(opens=True)
        case "read":
            (place / "epochs" / "private" / "2026-11-23").read_bytes()
        case "keys":
            stores.open_keys(f"file:{place}/keys", place / "secret", random=os.urandom)
        case "replace":
            (place / "epochs" / "public" / "2026-11-23").write_bytes(b"another key")
except (BadSetting, Unavailable, PermissionError) as refused:
    sys.exit(f"{type(refused).__name__}: {refused}")
"""


pytestmark = pytest.mark.slow


@pytest.fixture
def place() -> Iterator[Path]:
    """Lay out a store whose private halves and keys belong to someone else than the depositing process.

    Not below pytest's own directory, which is closed to other users.
    """
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        place.chmod(0o711)
        epochs.prepare(place / "epochs")
        assert act(place, "create", user=os.geteuid()) == ""
        (place / "keys").mkdir(mode=0o700)
        (place / "secret").write_text("a passphrase for a fresh test key")
        (place / "secret").chmod(0o600)
        (place / "epochs").chmod(0o711)
        public, secrets = place / "epochs" / "public", place / "epochs" / "secrets"
        (public / DAY).chmod(0o444)
        public.chmod(0o555)
        foreign = (place / "epochs" / "private", place / "keys")
        if os.geteuid() == 0:
            for path in (secrets, secrets / DAY):
                os.chown(path, 0, NOBODY)
            secrets.chmod(0o2770)
            (secrets / DAY).chmod(0o660)
        else:  # one user for all then: what is another's is shut by its mode
            for path in foreign:
                path.chmod(0o000)
        yield place
        for path in (public, *foreign):
            path.chmod(0o700)


def act(place: Path, name: str, *, user: int = NOBODY) -> str:
    """Do one act as another user and give the sentence of its refusal."""
    command = [sys.executable, "-c", PROGRAM, name, str(place), str(user)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_a_process_of_another_user_deposits_but_reads_no_key(place: Path) -> None:
    assert act(place, "deposit") == ""
    assert act(place, "read").startswith("PermissionError")
    assert act(place, "replace").startswith("PermissionError")
    assert "run this as its owner" in act(place, "open")
    assert act(place, "keys").startswith("BadSetting: The key directory")
