"""Every input is a canary; every file and every write is searched for it in eight encodings."""

import base64
import codecs
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image, PngImagePlugin
from reportlab.pdfgen.canvas import Canvas

from idsvc import resources
from tests.minimization.canaries import BORN, FORBIDDEN, NAME, STREET
from tests.minimization.cluster import private_cluster

_ROOT = Path(__file__).parents[2]
_CODES = 6
"""Renewal codes of three lives: of first, voided, replaced and renewed cards."""
_WRITES = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg"
_PIPE = re.compile(rb"^\d+ +\w+\(\d+<(?:\\x70\\x69\\x70\\x65\\x3a\\x5b|\\x2f\\x6d\\x65\\x6d\\x66\\x64\\x3a)")
"""A call on a descriptor that strace names pipe:[…] or /memfd:…: memory between two processes, no file."""
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


def encodings(canary: str) -> Mapping[str, tuple[bytes, ...]]:
    """Give the forms in which a canary is searched."""
    plain = canary.encode()
    base = [base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)]
    return {
        "utf-8": (plain,),
        "upper case": (canary.upper().encode(), canary.lower().encode()),
        "utf-16": (canary.encode("utf-16-le"), canary.encode("utf-16-be")),
        "base64": tuple(base),
        "hexadecimal": (plain.hex().encode(), plain.hex().upper().encode()),
        "url": (quote(canary).encode(), quote(canary, safe="").replace("%20", "+").encode()),
        "json": (json.dumps(canary)[1:-1].encode(),),
        "rot13": (codecs.encode(canary, "rot13").encode(),),
    }


def search(content: bytes, canaries: Iterable[str]) -> list[str]:
    """Name every canary that lies in some bytes, with its encoding."""
    return [
        f"{canary} ({name})"
        for canary in canaries
        for name, forms in encodings(canary).items()
        if any(form in content for form in forms)
    ]


def personal(codes: Iterable[str]) -> tuple[str, ...]:
    """List what is personal: facts, and the renewal codes that open them."""
    surname = NAME.split()[1]
    return (NAME, surname, STREET, "Kanarienweg", BORN.isoformat(), BORN.strftime("%Y%m%d"), *codes)


@pytest.mark.parametrize("canary", [NAME, FORBIDDEN[0]])
def test_the_search_finds_each_of_eight_encodings(canary: str) -> None:
    forms = encodings(canary)
    assert len(forms) == 8
    for name, written in forms.items():
        for form in written:
            assert any(name in found for found in search(b"\0" * 7 + form + b"\xff", [canary])), name


def _upload(path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    for word in FORBIDDEN:
        notes.add_text("Title", word)
        notes.add_itxt("Description", word)
    picture = Image.open(resources.path("templates/samples/portrait.jpg"))
    picture.save(path, "PNG", pnginfo=notes)
    _require_canary(path)


def _paper(path: Path) -> None:
    canvas = Canvas(str(path), pageCompression=0)
    canvas.setTitle(FORBIDDEN[0])
    canvas.setAuthor(FORBIDDEN[1])
    canvas.drawString(72, 700, f"{NAME}, {STREET}")
    canvas.showPage()
    canvas.save()
    _require_canary(path)


def _require_canary(path: Path) -> None:
    assert search(path.read_bytes(), FORBIDDEN[:1]), "the control: the upload itself is full of canaries"


def _live(folder: Path, url: str) -> tuple[str, ...]:
    """Live the canaries' lives under strace; gives their renewal codes."""
    upload, paper = folder / f"{FORBIDDEN[1]}.png", folder / f"{FORBIDDEN[1]}.pdf"
    _upload(upload)
    _paper(paper)
    watched = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        "9000000",
        "-e",
        _WRITES,
        "-o",
        str(folder / "writes"),
    ]
    told_to = [str(folder / "city"), url, str(upload), str(paper)]
    life = [sys.executable, "-m", "tests.minimization.canaries", *told_to]
    spool = folder / "tmp"
    spool.mkdir()
    environment = os.environ | {"LANG": FORBIDDEN[2], "LC_ALL": FORBIDDEN[2], "TMPDIR": str(spool)}
    told = subprocess.run([*watched, *life], check=True, capture_output=True, cwd=_ROOT, env=environment)
    upload.unlink()
    paper.unlink()
    assert told.stderr == b""
    codes, token = told.stdout.decode().splitlines()
    assert len(token) > 100
    assert len(codes.split()) >= _CODES
    return tuple(codes.split())


def _written(trace: Path, *, pipes: bool = False) -> bytes:
    """Give all bytes that the traced processes wrote to files and sockets.

    Left out are pipes: memory between a process and its own child, which decodes pictures for it. The answer
    to the test goes through one too.
    """
    parts = []
    with trace.open("rb") as lines:
        for line in lines:
            if not pipes and _PIPE.search(line):
                continue
            parts.append(bytes.fromhex(b"".join(_ESCAPE.findall(line)).decode()))
    return b"\n".join(parts)


def _files(*folders: Path) -> bytes:
    return b"\n".join(
        str(path).encode() + b"\n" + path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("strace")
def test_a_life_on_sqlite_leaves_no_canary_in_any_file_or_write(tmp_path: Path) -> None:
    codes = _live(tmp_path, f"sqlite:///{tmp_path / 'idsvc.db'}")
    written = _written(tmp_path / "writes")
    everything = _written(tmp_path / "writes", pipes=True)
    assert search(everything, FORBIDDEN[:1]), "the control: the upload went to the child that decodes it"
    (tmp_path / "writes").unlink()
    assert len(written) > 5_000_000, "the trace holds the blobs that were written"
    assert search(written, [*FORBIDDEN, *personal(codes)]) == []
    left = _files(tmp_path)
    assert len(left) > 500_000
    assert search(left, [*FORBIDDEN, *personal(codes)]) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("strace")
@pytest.mark.needs("postgres-server")
def test_a_life_on_postgresql_leaves_no_canary_in_wal_dump_backup_or_log(tmp_path: Path) -> None:
    with private_cluster() as cluster:
        codes = _live(tmp_path, cluster.url)
        assert search(_written(tmp_path / "writes"), [*FORBIDDEN, *personal(codes)]) == []
        (tmp_path / "writes").unlink()
        taken = cluster.steal("taken")
        raw = _files(taken, tmp_path)
        assert b"sealed_items" in raw
        assert search(raw, [*FORBIDDEN[:2], *personal(codes)]) == []
        shutil.rmtree(taken)
