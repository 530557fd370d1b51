"""Blobs: whole or not there, nameless, of one date, and clear about what is missing."""

import os
import re
import time
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
    files = [path for path in blob_directory.rglob("*") if path.is_file()]
    assert {path.name for path in files} == set(written)
    assert all(re.fullmatch("[0-9a-f]{32}", path.name) for path in files)
    states = {(path.stat().st_mode, path.stat().st_mtime_ns, path.stat().st_atime_ns) for path in files}
    assert len(states) == 1
    assert oct(files[0].stat().st_mode & 0o777) == "0o600"


def test_rewriting_loses_the_order_of_writing(blobs: BlobStore, blob_directory: Path) -> None:
    written: list[BlobId] = []
    for number in range(12):
        written.append(put(blobs, bytes([number])))
        time.sleep(0.02)  # the kernel's clock for change times ticks every 4 to 10 ms

    def by_change() -> list[str]:
        files = [path for path in blob_directory.rglob("*") if path.is_file()]
        return [path.name for path in sorted(files, key=lambda path: path.stat().st_ctime_ns)]

    assert by_change() == written  # what a live file system would tell
    blobs.rewrite([*written, BlobId(fresh_id(os.urandom))], random=os.urandom)
    assert by_change() != written
    assert sorted(by_change()) == sorted(written)
    assert [blobs.read(blob)[0] for blob in written] == list(range(12))


def test_an_unfinished_file_is_never_a_blob_and_is_swept(blobs: BlobStore, blob_directory: Path) -> None:
    blob = put(blobs, b"whole")
    folder = blob_directory / blob[:2]
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
