"""Guardians and those under 14: who consents for whom, as the ledger of consents and the wallets have it."""

import msgspec

from jifen.messages import consents
from jifen.parties.households import kin
from jifen.site.member.own import wallet_of
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of, parse_id

GUARDIAN = "guardian:"


class Ward(msgspec.Struct, frozen=True):
    """A member under 14, or the guardian of one: what the guardian allows."""

    number: str
    name: str
    spend: bool
    pool: bool


async def wards_of(visit: Visit) -> list[Ward]:
    """The members under 14 whose guardian the member is."""
    own = wallet_of(visit)
    async with visit.house.pool.acquire() as conn:
        lines = await consents.lines(conn, own)
    asked = {line.purpose.removeprefix(GUARDIAN) for line in lines if line.purpose.startswith(GUARDIAN)}
    found = await kin(visit.house.pool, [WalletId(parse_id(one)) for one in sorted(asked)])
    minors = {
        wallet: one.person.minor
        for wallet, one in found.items()
        if one.person.minor is not None and one.person.minor.guardian == str(own)
    }
    names = await _named(visit, list(minors))
    return [Ward(*names[wallet], minor.spend, minor.pool) for wallet, minor in minors.items()]


async def guardian_of(visit: Visit) -> Ward | None:
    """Who consents for the member, where the member is under 14."""
    own = wallet_of(visit)
    minor = (await kin(visit.house.pool, [own]))[own].person.minor
    if minor is None:
        return None
    guardian = WalletId(parse_id(minor.guardian))
    names = await _named(visit, [guardian])
    return Ward(*names[guardian], minor.spend, minor.pool)


async def _named(visit: Visit, wallets: list[WalletId]) -> dict[WalletId, tuple[str, str]]:
    rows = await visit.house.pool.fetch(q("site_names"), [cell_of(one) for one in wallets], wallets)
    return {row["wallet"]: (row["number"], row["name"] or row["number"]) for row in rows}
