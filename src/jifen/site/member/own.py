"""What is the member's own: the wallet of who is signed in, its unit, its tier and its household."""

import msgspec
from markupsafe import Markup

from jifen.books.wallet import Wallet
from jifen.engine.loading import Connection, load_counters, load_wallets
from jifen.mall.provenance import part_of, shares_of, steps_of
from jifen.pages import figures
from jifen.pages.naming import said_in
from jifen.pages.reading import Seen
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.person import Standing, read_person
from jifen.rules.tiers import Tier, Tiers, rank, total, window
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of, parse_id


class Climb(msgspec.Struct, frozen=True):
    """Where a member stands among the tiers. reached: fen, purchases or points in the window of today.

    now: None below the first, or of a tier that there is no more; next: None at the top.
    """

    tiers: Tiers
    standing: Standing
    reached: int
    now: Tier | None
    next: Tier | None

    @property
    def missing(self) -> int:
        """What the next tier still asks for."""
        return 0 if self.next is None else max(0, self.next.at - self.reached)


class Home(msgspec.Struct, frozen=True):
    """The household's pool: so many members, what is in it, and how much of that the member put in."""

    members: int
    available: int
    own: int


def wallet_of(visit: Visit) -> WalletId:
    """The wallet of the member who is signed in."""
    wallet = visit.signed_in.wallet
    assert wallet is not None, "a member's session has a wallet"
    return wallet


def there(seen: Seen | None) -> Seen:
    """What was read of the own wallet.

    Raises:
        Stop: the wallet is gone.
    """
    if seen is None:
        raise Stop("nothing_here")
    return seen


async def climb_of(visit: Visit, seen: Seen) -> Climb | None:
    """The tiers of today's rules, and where the member stands; None: the programme has none."""
    rules = seen.program.rules_at(seen.now)
    tiers = rules.definition.tiers if rules is not None else None
    if tiers is None:
        return None
    async with visit.house.pool.acquire() as conn:
        await load_counters(
            conn, {seen.wallet.id: seen.wallet}, [(seen.wallet.id, window(tiers, seen.today))]
        )
    standing = read_person(seen.wallet.facts).standing
    place = rank(tiers, standing.tier)
    return Climb(
        tiers,
        standing,
        total(tiers, seen.today, seen.wallet.counters),
        tiers.levels[place] if place >= 0 else None,
        tiers.levels[place + 1] if place + 1 < len(tiers.levels) else None,
    )


def tier_title(tier: Tier, words: Words) -> Markup:
    """What a tier is called."""
    return said_in(words, tier.title, tier.title_en)


def counted(tiers: Tiers, amount: int) -> str:
    """What a tier counts, as a figure: yuan, purchases or points."""
    return figures.yuan(amount) if tiers.by == "spend" else figures.whole(amount)


async def home_of(visit: Visit, seen: Seen) -> Home | None:
    """The household's pool; None: the member is in none, or the programme has no points yet."""
    belongs = read_person(seen.wallet.facts).household.home
    if not belongs or seen.unit is None:
        return None
    async with visit.house.pool.acquire() as conn:
        return await _home(conn, seen, WalletId(parse_id(belongs)), seen.unit.code)


async def _home(conn: Connection, seen: Seen, home: WalletId, unit: str) -> Home | None:
    program: Program = seen.program
    found = await load_wallets(conn, [home], {program.id: program}, seen.series)
    pool = found.get(home)
    if pool is None:
        return None
    shares = shares_of(home, steps_of(await conn.fetch(q("needs_pool"), [cell_of(home)], [home], [home])))
    mine = sum(
        points
        for series, points in part_of(shares, seen.wallet.id)
        if (lot := pool.lots.get(series)) and lot.series.unit == unit and pool.usable(lot, seen.now)
    )
    family = read_person(pool.facts).family
    return Home(len(family.members) if family else 0, _available(pool, unit, seen), mine)


def _available(pool: Wallet, unit: str, seen: Seen) -> int:
    return pool.balance(unit, seen.now).available
