"""Beneficiaries: for whom the member may redeem, from which day on; named and forgotten at any time."""

from typing import Any

from litestar import Response

from jifen.site.inside import No
from jifen.site.member.family import FAMILY, terms_of
from jifen.site.member.me_refusing import Refused, refused, refused_here
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Visit

BENEFICIARIES = f"{FAMILY}/beneficiaries"
NAME_MOST = 100


async def show(visit: Visit) -> Response[bytes]:
    """Who is named, and since when."""
    return await _shown(visit)


async def _shown(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    found = await _found(visit)
    return visit.page(
        "member/family_beneficiaries.html",
        status,
        back=FAMILY,
        no=no,
        form=visit.form,
        beneficiaries=found["beneficiaries"],
        most=found["most"],
        days=terms_of(visit).beneficiary_days,
    )


async def _found(visit: Visit) -> Any:
    return await visit.api.get(f"{visit.mine}/beneficiaries")


async def name(visit: Visit) -> Response[bytes]:
    """Name somebody, under the first word that is free."""
    said = visit.field("name")
    if not said or len(said) > NAME_MOST:
        return await _shown(visit, refused_here(visit, "no_name"), 422)
    found = (await _found(visit))["beneficiaries"]
    taken = {one["ref"] for one in found}
    same = next((one["ref"] for one in found if one["name"] == said), None)
    ref = same or next(f"kin-{no}" for no in range(1, len(taken) + 2) if f"kin-{no}" not in taken)
    try:
        await visit.api.put(f"{visit.mine}/beneficiaries/{ref}", {"name": said}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=ref)
    return visit.go(BENEFICIARIES, "beneficiary_named", name=said)


async def forget(visit: Visit) -> Response[bytes]:
    """Take somebody off."""
    try:
        await visit.api.delete(f"{visit.mine}/beneficiaries/{visit.args['ref']}", key=visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    return visit.go(BENEFICIARIES, "beneficiary_forgotten")


ROUTES = (
    get(BENEFICIARIES, "member.beneficiaries", show, MEMBER, key="family"),
    post(BENEFICIARIES, "member.beneficiary_name", name, MEMBER, key="family"),
    post(f"{BENEFICIARIES}/{{ref}}/forget", "member.beneficiary_forget", forget, MEMBER, key="family"),
)
