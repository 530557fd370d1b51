"""The production server: a port in use is one sentence; a verifier process writes and contacts nothing."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from idsvc.domain.errors import BadSetting, Unavailable
from idsvc.web.server import claim_port
from idsvc.web.verifier.limits import BURST
from tests.web.issuer import Issuer
from tests.web.tokens import tamper

CHECKS = 1_000
SERVE = "from idsvc.web.server import serve; serve(host='127.0.0.1', port={port})"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"^Port {port} is in use; .*[.]$"):
            claim_port("127.0.0.1", port)
    claim_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_told_in_one_sentence() -> None:
    with pytest.raises(BadSetting, match="no address of this machine"):
        claim_port("host.invalid", 8000)


def get(port: int, path: str, body: bytes | None = None, *, source: str = "127.0.0.1") -> bytes:
    """Ask from one of the addresses of this machine; limits count each apart."""
    headers = {"Content-Type": "application/json"} if body else {}
    connection = HTTPConnection("127.0.0.1", port, timeout=10, source_address=(source, 0))
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, content
    return content


@contextmanager
def serving(public: Path, *before: str) -> Iterator[int]:
    """Run a verifier process, and nothing else, on a free port."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "IDSVC_PUBLIC": str(public),
        "IDSVC_SURFACES": "verifier",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    command = [*before, sys.executable, "-c", SERVE.format(port=port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            for _ in range(300):
                try:
                    get(port, "/healthz")
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=20)
            assert process.stderr is not None
            log = process.stderr.read().decode()
            assert "127.0.0.1" not in log
            assert all(line.startswith('{"time": ') for line in log.splitlines()), log


@pytest.mark.slow
def test_a_verifier_process_alone_serves_the_page_the_lists_and_the_interface(
    public: Path, issuer: Issuer
) -> None:
    with serving(public) as port:
        assert b"Check a card" in get(port, "/verify/")
        assert get(port, "/trust/list.cwt") == (public / "trust/list.cwt").read_bytes()
        body = json.dumps({"tokens": [issuer.token()]}).encode()
        assert json.loads(get(port, "/api/v1/verify", body))["results"][0]["verdict"] == "GENUINE"
        assert json.loads(get(port, "/readyz"))["ready"] is True


@pytest.mark.slow
def test_behind_a_proxy_on_the_same_host_each_asker_is_counted_apart(public: Path) -> None:
    def ask(port: int, asker: str) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            body = json.dumps({"tokens": ["A"] * 20}).encode()
            headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.7, {asker}"}
            connection.request("POST", "/api/v1/verify", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    with serving(public) as port:
        answers = [ask(port, "203.0.113.9") for _ in range(BURST // 20 + 5)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert ask(port, "203.0.113.10") == 200


@pytest.mark.slow
@pytest.mark.needs("strace")
def test_over_a_thousand_checks_no_file_is_written_and_nobody_is_contacted(
    public: Path, issuer: Issuer, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    calls = (
        "trace=open,openat,creat,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,link,linkat,"
        "connect,socket,bind,sendto"
    )
    tokens = [issuer.token(), tamper(issuer.token()), "HELLO", "6BF" * 200, ""]
    body = json.dumps({"tokens": tokens}).encode()
    with serving(public, "strace", "-f", "-qq", "-e", calls, "-o", str(trace)) as port:
        get(port, "/api/v1/verify", body)  # what is imported and read once is behind us
        begin = trace.stat().st_size
        for number in range(CHECKS // len(tokens)):
            answer = json.loads(get(port, "/api/v1/verify", body, source=f"127.0.0.{2 + number % 8}"))
            assert len(answer["results"]) == len(tokens)
        with trace.open() as file:
            assert "bind(" in file.read(begin)  # the trace does see what the process does
            file.seek(begin)
            lines = file.read().splitlines()
    changing = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|creat[(]|rename|mkdir|unlink|link(at)?[(]")
    outward = re.compile(r"connect[(]|bind[(]|socket[(]AF_INET|sin_addr")
    assert [line for line in lines if changing.search(line)] == []
    assert [line for line in lines if outward.search(line)] == []
