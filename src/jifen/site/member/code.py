"""The member's code: changing digits as bars, as a QR code and to type; good for a while without network."""

import base64
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


async def show(visit: Visit) -> Response[bytes]:
    """The code of now, drawn; those of the next half hour beside it, for the page to go on by itself."""
    house, wallet, now = visit.house, wallet_of(visit), visit.now
    seen = there(await read_entries(house.pool, house.catalog, wallet, NEWEST, 0))
    member = await house.members.member(wallet)
    number = await Cards(house.pool, house.vault).hidden_number(visit.program.id, wallet, now)
    step = step_of(now)
    stands = visit.program.test_clock is not None
    codes = [
        changing_code(house.vault, visit.program.id, number, step + later)
        for later in range(1 if stands else AHEAD)
    ]
    return visit.page(
        "member/code.html",
        name=(member.name or member.number) if member else visit.number,
        code=codes[0],
        groups=in_fours(codes[0]),
        seconds=STEP_S - int(now.timestamp()) % STEP_S,
        every=STEP_S,
        stands=stands,
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
    drawn = [(code, _bits(_squares(code)), _bits(_bars(code))) for code in codes]
    side = segno.make(codes[0], error="m", micro=False).symbol_size(border=0)[0]
    return {
        "now": now_ms,
        "first": step * STEP_S * MS,
        "every": STEP_S * MS,
        "side": side,
        "bars": len(_bars(codes[0])),
        "codes": drawn,
    }


def _squares(code: str) -> str:
    """The modules of the QR code, row by row."""
    return "".join(
        str(module & 1) for row in segno.make(code, error="m", micro=False).matrix for module in row
    )


def _bars(code: str) -> str:
    """The modules of the Code 128 barcode."""
    found: str = Code128(code).build()[0]
    return found


def _bits(modules: str) -> str:
    """Modules as base64, eight to a byte."""
    whole = modules + "0" * (-len(modules) % 8)
    return base64.b64encode(int(whole, 2).to_bytes(len(whole) // 8)).decode()


ROUTES = (get("/m/code", "member.code", show, MEMBER, key="wallet"),)
