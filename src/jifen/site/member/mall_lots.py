"""Lots that a price takes: which ones pay, what is left, and what stops lapsing."""

from collections.abc import Sequence
from datetime import date

import msgspec
from markupsafe import Markup

from jifen.books.refusals import Refusal
from jifen.books.verbs import draw
from jifen.pages import figures, lots
from jifen.pages.reading import NEWEST, Seen, read_entries
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.parties.programs import Merchant
from jifen.site.member.own import there, wallet_of
from jifen.site.visit import Visit


class Taking(msgspec.Struct, frozen=True):
    """What a price takes of a member's points. parts: the last day (None: for ever) and points of each lot.

    soon, soon_after: what lapses within thirty days, before and after it.
    """

    strip: Sequence[Segment]
    said: Markup
    parts: Sequence[tuple[date | None, int]]
    points: int
    left: int
    soon: int
    soon_after: int


async def seen_by(visit: Visit) -> Seen:
    """The member's own wallet, with none but its newest entry."""
    return there(await read_entries(visit.house.pool, visit.house.catalog, wallet_of(visit), NEWEST, 1))


def taking(seen: Seen, unit: str, points: int, seller: Merchant | None, words: Words) -> Taking | None:
    """What so many points of a unit would be paid with now; None: there are not so many, or none to pay.

    seller: the merchant whose own points go first where the programme says so; None: nobody's do.
    """
    if points < 1:
        return None
    rules = seen.program.rules_at(seen.now)
    own = rules is not None and rules.definition.own_points_first
    drawn = draw(seen.wallet, unit, points, seen.now, seller.id if seller is not None and own else None)
    if isinstance(drawn, Refusal):
        return None
    had: dict[date | None, int] = dict(lots.by_last_day(lots.usable(seen, unit)))
    taken: dict[date | None, int] = {}
    for series, part in drawn:
        last = lots.last_of(seen, seen.wallet.lots[series].series)
        taken[last] = taken.get(last, 0) + part
    parts: list[tuple[int, str, str]] = []
    for last, whole in had.items():
        out = taken.get(last, 0)
        parts += [(some, look, "") for some, look in ((out, "taken"), (whole - out, "rest")) if some]
    soon = sum(whole for last, whole in had.items() if lots.is_soon(seen, last))
    gone = sum(part for last, part in taken.items() if lots.is_soon(seen, last))
    left = sum(had.values()) - points
    said = words.t("mall.strip", points=figures.whole(points), left=figures.whole(left))
    return Taking(strip(parts), said, list(taken.items()), points, left, soon, soon - gone)
