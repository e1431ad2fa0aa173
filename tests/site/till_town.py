"""A town with a plain programme, whose figures are those of S03, and what tests of the till share."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from jifen.programs.definition import Programme
from tests.site.founding import FOLDER, programme_of
from tests.site.town import Browser, Town, Towns, built

LIST = "压榨花生油 5 升, 1, 89.90\n东北大米 10 千克, 1, 59.90\n洗衣液 3 千克, 1, 24.60\n卷纸 12 卷, 1, 25.60"
"""Four things for 200 yuan."""

RULES = """
    - type: per_amount
      id: base
      title: 每消费 1 元得 1 积分
      title_en: 1 point a yuan
      rate: {points: 1, fen: 100}
    - type: multiplier
      id: market-day
      title: 赶集日现金满 100 元双倍
      title_en: Double points from 100 yuan on market days
      factor: "2"
      of: [base]
      when: {calendars: [market-day], minimum_fen: 10000}
  headings_en:"""


OIL = "merchant: hetian, points: 2800, value_fen: 2800, fulfil: order"
"""Oil is handed over by a step of its own."""


def plain(text: str) -> str:
    """The town's rules with a point a yuan, doubled on market days, and points for all of a bill."""
    before, _, rest = text.partition("\n    - type: per_amount\n")
    _, _, after = rest.partition("\n  headings_en:")
    text = f"{before}{RULES}{after}"
    text = text.replace("groups: {double: best}\n  ", "").replace(
        "offset: {most_permille: 500, step_points: 100, minimum_points: 100}",
        "offset: {most_permille: 1000, step_points: 100, minimum_points: 100}",
    )
    text = text.replace("merchant: hetian, points: 2800, value_fen: 2800}", f"{OIL}}}")
    budgets, _, after = text.partition("  budgets:\n")
    _, _, after = after.partition("\n")
    campaigns, _, _ = budgets.partition("  campaigns:\n")
    return f"{campaigns}{after}".replace("confirm_points: 5000", "confirm_points: 12000")


@cache
def plain_programme() -> Programme:
    """The town's programme with those rules."""
    with tempfile.TemporaryDirectory(prefix="jifen-test-") as above:
        folder = shutil.copytree(FOLDER, Path(above) / "programme")
        rules = folder / "rules.yaml"
        rules.write_text(plain(rules.read_text("utf-8")), "utf-8")
        return programme_of(folder)


@asynccontextmanager
async def plain_town(towns: Towns) -> AsyncIterator[Town]:
    """The town with that programme."""
    async with built(towns, lambda usual: plain_programme()) as town:
        yield town


async def card_of(town: Town, who: str) -> str:
    """A printed card of that member."""
    path = f"/v1/members/{town.number(who)}/cards"
    made = (await town.api.get(path))["cards"]
    if not made:
        await town.api.post(path, {"reason": "asked for one"}, f"card-{who}")
        made = (await town.api.get(path))["cards"]
    return str(made[0]["card"])


async def code_of(town: Town, who: str) -> str:
    """What the member's app shows now."""
    return str((await town.api.get(f"/v1/members/{town.number(who)}/code"))["code"])


def field(page: str, name: str) -> str:
    """The value of a hidden field of the page."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def hidden(page: str) -> dict[str, str]:
    """What stands hidden in the bill's form."""
    names = ("csrf", "key", "who", "quote", "cash")
    return {name: field(page, name) for name in names if f'name="{name}" value="' in page}


def seen(page: str) -> str:
    """The text of a page, without its tags and line breaks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def known(till: Browser, scan: str, **more: str) -> str:
    """The till with a member who was scanned."""
    answer = await till.send("/till/member", "/till", scan=scan, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


async def quoted(till: Browser, page: str, **fields: Any) -> str:
    """The till quoted anew, from a page of it."""
    answer = await till.client.post("/till/quote", data={**hidden(page), **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


async def pays(till: Browser, page: str, **fields: Any) -> httpx.Response:
    """The bill of a page paid."""
    return await till.client.post("/till/pay", data={**hidden(page), **fields})


async def sold(till: Browser, scan: str, **fields: Any) -> str:
    """A bill paid by that member; where its receipt is."""
    page = await quoted(till, await known(till, scan), **fields)
    paid = await pays(till, page, **fields)
    assert paid.status_code == 303, paid.text
    return paid.headers["location"]
