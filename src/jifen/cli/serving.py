"""A server of our own in another process: started, waited for, and ended by its pid."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 60.0
"""How long a server may take to come up; it may have to make its database first."""


class ServerFailed(Exception):
    """The server did not come up; says where its log is."""


class Server:
    """A running `jifen serve` on loopback."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        """The process and all that it started, on Linux; elsewhere the process alone."""
        found = [self.process.pid]
        for parent in found:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        return found

    def stop(self, wait_s: float = 30.0) -> None:
        """Ask it to answer what it accepted and end; after `wait_s` seconds end it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(wait_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(
    folder: Path, log: Path, *, port: int = 0, workers: int = 1, url: str | None = None, jobs: bool = True
) -> Server:
    """Start a server and wait until it answers that it is ready.

    Raises:
        ServerFailed: it ended, or was not ready within START_S seconds.
    """
    port = port or free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "JIFEN_FOLDER": str(folder)}
    if url is not None:
        environment["DATABASE_URL"] = url
    command = [
        sys.executable,
        "-m",
        "jifen.cli.main",
        "serve",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    if not jobs:
        command.append("--no-jobs")
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    server = Server(process, port, log)
    until = time.monotonic() + START_S
    while not ready(port):
        if process.poll() is not None or time.monotonic() > until:
            server.stop(1)
            raise ServerFailed(f"the server did not come up on port {port}: its log {log} says why")
        time.sleep(0.05)
    return server


def ready(port: int) -> bool:
    """Whether a server on that port of loopback says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def running(
    folder: Path, log: Path, *, port: int = 0, workers: int = 1, url: str | None = None, jobs: bool = True
) -> Iterator[Server]:
    """A server for as long as the block runs."""
    server = start(folder, log, port=port, workers=workers, url=url, jobs=jobs)
    try:
        yield server
    finally:
        server.stop()
