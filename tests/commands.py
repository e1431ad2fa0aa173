"""Commands given in turn to one process: to start Python for each of them takes longer than they do."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence

import msgspec

TAKES_THEM = """
import contextlib, io, json, sys
from jifen.cli.main import main

for words in json.load(sys.stdin):
    out, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaint):
        try:
            code = main(words)
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code, out.getvalue(), complaint.getvalue()]), flush=True)
"""


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What a command answered: its exit code, what it printed, and what it complained of."""

    code: int
    out: str
    complaint: str


async def given(environment: Mapping[str, str], *commands: Sequence[str]) -> list[Said]:
    """Give these commands of `jifen` in turn, and say what each of them answered."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        TAKES_THEM,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate(json.dumps(commands).encode())
    assert (process.returncode, complaint) == (0, b""), complaint.decode()
    return [msgspec.json.decode(line, type=Said) for line in out.splitlines()]
