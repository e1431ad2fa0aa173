"""A random walk: families come and go and spend, and after every step the points sum up."""

import random

import pytest

from tests.households.family import Family

PEOPLE = ("ann", "bob", "cat", "dan")
WHAT = ("earn", "open", "join", "leave", "close", "let", "end", "send", "fetch", "pay", "part", "joint")
OF_PROGRAM = (
    "SELECT coalesce(sum(l.remaining), 0)::bigint FROM lot l JOIN wallet w ON w.id = l.wallet"
    " WHERE w.program = $1"
)


async def step(family: Family, chance: random.Random, number: int) -> tuple[int, int]:
    """One thing that somebody does, granted or refused; (points earned, points spent)."""
    operator, who, other = family.operator, chance.choice(PEOPLE), chance.choice((*PEOPLE, "h0"))
    points = chance.randint(1, 60)
    key = f"w-{number}"
    what = chance.choice((*WHAT, "earn", "earn", "let", "pay", "pay"))
    path = f"/v1/members/{who}/household"
    match what:
        case "earn":
            await family.earns(who, points)
            return points, 0
        case "open":
            await operator.post("/v1/households", number=f"h{number}", members=[who])
        case "join":
            made = await operator.post(f"{path}/invitations", key=key, invitee=other)
            if made.status_code == 201:
                at = f"/v1/members/{other}/household/invitations/{made.json()['id']}/accept"
                answer = await operator.post(at, key=f"{key}-a")
                assert answer.status_code in (201, 409), answer.text
        case "leave" | "close":
            answer = await operator.post(f"{path}/{what}", key=key)
            assert answer.status_code in (201, 409), answer.text
        case "let":
            await operator.ask("PUT", f"{path}/pool", json={"key": key, "points": points})
        case "end":
            await operator.ask("DELETE", f"{path}/pool", headers={"idempotency-key": key})
        case "send" | "fetch":
            home = (await family.home(who))["number"]
            to = home if home and chance.random() < 0.7 else other
            pair = (who, to) if what == "send" else (to, who)
            await operator.post("/v1/transfers", key=key, member=pair[0], to=pair[1], points=points)
        case "pay" | "part":
            seen = await family.home(who)
            payers = [one["number"] for one in seen["members"]] + ([seen["number"]] if seen["number"] else [])
            asked = [{"member": one} for one in payers] or [{"member": who}]
            if what == "part":
                asked = [
                    {"member": who, "points": points % 29 + 1},
                    {"member": other, "points": 29 - points % 29},
                ]
            answer = await operator.post(
                "/v1/reward-redemptions", key=key, member=who, reward="lamp", payers=asked
            )
            assert answer.status_code in (201, 409, 422), answer.text
            return 0, 30 if answer.status_code == 201 else 0
        case "joint":
            parts = [{"member": who, "points": 60}, {"member": other, "points": 60}]
            body = {"member": who, "reward": "scarf", "expected": 120, "payers": parts}
            made = await operator.post("/v1/joint-redemptions", key=key, **body)
            if made.status_code == 201:
                at = f"/v1/joint-redemptions/{made.json()['id']}/accept"
                answer = await operator.post(at, key=f"{key}-a", member=other)
                assert answer.status_code in (201, 409), answer.text
                return 0, 120 if answer.status_code == 201 else 0
    return 0, 0


@pytest.mark.parametrize("seed", range(4))
async def test_the_points_sum_up_after_every_step(family: Family, seed: int) -> None:
    """What was earned less what was spent is there; in the end the books prove clean (see the fixture)."""
    await family.rules(rejoin_days=0, members_most=3)
    await family.opens("h0", "ann", "bob")
    chance = random.Random(seed)
    there = granted = 0
    for number in range(150):
        earned, spent = await step(family, chance, number + 1)
        there += earned - spent
        granted += spent > 0
        assert await family.house.pool.fetchval(OF_PROGRAM, family.alliance.id) == there, number
    assert granted > 3
