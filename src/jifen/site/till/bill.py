"""Bill: what a cashier sees of one payment before it is made; every figure as quoted by the interface."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.lots import last_day
from jifen.pages.naming import said_in
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.site.till.goods import Item, Unread, fen_of, items_of
from jifen.site.till.refusing import Refused
from jifen.site.till.sight import Given, Hint, Sight, sight_of
from jifen.site.till.stand import Stand
from jifen.site.till.who import Person
from jifen.site.visit import Visit
from jifen.till.basket import Priced
from jifen.till.offset import first_points

QUICK_FEN = (2_000, 5_000, 10_000)
TEN_YUAN = 1_000
VOUCHERS_LISTED = 50


class Asked(msgspec.Struct, frozen=True):
    """What stands in the form. who: the identification; use: none, best, most, or own with `points`."""

    who: str = ""
    amount: str = ""
    lines: str = ""
    use: str = "none"
    points: str = ""
    vouchers: tuple[str, ...] = ()
    voucher_code: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines that were typed or pasted.

        Raises:
            Unread: one is none.
        """
        return items_of(self.lines)

    @property
    def goods(self) -> dict[str, Any] | None:
        """The goods as the interface takes them; None: nothing is to be paid yet.

        Raises:
            Unread: the amount is none, or a line is none.
        """
        if items := self.items:
            return {"lines": [item.body for item in items]} if any(item.amount for item in items) else None
        fen = fen_of(self.amount) if self.amount else 0
        return {"amount": fen} if fen else None


def asked_of(visit: Visit) -> Asked:
    """What the form says. A button that sets points (`set`) counts before what is typed."""
    chosen, points = visit.field("use", "none"), visit.field("points").replace(",", "")
    if visit.field("set"):
        chosen, points = "own", visit.field("set")
    return Asked(
        who="" if visit.field("other") else visit.field("who"),
        amount=visit.field("amount"),
        lines=visit.field("lines"),
        use=chosen if chosen in ("none", "best", "most", "own") else "none",
        points=points,
        vouchers=tuple(dict.fromkeys(one for one in visit.many.get("voucher", ()) if one))[:20],
        voucher_code=visit.field("voucher_code"),
    )


class Choice(msgspec.Struct, frozen=True):
    """One of the ways to pay: so many points, worth so much, so much in money."""

    use: str
    points: int
    pays: int
    cash: int


class Quick(msgspec.Struct, frozen=True):
    """A button that sets the points. fen: what they pay; points 0: they may not be taken here."""

    fen: int
    points: int


class Slip(msgspec.Struct, frozen=True):
    """A voucher of the member. why: empty where it fits; saves: what it takes off this bill."""

    id: str
    title: Markup
    terms: str
    saves: int
    used: bool
    with_points: bool
    why: str = ""


class Taken(msgspec.Struct, frozen=True):
    """A lot, or those with one date: so many of its points are taken. last: its last day."""

    last: date | None
    taken: int
    whole: int


class Bill(msgspec.Struct, frozen=True):
    """A quoted bill with what helps to choose. gains: earned by unit, the programme's own first."""

    quote: str
    ends_at: datetime
    goods: int
    saved: int
    due: int
    points: int
    pays: int
    cash: int
    invoiceable: int
    most_points: int
    most_pays: int
    why_none: str
    limit: Markup
    step: int
    step_pays: int
    choices: tuple[Choice, ...]
    quick: tuple[Quick, ...]
    even: Quick
    slips: tuple[Slip, ...]
    hint: Hint
    given: tuple[Given, ...]
    earned: int
    later: int
    others: tuple[tuple[int, Markup], ...]
    repays: int
    available: int
    after: int
    taken: tuple[Taken, ...]
    strip: tuple[Segment, ...]
    use: str
    must_confirm: int


async def add_voucher(
    visit: Visit, stand: Stand, person: Person, asked: Asked
) -> tuple[Asked, Refused | None]:
    """The form with the voucher whose code was typed among the chosen; or why it does not fit beside them.

    Raises:
        No: there is none of that code, or it is not this member's.
    """
    goods = asked.goods
    if goods is None:
        return asked, None
    body = {
        "member": person.number,
        "store": stand.store.code,
        **goods,
        "points": 0,
        "vouchers": [*asked.vouchers, asked.voucher_code],
    }
    told = await visit.api.post("/v1/quotes", body, secrets.token_hex(12))
    fits = tuple(one["voucher"] for one in told["vouchers"])
    if new := tuple(one for one in fits if one not in asked.vouchers):
        return msgspec.structs.replace(asked, vouchers=(*asked.vouchers, *new), voucher_code=""), None
    # Those named stand before the member's others, in their order: the last of them was typed.
    named = len(asked.vouchers) + 1 - len(fits)
    return asked, misfit(visit, told["misfits"][named - 1]["why"])


def misfit(visit: Visit, why: str) -> Refused:
    """Why a voucher does not fit on this bill."""
    words, key = visit.words, f"till.no.voucher_refused.{why}"
    title = words.t(key) if words.has(key) else words.t("till.no.voucher_refused")
    return Refused(title, words.t("till.no.voucher_refused_next"), "voucher_refused")


async def bill_of(visit: Visit, stand: Stand, person: Person, asked: Asked) -> Bill | None:
    """The bill as it would be made now; None: nothing is to be paid yet.

    Raises:
        Unread: what was typed is no amount, no line or no number of points.
        No: the interface refuses it.
    """
    goods = asked.goods
    if goods is None:
        return None
    sight = await sight_of(visit, stand.store, person, goods, asked.vouchers, visit.now)
    points = _chosen(sight, asked)
    body = {
        "member": person.number,
        "store": stand.store.code,
        **goods,
        "points": points,
        "vouchers": list(asked.vouchers),
    }
    quote = await visit.api.post("/v1/quotes", body, secrets.token_hex(12))
    return await _shown(visit, person, asked, sight, quote)


def _chosen(sight: Sight, asked: Asked) -> int:
    """The points of the choice: typed ones as they are, so that who takes too many is told the most."""
    if asked.use == "most":
        most = sight.at(None)
        return most.points if isinstance(most, Priced) else 0
    if asked.use == "best":
        return sight.best() or 0
    if asked.use == "own" and asked.points:
        return points_of(asked.points)
    return 0


def points_of(text: str) -> int:
    """The points that were typed.

    Raises:
        Unread: they are no whole number.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unread("points", text)
    return int(text)


async def _shown(visit: Visit, person: Person, asked: Asked, sight: Sight, quote: dict[str, Any]) -> Bill:
    words, unit = visit.words, sight.unit
    priced = sight.at(quote["points"])
    assert isinstance(priced, Priced), "what was quoted is priced by the same rules"
    at_once, later = sight.matures(priced)
    balance = sight.look.wallet.balance(unit, sight.look.now)
    repays = min(balance.owed, at_once)
    earned = quote["earns"].get(unit, 0)
    rows = _rows(visit, sight, quote["points"])
    choices = _choices(sight)
    units = visit.program.units
    till = sight.look.rules.definition.till
    step = min(sight.step, quote["most_points"])
    step_priced = sight.at(step) if step else None
    needs = till.confirm_points or 0
    return Bill(
        quote=quote["id"],
        ends_at=datetime.fromisoformat(quote["ends_at"]),
        goods=quote["goods_fen"],
        saved=quote["goods_fen"] - quote["due_fen"],
        due=quote["due_fen"],
        points=quote["points"],
        pays=quote["pays_fen"],
        cash=quote["cash_fen"],
        invoiceable=quote["invoiceable_fen"],
        most_points=quote["most_points"],
        most_pays=quote["most_pays_fen"],
        why_none=quote["why_none"],
        limit=_limit(till.offset.most_permille, words),
        step=sight.step,
        step_pays=step_priced.pays if isinstance(step_priced, Priced) else 0,
        choices=choices,
        quick=tuple(Quick(fen, sight.worth(fen) or 0) for fen in QUICK_FEN),
        even=_even(sight, quote["due_fen"]),
        slips=await _slips(visit, person, asked, quote),
        hint=sight.hint(quote["points"]),
        given=tuple(sight.given(priced)) if priced.earns == quote["earns"] else (),
        earned=earned,
        later=later,
        others=tuple(
            (points, words.unit(units[code])) for code, points in quote["earns"].items() if code != unit
        ),
        repays=repays,
        available=quote["available"],
        after=quote["available"] - quote["points"] + at_once - repays,
        taken=rows,
        strip=_strip(rows),
        use=_use(asked, choices, quote["points"]),
        must_confirm=needs if needs and quote["points"] >= needs and not person.fresh else 0,
    )


def _use(asked: Asked, choices: Sequence[Choice], points: int) -> str:
    """Which choice stands chosen: one of the cards where the points are just its."""
    if asked.use != "own":
        return asked.use if any(one.use == asked.use for one in choices) else "none"
    return next((one.use for one in choices if one.points == points), "own")


def _choices(sight: Sight) -> tuple[Choice, ...]:
    """None, the most that keep every bonus, and the most that may pay."""
    asked: list[tuple[str, int | None]] = [("none", 0)]
    if (best := sight.best()) is not None:
        asked.append(("best", best))
    asked.append(("most", None))
    found = []
    for use, points in asked:
        priced = sight.at(points)
        if isinstance(priced, Priced) and (priced.points or use == "none"):
            found.append(Choice(use, priced.points, priced.pays, priced.cash))
    return tuple(found)


def _even(sight: Sight, due: int) -> Quick:
    """The fewest points that leave whole tens of yuan to be paid in money."""
    fen = due - (due - 1) // TEN_YUAN * TEN_YUAN
    return Quick(fen, sight.worth(fen) or 0)


def _limit(permille: int, words: Words) -> Markup:
    """How much of a bill points may pay."""
    if permille == 1000:
        return words.t("till.limit.whole")
    if not permille:
        return words.t("till.limit.none")
    return words.t("till.limit.part", part=figures.percent(Fraction(permille, 1000)))


def _rows(visit: Visit, sight: Sight, points: int) -> tuple[Taken, ...]:
    """All points that may pay, by their last day in the order in which they are drawn."""
    wallet, zone = sight.look.wallet, visit.program.zone
    taken = {part.series: part.points for part in first_points(sight.parts, points)}
    rows: dict[date | None, list[int]] = {}
    for part in sight.parts:
        last = last_day(wallet.expiry(wallet.lots[part.series].series), zone)
        row = rows.setdefault(last, [0, 0])
        row[0] += taken.get(part.series, 0)
        row[1] += part.points
    return tuple(Taken(last, *sums) for last, sums in rows.items())


def _strip(rows: Sequence[Taken]) -> tuple[Segment, ...]:
    parts: list[tuple[int, str, str]] = []
    for row in rows:
        if row.taken:
            parts.append((row.taken, "taken", ""))
        if row.whole > row.taken:
            parts.append((row.whole - row.taken, "rest", ""))
    return tuple(strip(parts)) if parts else ()


async def _own(visit: Visit, person: Person) -> dict[str, dict[str, Any]]:
    """The member's vouchers that are free, by id."""
    path = f"/v1/members/{person.number}/vouchers"
    told = await visit.api.get(path, state="issued", limit=VOUCHERS_LISTED)
    return {one["id"]: one for one in told["vouchers"]}


async def _slips(visit: Visit, person: Person, asked: Asked, quote: dict[str, Any]) -> tuple[Slip, ...]:
    """The member's vouchers that fit, then those chosen that do not go with the rest, with why."""
    named = set(asked.vouchers)
    if not quote["fits"] and not named:
        return ()
    own = await _own(visit, person)
    used = {one["voucher"]: one["saves_fen"] for one in quote["vouchers"]}
    misfits = {one["voucher"]: one["why"] for one in quote["misfits"]}
    found: list[Slip] = []
    for one in quote["fits"]:
        told = own.get(one["voucher"])
        if told is None:
            continue
        this = one["voucher"]
        why = misfits.get(this, "") if this in named and this not in used else ""
        found.append(
            Slip(
                this,
                said_in(visit.words, told["title"], told["title_en"]),
                told["terms_zh" if visit.words.language == "zh" else "terms_en"],
                used.get(this, one["saves_fen"]),
                this in used,
                one["with_points"],
                why,
            )
        )
    return tuple(found)
