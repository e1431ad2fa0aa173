"""The member's own data: all of it as a file, and statements that prove themselves, on paper or as a file."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response

from jifen.books.entries import Entry
from jifen.jobs.statement import as_file, statement
from jifen.messages import consents
from jifen.pages.reading import NEWEST, Seen, read_entries
from jifen.pages.rows import Row, row_of
from jifen.site.access.doors import minutes_until
from jifen.site.member.own import there, wallet_of
from jifen.site.rendering import HEADERS
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import cell_of
from jifen.values.periods import local_day

DATA = "/m/me/data"
PAGE = 200
PAGES_MOST = 1_000
FILES_MOST, FILES_S = 12, 3600
"""So many files a member may have made in an hour: each reads the whole book."""

ROWS_MOST = 2_000
PERIOD_DAYS = 92

OWN = {
    "member": "",
    "profile": "/profile",
    "balance": "/balance",
    "lots": "/lots",
    "contacts": "/contacts",
    "terms": "/terms",
    "household": "/household",
    "invitations": "/household/invitations",
    "joint_redemptions": "/joint-redemptions",
    "beneficiaries": "/beneficiaries",
    "referrals": "/referrals",
    "appeals": "/appeals",
    "vouchers": "/vouchers",
    "cards": "/cards",
}
"""What the interface tells of a member: what it is called in the file, and its address below the member's."""

PAGED = {"inbox": ("/inbox", "messages"), "entries": ("/entries", "entries")}
"""What is told a page at a time, and under which name its items are."""

_encode = msgspec.json.Encoder().encode


async def show(visit: Visit) -> Response[bytes]:
    """What can be taken away, and how it is checked."""
    return visit.page(
        "member/me_data.html",
        back="/m/me",
        since=date.fromordinal(visit.today.toordinal() - PERIOD_DAYS),
        until=visit.today,
    )


async def _may(visit: Visit) -> None:
    until = await visit.reception.limits.take("files", visit.number, FILES_MOST, FILES_S, visit.real_now)
    if until is not None:
        raise Stop("files", 429, DATA, minutes=minutes_until(until, visit.real_now))


def _file(visit: Visit, content: bytes, name: str) -> Response[bytes]:
    headers = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="{name}-{visit.number}-{visit.today.isoformat()}.json"',
    }
    return Response(content, headers=headers, media_type="application/json")


async def export(visit: Visit) -> Response[bytes]:
    """All that is kept of the member, as one JSON object (PIPL 45)."""
    await _may(visit)
    found: dict[str, Any] = {"form": "jifen member 1", "made_at": visit.now, "number": visit.number}
    for name, path in OWN.items():
        found[name] = await visit.api.get(f"{visit.mine}{path}")
    for name, (path, items) in PAGED.items():
        found[name] = await _all(visit, f"{visit.mine}{path}", items)
    found["orders"] = await _all(visit, "/v1/orders", "orders", member=visit.number)
    async with visit.house.pool.acquire() as conn:
        found["consents"] = await consents.lines(conn, wallet_of(visit))
    return _file(visit, _encode(found), "jifen")


async def _all(visit: Visit, path: str, items: str, **query: object) -> list[Any]:
    found: list[Any] = []
    cursor = None
    for _ in range(PAGES_MOST):
        page = await visit.api.get(path, limit=PAGE, cursor=cursor, **query)
        found += page[items]
        cursor = page["next"]
        if cursor is None:
            break
    return found


async def statement_file(visit: Visit) -> Response[bytes]:
    """The whole book with its proof, for anybody to check (docs/proof.md)."""
    await _may(visit)
    made = await statement(visit.house.pool, wallet_of(visit))
    return _file(visit, as_file(made), "statement")


class Period(msgspec.Struct, frozen=True):
    """What happened from a day to a day. before: the balance at its begin; after: at its end."""

    since: date
    until: date
    rows: tuple[Row, ...]
    before: int
    after: int
    last: Entry | None
    cut: bool


async def printed(visit: Visit) -> Response[bytes]:
    """A statement of a period to be printed, with the head of the chain and the day's root."""
    since, until = _day(visit, "since"), _day(visit, "until")
    if since is None or until is None or since > until:
        raise Stop("period", 422, DATA)
    wallet = wallet_of(visit)
    seen = there(await read_entries(visit.house.pool, visit.house.catalog, wallet, NEWEST, ROWS_MOST))
    period = _period(visit, seen, since, until)
    root = await visit.house.pool.fetchrow(q("job_statement_root"), cell_of(wallet), wallet, visit.program.id)
    base = str(visit.request.base_url).rstrip("/")
    last = period.last
    return visit.page(
        "member/me_statement.html",
        back=DATA,
        period=period,
        member=await visit.api.get(visit.mine),
        root=root,
        fixed=bool(root and last and last.no <= root["version"]),
        check=f"{base}/check?entry={last.id}&hash={last.hash.hex()}" if last else "",
    )


def _day(visit: Visit, name: str) -> date | None:
    try:
        return date.fromisoformat(visit.query(name))
    except ValueError:
        return None


def _period(visit: Visit, seen: Seen, since: date, until: date) -> Period:
    """The entries of a period by the day on which they were booked, oldest first, and the balances around."""
    usual = seen.unit.code if seen.unit else ""
    rows: list[Row] = []
    before = after = 0
    last = None
    for entry in reversed(seen.entries):
        on = local_day(entry.recorded_at, visit.program.zone)
        if on > until:
            break
        if on >= since:
            row = row_of(seen, entry, visit.words, dated=True)
            if row.points or entry.legs:
                rows.append(row)
            last = entry
        if entry.unit == usual:
            after = entry.balance.available
            if on < since:
                before = after
    cut = len(seen.entries) == ROWS_MOST and seen.entries[-1].no > 1
    return Period(since, until, tuple(rows), before, after, last, cut)


ROUTES = (
    get(DATA, "member.data", show, MEMBER, key="me"),
    get(f"{DATA}/export", "member.data_export", export, MEMBER, key="me"),
    get(f"{DATA}/statement.json", "member.statement_file", statement_file, MEMBER, key="me"),
    get(f"{DATA}/statement", "member.statement", printed, MEMBER, key="me"),
)
