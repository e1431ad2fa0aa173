"""The member's code: changing digits as bars, as a QR code and to type; good for a while without network."""

import base64
from functools import cache, lru_cache
from typing import Any

import segno
from barcode.codex import Code128
from litestar import Response

from jifen.pages.lots import usable
from jifen.pages.reading import NEWEST, read_entries
from jifen.pages.wallet_view import wallet_view
from jifen.parties.cards import Cards
from jifen.parties.codes import STEP_S, changing_code, step_of
from jifen.site.member.own import climb_of, there, tier_title, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit

AHEAD = 60
"""So many codes are sent along: half an hour of them, one every 30 seconds."""

MS = 1000
GROUP = 4
DRAWN_KEPT = 20_000
"""So many drawings are kept: who looks again within half an hour has most of them already."""

VERSION, SIDE, MASK = 1, 21, 3
"""The smallest QR code: it holds 34 digits at medium correction."""

DIGITS = 3
"""So many digits stand together in a QR code of numbers, as ten bits (ISO/IEC 18004, 7.4.3)."""


async def show(visit: Visit) -> Response[bytes]:
    """The code of now, drawn; those of the next half hour beside it, for the page to go on by itself."""
    house, wallet, now = visit.house, wallet_of(visit), visit.house.wall()
    seen = there(await read_entries(house.pool, house.catalog, wallet, NEWEST, 0))
    member = await house.members.member(wallet)
    number = await Cards(house.pool, house.vault).hidden_number(visit.program.id, wallet, visit.now)
    step = step_of(now)
    codes = [changing_code(house.vault, visit.program.id, number, step + later) for later in range(AHEAD)]
    return visit.page(
        "member/code.html",
        name=(member.name or member.number) if member else visit.number,
        code=codes[0],
        groups=in_fours(codes[0]),
        seconds=STEP_S - int(now.timestamp()) % STEP_S,
        every=STEP_S,
        kept=_kept(codes, step, int(now.timestamp() * MS)),
        view=wallet_view(seen, visit.words),
        any_lots=bool(seen.unit and usable(seen, seen.unit.code)),
        climb=await climb_of(visit, seen),
        tier_title=tier_title,
        back="/m/wallet",
    )


def in_fours(digits: str) -> str:
    """Digits as they are read out and typed."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def _kept(codes: list[str], step: int, now_ms: int) -> dict[str, Any]:
    """What the page needs to go on: when the first code began, and each with its drawings as bits."""
    return {
        "now": now_ms,
        "first": step * STEP_S * MS,
        "every": STEP_S * MS,
        "side": SIDE,
        "bars": len(_bars(codes[0])),
        "codes": [(code, *_drawn(code)) for code in codes],
    }


@lru_cache(maxsize=DRAWN_KEPT)
def _drawn(code: str) -> tuple[str, str]:
    """A code as squares and as bars, in bits."""
    return _bits(f"{_squares(code):0{SIDE * SIDE}b}"), _bits(_bars(code))


def _squares(code: str) -> int:
    """The modules of the QR code, row by row, as one number.

    Of one version and mask a QR code is linear in the bits of what it says (its correction is a linear code):
    so those of all digits are put together of a few that were drawn once, at a fiftieth of the time.
    """
    found, parts = _patterns(len(code))
    for at, patterns in enumerate(parts):
        value = int(code[at * DIGITS : (at + 1) * DIGITS])
        for bit, pattern in enumerate(patterns):
            if value >> bit & 1:
                found ^= pattern
    return found


@cache
def _patterns(length: int) -> tuple[int, list[list[int]]]:
    """The QR code of so many zeros, and by groups of three digits what each bit of a group changes in it."""
    zeros = _modules("0" * length)
    parts = []
    for at in range(0, length, DIGITS):
        digits = min(DIGITS, length - at)
        bits = (10**digits - 1).bit_length()
        parts.append(
            [
                _modules(f"{'0' * at}{1 << bit:0{digits}}{'0' * (length - at - digits)}") ^ zeros
                for bit in range(bits)
            ]
        )
    return zeros, parts


def _modules(code: str) -> int:
    """A QR code as the library draws it. One mask for all: to weigh eight takes five times as long."""
    made = segno.make(
        code, error="m", mode="numeric", version=VERSION, mask=MASK, micro=False, boost_error=False
    )
    return int("".join(str(module & 1) for row in made.matrix for module in row), 2)


def _bars(code: str) -> str:
    """The modules of the Code 128 barcode."""
    found: str = Code128(code).build()[0]
    return found


def _bits(modules: str) -> str:
    """Modules as base64, eight to a byte."""
    whole = modules + "0" * (-len(modules) % 8)
    return base64.b64encode(int(whole, 2).to_bytes(len(whole) // 8)).decode()


ROUTES = (get("/m/code", "member.code", show, MEMBER, key="wallet"),)
