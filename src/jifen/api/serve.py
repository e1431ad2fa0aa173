"""Serving: one listening socket, as many processes as asked for behind it, and an orderly end."""

import asyncio
import contextlib
import functools
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import threading
from collections.abc import Callable

import msgspec
import uvicorn
from litestar import Litestar
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from jifen.api.app import create_app
from jifen.api.house import prepare
from jifen.api.settings import Settings

Application = Callable[[Settings], Litestar]
"""What makes the app in a process."""

LOOPBACK = "127.0.0.1"
BACKLOG = 2_048
DRAIN_S = 60
"""How long requests on their way may take to end once a process was asked to."""


def serve(
    settings: Settings,
    host: str = LOOPBACK,
    port: int = 8400,
    workers: int = 1,
    application: Application = create_app,
) -> int:
    """Serve until SIGTERM or SIGINT; then take no more connections, answer what was accepted, and end.

    With several workers each is a process of its own on the same socket; one that dies is replaced, and all
    end when this process does, even when it is killed. `application` makes the app in each of them, so it
    must be a function of a module. Returns the exit status.

    Raises:
        StoreError: the database cannot be opened or brought up to date.
        OSError: the address is taken.
    """
    with listen(host, port) as listening:
        if workers > 1:
            settings = msgspec.structs.replace(settings, snapshots_most=0)
        asyncio.run(prepare(settings))
        config = configuration(settings, workers, application)
        if workers > 1:
            workforce = Multiprocess(config, sockets=[listening])
            workforce.run()
            failed = any(process.exitcode == STARTUP_FAILURE for process in workforce.processes)
            return STARTUP_FAILURE if failed else 0
        # Having drained, uvicorn raises the signal again for whoever listened before: nobody did.
        signal.signal(signal.SIGTERM, _drained)
        with contextlib.suppress(KeyboardInterrupt):
            server = uvicorn.Server(config)
            server.run(sockets=[listening])
            return 0 if server.started else STARTUP_FAILURE
    return 0


def _drained(number: int, frame: object) -> None:
    """What was asked for is done."""


class Workers(Multiprocess):
    """uvicorn's supervisor, which replaces workers that ended and leaves those alone that start slowly.

    uvicorn itself asks every worker for a sign of life and kills what is silent for some seconds: on a busy
    machine that is a worker that still starts. Whether one hangs is for /readyz and who watches it to say.
    """

    def keep_subprocess_alive(self) -> None:
        """Replace workers that ended; all end when one cannot even start."""
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set() or worker.process.is_alive():
                continue
            worker.process.join()
            if worker.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                return
            fresh = Process(self.config, self.sockets)
            fresh.start()
            self.processes[place] = fresh


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, to be inherited by workers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listening.set_inheritable(True)
    return listening


def configuration(settings: Settings, workers: int, application: Application) -> uvicorn.Config:
    """How uvicorn serves us: the fast loop and parser, no log of each request."""
    return uvicorn.Config(
        functools.partial(worker_app, settings, application),
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        workers=workers,
        backlog=BACKLOG,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN_S,
    )


def worker_app(settings: Settings, application: Application) -> Litestar:
    """The application of one process, which ends with the process that started it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True, name="follow-parent").start()
    return application(settings)


def _follow(sentinel: int) -> None:
    """Drain and end when the parent is gone; else a killed parent would leave us holding its port."""
    multiprocessing.connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
