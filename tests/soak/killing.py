"""Kills without a warning: a worker, all of the server, PostgreSQL's postmaster, one of its backends."""

import contextlib
import os
import random
import signal
import socket
import time
from pathlib import Path

import psutil

from jifen.cli import serving
from jifen.store import embedded

WORKERS = 2

WAYS = (
    "worker",
    "postmaster",
    "backend",
    "worker",
    "postmaster twice",
    "server",
    "postmaster and worker",
    "supervisor",
)
"""What is killed, round after round."""


class Target:
    """A running server with its database, and who may be killed of them."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self._log = log
        self.server = serving.start(folder, log, workers=WORKERS)

    @property
    def port(self) -> int:
        """Where it listens, also after it was started anew."""
        return self.server.port

    def workers(self) -> list[int]:
        """The processes that answer."""
        return _children(self.server.process.pid, "spawn_main")

    def kill(self, way: str, chance: random.Random) -> None:
        """Kill, and start again what nobody else would start."""
        self.strike(way, self.aim(way, chance), chance)

    def aim(self, way: str, chance: random.Random) -> list[int]:
        """Whom to kill, which takes a while to find out."""
        aimed = []
        if "worker" in way:
            aimed.append(max(self.workers(), key=self._connections))
        if "postmaster" in way:
            aimed.append(self._postmaster())
        match way:
            case "backend":
                aimed.append(chance.choice(_children(self._postmaster(), "[local]")))
            case "server":
                aimed += [self.server.process.pid, *self.workers()]
            case "supervisor":
                aimed.append(self.server.process.pid)
        return aimed

    def strike(self, way: str, aimed: list[int], chance: random.Random) -> None:
        """Kill those, and start again what nobody else would start."""
        for pid in aimed:
            # A backend may have ended by itself meanwhile.
            with contextlib.suppress(ProcessLookupError):
                self._kill(pid)
        match way:
            case "postmaster twice":
                # The second time while it recovers, or just afterwards.
                time.sleep(chance.uniform(0.1, 0.4))
                self._kill(self._postmaster())
            case "server" | "supervisor":
                self._start_again()

    def _start_again(self) -> None:
        """Start the server once nobody listens: those whose supervisor was killed end by themselves."""
        self.server.process.wait()
        while _listened_to(self.port):
            time.sleep(0.02)
        self.server = serving.start(self.folder, self._log, port=self.port, workers=WORKERS)

    def _connections(self, pid: int) -> int:
        """How many clients a worker has: one that has none would die unnoticed."""
        return len(psutil.Process(pid).net_connections("tcp"))

    def _postmaster(self) -> int:
        until = time.monotonic() + serving.START_S
        while (pid := embedded.status(self.folder).pid) is None:
            assert time.monotonic() < until, "nobody started PostgreSQL again"
            time.sleep(0.02)
        return pid

    def _kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the server, in order."""
        self.server.stop()


def _listened_to(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _children(pid: int, word: str) -> list[int]:
    """The living children of a process whose command line, or title, has a word."""
    found = []
    for process in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):
            if word in " ".join(process.cmdline()):
                found.append(process.pid)
    return sorted(found)
