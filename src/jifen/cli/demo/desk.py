"""The desk: asks the demo's server as the operator or as a merchant, and reads what it answers."""

import http.client
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

OPERATOR, CLERK, APPROVER = "operator", "clerk", "approver"
"""Under which names the keyring keeps the operator's keys: one for everything, two of one person each."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class DeskRefused(Exception):
    """The server refused; says what was asked and what it answered. code: of the problem."""

    def __init__(self, method: str, path: str, status: int, answer: Any) -> None:
        detail = answer.get("detail", "") if isinstance(answer, dict) else str(answer)
        errors = answer.get("errors", "") if isinstance(answer, dict) else ""
        super().__init__(f"{method} {path}: {status} {detail} {errors}")
        self.code: str = answer.get("code", "") if isinstance(answer, dict) else ""


class Desk:
    """One kept connection. keys: API keys by who asks; `operator` is the operator's."""

    def __init__(self, address: str, keys: Mapping[str, str]) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80)
        self._keys = keys

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, who: str = OPERATOR
    ) -> dict[str, Any]:
        """Ask and read the answer.

        Raises:
            DeskRefused: the server said no.
            OSError, http.client.HTTPException: the connection broke.
        """
        headers = {"Authorization": f"Bearer {self._keys[who]}", "Content-Type": "application/json"}
        content = None if body is None else _encode(body)
        status, read = self._answer(method, path, content, headers)
        answer: Any = _decode(read) if read else {}
        if status not in (200, 201, 202, 204):
            raise DeskRefused(method, path, status, answer)
        found: dict[str, Any] = answer
        return found

    def _answer(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status and body. A connection that the server closed while nobody asked is opened anew, once:
        whatever is sent carries its key, so sending it again is safe.
        """
        for last in (False, True):
            try:
                self._connection.request(method, path, content, dict(headers))
                response = self._connection.getresponse()
                return response.status, response.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if last:
                    raise
        raise AssertionError("the second try answers or raises")

    def post(self, path: str, who: str = OPERATOR, **body: Any) -> dict[str, Any]:
        """Send a body; raises as `ask` does."""
        return self.ask("POST", path, body, who)

    def put(self, path: str, **body: Any) -> dict[str, Any]:
        """Set something as the operator; raises as `ask` does."""
        return self.ask("PUT", path, body)

    def clock(self, at: datetime) -> None:
        """Set the programme's test clock."""
        self.ask("PUT", "/v1/clock", {"at": at})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
