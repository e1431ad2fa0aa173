"""Things behind pages that belong to somebody: for each page whose row says `own`, a visit to what is own."""

from datetime import UTC, datetime
from typing import Any

from tests.access.objects import LIN, SHOP, Make, Sample, World, fresh, order_made, purchase

VOUCHER = "groceries-10-off-100"
OTHERS = "QH000037"


async def receipt(world: World) -> Sample:
    """A receipt of the shop."""
    return Sample(args={"id": (await purchase(world))["id"]})


async def step(world: World) -> Sample:
    """A step of an order of the shop."""
    return Sample(args={"id": (await order_made(world))["id"], "step": "confirm"})


async def quote_of_lin(world: World) -> Sample:
    """A quote of a reward for the member lin."""
    made = await world.done("operator", "/v1/quotes", member=LIN, reward="oil-2l")
    return Sample(args={"id": made["id"]})


async def order_of_lin(world: World) -> Sample:
    """An order of the member lin."""
    return Sample(args={"id": (await order_made(world))["id"]})


async def _voucher(world: World) -> dict[str, str]:
    """A voucher of the member lin and its order; few are had in a month, so they are the same for all."""
    if "voucher" not in world.kept:
        made = await world.done("operator", "/v1/reward-redemptions", member=LIN, reward=VOUCHER)
        found = await world.ask("operator", "GET", f"/v1/members/{LIN}/vouchers")
        world.kept["voucher"] = {"voucher": found.json()["vouchers"][0]["id"], "order": made["id"]}
    kept: dict[str, str] = world.kept["voucher"]
    return kept


async def voucher_of_lin(world: World) -> Sample:
    """A voucher of the member lin."""
    return Sample(args={"id": (await _voucher(world))["voucher"]})


async def voucher_order_of_lin(world: World) -> Sample:
    """The order of a voucher of the member lin, which can be given back unused."""
    return Sample(args={"id": (await _voucher(world))["order"]})


async def _family(world: World) -> tuple[str, str]:
    """Two members of one household, with points."""
    if "family" not in world.kept:
        numbers = [await world.enrolled() for _ in range(2)]
        await world.town.api.post("/v1/households", {"number": f"H{fresh()}", "members": numbers})
        for number in numbers:
            body = {"member": number, "points": 100_000, "reason": "opening balance"}
            await world.town.api.post("/v1/adjustments", body, fresh())
        world.kept["family"] = (numbers[0], numbers[1])
    one, other = world.kept["family"]
    return one, other


async def joint(world: World) -> Sample:
    """A joint offer of two of a household."""
    one, other = await _family(world)
    payers = [{"member": one, "points": 1_400}, {"member": other, "points": 1_400}]
    body: dict[str, Any] = {"member": one, "reward": "oil-2l", "expected": 2_800, "payers": payers}
    made = await world.done("operator", "/v1/joint-redemptions", **body)
    return Sample(args={"id": made["id"]}, body={"answer": "decline"}, members=(other, OTHERS))


async def invitation(world: World) -> Sample:
    """Somebody is asked to join a household."""
    inviter, _ = await _family(world)
    invited = await world.enrolled()
    path = f"/v1/members/{inviter}/household/invitations"
    made = await world.done("operator", path, invitee=invited)
    return Sample(
        args={"id": made["id"]},
        body={"answer": "decline"},
        members=(invited, OTHERS),
        said="household_refused",
    )


async def ward(world: World) -> Sample:
    """A child whose guardian the member lin is."""
    number = await world.enrolled()
    answer = await world.ask(
        "operator", "PUT", f"/v1/members/{number}/guardian", {"key": fresh(), "guardian": LIN}
    )
    assert answer.status_code in (200, 201), answer.text
    return Sample(args={"ward": number})


async def hired(world: World) -> Sample:
    """Somebody new at the shop."""
    program = world.town.program
    login = f"till-{fresh()}"
    made, _ = await world.town.reception.staff.add(
        program.id,
        program.merchants[SHOP].id,
        "",
        login,
        "周新",
        "cashier",
        "green seedlings 2026",
        datetime.now(UTC),
        totp=False,
    )
    return Sample(args={"id": str(made.id)})


async def reward(world: World) -> Sample:
    """A reward of the shop of which only so many are there."""
    return Sample(args={"code": VOUCHER})


OF_PAGES: dict[str, Make] = {
    "till.receipt": receipt,
    "till.step": step,
    "shop.receipt": receipt,
    "shop.order_step": step,
    "shop.restock": reward,
    "shop.staff_disable": hired,
    "shop.staff_enable": hired,
    "shop.staff_password": hired,
    "member.quote_page": quote_of_lin,
    "member.redeem": quote_of_lin,
    "member.order": order_of_lin,
    "member.order_cancel": order_of_lin,
    "member.order_return": voucher_order_of_lin,
    "member.order_dispute": order_of_lin,
    "member.voucher": voucher_of_lin,
    "member.joint_one": joint,
    "member.joint_answer": joint,
    "member.family_answer": invitation,
    "member.family_guard": ward,
}
"""For each page whose row says `own`: what is tried there."""
