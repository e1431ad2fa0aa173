"""The page on which anybody checks a statement, or one entry, against the books and their daily roots."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from jifen.jobs.check_statement import NotProven, check
from jifen.site.access.doors import knock
from jifen.site.routing import ANYONE, get, post
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of, parse_id

CHECK = "/check"
TRIES_MOST, TRIES_S = 60, 600
STATEMENT_MOST = 1_900_000
HASH_LETTERS = 64

REASONS = (
    ("this is no ", "form"),
    ("the form that is hashed", "form"),
    ("seal", "seal"),
    ("path does not lead", "root"),
    ("balance", "balance"),
    ("is missing", "gap"),
    ("hash", "chain"),
    ("head", "chain"),
)
"""By which word of the checker's reason its kind is known; any other is one of the form."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check. kind: `books`, `alone`, `elsewhere`, `differs`, or `no_<why>`; detail: why.

    entries, first, last, head: of a statement; root_day, root: of its root; fixed: so many entries it fixes.
    """

    kind: str
    detail: str = ""
    entries: int = 0
    first: datetime | None = None
    last: datetime | None = None
    head: str = ""
    root_day: str = ""
    root: str = ""
    fixed: int = 0

    @property
    def good(self) -> bool:
        """Whether it stands in the books."""
        return self.kind == "books"


class Single(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the check of one entry. no, at: its number and when it was booked, where it is there."""

    found: bool
    no: int = 0
    at: datetime | None = None
    root_day: str = ""


async def show(visit: Visit) -> Response[bytes]:
    """The forms; and the answer for the entry that the address names, as a printed QR code does."""
    entry, digest = visit.query("entry"), visit.query("hash")
    single = None
    if entry or digest:
        await knock(visit, "check", TRIES_MOST, TRIES_S)
        single = await _single(visit, entry, digest.lower())
    return _page(visit, single=single, entry=entry[:64], digest=digest[:HASH_LETTERS])


def _page(visit: Visit, status: int = 200, **more: Any) -> Response[bytes]:
    shown: dict[str, Any] = {"verdict": None, "single": None, "entry": "", "digest": "", "wrong": ""}
    return visit.page("open/check.html", status, **{**shown, **more})


async def look(visit: Visit) -> Response[bytes]:
    """Check a statement that was chosen as a file, or put in as text."""
    await knock(visit, "check", TRIES_MOST, TRIES_S)
    content = visit.files.get("file") or visit.form.get("text", "").strip().encode()
    if not content or len(content) > STATEMENT_MOST:
        wrong = "check.too_large" if content else "check.nothing"
        return _page(visit, 422, wrong=visit.words.t(wrong))
    try:
        made = check(content)
    except NotProven as reason:
        return _page(visit, verdict=Verdict(kind=f"no_{_why(str(reason))}", detail=str(reason)))
    return _page(visit, verdict=await _verdict(visit, made))


def _why(reason: str) -> str:
    return next((kind for word, kind in REASONS if word in reason), "form")


async def _verdict(visit: Visit, made: dict[str, Any]) -> Verdict:
    """What the books say of a statement that holds in itself."""
    root, entries = made["root"], made["entries"]
    facts = Verdict(
        kind="elsewhere",
        entries=made["version"],
        first=datetime.fromisoformat(entries[0]["recorded_at"]) if entries else None,
        last=datetime.fromisoformat(entries[-1]["recorded_at"]) if entries else None,
        head=made["head"],
        root_day=root["day"] if root else "",
        root=root["root"] if root else "",
        fixed=root["version"] if root else 0,
    )
    if not visit.has_program or made["program"] != str(visit.program.id):
        return facts
    wallet, pool = WalletId(parse_id(made["wallet"])), visit.house.pool
    if entries:
        rows = await pool.fetch(q("api_entries"), cell_of(wallet), wallet, made["version"] + 1, None, 1)
        if not rows or rows[0]["no"] != made["version"] or rows[0]["hash"].hex() != made["head"]:
            return msgspec.structs.replace(facts, kind="differs")
    if root is None:
        return msgspec.structs.replace(facts, kind="alone")
    day = datetime.fromisoformat(root["day"]).date()
    stored = await pool.fetchrow(q("job_root"), visit.program.id, day)
    same = stored is not None and stored["root"].hex() == root["root"]
    return msgspec.structs.replace(facts, kind="books" if same else "differs")


async def _single(visit: Visit, entry: str, digest: str) -> Single:
    """Whether the books hold an entry of that id with that very hash. Knowing one tells nothing."""
    try:
        of, asked = UUID(entry), bytes.fromhex(digest)
    except ValueError:
        return Single(found=False)
    row = await visit.house.pool.fetchrow(q("check_entry"), cell_of(of), of, visit.program.id, asked)
    if row is None:
        return Single(found=False)
    day = await visit.house.pool.fetchval(
        q("check_entry_root"), cell_of(row["wallet"]), row["wallet"], visit.program.id, row["no"]
    )
    return Single(found=True, no=row["no"], at=row["recorded_at"], root_day=day.isoformat() if day else "")


ROUTES = (
    get(CHECK, "open.check", show, ANYONE),
    post(CHECK, "open.check_statement", look, ANYONE, audited=False),
)
