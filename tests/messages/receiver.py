"""A stand-in for a partner system that is told by webhook: it checks signatures and keeps what it took."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """What it took, in order. refuse: ids of events that it answers with 500; moved: it redirects."""

    def __init__(self) -> None:
        self.port = 0
        self.secret = ""
        self.taken: list[Any] = []
        self.ids: list[str] = []
        self.refused: list[str] = []
        self.faults: list[str] = []
        self.refuse: set[str] = set()
        self.down = False
        self.moved = False
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/told?by=jifen"

    def take(self, headers: dict[str, str], raw: bytes) -> int:
        """One call; the status to answer."""
        try:
            Webhook(self.secret).verify(raw, headers)
        except WebhookVerificationError as wrong:
            self.faults.append(str(wrong))
            return 400
        some_id = headers["webhook-id"]
        with self._lock:
            if self.moved:
                return 302
            if self.down or some_id in self.refuse:
                self.refused.append(some_id)
                return 503
            self.ids.append(some_id)
            self.taken.append(json.loads(raw))
        return 204

    def told(self) -> list[tuple[str, int]]:
        """(member, number of the entry) in the order in which they came."""
        return [(one["subject"], one["data"]["no"]) for one in self.taken]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that listens on loopback for as long as the block runs."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            status = made.take({name.lower(): value for name, value in self.headers.items()}, raw)
            self.send_response(status)
            if status == 302:
                self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the tests look at what was taken."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
