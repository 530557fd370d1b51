import resource
import sys
import tracemalloc
from pathlib import Path

import pytest

from idsvc.domain.errors import BadInput, Unavailable
from idsvc.imaging import isolation
from idsvc.imaging.answers import Reason
from idsvc.imaging.documents import rebuild_pages
from idsvc.imaging.isolation import run_isolated
from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.reading import read_codes

_ANSWER_BYTES = 1 + 600 * 768 * 3


def _pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a program in the child's place, as a picture does that takes it over."""
    interpreter = folder / "python"
    interpreter.write_text(f"#!/bin/sh\n{script}\n")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))


def test_the_child_sees_no_environment_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, photo: bytes
) -> None:
    witness = tmp_path / "environment"
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\nenv > {witness}\nexec {sys.executable} "$@"\n')
    interpreter.chmod(0o755)
    monkeypatch.setenv("IDSVC_KEYS_SECRET", "canary")
    monkeypatch.setattr(sys, "executable", str(interpreter))
    answer = run_isolated("portrait", photo, field="portrait", most_bytes=_ANSWER_BYTES)
    assert len(answer) == _ANSWER_BYTES
    assert answer[0] == 0
    assert "canary" not in witness.read_text()


def test_a_child_that_dies_on_a_picture_blames_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _pretend(monkeypatch, tmp_path, "cat > /dev/null\necho ready\nkill -9 $$")
    with pytest.raises(BadInput, match="cannot be read safely"):
        run_isolated("portrait", b"picture", field="portrait", most_bytes=_ANSWER_BYTES)


@pytest.mark.parametrize("script", ["exit 1", "cat > /dev/null; echo Traceback; exit 1"])
def test_a_child_that_cannot_start_blames_the_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    _pretend(monkeypatch, tmp_path, script)
    with pytest.raises(Unavailable):
        run_isolated("portrait", b"picture", field="portrait", most_bytes=_ANSWER_BYTES)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable):
        run_isolated("portrait", b"picture", field="portrait", most_bytes=_ANSWER_BYTES)


def test_the_parent_keeps_its_own_limits(photo: bytes) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    run_isolated("portrait", photo, field="portrait", most_bytes=_ANSWER_BYTES)
    assert before == (resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU))


def test_a_system_that_cannot_confine_the_child_reads_no_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _pretend(monkeypatch, tmp_path, "echo unconfined; exit 1")
    with pytest.raises(Unavailable, match="cannot confine the picture reader"):
        run_isolated("portrait", b"picture", field="portrait", most_bytes=_ANSWER_BYTES)


@pytest.mark.parametrize(
    "script",
    [
        "echo ready; head -c 600000000 /dev/zero",
        "echo ready; echo done; head -c 600000000 /dev/zero",
        "echo ready; echo Call 555-0100 and pay; echo Traceback >&2",
        "echo ready; printf '\\377\\376'",
        "echo ready; echo done; exit 1",
        "echo ready; echo done",
        "echo ready; echo done; printf x",
        "echo ready; echo done; printf '\\200'; head -c 1382400 /dev/zero",
        "echo ready; echo MOVES; echo more",
        "echo ready",
    ],
)
def test_an_answer_of_another_form_is_one_kind_sentence_and_costs_no_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    _pretend(monkeypatch, tmp_path, script)
    tracemalloc.start()
    for refuse in (make_portrait, read_codes, rebuild_pages):
        if refuse is read_codes and script.endswith("echo done"):
            assert refuse(b"picture") == ()  # no code in view
            continue
        with pytest.raises(BadInput) as refused:
            refuse(b"picture")
        assert str(refused.value) == Reason.UNREADABLE
        assert refused.value.__cause__ is None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 40 << 20


@pytest.mark.parametrize("tail", ["", "exec >&-; "])
def test_a_child_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tail: str) -> None:
    _pretend(monkeypatch, tmp_path, f"echo $$ > {tmp_path}/id; echo ready; {tail}exec sleep 60")
    monkeypatch.setattr(isolation, "_WALL_FACTOR", 0)
    monkeypatch.setattr(isolation, "_WARM_UP_SECONDS", 0.3)
    with pytest.raises(BadInput, match="too long"):
        run_isolated("portrait", b"picture", field="portrait", most_bytes=_ANSWER_BYTES)
    assert not Path("/proc", (tmp_path / "id").read_text().strip()).exists()


def test_each_reason_comes_through_as_its_own_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for reason in Reason:
        _pretend(monkeypatch, tmp_path, f"echo ready; echo {reason.name}")
        with pytest.raises(BadInput) as refused:
            run_isolated("codes", b"picture", field="file", most_bytes=10)
        assert str(refused.value) == reason
