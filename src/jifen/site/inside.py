"""The interface from inside: pages ask and write through the very routes that others call over HTTP."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import msgspec

from jifen.api.answers import problem_of
from jifen.api.app import DOCUMENTED
from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.door import check_role
from jifen.api.house import House, now_in
from jifen.api.problems import Problem
from jifen.api.routing import JSON, Reply, Route, Router
from jifen.engine.engine import LOST
from jifen.parties.keys import Key
from jifen.parties.programs import Program

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class No(Exception):
    """The interface says no: the stable code, the sentence, and its facts (docs/problems.md)."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(body["detail"])
        self.status = status
        self.code: str = body["code"]
        self.title: str = body["title"]
        self.detail: str = body["detail"]
        self.retry: bool = body["retry"]
        self.errors: list[dict[str, Any]] = list(body.get("errors", ()))
        self.facts: dict[str, Any] = dict(body)

    @property
    def ours(self) -> bool:
        """Whether it is a fault of ours: nothing moved, and the same may be sent again."""
        return self.status >= 500


class Inside:
    """The interface as one person may use it: an operator's whole programme, or one merchant's own."""

    def __init__(self, house: House, program: Program, owner: Key) -> None:
        self._house = house
        self._program = program
        self.owner = owner

    async def get(self, path: str, **query: object) -> Any:
        """Read; parameters that are None are left out. The answer decoded.

        Raises:
            No: the interface refuses.
        """
        return await self._ask("GET", path, query, None, None)

    async def post(self, path: str, body: object = None, key: str | None = None) -> Any:
        """Send a body; key: that of the fact, the same for the same form however often it is sent.

        Raises:
            No: the interface refuses.
        """
        return await self._ask("POST", path, {}, body, key)

    async def put(self, path: str, body: object, key: str | None = None) -> Any:
        """Put a body in place of what was there.

        Raises:
            No: the interface refuses.
        """
        return await self._ask("PUT", path, {}, body, key)

    async def delete(self, path: str, body: object = None, key: str | None = None, **query: object) -> Any:
        """Take away.

        Raises:
            No: the interface refuses.
        """
        return await self._ask("DELETE", path, query, body, key)

    async def _ask(
        self, method: str, path: str, query: Mapping[str, object], body: object, key: str | None
    ) -> Any:
        try:
            reply = await self._reply(method, path, query, body, key)
        except LOST:
            self._house.mend()
            raise
        except Exception as fault:
            problem = problem_of(fault)
            raise No(problem.status, _decode(problem.body())) from fault
        content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        if reply.status >= 400:
            raise No(reply.status, _decode(content))
        if not content:
            return None
        if reply.kind == JSON:
            return _decode(content)
        return content

    async def _reply(
        self, method: str, path: str, query: Mapping[str, object], body: object, key: str | None
    ) -> Reply:
        route, args = _router().find(method, path)
        if route.who == "anyone":
            raise Problem("not_found", f"{path} is not asked from inside: it needs no one's right")
        check_role(route, self.owner)
        headers = {b"content-type": JSON}
        if key is not None:
            headers[b"idempotency-key"] = key.encode()
        asked = urlencode([(name, value) for name, value in query.items() if value is not None])
        sent = b"" if body is None else _encode(body)

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": sent, "more_body": False}

        program = await self._house.program(self._program.id)
        asking = Asking(program, self.owner, now_in(program))
        scope = {"query_string": asked.encode()}
        reply: Reply = await route.handle(Call(self._house, asking, args, headers, scope, receive))
        return reply


@cache
def _router() -> Router[Route]:
    return Router(DOCUMENTED)
