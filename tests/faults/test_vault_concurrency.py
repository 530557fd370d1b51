"""Several processes on one epoch store: one key for a day, no secret lost, none outlives its purge."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore

pytestmark = pytest.mark.slow

EPOCH = EpochName("2026-11-23")
PROCESSES, ITEMS = 4, 250
PROGRAM = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import stores
from idsvc.signing.notedday import ClockDisagreement

store = stores.open_epochs(f"file:{sys.argv[1]}", None, zone=ZoneInfo("America/Chicago"),
                           clock=lambda: datetime(2026, 11, 22, 18, tzinfo=UTC), random=os.urandom,
                           opens=True)
sys.stdin.readline()  # all begin together
epoch = store.create_if_absent(date(2026, 11, 23))
for number in range(int(sys.argv[2])):
    item = ItemId(os.urandom(16).hex())
    try:
        key = store.deposit(epoch, item, info=b"")
    except (Destroyed, ClockDisagreement):  # the purge's clock is ahead of this one
        print("destroyed", flush=True)
        break
    print(item, key.key.hex(), key.header.hex(), flush=True)
    if number % 10 == 9:
        if not store.destroy_item(epoch, item):
            print("destroyed", flush=True)
            break
        print("gone", item, flush=True)
"""


def start(directory: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(directory), str(ITEMS)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> list[list[str]]:
    output, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    return [line.split() for line in output.splitlines()]


def store_at(directory: Path, day: int) -> EpochStore:
    now = datetime(2026, 11, day, 18, tzinfo=UTC)
    zone = ZoneInfo("America/Chicago")
    return stores.open_epochs(
        f"file:{directory}", None, zone=zone, clock=lambda: now, random=os.urandom, opens=True
    )


def begin(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def test_processes_that_begin_a_day_together_share_one_key_and_lose_no_secret(tmp_path: Path) -> None:
    epochs.prepare(tmp_path / "epochs")
    processes = [start(tmp_path / "epochs") for _ in range(PROCESSES)]
    begin(processes)
    lines = [line for process in processes for line in finish(process)]
    gone = {line[1] for line in lines if line[0] == "gone"}
    deposits = [line for line in lines if len(line) == 3]
    assert (len(deposits), len(gone)) == (PROCESSES * ITEMS, PROCESSES * ITEMS // 10)
    store = store_at(tmp_path / "epochs", 22)
    for item, key, header in deposits:
        if item in gone:
            with pytest.raises(Destroyed):
                store.open(EPOCH, ItemId(item), bytes.fromhex(header), info=b"")
        else:
            assert store.open(EPOCH, ItemId(item), bytes.fromhex(header), info=b"").hex() == key


def test_a_purge_beneath_depositing_processes_leaves_nothing(tmp_path: Path) -> None:
    epochs.prepare(tmp_path / "epochs")
    store_at(tmp_path / "epochs", 22).create_if_absent(datetime(2026, 11, 23, tzinfo=UTC).date())
    processes = [start(tmp_path / "epochs") for _ in range(2)]
    begin(processes)
    outputs = [process.stdout for process in processes]
    assert all(output is not None and output.readline() for output in outputs)  # both are depositing
    assert store_at(tmp_path / "epochs", 24).destroy_epoch(EPOCH)
    assert [finish(process)[-1] for process in processes] == [["destroyed"], ["destroyed"]]
    left = [path.name for path in (tmp_path / "epochs").rglob("*") if path.is_file() and path.name[0] != "."]
    assert left == ["2026-11-23.gone"]
