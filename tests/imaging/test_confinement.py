"""What a decoder that was taken over can still do: each attempt runs in a child confined as in production."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import ctypes, json, mmap, os, resource, signal, socket, sys, threading
from idsvc.imaging import child

key, port, other = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
libc = ctypes.CDLL(None, use_errno=True)
held = os.open(key, os.O_RDWR)
column = 1 if os.uname().machine == 'aarch64' else 0
NUMBERS = {
    'ptrace': (101, 117), 'keyctl': (250, 219), 'bpf': (321, 280), 'io_uring_setup': (425, 425),
    'memfd_create': (319, 279), 'process_vm_readv': (310, 270), 'openat2': (437, 437),
    'pidfd_open': (434, 434), 'clone3': (435, 435), 'open of x32': (0x40000002, 1024),
}

def call(name, *arguments):
    if libc.syscall(NUMBERS[name][column], *arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')

def executable():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)

ATTEMPTS = {
    'read a key': lambda: open(key, 'rb').read(),
    'read the environment of another process': lambda: open(f'/proc/{other}/environ', 'rb').read(),
    'use a file left open': lambda: os.read(held, 1),
    'see a file': lambda: os.stat(key),
    'list a folder': lambda: os.listdir('/'),
    'truncate': lambda: os.truncate(key, 0),
    'unlink': lambda: os.unlink(key),
    'rename': lambda: os.rename(key, key + '.gone'),
    'link': lambda: os.link(key, key + '.more'),
    'create': lambda: open(key + '.new', 'wb'),
    'make a folder': lambda: os.mkdir(key + '.folder'),
    'change rights': lambda: os.chmod(key, 0o644),
    'connect': lambda: socket.socket(socket.AF_INET).connect(('127.0.0.1', port)),
    'talk to a local socket': lambda: socket.socket(socket.AF_UNIX),
    'fork': os.fork,
    'exec': lambda: os.execv('/bin/true', ['true']),
    'start a thread': lambda: threading.Thread(target=int).start(),
    'kill another process': lambda: os.kill(other, signal.SIGKILL),
    'run written memory': executable,
    'lower a limit of another process': lambda: resource.prlimit(other, resource.RLIMIT_NOFILE, (1, 1)),
    'ptrace': lambda: call('ptrace', 16, other, 0, 0),
    'keyctl': lambda: call('keyctl', 0, -3, 0),
    'bpf': lambda: call('bpf', 0, 0, 0),
    'io_uring': lambda: call('io_uring_setup', 1, 0),
    'memfd': lambda: call('memfd_create', b'x', 0),
    'read the memory of another process': lambda: call('process_vm_readv', other, 0, 0, 0, 0, 0),
    'openat2': lambda: call('openat2', -100, key.encode(), 0, 0),
    'pidfd': lambda: call('pidfd_open', other, 0),
    'clone3': lambda: call('clone3', 0, 0),
    'open by the x32 numbers': lambda: call('open of x32', key.encode(), 0, 0),
}

def attack(picture):
    told = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            told[name] = 'allowed'
        except (OSError, RuntimeError) as refusal:
            told[name] = getattr(refusal, 'errno', None) or 'refused'
    return json.dumps(told).encode()

child.prepare = lambda task: attack
sys.exit(child.main('portrait', 7))
"""


@pytest.fixture
def told(tmp_path: Path) -> dict[str, object]:
    key = tmp_path / "2026-01-02"
    key.write_bytes(b"key of a day")
    key.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as server, subprocess.Popen(["sleep", "60"]) as other:
        done = subprocess.run(
            [sys.executable, "-c", PROBE, str(key), str(server.getsockname()[1]), str(other.pid)],
            input=b"picture",
            capture_output=True,
            check=True,
        )
        assert other.poll() is None
        other.kill()
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()
    assert key.read_bytes() == b"key of a day"
    assert key.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [key]
    head, answer = done.stdout.split(b"done\n")
    assert head == b"ready\n"
    result: dict[str, object] = json.loads(answer)
    return result


def test_a_taken_over_child_reaches_no_file_no_network_and_no_process(told: dict[str, object]) -> None:
    assert len(told) == 30
    assert "allowed" not in told.values()


def test_it_is_the_filter_that_refuses_not_the_rights_of_a_user(told: dict[str, object]) -> None:
    refused = {name for name, errno in told.items() if errno == 1}
    assert set(told) - refused <= {"use a file left open", "start a thread"}


def test_memory_is_limited() -> None:
    script = """
from idsvc.imaging.confinement import confine
confine(7)
try:
    bytearray(2 << 30)
except MemoryError:
    print('no memory', flush=True)
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"no memory\n"


@pytest.mark.slow
def test_time_is_limited() -> None:
    script = "from idsvc.imaging.confinement import confine\nconfine(1)\nwhile True:\n    pass\n"
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("machine", ["riscv64", "aarch64"])
def test_an_unknown_or_foreign_machine_is_refused_or_stopped_before_it_is_ready(machine: str) -> None:
    script = f"""
import os, sys
from idsvc.imaging import child
real = os.uname()
os.uname = lambda: os.uname_result((*real[:4], {machine!r} if real.machine != 'aarch64' else 'x86_64'))
child.prepare = lambda task: bytes
sys.exit(child.main('portrait', 7))
"""
    done = subprocess.run([sys.executable, "-c", script], input=b"x", capture_output=True, check=False)
    assert done.returncode != 0
    assert b"ready" not in done.stdout


def test_a_kernel_that_takes_no_filter_is_refused() -> None:
    script = """
from idsvc.domain.errors import Unavailable
from idsvc.imaging import confinement
confinement._MACHINES = {name: (*rest, 100_000) for name, (*rest, _) in confinement._MACHINES.items()}
try:
    confinement.confine(7)
except Unavailable as refusal:
    print(refusal, flush=True)
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    assert done.stdout.startswith(b"This system cannot confine the picture reader")


def test_a_filter_that_does_not_hold_is_noticed() -> None:
    script = """
from idsvc.domain.errors import Unavailable
from idsvc.imaging import confinement
confinement._EPERM = confinement._ALLOW  # as an emulator that takes a filter and ignores it
try:
    confinement.confine(7)
except Unavailable as refusal:
    print(refusal, flush=True)
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    assert done.stdout.startswith(b"This system cannot confine the picture reader")
