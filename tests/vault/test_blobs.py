"""Blobs: whole or not there, nameless, of one date, and clear about what is missing."""

import itertools
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idsvc.domain.errors import BadSetting, NotFound, Refusal
from idsvc.domain.ids import BlobId, fresh_id
from idsvc.vault.blobs import BlobStore, open_blobs

SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def blob_directory(tmp_path: Path) -> Path:
    path = tmp_path / "blobs"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def blobs(blob_directory: Path) -> BlobStore:
    return open_blobs(f"file:{blob_directory}")


def put(blobs: BlobStore, content: bytes) -> BlobId:
    blob = BlobId(fresh_id(os.urandom))
    blobs.write(blob, content)
    return blob


def test_what_is_written_is_read_listed_and_deleted(blobs: BlobStore) -> None:
    one, two = put(blobs, b"one"), put(blobs, b"two")
    assert blobs.read(one) == b"one"
    assert set(blobs.each(changed_before=SOON)) == {one, two}
    assert not set(blobs.each(changed_before=SOON - timedelta(days=1)))
    assert blobs.delete(one)
    assert not blobs.delete(one)
    with pytest.raises(NotFound):
        blobs.read(one)
    assert set(blobs.each(changed_before=SOON)) == {two}


def test_a_listing_tells_neither_order_nor_hour(blobs: BlobStore, blob_directory: Path) -> None:
    written = [put(blobs, os.urandom(100)) for _ in range(20)]
    for blob in written[::2]:
        blobs.settle(blob, random=os.urandom)
    files = [path for path in blob_directory.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {*written, ".lock"}
    assert all(re.fullmatch("[0-9a-f]{32}", blob) for blob in written)
    states = {(path.stat().st_mode, path.stat().st_mtime_ns, path.stat().st_atime_ns) for path in files}
    assert len(states) == 1
    assert oct(files[0].stat().st_mode & 0o777) == "0o600"


def _concordance(first: list[str], second: list[str]) -> float:
    """Give the share of pairs that stand the same way round in two orders: 1 the same, 0.5 chance."""
    rank = {name: number for number, name in enumerate(second)}
    pairs = list(itertools.combinations(first, 2))
    return sum(rank[a] < rank[b] for a, b in pairs) / len(pairs)


def _orders(blob_directory: Path) -> dict[str, list[str]]:
    """Give the blobs in every order that a live file system knows of them."""
    files = [path for path in _walk(blob_directory) if path.name != ".lock"]
    return {
        "change time": [path.name for path in sorted(files, key=lambda path: path.stat().st_ctime_ns)],
        "inode number": [path.name for path in sorted(files, key=lambda path: path.stat().st_ino)],
        "place among the names": [path.name for path in files],
    }


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files beneath a folder as the file system lists them."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _walk(Path(entry.path))
        else:
            yield Path(entry.path)


@pytest.mark.slow
def test_settled_blobs_lie_in_no_order_of_their_writing(blobs: BlobStore, blob_directory: Path) -> None:
    """Of 200 blobs the share strays from a half by 0.024; 0.12 is five times as far."""
    written: list[str] = []
    for number in range(200):
        written.append(put(blobs, number.to_bytes(2, "big")))
        time.sleep(0.005)  # the kernel's clock for change times ticks every 4 to 10 ms
    assert _concordance(written, _orders(blob_directory)["change time"]) > 0.99, "the control"
    unsettled = blobs.unsettled(changed_before=SOON, random=os.urandom)
    assert sorted(unsettled) == sorted(written)
    assert all(blobs.settle(blob, random=os.urandom) for blob in unsettled)
    for name, order in _orders(blob_directory).items():
        assert sorted(order) == sorted(written)
        assert abs(_concordance(written, order) - 0.5) < 0.12, name
    assert [blobs.read(BlobId(blob)) for blob in written] == [n.to_bytes(2, "big") for n in range(200)]


def test_a_blob_is_settled_once_and_only_after_its_day(blobs: BlobStore, blob_directory: Path) -> None:
    blob = put(blobs, b"sealed")
    first = (blob_directory / "fresh" / blob).stat()
    assert blobs.unsettled(changed_before=SOON - timedelta(days=1), random=os.urandom) == []
    assert blobs.unsettled(changed_before=SOON, random=os.urandom) == [blob]
    assert blobs.settle(blob, random=os.urandom)
    then = (blob_directory / "settled" / blob[:2] / blob).stat()
    assert (then.st_mode, then.st_mtime_ns) == (first.st_mode, first.st_mtime_ns)
    assert blobs.unsettled(changed_before=SOON, random=os.urandom) == []
    assert not blobs.settle(blob, random=os.urandom)
    assert list(blobs.each(changed_before=SOON)) == [blob]
    assert blobs.read(blob) == b"sealed"
    assert blobs.delete(blob)
    assert [path for path in blob_directory.rglob("*") if path.is_file() and path.name != ".lock"] == []


def test_a_copy_in_the_order_of_names_misses_no_blob_that_moves_meanwhile(
    blobs: BlobStore, blob_directory: Path, tmp_path: Path
) -> None:
    written = {put(blobs, os.urandom(10)) for _ in range(60)}
    settled = iter(sorted(written, reverse=True))
    last, copy = min(written), tmp_path / "copy"
    for folder, _, names in _in_order_of_names(blob_directory):
        (copy / folder).mkdir(parents=True)
        for name in names:  # the folder was listed; a blob moves before each file that is read
            blobs.settle(next(settled, last), random=os.urandom)
            with suppress(FileNotFoundError):
                (copy / folder / name).write_bytes((blob_directory / folder / name).read_bytes())
    restored = open_blobs(f"file:{copy}")
    assert {blob: restored.read(blob) for blob in written} == {blob: blobs.read(blob) for blob in written}


def _in_order_of_names(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Walk as an archiver does that sorts: each folder is listed when it is reached."""
    for place, inner, names in os.walk(folder):
        inner.sort()
        yield Path(place).relative_to(folder), inner, sorted(names)


def test_an_empty_store_has_nothing_to_settle(blobs: BlobStore) -> None:
    assert blobs.unsettled(changed_before=SOON, random=os.urandom) == []


def test_a_blob_deleted_while_it_is_settled_does_not_come_back_and_none_is_ever_missing(
    blobs: BlobStore,
) -> None:
    names = [put(blobs, os.urandom(50)) for _ in range(60)]
    doomed = set(names[::2])

    def settle() -> None:
        for blob in blobs.unsettled(changed_before=SOON, random=os.urandom):
            blobs.settle(blob, random=os.urandom)

    def delete() -> None:
        for blob in doomed:
            assert blobs.delete(blob)

    def read() -> None:
        for _ in range(5):
            assert all(len(blobs.read(blob)) == 50 for blob in names if blob not in doomed)

    with ThreadPoolExecutor(4) as pool:  # two that settle: one has lost its lease and does not know it
        for done in [pool.submit(act) for act in (settle, settle, delete, read)]:
            done.result()
    assert set(blobs.each(changed_before=SOON)) == set(names) - doomed
    assert not any(blobs.delete(blob) for blob in doomed)


def test_an_unfinished_file_is_never_a_blob_and_is_swept(blobs: BlobStore, blob_directory: Path) -> None:
    blob = put(blobs, b"whole")
    folder = blob_directory / "fresh"
    (folder / f".{'0' * 32}.new").write_bytes(b"half")
    assert list(blobs.each(changed_before=SOON)) == [blob]
    assert blobs.sweep(changed_before=SOON - timedelta(days=1)) == 0
    assert blobs.sweep(changed_before=SOON) == 1
    assert [path.name for path in folder.iterdir()] == [blob]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 31, "0" * 33, "G" * 32])
def test_a_name_that_is_no_identifier_is_refused(blobs: BlobStore, name: str) -> None:
    with pytest.raises(Refusal):
        blobs.read(BlobId(name))
    with pytest.raises(Refusal):
        blobs.delete(BlobId(name))
    with pytest.raises(Refusal):
        blobs.write(BlobId(name), b"")


def test_a_missing_directory_or_unknown_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="does not exist"):
        open_blobs(f"file:{tmp_path / 'nowhere'}")
    with pytest.raises(BadSetting, match="file:DIR"):
        open_blobs("s3:bucket")


def test_a_blob_that_goes_while_others_are_looked_for_is_passed_over(blobs: BlobStore) -> None:
    names = [BlobId(f"aa{number:030d}") for number in range(3)]
    for name in names:
        blobs.write(name, b"sealed")
    found = blobs.each(changed_before=SOON)
    first = next(found)
    for name in names:
        if name != first:
            blobs.delete(name)
    assert list(found) == []
