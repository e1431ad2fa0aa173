"""Rewards: what they cost, what is in stock, what was taken this month; more of what is scarce."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from litestar import Response

from jifen.engine.loading import load_stocks
from jifen.pages import figures, naming
from jifen.parties.catalog import stock_id
from jifen.programs.publications import in_force, publications
from jifen.rules.rewards import Reward
from jifen.site.console.programme_draft import people, said_of
from jifen.site.console.programme_words import Said, bare
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.periods import start_of_day

LIST = "/console/rewards"
SHOWN = 40
ADDITIONS_SHOWN = 20
STATES = ("on", "later", "over", "gone")


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A reward on its shelf. left: in stock, None: not counted; state: on, later, over or gone (sold out)."""

    reward: Reward
    title: str
    merchant: str
    kind: str
    price: str
    conditions: str
    left: int | None
    taken: int
    state: str


async def show(visit: Visit) -> Response[bytes]:
    """All rewards in force, filtered by words, heading and state."""
    said = await _said(visit)
    shelves = [] if said is None else await _shelves(visit, said, said.rules.rewards)
    asked, heading, state = visit.query("q").strip().lower(), visit.query("category"), visit.query("state")
    found = [
        one
        for one in shelves
        if (not asked or asked in f"{one.title} {one.reward.title} {one.merchant} {one.reward.code}".lower())
        and (not heading or one.reward.category == heading)
        and (state not in STATES or one.state == state)
    ]
    page = _page(visit)
    return visit.page(
        "console/rewards.html",
        rows=found[(page - 1) * SHOWN : page * SHOWN],
        count=len(found),
        every=len(shelves),
        page=page,
        pages=max(1, (len(found) + SHOWN - 1) // SHOWN),
        headings=list(dict.fromkeys(one.reward.category for one in shelves if one.reward.category)),
        english=said.rules.headings_en if said is not None and visit.words.language == "en" else {},
        asked=visit.query("q"),
        heading=heading,
        state=state,
        states=STATES,
    )


def _page(visit: Visit) -> int:
    asked = visit.query("page")
    return int(asked) if asked.isdecimal() and asked.isascii() and 0 < int(asked) < 10_000 else 1


async def _said(visit: Visit) -> Said | None:
    versions = await publications(visit.house.pool, visit.program.id)
    now = in_force(versions, visit.now)
    return None if now is None else said_of(visit, now.definition)


async def _shelves(visit: Visit, said: Said, rewards: tuple[Reward, ...]) -> list[Shelf]:
    program = visit.program
    ids = {one.stock: stock_id(program.id, one.stock) for one in rewards if one.stock}
    async with visit.house.pool.acquire() as conn:
        stocks = await load_stocks(conn, list(ids.values())) if ids else {}
    since = start_of_day(visit.today.replace(day=1), program.zone)
    rows = await visit.house.pool.fetch(q("rewards_taken"), program.id, since, visit.now)
    taken: Mapping[str, int] = {row["reward"]: int(row["count"]) for row in rows}
    return [
        _shelf(one, said, None if one.stock is None else stocks.get(ids[one.stock], 0), taken, visit.now)
        for one in rewards
    ]


def _shelf(reward: Reward, said: Said, left: int | None, taken: Mapping[str, int], now: datetime) -> Shelf:
    when = reward.when
    state = "on"
    if when.until is not None and when.until <= now:
        state = "over"
    elif when.since is not None and when.since > now:
        state = "later"
    elif left == 0:
        state = "gone"
    limits = [
        said.t(f"decide.limit.{one.per}", one.count, count=figures.whole(one.count)) for one in reward.limits
    ]
    return Shelf(
        reward=reward,
        title=bare(naming.said_in(said.words, reward.title, reward.title_en)),
        merchant=said.merchant(reward.merchant) if reward.merchant else said.t("decide.reward.anywhere"),
        kind=said.t(f"decide.kind.{reward.kind}"),
        price=said.price(reward),
        conditions=said.joined([one for one in (said.conditions(when), *limits) if one]),
        left=left,
        taken=taken.get(reward.code, 0),
        state=state,
    )


async def show_one(visit: Visit) -> Response[bytes]:
    """A reward with its stock."""
    return await _one(visit)


async def _one(visit: Visit, status: int = 200, wrong: str = "", no: No | None = None) -> Response[bytes]:
    said = await _said(visit)
    code = visit.args["code"]
    reward = next((one for one in said.rules.rewards if one.code == code), None) if said else None
    if said is None or reward is None:
        raise Stop("nothing_here", 404, back=LIST)
    (shelf,) = await _shelves(visit, said, (reward,))
    added = []
    if reward.stock:
        added = await visit.house.pool.fetch(
            q("stock_additions"), visit.program.id, reward.stock, ADDITIONS_SHOWN
        )
    return visit.page(
        "console/reward.html",
        status,
        shelf=shelf,
        text=naming.said_in(visit.words, reward.text, reward.text_en),
        added=added,
        names=await people(visit),
        shared=[one.code for one in said.rules.rewards if one.stock == reward.stock and one.code != code]
        if reward.stock
        else [],
        form=visit.form,
        wrong=wrong,
        no=no,
    )


async def add_stock(visit: Visit) -> Response[bytes]:
    """Add so many to what is there."""
    said = await _said(visit)
    code = visit.args["code"]
    reward = next((one for one in said.rules.rewards if one.code == code), None) if said else None
    if reward is None or reward.stock is None:
        raise Stop("nothing_here", 404, back=LIST)
    text = visit.field("count").replace(",", "")
    visit.note(target=reward.stock, count=text)
    if not (text.isdecimal() and text.isascii() and 0 < len(text) < 10 and int(text) > 0):
        return await _one(visit, 422, "whole")
    try:
        made = await visit.api.post("/v1/stocks", {"code": reward.stock, "count": int(text)}, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _one(visit, no.status, no=no)
    left = figures.whole(made["remaining"])
    return visit.go(f"{LIST}/{code}", "decide_stocked", count=figures.whole(int(text)), left=left)


ROUTES = (
    get(LIST, "console.rewards", show, CONSOLE, key="rewards"),
    get(f"{LIST}/{{code}}", "console.reward", show_one, CONSOLE, key="rewards"),
    post(f"{LIST}/{{code}}/stock", "console.reward_stock", add_stock, CLERKS, key="rewards"),
)
