import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def _run(code: str) -> str:
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=_ROOT)
    return told.stdout.strip()


def test_a_process_dumps_no_core_and_neither_do_its_children() -> None:
    told = _run(
        "import resource, subprocess, sys\n"
        "from idsvc.bootstrap import hygiene\n"
        "before = hygiene.dumps_nothing()\n"
        "hygiene.refuse_core_dumps()\n"
        "limit = 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE))'\n"
        "child = subprocess.run([sys.executable, '-c', limit], capture_output=True, text=True)\n"
        "print(before, hygiene.dumps_nothing(), child.stdout.strip())"
    )
    assert told == "False True (0, 0)"


def test_a_process_that_is_killed_by_a_fault_leaves_no_core(tmp_path: Path) -> None:
    code = (
        "import os, resource, signal\n"
        "from idsvc.bootstrap import hygiene\n"
        "hygiene.refuse_core_dumps()\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "os.kill(os.getpid(), signal.SIGABRT)"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False, cwd=_ROOT, capture_output=True)
    assert killed.returncode < 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "attempt",
    [
        "tempfile.TemporaryFile()",
        "tempfile.NamedTemporaryFile()",
        "tempfile.mkdtemp()",
        "tempfile.SpooledTemporaryFile(max_size=1).write(b'xx')",
        "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    ],
)
def test_every_way_to_a_temporary_file_is_refused(attempt: str) -> None:
    told = _run(
        "import os, tempfile\n"
        "from idsvc.bootstrap import hygiene\n"
        "hygiene.refuse_temporary_files()\n"
        "try:\n"
        f"    {attempt}\n"
        "    print('made')\n"
        "except hygiene.TemporaryFile as refused:\n"
        "    print(type(refused).__name__)"
    )
    assert told == "TemporaryFile"


def test_ordinary_files_and_directories_still_open(tmp_path: Path) -> None:
    told = _run(
        "import os, pathlib\n"
        "from idsvc.bootstrap import hygiene\n"
        "hygiene.refuse_temporary_files()\n"
        f"path = pathlib.Path({str(tmp_path)!r})\n"
        "(path / 'x').write_text('kept')\n"
        "os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY))\n"
        "print((path / 'x').read_text())"
    )
    assert told == "kept"


def test_the_commands_begin_by_refusing_core_dumps() -> None:
    told = _run(
        "import sys\n"
        "from idsvc import __main__\n"
        "from idsvc.bootstrap import hygiene\n"
        "sys.argv = ['idsvc', '--version']\n"
        "try:\n"
        "    __main__.main()\n"
        "except SystemExit:\n"
        "    print(hygiene.dumps_nothing())"
    )
    assert told.endswith("True")
