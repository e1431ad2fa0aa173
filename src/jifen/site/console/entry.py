"""One entry for an operator: why points moved, its legs, its place in the chain, what took it back."""

from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.legs import Account
from jifen.pages import lots
from jifen.pages.entry_view import entry_view
from jifen.pages.reading import NEWEST, Seen, read_entry
from jifen.site.console.entries import wallet_asked
from jifen.site.console.ledger import line_of
from jifen.site.inside import No
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import NOBODY, MerchantId, WalletId, cell_of


class LegRow(msgspec.Struct, frozen=True):
    """A leg as it stands in the books."""

    how: Markup
    points: int
    unit: Markup
    issuer: str
    other: str
    terms: int
    last: str
    series: str


async def show(visit: Visit) -> Response[bytes]:
    """An entry by its id."""
    try:
        found = await visit.api.get(f"/v1/entries/{visit.args['id']}")
    except No as no:
        if no.ours:
            raise
        raise Stop("entry_unknown", back="/console/entries") from no
    return await _page(visit, WalletId(msgspec.convert(found["wallet"], WalletId)), found["no"])


async def show_of_member(visit: Visit) -> Response[bytes]:
    """An entry by its member and number."""
    _, wallet = await wallet_asked(visit)
    text = visit.args["no"]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < NEWEST):
        raise Stop("entry_unknown", back="/console/entries")
    return await _page(visit, wallet, int(text))


async def _page(visit: Visit, wallet: WalletId, no: int) -> Response[bytes]:
    house = visit.house
    seen = await read_entry(house.pool, house.catalog, wallet, no)
    if seen is None:
        raise Stop("entry_unknown", back="/console/entries")
    entry = seen.entries[0]
    member = await house.members.member(wallet)
    number = member.number if member else ""
    before = await house.pool.fetchval(q("ledger_hash"), cell_of(wallet), wallet, no - 1)
    return visit.page(
        "console/entry.html",
        view=entry_view(seen, visit.words),
        entry=entry,
        line=line_of(seen, entry, visit.words, number),
        number=number,
        name=member.name if member else "",
        legs=[_leg(visit, seen, leg) for leg in entry.legs],
        hash=entry.hash.hex(),
        before=before.hex() if before else "",
        newest=seen.wallet.version,
        related=[line_of(seen, other, visit.words, number) for other in seen.entries[1:]],
        reverses=entry.reverses,
    )


def _leg(visit: Visit, seen: Seen, leg: Any) -> LegRow:
    words, series = visit.words, seen.series[leg.series]
    graced = leg.account is Account.TRANSFERRED and leg.counterparty == seen.wallet.id
    last = lots.last_of(seen, series)
    unit = seen.program.units[series.unit]
    return LegRow(
        how=words.t(f"account.{'grace' if graced else leg.account}.{'in' if leg.points > 0 else 'out'}"),
        points=leg.points,
        unit=words.unit(unit),
        issuer=lots.issuer(seen, series.issuer),
        other=_other(visit, leg.counterparty),
        terms=series.terms,
        last=last.isoformat() if last else "",
        series=str(leg.series),
    )


def _other(visit: Visit, counterparty: Any) -> str:
    """Who stands at the other end: a merchant, the operator, a wallet by its id, or nobody."""
    if counterparty == NOBODY:
        return ""
    found = visit.program.merchants_by_id.get(MerchantId(counterparty))
    if found is not None:
        return found.name
    return visit.program.name if counterparty == visit.program.operator else str(counterparty)


ROUTES = (
    get("/console/entries/{id}", "console.entry", show, CONSOLE, key="entries"),
    get(
        "/console/members/{number}/entries/{no}",
        "console.member_entry",
        show_of_member,
        CONSOLE,
        key="members",
    ),
)
