"""jifen bench pages: a member's pages with the demo's data, each as often as the others, by many members."""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jifen.cli.bench.load import load
from jifen.cli.opening import Opened, opened
from jifen.cli.serving import running
from jifen.parties.programs import Program
from jifen.parties.sessions import Sessions
from jifen.site.routing import Page
from jifen.site.table import PAGES
from jifen.site.visit import SESSION_COOKIE

CODE = "qinghe"
MEMBERS = 50
ROUNDS = 10
P95_MOST_MS = 50.0
WRITTEN_ONCE = ("/m/app.webmanifest", "/m/sw.js")
"""What a browser asks for once and keeps."""


async def pages(folder: Path) -> dict[str, Any]:
    """The time from request to answer of every page of a member that needs no id, one after the other.

    Raises:
        RuntimeError: the demo is not there, or a page was not answered with 200.
    """
    demo = folder.parent / "demo" if folder.name == "bench" else folder
    async with opened(demo) as at_hand:
        program = await at_hand.catalog.by_code(CODE)
        if program is None:
            raise RuntimeError(f"{demo} holds no demo: run `jifen demo --no-serve` first")
        tokens = await _tokens(at_hand, program)
        found: dict[str, list[float]] = {}
        limited: list[str] = []
        with running(demo, demo / "bench.log", url=at_hand.dsn, jobs=False) as server:
            for page in read_by_members():
                asked = [_request(page.path, token) for token in tokens]
                warm = await load(server.port, 1, iter(asked[:3]))
                if set(warm.statuses) <= {404, 422}:
                    continue  # such as leaving a family where there is none, or a statement of no days
                if 429 in warm.statuses:
                    limited.append(page.path)  # such as the data's export, of which there are a few a day
                    continue
                if set(warm.statuses) - {200, 303}:
                    raise RuntimeError(f"{page.path} was answered with {warm.statuses}")
                some = itertools.islice(itertools.cycle(asked), ROUNDS * 10)
                sample = await load(server.port, 1, some)
                found[page.path] = [round(sample.percentile_ms(share), 1) for share in (0.5, 0.95)]
    worst = max(found.values(), key=lambda times: times[1])[1]
    return {
        "name": "pages",
        "value": worst,
        "unit": "ms",
        "most": P95_MOST_MS,
        "ok": worst <= P95_MOST_MS,
        "pages": len(found),
        "members": len(tokens),
        "limited": limited,
        "p50_p95_ms": found,
    }


def read_by_members() -> list[Page]:
    """The pages that a member reads, as far as their addresses name nothing."""
    return [
        page
        for page in PAGES
        if page.method == "GET"
        and "member" in page.who
        and "stranger" not in page.who
        and not page.parameters
        and page.path not in WRITTEN_ONCE
    ]


async def _tokens(at_hand: Opened, program: Program) -> list[str]:
    """Sessions of members with a rich year."""
    numbers = [f"QH{number:06d}" for number in range(1, MEMBERS * 2)]
    wallets = await at_hand.members.wallets(program.id, numbers)
    sessions = Sessions(at_hand.pool, at_hand.vault)
    now = datetime.now(UTC)
    return [
        await sessions.open_for_member(program.id, wallet, number, now)
        for number, wallet in list(wallets.items())[:MEMBERS]
    ]


def _request(path: str, token: str) -> bytes:
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
        f"Cookie: {SESSION_COOKIE}={token}; jifen_lang=zh\r\n\r\n"
    )
    return head.encode()
