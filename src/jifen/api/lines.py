"""Lines in and lines out, in constant memory: NDJSON is cut as it comes, answers wait on disk."""

import tempfile
from collections.abc import AsyncIterator, Iterator

from jifen.api.calls import Call
from jifen.api.problems import Problem, invalid
from jifen.api.routing import NDJSON, Reply

KINDS = (NDJSON, b"application/ndjson", b"application/jsonl", b"application/x-jsonlines")
CHUNK_LINES = 1_000
CHUNK_BYTES = 1_048_576
SPOOL_BYTES = 4_194_304
PIECE = 65_536

Numbered = tuple[int, bytes | None]
"""A line and its number from 1; None: it was too long and is not kept."""


async def chunks(call: Call, *, lines_most: int = CHUNK_LINES) -> AsyncIterator[list[Numbered]]:
    """The body's lines as they come, so many at a time; blank ones are counted and left out."""
    longest = call.house.settings.line_bytes_most
    chunk: list[Numbered] = []
    number = size = 0
    tail = b""
    skipping = False
    more = True
    while more:
        piece, more = await call.piece()
        if skipping:
            _, ended, piece = piece.partition(b"\n")
            if not ended:
                continue
            skipping = False
        lines = (tail + piece).split(b"\n")
        tail = lines.pop() if more else b""
        if len(tail) > longest:
            lines.append(tail)
            tail, skipping = b"", True
        for line in lines:
            number += 1
            if len(line) > longest:
                chunk.append((number, None))
            elif line and not line.isspace():
                chunk.append((number, line))
                size += len(line)
            if len(chunk) >= lines_most or size >= CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def refuse_header_key(call: Call) -> None:
    """One key cannot be that of many lines."""
    header = call.headers.get(b"idempotency-key")
    if header is not None:
        text = header.decode("latin-1")
        raise invalid(
            "Idempotency-Key", text, "is one key for many lines: give each line its own field `key`"
        )


def too_long(most: int) -> Problem:
    """The problem of a line beyond what is taken."""
    return Problem("line_too_long", f"the line is longer than {most} bytes: split it", facts={"most": most})


class Spool:
    """Answers, kept until the whole body has come: a client that only reads then is never waited for."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 (it outlives this block)

    def write(self, lines: list[bytes]) -> None:
        """Add answers, one a line."""
        if lines:
            self._file.write(b"\n".join(lines) + b"\n")

    def reply(self) -> Reply:
        """All answers, piece by piece."""
        return Reply(200, self._pieces(), NDJSON)

    def _pieces(self) -> Iterator[bytes]:
        with self._file as file:
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece

    def drop(self) -> None:
        """Nobody will read them."""
        self._file.close()
