"""One person on one page: balances, lots with their reminders, entries, what is open, consents, cases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.series import FAR
from jifen.books.wallet import Lot
from jifen.jobs.lapsing import Lapse, reminder_key
from jifen.pages import lots
from jifen.pages.figures import masked
from jifen.pages.naming import said_in
from jifen.pages.reading import Seen
from jifen.pages.strip import Segment, strip
from jifen.pages.wallet_view import wallet_view
from jifen.parties.members import Member
from jifen.parties.programs import Unit
from jifen.rules.person import read_person
from jifen.site.console.entries import kind_segments, member_lines, wallet_asked
from jifen.site.console.members import tier_word
from jifen.site.console.messages import event_word
from jifen.site.console.people import member_names
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of
from jifen.values.periods import local_day

LINES = 8
TOLD = 5
OPEN_ORDERS = ("placed", "confirmed", "disputed")
OPEN_VOUCHERS = ("issued", "locked")


class LotRow(msgspec.Struct, frozen=True):
    """A lot with what happens to it. whole: what is left of it, free or held."""

    last: date | None
    soon: bool
    issuer: str
    funder: str
    terms: int
    unit: Markup
    granted: int
    whole: int
    held: int
    free: int
    owed: int
    note: Markup


class Agreed(msgspec.Struct, frozen=True):
    """The last line of a purpose in the ledger of consents."""

    word: Markup
    given: bool
    at: datetime


class OpenRow(msgspec.Struct, frozen=True):
    """What the member is owed or has set aside: an order, a voucher, a hold."""

    ref: str
    what: Markup
    merchant: str
    until: datetime | None
    points: int
    state: Markup


class Cases(msgspec.Struct, frozen=True):
    """Freezes with their appeals, and proposed corrections."""

    freezes: Sequence[Any]
    adjustments: Sequence[Any]


async def show(visit: Visit) -> Response[bytes]:
    """Everything about one person."""
    return await page(visit)


async def show_phone(visit: Visit) -> Response[bytes]:
    """The page with the whole phone: whoever asks for it is written down."""
    visit.note(target=visit.args["number"], shown="phone")
    return await page(visit, phone_shown=True)


async def page(visit: Visit, phone_shown: bool = False) -> Response[bytes]:
    """The person's page."""
    number, wallet = await wallet_asked(visit)
    seen, lines = await member_lines(visit, number, wallet, LINES, visit.query("kind"))
    member = await visit.house.members.member(wallet)
    person = read_person(seen.wallet.facts)
    unit = seen.unit
    rows = await _lot_rows(visit, seen, number, unit) if unit else []
    messages = (await visit.api.get("/v1/messages", member=number, limit=TOLD))["messages"]
    return visit.page(
        "console/member.html",
        number=number,
        member=member,
        name=(member.name if member else "") or number,
        phone=_phone(member, phone_shown),
        phone_shown=phone_shown,
        tier=tier_word(visit, person.standing.tier),
        tier_until=person.standing.until,
        seen=seen,
        unit=unit,
        frozen=seen.wallet.frozen_until if seen.wallet.frozen(visit.now) else None,
        view=wallet_view(seen, visit.words),
        lots=rows,
        strip=_strip(rows),
        lines=lines,
        segments=kind_segments(visit, f"/console/members/{number}", visit.query("kind")),
        opened=await _open(visit, number, seen),
        consents=await _consents(visit, wallet),
        messages=[{**one, "word": event_word(visit.words, one["event"])} for one in messages],
        family=await _family(visit, number),
        cases=await _cases(visit, number, wallet),
    )


def _phone(member: Member | None, shown: bool) -> str:
    if member is None or member.phone is None:
        return ""
    return member.phone if shown else masked(member.phone)


async def _lot_rows(visit: Visit, seen: Seen, number: str, unit: Unit) -> list[LotRow]:
    """Lots of the usual unit first, then the others, each in the order in which they are drawn."""
    wallet = seen.wallet
    found = [lot for lot in wallet.lots.values() if lot.remaining or lot.held or lot.owed]
    found.sort(
        key=lambda lot: (
            lot.series.unit != unit.code,
            wallet.expiry(lot.series) or FAR,
            lot.series.matures_at or FAR,
            lot.series.id,
        )
    )
    told = await _reminders(visit, number)
    return [_lot_row(visit, seen, lot, told) for lot in found]


def _lot_row(visit: Visit, seen: Seen, lot: Lot, told: dict[str, Any]) -> LotRow:
    last = lots.last_of(seen, lot.series)
    return LotRow(
        last=last,
        soon=lots.is_soon(seen, last),
        issuer=lots.issuer(seen, lot.series.issuer),
        funder=lots.issuer(seen, lot.series.funder),
        terms=lot.series.terms,
        unit=visit.words.unit(seen.program.units[lot.series.unit]),
        granted=lot.granted,
        whole=lot.remaining + lot.held,
        held=lot.held,
        free=lot.remaining if seen.wallet.usable(lot, visit.now) else 0,
        owed=lot.owed,
        note=_lot_note(visit, seen, lot, last, told),
    )


def _lot_note(visit: Visit, seen: Seen, lot: Lot, last: date | None, told: dict[str, Any]) -> Markup:
    """What comes next for a lot: it matures, was or will be reminded of, or is owed."""
    words, said = visit.words, []
    if lot.owed:
        said.append(words.t("watch.lot.owed", points=f"{lot.owed:,}"))
    matures = lot.series.matures_at
    if matures is not None and matures > visit.now:
        said.append(words.t("watch.lot.matures", day=local_day(matures, visit.program.zone).isoformat()))
    expires = seen.wallet.expiry(lot.series)
    if last is None or expires is None or not lot.remaining:
        return words.joined(said)
    rules = visit.program.rules_at(visit.now)
    reminders = rules.definition.reminders if rules is not None else None
    steps = sorted(reminders.days_before, reverse=True) if reminders else []
    lapse = Lapse(seen.wallet.id, lot.series.unit, expires, last, False)
    for step in steps:
        message = told.get(reminder_key(lapse, step, seen.wallet.id))
        if message is not None:
            at = message["settled_at"] or message["put_at"]
            day = local_day(datetime.fromisoformat(at), visit.program.zone)
            said.append(words.t(f"watch.lot.{message['state']}", day=f"{day:%m-%d}"))
    coming = [last - timedelta(days=step) for step in steps if last - timedelta(days=step) > visit.today]
    if coming:
        said.append(words.t("watch.lot.coming", day=min(coming).isoformat()))
    return words.joined(said)


async def _reminders(visit: Visit, number: str) -> dict[str, Any]:
    """The newest reminders to a member, by their keys."""
    found = await visit.api.get("/v1/messages", member=number, event="points_lapsing", limit=100)
    return {one["key"]: one for one in found["messages"]}


def _strip(rows: Sequence[LotRow]) -> list[Segment]:
    """The strip of the usual unit: each lot's free part, and hatched what of it is held."""
    if not rows:
        return []
    parts: list[tuple[int, str, str]] = []
    for row in rows:
        if row.unit != rows[0].unit:
            break
        if row.whole - row.held:
            parts.append((row.whole - row.held, "soon" if row.soon else "rest", ""))
        if row.held:
            parts.append((row.held, "held", ""))
    return strip(parts) if parts else []


async def _open(visit: Visit, number: str, seen: Seen) -> list[OpenRow]:
    """Orders, vouchers and holds that are not over."""
    words = visit.words
    orders = (await visit.api.get("/v1/orders", member=number, limit=50))["orders"]
    vouchers = (await visit.api.get(f"/v1/members/{number}/vouchers", limit=50))["vouchers"]
    merchants = visit.program.merchants
    found = [
        OpenRow(
            ref=one["id"][:8],
            what=said_in(words, one["title"] or one["reward"], one["title_en"]),
            merchant=merchants[one["merchant"]].name if one["merchant"] in merchants else one["merchant"],
            until=_instant(one["slot_since"]),
            points=one["points"],
            state=words.t(f"watch.order.{one['state']}"),
        )
        for one in orders
        if one["state"] in OPEN_ORDERS
    ]
    found += [
        OpenRow(
            ref=one["id"][:8],
            what=said_in(words, one["title"] or one["reward"], one["title_en"]),
            merchant=merchants[one["merchant"]].name if one["merchant"] in merchants else one["merchant"],
            until=_instant(one["expires_at"]),
            points=0,
            state=words.t(f"watch.voucher.{one['state']}"),
        )
        for one in vouchers
        if one["state"] in OPEN_VOUCHERS
    ]
    return found + [
        OpenRow(
            ref=str(hold.id)[:8],
            what=words.t("kind.hold"),
            merchant=lots.issuer(seen, hold.merchant),
            until=hold.deadline,
            points=hold.open,
            state=words.t("balance.held"),
        )
        for hold in sorted(seen.wallet.holds.values(), key=lambda hold: hold.deadline)
        if hold.open
    ]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


async def _consents(visit: Visit, wallet: WalletId) -> list[Agreed]:
    """The last line of each purpose, as the ledger of consents has it."""
    rows = await visit.house.pool.fetch(q("consent_lines"), cell_of(wallet), wallet, None)
    last = {row["purpose"]: row for row in rows}
    words = visit.words
    found = []
    for purpose, row in sorted(last.items()):
        of, _, whom = purpose.partition(":")
        merchant = visit.program.merchants.get(whom)
        word = words.named("watch.purpose", of)
        if whom:
            word = words.t("watch.purpose_with", purpose=word, whom=merchant.name if merchant else whom)
        found.append(Agreed(word, row["given"], row["at"]))
    return found


async def _family(visit: Visit, number: str) -> Any:
    """The household and the beneficiaries, empty where there are none."""
    household = await visit.api.get(f"/v1/members/{number}/household")
    try:
        beneficiaries = (await visit.api.get(f"/v1/members/{number}/beneficiaries"))["beneficiaries"]
    except No as no:
        if no.ours:
            raise
        beneficiaries = []
    names = await member_names(visit, [one["number"] for one in household["members"]])
    return {"household": household, "beneficiaries": beneficiaries, "names": names}


async def _cases(visit: Visit, number: str, wallet: WalletId) -> Cases:
    freezes = await visit.house.pool.fetch(q("member_cases"), cell_of(wallet), wallet, visit.program.id)
    found = await visit.api.get("/v1/adjustment-proposals", all="true", member=number)
    return Cases(freezes, found["adjustments"][:5])


ROUTES = (
    get("/console/members/{number}", "console.member", show, CONSOLE, key="members"),
    post("/console/members/{number}/phone", "console.member_phone", show_phone, CLERKS, key="members"),
)
