"""A private PostgreSQL server with an archive, of which a thief can take everything."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A server under its own folder, with WAL archive and log, reached on loopback."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def start(self, *more: str) -> None:
        archive = self.folder / "archive"
        options = (
            f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            f"-c archive_mode=on -c 'archive_command=cp %p {archive}/%f' -c wal_level=replica -c fsync=off"
        )
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-D", data, "-o", " ".join((options, *more)), "-l", log)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-w", "-D", str(self.folder / "data"), "-m", "immediate")

    def back_up(self, place: Path) -> Path:
        """Take a base backup; when it returns, the archive holds everything written before it."""
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        self.run("pg_basebackup", *server, "-D", str(place), "-X", "stream", "-c", "fast")
        return place

    def steal(self, name: str) -> Path:
        """Take a base backup, a dump and the archive; gives the folder of the copies."""
        taken = self.folder / name
        self.back_up(taken / "base")
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        self.run("pg_dump", *server, "-f", str(taken / "dump.sql"), "postgres")
        shutil.copytree(self.folder / "archive", taken / "archive")
        shutil.copytree(self.folder / "data", taken / "data")
        shutil.copy(self.folder / "log", taken / "log")
        return taken


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """Make a server, and remove it at the end."""
    with _place() as made:
        made.run(
            "initdb",
            "-D",
            str(made.folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-instructions",
            "-N",
        )
        made.start()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def restored(base: Path, archive: Path) -> Iterator[Cluster]:
    """Start a second server from a base backup, play a WAL archive onto it, and remove it at the end."""
    with _place() as made:
        data, log = made.folder / "data", made.folder / "played"
        shutil.copytree(base, data)
        shutil.copytree(archive, log)
        (data / "recovery.signal").touch()
        if os.geteuid() == 0:
            for path in (data, *data.rglob("*"), log, *log.rglob("*")):
                shutil.chown(path, "postgres", "postgres")
        made.start(f"-c 'restore_command=cp {log}/%f %p'")
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def _place() -> Iterator[Cluster]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = Path("/tmp") / f"idsvc-stolen-{port}"  # noqa: S108 - the postgres user must reach it
    for path in (folder, folder / "archive"):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")
    try:
        yield Cluster(programs, folder, port)
    finally:
        shutil.rmtree(folder)
