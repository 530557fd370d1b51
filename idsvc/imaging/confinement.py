"""Take from this process all that decoding a picture does not need: limits, then a seccomp filter.

What is left are open pipes, memory and time: no file can be opened, altered or removed, no socket, process
or thread made, no other process seen or signalled. Decided by an allow-list of system calls (seccomp(2),
x86-64 and aarch64); where such a filter cannot be set or does not hold, no picture is read.
"""

import ctypes
import os
import resource
import struct
from typing import Final

from idsvc.domain.errors import Unavailable

_MEMORY_BYTES: Final = 1 << 30
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_FILTER_FLAG_TSYNC: Final = 1

# Classic BPF (linux/bpf_common.h, linux/seccomp.h); offsets into struct seccomp_data, both little-endian.
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_SET: Final = 0x45
_RETURN: Final = 0x06
_ALLOW: Final = 0x7FFF0000
_EPERM: Final = 0x00050001
_KILL: Final = 0x80000000
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_THIRD_ARGUMENT: Final = 32
_PROT_EXEC: Final = 4

# Name: number on x86-64 and on aarch64 (asm/unistd_64.h, asm-generic/unistd.h).
_MAPPING: Final = {"mmap": (9, 222), "mprotect": (10, 226)}
"""Allowed, but not to make memory executable."""
_ALLOWED: Final = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "exit": (60, 93),
    "sigaltstack": (131, 132),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "exit_group": (231, 94),
    "getrandom": (318, 278),
}
_MACHINES: Final = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""uname -m: place in the tables above, AUDIT_ARCH of linux/audit.h, number of seccomp(2)."""
_UNCONFINED: Final = (
    "This system cannot confine the picture reader, so no picture is read: "
    "run idsvc on Linux (x86-64 or aarch64) with seccomp filters."
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(cpu_seconds: int) -> None:
    """Confine this process for good: 1 GiB of memory, so much CPU, and the allowed system calls.

    Whatever is needed from files has to be loaded before; files still open, but the standard three, are
    closed. Raises Unavailable where the filter cannot be set or does not hold.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(kind, (most, most))
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise Unavailable(_UNCONFINED)
    column, architecture, seccomp = machine
    instructions = _write_filter(column, architecture)
    program = _Program(len(instructions) // 8, instructions)
    flags = _SECCOMP_FILTER_FLAG_TSYNC  # every thread that a library may have started
    if libc.syscall(seccomp, _SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(program)) != 0:
        raise Unavailable(_UNCONFINED)
    try:  # an emulator may take a filter and not apply it
        os.close(os.open("/", os.O_RDONLY))
    except PermissionError:
        return
    raise Unavailable(_UNCONFINED)


def _write_filter(column: int, architecture: int) -> bytes:
    """Write the BPF program: kill for a foreign architecture, EPERM for what is not allowed."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for numbers in _ALLOWED.values():
        steps += [(_JUMP_IF_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ALLOW)]
    for numbers in _MAPPING.values():
        steps += [
            (_JUMP_IF_EQUAL, 0, 4, numbers[column]),
            (_LOAD, 0, 0, _THIRD_ARGUMENT),
            (_JUMP_IF_SET, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ]
    steps.append((_RETURN, 0, 0, _EPERM))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
