"""jifen bench contend: clients over two servers race for what there is one of, and for a drop of some."""

from pathlib import Path
from typing import Any

from jifen.cli.bench.contend_fair import SERVERS, Fair, fair
from jifen.cli.bench.contend_races import (
    COOKER,
    COUPON,
    FAMILY,
    KETTLE,
    LANTERN,
    MASSAGE,
    RACES,
    SHARE,
    Crowd,
)
from jifen.cli.bench.contend_verdict import Round, judged, tallied
from jifen.cli.progress import bar
from jifen.jobs.verify import verify

ROUNDS = 20
CLIENTS = 64
ITEMS = 500
BUYERS = 20_000


async def contend(
    folder: Path, *, rounds: int = ROUNDS, clients: int = CLIENTS, items: int = ITEMS, buyers: int = BUYERS
) -> dict[str, Any]:
    """All races, round after round; ok: nothing oversold, nothing doubled, losers untouched, books proven."""
    found: dict[str, dict[str, Any]] = {}
    findings: list[str] = []
    async with fair(folder, clients) as at:
        crowd = await _crowd(at, rounds, clients, items, buyers)
        for name, race in RACES.items():
            run: list[Round] = []
            sent, took = at.sent, at.rushed_s
            with bar(name, rounds, unit="rounds") as progress:
                for number in range(rounds):
                    of = await race(at, crowd, number)
                    findings += [finding for one in of for finding in judged(one)]
                    run += of
                    progress.advance()
            found[name] = _figures(run, rounds, at.sent - sent, at.rushed_s - took)
        requests, seconds = at.sent, at.rushed_s
        report = await verify(at.at_hand.pool, at.program.id)
    findings += [str(finding) for finding in report.findings]
    there = sum(one["there"] for one in found.values())
    won = sum(one["won"] for one in found.values())
    return {
        "name": "contend",
        "value": round(requests / seconds),
        "unit": "requests/s",
        "reference": there,
        "ratio": won / there,
        "ok": not findings and won == there and list(found) == list(RACES),
        "rounds": rounds,
        "clients": clients,
        "servers": SERVERS,
        "requests": requests,
        "seconds": round(seconds, 2),
        "verify_findings": len(report.findings),
        "findings": findings,
        "races": found,
    }


async def _crowd(at: Fair, rounds: int, clients: int, items: int, buyers: int) -> Crowd:
    """Members with points for all rounds, and families whose members let each other spend."""
    guests = tuple(f"guest-{number:03}" for number in range(clients))
    await at.enrolled(guests, rounds * (KETTLE + MASSAGE + COUPON + 200))
    families = tuple(
        tuple(f"kin-{family:03}-{number}" for number in range(FAMILY)) for family in range(clients // FAMILY)
    )
    kin = [one for family in families for one in family]
    await at.enrolled(kin, SHARE)
    homes: list[tuple[str, dict[str, object]]] = [
        ("/v1/households", {"number": f"home-{number:03}", "members": family})
        for number, family in enumerate(families)
    ]
    await at.post(*homes)
    await at.let(kin, rounds * COOKER)
    await at.enrolled([f"drop-{number:05}" for number in range(buyers)], rounds * LANTERN)
    return Crowd(guests, families, buyers, items)


def _figures(run: list[Round], rounds: int, requests: int, seconds: float) -> dict[str, Any]:
    """What is told of a race."""
    codes = tallied(run)
    won = codes.pop("won", 0)
    return {
        "rounds": rounds,
        "requests": requests,
        "there": sum(min(there, _asked(one, prize)) for one in run for prize, there in one.there.items()),
        "won": won,
        "refused": codes,
        "requests_s": round(requests / seconds) if seconds else 0,
    }


def _asked(one: Round, prize: str) -> int:
    return sum(of.prize == prize for of in one.tries)
