"""Inviting friends: the member's own link, what a friend's first order gives, and what came of whom."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.pages.naming import title_of
from jifen.rules.definition import Flat, Referral, RuleSet
from jifen.site.member.terms import in_force, versions_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit

REFERRAL = "/m/me/referral"
SHOWN_OF_NUMBER = 4


class Friend(msgspec.Struct, frozen=True):
    """Somebody who came through the link: only the end of the number is shown. until: of the first order."""

    ending: str
    invited_at: datetime
    until: datetime
    state: str
    settled_at: datetime | None
    reason: str


class Given(msgspec.Struct, frozen=True):
    """What a rule gives: its title, and how many points."""

    title: Markup
    points: int


def rules_of(visit: Visit) -> RuleSet | None:
    """The rules in force."""
    rules = visit.program.rules_at(visit.now)
    return rules.definition if rules else None


def referral_of(visit: Visit) -> Referral | None:
    """How inviting works in this programme; None: it is not there."""
    rules = rules_of(visit)
    return rules.referral if rules else None


async def show(visit: Visit) -> Response[bytes]:
    """The link, the terms of it, and who came."""
    terms, rules = referral_of(visit), rules_of(visit)
    found = (await visit.api.get(f"{visit.mine}/referrals"))["invited"]
    if terms is None or rules is None:
        return visit.page("member/me_referral_none.html", back="/m/me")
    friends = [_friend(one, timedelta(days=terms.within_days)) for one in found]
    base = str(visit.request.base_url).rstrip("/")
    return visit.page(
        "member/me_referral.html",
        back="/m/me",
        terms=terms,
        link=f"{base}/sign-in?invite={visit.number}",
        mine=_given(visit, rules, mine=True),
        theirs=_given(visit, rules, mine=False),
        friends=friends,
        paid=sum(one.state == "paid" for one in friends),
        waiting=sum(one.state == "open" for one in friends),
        contact=await _contact(visit),
    )


def _given(visit: Visit, rules: RuleSet, *, mine: bool) -> list[Given]:
    """What the inviter gets, or the friend."""
    return [
        Given(title_of(rule, visit.words), rule.points)
        for rule in rules.rules
        if isinstance(rule, Flat) and ("referral" in rule.acts if mine else rule.when.invited is True)
    ]


def _friend(one: Any, within: timedelta) -> Friend:
    at = datetime.fromisoformat(one["invited_at"])
    settled = datetime.fromisoformat(one["settled_at"]) if one["settled_at"] else None
    return Friend(one["member"][-SHOWN_OF_NUMBER:], at, at + within, one["state"], settled, one["reason"])


async def _contact(visit: Visit) -> str:
    """Whom to ask, as the terms say it."""
    now = in_force(await versions_of(visit), visit.now)
    return (now.contact or "") if now else ""


ROUTES = (get(REFERRAL, "member.referral", show, MEMBER, key="me"),)
