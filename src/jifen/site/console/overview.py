"""The overview: what is outstanding, what moved, what lapses, who trades, and what a person must look at."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.pages import figures as told
from jifen.parties.programs import Unit
from jifen.site.console.figures import (
    PERIODS,
    USUAL_DAYS,
    Figures,
    Trade,
    period_of,
    read_figures,
)
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import MerchantId
from jifen.values.periods import end_of_day, start_of_day

LAPSING_DAYS = 90
TOP = 6
UNUSUAL = 3
"""A merchant that issues today this many times what it usually issues in a whole day is named."""
UNUSUAL_LEAST = 1000
RETURNS_LEAST = 5


class Traded(msgspec.Struct, frozen=True):
    """A row of the merchants' table. code: empty for the operator itself."""

    name: str
    code: str
    issued: int
    accepted: int

    @property
    def net(self) -> int:
        """What was accepted beyond what was issued."""
        return self.accepted - self.issued


class Look(msgspec.Struct, frozen=True):
    """Something that a person must look at. link: where; empty: there is no page for this role."""

    icon: str
    title: Markup
    note: Markup
    link: str
    word: Markup


class LapseDay(msgspec.Struct):
    """Points that can be used on that day for the last time: reminded of, not yet, undelivered."""

    day: date
    told: int = 0
    waiting: int = 0
    failed: int = 0
    failed_wallets: int = 0


async def show(visit: Visit) -> Response[bytes]:
    """The overview of a unit in this week, month or year."""
    name = visit.query("period", "month")
    if name not in PERIODS:
        raise Stop("nothing_here", back="/console")
    unit = unit_asked(visit)
    pool = visit.house.pool
    period = period_of(name, visit.today)
    figures = await read_figures(pool, visit.program, unit.code, period, visit.today)
    lapses = await _lapsing(visit, unit)
    proofs = await visit.api.get("/v1/verifications")
    newest = proofs["proofs"][0] if proofs["proofs"] else None
    traded = [_traded(visit, trade) for trade in figures.trades if trade.issued or trade.accepted]
    charts = _charts(visit, figures, lapses)
    return visit.page(
        "console/overview.html",
        unit=unit,
        units=[
            (f"/console?period={name}&unit={one.code}", visit.words.unit(one), one.code == unit.code)
            for one in visit.program.units.values()
        ],
        figures=figures,
        proof=newest,
        root=proofs["roots"][0] if proofs["roots"] else None,
        traded=traded if visit.query("merchants") == "all" else traded[:TOP],
        merchants=len(traded),
        looks=await _looks(visit, figures, lapses, newest),
        lapses=lapses,
        lapsing=sum(one.told + one.waiting + one.failed for one in lapses),
        undelivered=sum(one.failed for one in lapses),
        axis=f"{charts['outstanding']['from'] / charts['outstanding']['scale']:g}",
        charts=charts,
    )


def unit_asked(visit: Visit) -> Unit:
    """The unit that the address names, else the programme's own points.

    Raises:
        Stop: there is none of that code, or none at all.
    """
    program = visit.program
    rules = program.rules_at(visit.now)
    usual = rules.definition.unit if rules is not None else next(iter(program.units), "")
    unit = program.units.get(visit.query("unit", usual))
    if unit is None:
        raise Stop("nothing_here" if program.units else "no_program", back="/console")
    return unit


def merchant_name(visit: Visit, merchant: Any) -> str:
    """A merchant's name; the programme's own where it is the operator."""
    found = visit.program.merchants_by_id.get(MerchantId(merchant))
    return found.name if found else visit.program.name


def _traded(visit: Visit, trade: Trade) -> Traded:
    found = visit.program.merchants_by_id.get(MerchantId(trade.merchant))
    return Traded(
        found.name if found else visit.program.name, found.code if found else "", trade.issued, trade.accepted
    )


async def _lapsing(visit: Visit, unit: Unit) -> list[LapseDay]:
    """What lapses within 90 days, by the last day on which it can be used."""
    program, zone = visit.program, visit.program.zone
    rules = program.rules_at(visit.now)
    reminders = rules.definition.reminders if rules is not None else None
    steps = sorted(reminders.days_before) if reminders else []
    until = end_of_day(visit.today + timedelta(days=LAPSING_DAYS), zone)
    told_until = visit.today + timedelta(days=steps[-1] if steps else 0)
    rows = await visit.house.pool.fetch(
        q("figures_lapsing"), program.id, unit.code, visit.now, until, zone, steps, told_until
    )
    days: dict[date, LapseDay] = {}
    for row in rows:
        one = days.setdefault(row["last_day"], LapseDay(row["last_day"]))
        setattr(one, row["how"], row["points"])
        if row["how"] == "failed":
            one.failed_wallets = row["wallets"]
    return list(days.values())


async def _looks(visit: Visit, figures: Figures, lapses: list[LapseDay], proof: Any) -> list[Look]:
    """What a person must look at, the gravest first."""
    return [
        *_unproven(visit, proof),
        *_unreminded(visit, lapses),
        *await _bringing_back(visit),
        *_unusual(visit, figures),
        *await _waiting(visit),
    ]


def look(
    visit: Visit, drawn: str, what: str, path: str, count: int | None = None, /, **facts: object
) -> Look:
    """One thing of the list: `watch.look.<what>`, with its note and the word of its link."""
    words = visit.words
    open_to = path.split("?")[0] in visit.open_to or path.startswith("/console/members/")
    return Look(
        drawn,
        words.t(f"watch.look.{what}", count, **facts),
        words.t(f"watch.look.{what}_note", count, **facts),
        path if open_to else "",
        words.t(f"watch.look.{what}_go"),
    )


def _unproven(visit: Visit, proof: Any) -> list[Look]:
    if proof is None:
        return [look(visit, "shield-check", "unproven", "/console/verification")]
    if proof["clean"]:
        return []
    found = proof["found"]
    return [look(visit, "alert-triangle", "findings", "/console/verification", found, count=found)]


def _unreminded(visit: Visit, lapses: list[LapseDay]) -> list[Look]:
    wallets = sum(one.failed_wallets for one in lapses)
    if not wallets:
        return []
    points = told.whole(sum(one.failed for one in lapses))
    path = "/console/messages?state=dead"
    return [look(visit, "message-off", "unreminded", path, wallets, count=wallets, points=points)]


async def _bringing_back(visit: Visit) -> list[Look]:
    """Members who brought things back very often within ten minutes today."""
    since = start_of_day(visit.today, visit.program.zone)
    rows = await visit.house.pool.fetch(q("figures_returns"), visit.program.id, since, RETURNS_LEAST)
    return [
        look(
            visit, "repeat", "returns", f"/console/members/{row['number']}", row["times"],
            times=row["times"], merchants=row["merchants"], number=row["number"],
        )
        for row in rows
    ]  # fmt: skip


def _unusual(visit: Visit, figures: Figures) -> list[Look]:
    """Merchants that issued far more today than they do in a whole day."""
    found = []
    for trade in figures.trades:
        usual = trade.usual_sum
        if trade.today < UNUSUAL_LEAST or not usual or trade.today * USUAL_DAYS < UNUSUAL * usual:
            continue
        merchant = visit.program.merchants_by_id.get(MerchantId(trade.merchant))
        tenths = trade.today * USUAL_DAYS * 10 // usual
        path = f"/console/entries?merchant={merchant.code if merchant else ''}"
        facts = {"times": f"{tenths // 10}.{tenths % 10}", "points": told.whole(trade.today)}
        name = merchant_name(visit, trade.merchant)
        found.append(look(visit, "arrow-up-right", "unusual", path, None, merchant=name, **facts))
    return found[:3]


async def _waiting(visit: Visit) -> list[Look]:
    """Corrections, appeals and acts that wait for a person."""
    found = []
    for what, path, drawn, field, at in (
        ("adjustments", "/v1/adjustment-proposals", "clock", "adjustments", "proposed_at"),
        ("appeals", "/v1/appeals", "gavel", "appeals", "made_at"),
        ("proposals", "/v1/proposals", "clipboard-list", "proposals", "proposed_at"),
    ):
        waiting = (await visit.api.get(path))[field]
        if waiting:
            oldest = min(datetime.fromisoformat(one[at]) for one in waiting)
            facts = {"count": len(waiting), "since": waited(visit, oldest)}
            found.append(look(visit, drawn, what, f"/console/{what}", len(waiting), **facts))
    return found


def waited(visit: Visit, since: datetime) -> Markup:
    """How long something has waited, in hours, or in days from two on."""
    hours = max(0, int((visit.now - since).total_seconds())) // 3600
    if not hours:
        return visit.words.t("watch.soon_waited")
    if hours < 48:
        return visit.words.t("watch.hours", hours, count=hours)
    return visit.words.t("watch.days", hours // 24, count=hours // 24)


def _scale(visit: Visit) -> int:
    """Large charts count in 万 in Chinese and in thousands in English."""
    return 10_000 if visit.words.language == "zh" else 1_000


def _charts(visit: Visit, figures: Figures, lapses: list[LapseDay]) -> dict[str, dict[str, Any]]:
    """What charts.js draws."""
    words, scale = visit.words, _scale(visit)
    labels = [
        str(words.t("watch.month", month=words.t(f"month.{one.first.month}"))) for one in figures.months
    ]
    labels[-1] = str(words.t("watch.month_to_date", month=words.t(f"month.{visit.today.month}")))

    def series(key: str, tone: str, values: list[int]) -> dict[str, Any]:
        return {"name": str(words.t(f"watch.{key}")), "tone": tone, "values": values}

    months = figures.months
    moved = {
        "labels": labels,
        "scale": scale,
        "series": [
            series("issued", "issued", [one.sums.issued for one in months]),
            series("used", "used", [one.sums.used for one in months]),
            series("expired", "expired", [one.sums.expired for one in months]),
        ],
    }
    outstanding = {
        "labels": labels,
        "scale": scale * 100,
        "fen": True,
        "from": axis_from([one.closing_fen for one in months], scale * 100),
        "series": [series("face", "issued", [one.closing_fen for one in months])],
    }
    every = [visit.today + timedelta(days=n) for n in range(LAPSING_DAYS + 1)]
    by_day = {one.day: one for one in lapses}
    empty = LapseDay(visit.today)
    lapsing = {
        "labels": [f"{day.month:02d}-{day.day:02d}" for day in every],
        "scale": scale,
        "stacked": True,
        "peaks": 3,
        "series": [
            series("told", "issued", [by_day.get(day, empty).told for day in every]),
            series("not_yet", "rest", [by_day.get(day, empty).waiting for day in every]),
            series("undelivered", "undelivered", [by_day.get(day, empty).failed for day in every]),
        ],
    }
    return {"moved": moved, "outstanding": outstanding, "lapsing": lapsing}


def axis_from(values: list[int], scale: int) -> int:
    """Where the axis of a line begins: at 0, or a whole step below values far above it."""
    low, high = min(values), max(values)
    if low * 2 < high:
        return 0
    step = scale
    while (high - low) * 10 > step * 40:
        step *= 10
    while step > 100 and (high - low) * 2 < step:
        step //= 10
    return max(0, (low - step // 2) // step * step)


ROUTES = (get("/console", "console.overview", show, CONSOLE, key="overview"),)
