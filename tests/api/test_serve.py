"""Serving for real: processes behind one socket, killed and replaced, and an orderly end."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from jifen.api.serve import listen
from jifen.api.settings import Settings
from tests.api.alliance import Alliance

PROGRAM = """
import sys
from jifen.api.serve import serve
from jifen.api.settings import from_environment
if __name__ == "__main__":
    sys.exit(serve(from_environment(), port=int(sys.argv[1]), workers=int(sys.argv[2])))
"""


class Server:
    """A server of its own process, on a free port."""

    def __init__(self, settings: Settings, script: Path, workers: int) -> None:
        with listen("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        script.write_text(PROGRAM)
        path = os.pathsep.join(part for part in sys.path if part)
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "DATABASE_URL": settings.database_url or "",
            "JIFEN_SECRET": settings.secret or "",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(self.port), str(workers)], env=environment
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(200):
            try:
                if self.client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def workers(self) -> list[int]:
        """The processes behind the socket."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def end(self) -> None:
        """Whatever state it is in."""
        self.client.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def served(settings: Settings, app: Litestar, tmp_path: Path) -> Iterator[Server]:
    """Two processes behind one socket."""
    server = Server(settings, tmp_path / "serving.py", 2)
    yield server
    server.end()


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc who runs")


@needs_proc
def test_a_killed_worker_is_replaced(served: Server, alliance: Alliance) -> None:
    """The others go on, a new one comes, and facts are booked all the while, each once."""
    headers = dict(alliance.operator.headers)
    first = served.workers()
    assert len(first) == 2
    os.kill(first[0], signal.SIGKILL)
    booked = 0
    for number in range(200):
        fact = {"key": f"k{number}", "member": "ann", "store": "air-1", "amount": 100}
        for _ in range(3):
            try:
                answer = served.client.post("/v1/purchases", json=fact, headers=headers)
            except httpx.TransportError:
                continue
            assert answer.status_code in (200, 201), answer.text
            booked += 1
            break
    assert booked == 200
    for _ in range(300):
        if len(served.workers()) == 2 and first[0] not in served.workers():
            break
        time.sleep(0.1)
    else:
        raise AssertionError("no worker came in its place")


@needs_proc
def test_workers_do_not_outlive_a_killed_parent(served: Server) -> None:
    """Else they would keep the port from the next one."""
    workers = served.workers()
    served.process.kill()
    served.process.wait()
    for _ in range(100):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            break
        time.sleep(0.1)
    else:
        raise AssertionError("workers outlived their parent")
    with socket.create_server(("127.0.0.1", served.port)):
        pass


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_answers_what_was_sent(
    settings: Settings, alliance: Alliance, tmp_path: Path, workers: int
) -> None:
    """A body in the middle of its coming is taken to its end and answered whole; then the process ends."""
    server = Server(settings, tmp_path / "serving.py", workers)
    try:
        ended = threading.Event()

        def body() -> Iterator[bytes]:
            for number in range(1_000):
                fact = {
                    "type": "purchase",
                    "key": f"t{workers}-{number}",
                    "member": "ann",
                    "store": "air-1",
                    "amount": 100,
                }
                yield msgspec.json.encode(fact) + b"\n"
                if number == 500:
                    server.process.send_signal(signal.SIGTERM)
                    ended.wait(1.0)

        headers = {**alliance.operator.headers, "content-type": "application/x-ndjson"}
        answer = server.client.post("/v1/bulk", content=body(), headers=headers)
        lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
        assert [line["line"] for line in lines] == list(range(1, 1_001))
        assert {line["status"] for line in lines} == {201}
        assert server.process.wait(20) == 0
        with pytest.raises(httpx.TransportError):
            server.client.get("/healthz")
    finally:
        server.end()


def test_an_address_that_is_taken_is_told(settings: Settings, tmp_path: Path) -> None:
    """At once, and with what the system says."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_a_database_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    """With an error, not with a server that answers nothing."""
    script = tmp_path / "serving.py"
    script.write_text(PROGRAM.replace("from_environment()", "replace(from_environment(), wait_s=0)"))
    script.write_text("from msgspec.structs import replace\n" + script.read_text())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    environment |= {"DATABASE_URL": f"postgresql://nobody@/none?host={tmp_path}", "JIFEN_SECRET": "33" * 32}
    ended = subprocess.run(
        [sys.executable, str(script), "0", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "DatabaseUnreachable" in ended.stderr
