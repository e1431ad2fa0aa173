"""The terms as the member reads them: what changed, in place, from when, and the versions before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response

from jifen.programs.terms.writing import Line, marked
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q

TERMS = "/m/me/terms"
CHANNEL = "h5"


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph. mark: same, added or removed; head: it is a heading."""

    mark: str
    text: str
    head: bool


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """The terms as paragraphs: what follows an empty line is a heading; the title of all is left out."""
    found, after_blank = [], False
    for place, line in enumerate(lines):
        if not line.text.strip():
            after_blank = True
        elif place:
            found.append(Paragraph(line.mark, line.text, after_blank))
            after_blank = False
    return found


class Version(msgspec.Struct, frozen=True):
    """A version of the terms. contact: whom it names for questions."""

    version: int
    valid_from: datetime
    published_at: datetime
    terms_hash: bytes
    notice_key: str
    contact: str | None


async def versions_of(visit: Visit) -> list[Version]:
    """All versions, oldest first."""
    return [Version(*row) for row in await visit.house.pool.fetch(q("site_versions"), visit.program.id)]


def in_force(versions: Sequence[Version], at: datetime) -> Version | None:
    """The version that holds at an instant; None: none yet."""
    return next((one for one in reversed(versions) if one.valid_from <= at), None)


async def show(visit: Visit) -> Response[bytes]:
    """The version in force, or the one asked for, marked against the one before it."""
    versions = await versions_of(visit)
    now = in_force(versions, visit.now)
    asked = visit.query("version")
    one = next((found for found in versions if str(found.version) == asked), None) if asked else now
    if one is None:
        if asked:
            raise Stop("nothing_here", 404, TERMS)
        return visit.page("member/me_terms_none.html", back="/m/me")
    earlier = [found for found in versions if found.version < one.version]
    before = earlier[-1] if earlier else None
    lines = await _lines(visit, one, before)
    mine = (await visit.api.get(f"{visit.mine}/terms"))["receipts"]
    return visit.page(
        "member/me_terms.html",
        back="/m/me",
        one=one,
        before=before,
        state=_state(one, now),
        paragraphs=paragraphs(lines),
        changed=any(line.mark != "same" for line in lines),
        mine=[kept for kept in mine if kept["version"] == one.version],
        notices=await _notices(visit, one),
        coming=[found for found in versions if found.valid_from > visit.now and found is not one],
        versions=[(found, _state(found, now)) for found in reversed(versions)],
    )


async def _lines(visit: Visit, one: Version, before: Version | None) -> Sequence[Line]:
    """The text in the language of the page, marked against that of the version before."""
    asked = [one.version] if before is None else [one.version, before.version]
    column = "terms_zh" if visit.words.language == "zh" else "terms_en"
    rows = await visit.house.pool.fetch(q("site_terms"), visit.program.id, asked)
    texts = {row["version"]: row[column] for row in rows}
    if before is None:
        return [Line("same", text) for text in texts[one.version].splitlines()]
    return marked(texts[before.version], texts[one.version])


def _state(one: Version, now: Version | None) -> str:
    if one is now:
        return "in_force"
    return "scheduled" if now is None or one.version > now.version else "past"


async def _notices(visit: Visit, one: Version) -> list[Any]:
    """How the member was told of a version: by which channel, since when."""
    if not one.notice_key:
        return []
    found = await visit.api.get("/v1/messages", member=visit.number, event="terms_changed", limit=50)
    version = str(one.version)
    return [message for message in found["messages"] if str(message["fields"].get("version")) == version]


async def read(visit: Visit) -> Response[bytes]:
    """Keep that the member read a version: which, when, and the hash of its text (COMPLIANCE R01)."""
    versions = await versions_of(visit)
    one = next((found for found in versions if str(found.version) == visit.field("version")), None)
    if one is None:
        raise Stop("nothing_here", 404, TERMS)
    body = {
        "version": one.version,
        "how": "acknowledged",
        "channel": CHANNEL,
        "text_hash": one.terms_hash.hex(),
        "language": visit.words.language,
    }
    await visit.api.post(f"{visit.mine}/terms", body)
    visit.note(target=str(one.version))
    return visit.go(f"{TERMS}?version={one.version}", "terms_read", version=one.version)


ROUTES = (
    get(TERMS, "member.terms", show, MEMBER, key="me"),
    post(TERMS, "member.terms_read", read, MEMBER, key="me"),
)
