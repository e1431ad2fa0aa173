"""Me: who I am, and the way to my messages, terms, consents, objections, data and settings."""

from litestar import Response

from jifen.pages.naming import tier_of
from jifen.site.member import appeals, consents, data, messages, referral, settings, terms
from jifen.site.member.messages import new_messages
from jifen.site.member.referral import referral_of, rules_of
from jifen.site.member.terms import in_force, versions_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit

ME = "/m/me"


async def show(visit: Visit) -> Response[bytes]:
    """Who I am, with what is below and how much of it."""
    member = await visit.api.get(visit.mine)
    profile = await visit.api.get(f"{visit.mine}/profile")
    rules = rules_of(visit)
    versions = await versions_of(visit)
    receipts = (await visit.api.get(f"{visit.mine}/terms"))["receipts"]
    found = (await visit.api.get(f"{visit.mine}/appeals"))["appeals"]
    invited = (await visit.api.get(f"{visit.mine}/referrals"))["invited"]
    given = [one for one in await consents.purposes_of(visit) if one.holds]
    return visit.page(
        "member/me.html",
        member=member,
        tier=tier_of(profile["standing"]["tier"], rules, visit.words) if rules and rules.tiers else "",
        fresh=await new_messages(visit),
        version=in_force(versions, visit.now),
        coming=next((one for one in versions if one.valid_from > visit.now), None),
        read=receipts[0] if receipts else None,
        given=len(given),
        waiting=sum(one["state"] == "waiting" for one in found),
        invites=referral_of(visit) is not None,
        invited=len(invited),
    )


ROUTES = (
    get(ME, "member.me", show, MEMBER, key="me"),
    *messages.ROUTES,
    *terms.ROUTES,
    *consents.ROUTES,
    *referral.ROUTES,
    *appeals.ROUTES,
    *data.ROUTES,
    *settings.ROUTES,
)
"""All pages below the tab 我的."""
