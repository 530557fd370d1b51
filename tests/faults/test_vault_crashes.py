"""Killed before any writing system call, or refused by the disk there: the old or the new state, no third."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.credential.keys import KeyState, Purpose
from idsvc.domain.errors import Conflict, Destroyed, NotFound
from idsvc.domain.ids import BlobId, EpochName, ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore
from idsvc.signing.keystore import KeyStore
from idsvc.vault.blobs import open_blobs
from idsvc.vault.items import SealedItem, Vault
from idsvc.vault.kinds import CITY_SLOT

pytestmark = [pytest.mark.slow, pytest.mark.needs("strace"), pytest.mark.timeout(600)]

TODAY = date(2026, 11, 22)
DAY = TODAY + timedelta(days=1)
EPOCH = EpochName(DAY.isoformat())
ZONE = ZoneInfo("America/Chicago")
WRITING = (
    "write,pwrite64,fsync,fdatasync,link,linkat,rename,renameat,unlink,unlinkat,truncate,ftruncate,"
    "mkdir,mkdirat,chmod,fchmod,utimensat,futimesat"
)
FAILING = {
    "write": "ENOSPC",
    "pwrite64": "ENOSPC",
    "link": "ENOSPC",
    "mkdir": "ENOSPC",
    "rename": "EIO",
    "fsync": "EIO",
    "fdatasync": "EIO",
}
BLOB = BlobId("ab" * 16)
KEPT_BLOB = BlobId("ef" * 16)
FRESH_ITEM = ItemId("cd" * 16)
CONTENT = bytes(range(256)) * 64

PROGRAM = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import EpochName, ItemId, KeyId
from idsvc.signing import stores
from idsvc.credential.keys import Purpose
from idsvc.vault.blobs import open_blobs

act, place, argument, epoch = sys.argv[1], Path(sys.argv[2]), sys.argv[3], EpochName(sys.argv[4])
now = datetime(2026, 11, 25 if act == "destroy_epoch" else 22, 18, tzinfo=UTC)
today = date(2026, 11, 22)

def store():
    return stores.open_epochs(f"file:{place}/epochs", None, zone=ZoneInfo("America/Chicago"),
                              clock=lambda: now, random=os.urandom, opens=True)

def keys():
    return stores.open_keys(f"file:{place}/keys", place / "secret", random=os.urandom)

acts = {
    "create": lambda: store().create_if_absent(date.fromisoformat(argument)),
    "deposit": lambda: store().deposit(epoch, ItemId(argument), info=b""),
    "destroy_item": lambda: store().destroy_item(epoch, ItemId(argument)),
    "destroy_epoch": lambda: store().destroy_epoch(epoch),
    "write_blob": lambda: open_blobs(f"file:{place}/blobs").write(argument, bytes(range(256)) * 64),
    "settle_blob": lambda: open_blobs(f"file:{place}/blobs").settle(argument, random=os.urandom),
    "delete_blob": lambda: open_blobs(f"file:{place}/blobs").delete(argument),
    "rotate": lambda: keys().rotate(Purpose.CARD, today=today),
    "retire": lambda: keys().retire(KeyId(argument), today=today),
    "withdraw": lambda: keys().withdraw(KeyId(argument), today=today),
}
try:
    acts[act]()
except Unavailable:
    os._exit(3)
os._exit(0)
"""


def epoch_store(place: Path, *, now: datetime = datetime(2026, 11, 22, 18, tzinfo=UTC)) -> EpochStore:
    return stores.open_epochs(
        f"file:{place}/epochs", None, zone=ZONE, clock=lambda: now, random=os.urandom, opens=True
    )


def key_store(place: Path) -> KeyStore:
    return stores.open_keys(f"file:{place}/keys", place / "secret", random=os.urandom)


class Before:
    """A state with an epoch of five items, two card keys and a fresh blob."""

    def __init__(self, place: Path) -> None:
        self.place = place
        epochs.prepare(place / "epochs")
        for name in ("keys", "blobs"):
            (place / name).mkdir(mode=0o700)
        (place / "secret").write_text("a passphrase for a fresh test key")
        (place / "secret").chmod(0o600)
        store = epoch_store(place)
        store.create_if_absent(DAY)
        self.items = [
            Vault(store, random=os.urandom).seal(CITY_SLOT, EPOCH, "owner", bytes([number]))
            for number in range(5)
        ]
        open_blobs(f"file:{place}/blobs").write(KEPT_BLOB, CONTENT)
        keys = key_store(place)
        self.old = keys.new(Purpose.CARD, today=TODAY)
        self.new = keys.rotate(Purpose.CARD, today=TODAY)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Before:
    return Before(tmp_path_factory.mktemp("before"))


def opens(place: Path, item: SealedItem) -> bool:
    try:
        found = Vault(epoch_store(place), random=os.urandom).open(CITY_SLOT, item, "owner")
    except Destroyed:
        return False
    return len(found) == 1


def check_create(place: Path, before: Before) -> bool:
    day = TODAY + timedelta(days=5)
    there = (place / "epochs" / "public" / day.isoformat()).exists()
    store = epoch_store(place)
    vault = Vault(store, random=os.urandom)
    item = vault.seal(CITY_SLOT, store.create_if_absent(day), "owner", b"x")
    assert vault.open(CITY_SLOT, item, "owner") == b"x"
    assert all(opens(place, known) for known in before.items)
    return there


def check_deposit(place: Path, before: Before) -> bool:
    assert all(opens(place, known) for known in before.items)
    vault = Vault(epoch_store(place), random=os.urandom)
    item = vault.seal(CITY_SLOT, EPOCH, "owner", b"x")
    assert vault.open(CITY_SLOT, item, "owner") == b"x"
    return epoch_store(place).destroy_item(EPOCH, FRESH_ITEM)


def check_destroy_item(place: Path, before: Before) -> bool:
    gone = not opens(place, before.items[2])
    assert all(opens(place, item) for item in before.items if item is not before.items[2])
    epoch_store(place).destroy_item(EPOCH, before.items[2].id)
    assert not opens(place, before.items[2])
    return gone


def check_destroy_epoch(place: Path, before: Before) -> bool:
    (place / "epochs" / "private" / ".day").write_text(TODAY.isoformat())  # only the keys' death counts here
    opened = {opens(place, item) for item in before.items}
    assert len(opened) == 1  # all or none
    later = epoch_store(place, now=datetime(2026, 11, 25, 18, tzinfo=UTC))
    overdue = [status.epoch for status in later.status() if status.overdue]
    for epoch in overdue:
        assert later.destroy_epoch(epoch)
    private = (before.place / "epochs" / "private" / EPOCH).read_bytes()
    left = [path for path in (place / "epochs").rglob("*") if path.is_file()]
    assert not any(private in path.read_bytes() for path in left)
    assert [path.name for path in left if path.parent.name == "secrets"] == []
    (place / "epochs" / "private" / ".day").write_text(TODAY.isoformat())
    assert not any(opens(place, item) for item in before.items)
    assert [(status.destroyed, status.overdue) for status in later.status()] == [(True, False)]
    with pytest.raises(Destroyed):
        epoch_store(place).create_if_absent(DAY)
    return not overdue


def blobs_left(place: Path) -> list[str]:
    """List every file in the blob directory once what a crash left unfinished is swept."""
    open_blobs(f"file:{place}/blobs").sweep(changed_before=datetime.now(UTC) + timedelta(hours=1))
    files = (path for path in (place / "blobs").rglob("*") if path.is_file() and path.name != ".lock")
    return sorted(str(path.relative_to(place / "blobs")) for path in files)


def check_write_blob(place: Path, _before: Before) -> bool:
    blobs = open_blobs(f"file:{place}/blobs")
    left = blobs_left(place)
    try:
        assert blobs.read(BLOB) == CONTENT
    except NotFound:
        assert left == [f"fresh/{KEPT_BLOB}"]
        return False
    assert left == [f"fresh/{BLOB}", f"fresh/{KEPT_BLOB}"]
    return True


def check_settle_blob(place: Path, _before: Before) -> bool:
    blobs = open_blobs(f"file:{place}/blobs")
    fresh, settled = f"fresh/{KEPT_BLOB}", f"settled/{KEPT_BLOB[:2]}/{KEPT_BLOB}"
    assert blobs.read(KEPT_BLOB) == CONTENT
    left = blobs_left(place)
    assert left in ([fresh], [settled], [fresh, settled])
    assert blobs.settle(KEPT_BLOB, random=os.urandom) == (fresh in left)
    assert blobs_left(place) == [settled]
    assert blobs.read(KEPT_BLOB) == CONTENT
    assert blobs.delete(KEPT_BLOB)
    assert blobs_left(place) == []
    return fresh not in left


def check_delete_blob(place: Path, _before: Before) -> bool:
    left = blobs_left(place)
    assert open_blobs(f"file:{place}/blobs").delete(KEPT_BLOB) == bool(left)
    assert blobs_left(place) == []
    return not left


def check_rotate(place: Path, before: Before) -> bool:
    keys = key_store(place)
    listed = keys.status()
    assert listed[:2] == (before.old, before.new)
    signer = keys.signer(Purpose.CARD, today=TODAY)
    assert listed[-1].public_key.signed(signer.sign(b"x"), b"x")
    with pytest.raises(Conflict):
        keys.new(Purpose.CARD, today=TODAY)
    keys.rotate(Purpose.CARD, today=TODAY)
    assert not [path for path in (place / "keys").iterdir() if path.name.endswith(".new")]
    return len(listed) == 3


def check_retire(place: Path, before: Before) -> bool:
    return _check_end(
        place, before, KeyState.RETIRED, lambda keys: keys.retire(before.old.key_id, today=TODAY)
    )


def check_withdraw(place: Path, before: Before) -> bool:
    return _check_end(
        place, before, KeyState.WITHDRAWN, lambda keys: keys.withdraw(before.old.key_id, today=TODAY)
    )


def _check_end(place: Path, before: Before, state: KeyState, again: Callable[[KeyStore], object]) -> bool:
    keys = key_store(place)
    found = keys.status()[0].state
    assert found in (KeyState.ACTIVE, state)
    assert keys.signer(Purpose.CARD, today=TODAY).key_id == before.new.key_id
    if found is KeyState.ACTIVE:
        again(keys)
    keys.rotate(Purpose.CARD, today=TODAY)  # any later change finishes what was cut off
    assert not (place / "keys" / f"{before.old.key_id}.pem").exists()
    return found is state


Check = Callable[[Path, Before], bool]
ACTS: dict[str, Check] = {
    "create": check_create,
    "deposit": check_deposit,
    "destroy_item": check_destroy_item,
    "destroy_epoch": check_destroy_epoch,
    "write_blob": check_write_blob,
    "settle_blob": check_settle_blob,
    "delete_blob": check_delete_blob,
    "rotate": check_rotate,
    "retire": check_retire,
    "withdraw": check_withdraw,
}


def argument(act: str, before: Before) -> str:
    match act:
        case "create":
            return (TODAY + timedelta(days=5)).isoformat()
        case "deposit":
            return FRESH_ITEM
        case "destroy_item":
            return before.items[2].id
        case "write_blob":
            return BLOB
        case "settle_blob" | "delete_blob":
            return KEPT_BLOB
        case "retire" | "withdraw":
            return before.old.key_id
    return ""


def run(before: Before, place: Path, act: str, *strace: str) -> int:
    """Copy the state before, do one act in a process of its own under strace, and give its exit status."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(before.place, place)
    traced = f"trace={WRITING}"
    command = [
        "strace",
        "-f",
        "-qq",
        "-o",
        str(place.with_name("log")),
        "-e",
        traced,
        *strace,
        sys.executable,
    ]
    arguments = ["-B", "-c", PROGRAM, act, str(place), argument(act, before), EPOCH]
    return subprocess.run([*command, *arguments], check=False, capture_output=True, timeout=60).returncode


def points(log: Path) -> Iterator[tuple[str, int]]:
    """Give every writing system call of a run: its name, and the how-manieth of that name it is."""
    seen: Counter[str] = Counter()
    for name in re.findall(r"^(?:\d+ +)?(\w+)\(", log.read_text(), re.MULTILINE):
        seen[name] += 1
        yield name, seen[name]


@pytest.mark.parametrize("act", ACTS)
def test_a_kill_at_any_point_leaves_the_old_or_the_new_state(
    before: Before, tmp_path: Path, act: str
) -> None:
    place, check = tmp_path / "place", ACTS[act]
    assert run(before, place, act) == 0
    found = list(points(tmp_path / "log"))
    assert check(place, before), "without a kill the new state must stand"
    assert len(found) >= 2
    states = set()
    for name, number in found:
        status = run(before, place, act, "-e", f"inject={name}:signal=SIGKILL:when={number}")
        assert status == -9, f"{name} {number} was not reached"
        states.add(check(place, before))
    assert False in states


@pytest.mark.parametrize("act", ACTS)
def test_a_failing_disk_at_any_point_is_unavailable_and_leaves_a_sound_state(
    before: Before, tmp_path: Path, act: str
) -> None:
    place, check = tmp_path / "place", ACTS[act]
    assert run(before, place, act) == 0
    for name, number in list(points(tmp_path / "log")):
        if name in FAILING:
            status = run(before, place, act, "-e", f"inject={name}:error={FAILING[name]}:when={number}")
            assert status == 3, f"{name} {number}"
            check(place, before)


@pytest.mark.parametrize("act", ["destroy_epoch", "destroy_item", "delete_blob"])
def test_destroying_needs_no_free_space(before: Before, tmp_path: Path, act: str) -> None:
    place = tmp_path / "place"
    full = "inject=write,link,linkat,mkdir,mkdirat,symlink:error=ENOSPC"
    assert run(before, place, act, "-e", full) == 0
    assert ACTS[act](place, before)
