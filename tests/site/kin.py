"""A town for families and friends: rewards that several may pay, and points for who invites."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import msgspec

from jifen.programs.definition import Programme
from jifen.rules.definition import AnyRule, Referral
from jifen.rules.rewards import Reward
from tests.site.town import Town, Towns, built

REWARDS = (
    {"code": "cooker", "title": "全自动电饭煲 4 升", "title_en": "Rice cooker, 4 l", "category": "粮油",
     "merchant": "hetian", "points": 10000, "value_fen": 10000, "payers": 6, "stock": "cooker",
     "fulfil": "order"},
    {"code": "cups", "title": "情侣杯一对", "title_en": "A pair of cups", "category": "粮油",
     "points": 1200, "value_fen": 1200, "payers": 2},
)  # fmt: skip
RULES = (
    {"type": "flat", "id": "inviter", "title": "好友完成首单得200分，每年最多2000分",
     "title_en": "200 points for a friend's first order, at most 2,000 a year", "points": 200,
     "acts": ["referral"], "funder": "operator", "caps": [{"points": 2000, "per": "year"}]},
    {"type": "flat", "id": "invitee", "title": "受邀首单得100分",
     "title_en": "100 points for the first order of who was invited", "points": 100, "once": "ever",
     "funder": "operator", "when": {"invited": True, "minimum_fen": 5000, "joined_within_days": 90}},
)  # fmt: skip

BLANK = re.compile(r"\s+")
TAGS = re.compile(r"<[^>]+>")


def said(page: str) -> str:
    """What a page says, without its marks."""
    return BLANK.sub(" ", unescape(TAGS.sub(" ", page))).replace("\N{NO-BREAK SPACE}", " ").strip()


def friendly(programme: Programme) -> Programme:
    """The programme with these rewards and rules, and with invitations."""
    rules = programme.rules
    return msgspec.structs.replace(
        programme,
        rules=msgspec.structs.replace(
            rules,
            rewards=(*rules.rewards, *msgspec.convert(REWARDS, type=tuple[Reward, ...])),
            rules=(*rules.rules, *msgspec.convert(RULES, type=tuple[AnyRule, ...])),
            referral=Referral(wait_days=7, minimum_fen=5000, within_days=90),
        ),
    )


@asynccontextmanager
async def kin_town(towns: Towns) -> AsyncIterator[Town]:
    """A town with these, and nine cookers in stock."""
    async with built(towns, friendly) as town:
        await town.api.post("/v1/stocks", {"code": "cooker", "count": 9}, "stock-cooker")
        yield town


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form of that action.

    Raises:
        AssertionError: the page has no such form.
    """
    assert f'action="{action}"' in page, f"there is no form of {action}"
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}
