"""One request on its way: its headers, its query, its body."""

from typing import Any
from urllib.parse import parse_qsl

from jifen.api.asking import Asking
from jifen.api.house import House
from jifen.api.problems import Problem, invalid
from jifen.api.routing import JSON


class Gone(Exception):
    """The client went away before its request had come."""


class Call:
    """A request that was let in."""

    __slots__ = ("_receive", "args", "asking", "headers", "house", "query_string")

    def __init__(
        self,
        house: House,
        asking: Asking,
        args: dict[str, str],
        headers: dict[bytes, bytes],
        scope: Any,
        receive: Any,
    ) -> None:
        self.house = house
        self.asking = asking
        self.args = args
        self.headers = headers
        self.query_string: bytes = scope["query_string"]
        self._receive = receive

    @classmethod
    def of_nobody(
        cls, house: House, args: dict[str, str], headers: dict[bytes, bytes], scope: Any, receive: Any
    ) -> "Call":
        """A request of which it is not known yet who asks: it has no `asking` until that is set."""
        made = cls.__new__(cls)
        made.house, made.args, made.headers = house, args, headers
        made.query_string, made._receive = scope["query_string"], receive
        return made

    async def piece(self) -> tuple[bytes, bool]:
        """The next piece of the body, and whether more will come.

        Raises:
            Gone: nothing more will come, though the body has not ended.
        """
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        return message.get("body", b""), message.get("more_body", False)

    async def json(self) -> bytes:
        """The whole body; an empty one is an empty object.

        Raises:
            Problem: it is too large, or of another kind than JSON in UTF-8.
        """
        most = self.house.settings.body_bytes_most
        length = self.headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > most:
            raise too_large(most)
        raw, more = await self.piece()
        while more:
            if len(raw) > most:
                raise too_large(most)
            piece, more = await self.piece()
            raw += piece
        if not raw:
            return b"{}"
        if len(raw) > most:
            raise too_large(most)
        self.must_be(JSON)
        return raw

    def must_be(self, *kinds: bytes) -> None:
        """Refuse a body of another kind."""
        kind = self.headers.get(b"content-type", b"")
        encoding = self.headers.get(b"content-encoding", b"identity")
        if kind in kinds and encoding == b"identity":
            return
        plain, _, rest = kind.lower().partition(b";")
        charset = rest.replace(b" ", b"").replace(b'"', b"")
        if plain.strip() not in kinds or charset not in (b"", b"charset=utf-8", b"charset=utf8"):
            sent = kind.decode("latin-1")
            wanted = " or ".join(one.decode() for one in kinds)
            raise invalid(
                "Content-Type",
                sent,
                f"is not what this address takes: send {wanted}",
                "unsupported_media_type",
            )
        if encoding.lower() != b"identity":
            sent = encoding.decode("latin-1")
            raise invalid(
                "Content-Encoding", sent, "is not understood: send it uncompressed", "unsupported_media_type"
            )

    def key(self, field: str | None) -> str:
        """The fact's key: from the header Idempotency-Key or from the body's field.

        Raises:
            Problem: there is none, there are two, or it is no key.
        """
        header = self.headers.get(b"idempotency-key")
        if header is None:
            if field is None:
                raise invalid(
                    "key", None, "is missing: send it, or the header Idempotency-Key", "key_missing"
                )
            return field
        text = header.decode("latin-1")
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        if not (text and text.isascii() and text.isprintable() and len(text) <= 128):
            raise invalid("Idempotency-Key", text, "is no key: send 1 to 128 printable ASCII letters")
        if field is not None and field != text:
            raise invalid(
                "key", field, f"differs from the header, {text!r}: send one of the two", "key_differs"
            )
        return text

    def query(self, *known: str) -> dict[str, str]:
        """The query's parameters, each once.

        Raises:
            Problem: one is not known here, or given twice.
        """
        found: dict[str, str] = {}
        if not self.query_string:
            return found
        for name, value in parse_qsl(
            self.query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=50
        ):
            if name not in known:
                raise invalid(name, value, f"is no parameter here: use {', '.join(known) or 'none'}")
            if name in found:
                raise invalid(name, value, "is given twice: send it once")
            found[name] = value
        return found


def too_large(most: int) -> Problem:
    """The problem of a body beyond what is taken at once."""
    return Problem(
        "body_too_large",
        f"the body is larger than {most} bytes: send many facts as lines to /v1/bulk",
        facts={"most": most},
    )
