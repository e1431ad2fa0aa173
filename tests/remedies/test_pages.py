"""The member's own pages tell of what a till booked later, and of what an outage gave."""

from datetime import UTC, datetime, timedelta

import httpx
from litestar import Litestar
from litestar.datastructures import State

from jifen.jobs.remedies import remedy_due
from jifen.pages.links import wallet_link
from jifen.pages.routes import routes
from jifen.rules.definition import Offline, PerAmount, Rate, Remedy, RuleSet, Till
from jifen.values.periods import Rolling
from tests.api.alliance import BEGAN, NOW, Alliance

RULES = RuleSet(
    rules=(PerAmount(id="base", title="基础积分", rate=Rate(1, 100)),),
    validity=Rolling(days=10),
    till=Till(offline=Offline(points_most=300)),
    remedies={"outage": Remedy(title="服务中断补偿", points=20, extend_days=3)},
)


async def test_every_page_of_a_wallet_that_met_both(alliance: Alliance) -> None:
    """A bill of which a part is owed, an extension and a compensation: each entry has its page."""
    house, operator = alliance.house, alliance.operator
    await house.catalog.publish(alliance.id, RULES, BEGAN + timedelta(days=1), BEGAN)
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=20_000)
    await alliance.air.done("/v1/redemptions", key="r1", member="ann", points=120, store="air-1")
    bill = {"key": "o1", "member": "ann", "store": "air-1", "amount": 5_000, "points": 100}
    made = await alliance.air.done("/v1/offline-bills", **bill, at=NOW.isoformat(), till="till-3", sequence=1)
    assert made["owed"] == 20
    ends = NOW + timedelta(days=11)
    await alliance.set_clock(ends)
    body = {"key": "d1", "since": (NOW + timedelta(days=9)).isoformat(), "until": ends.isoformat()}
    await operator.done("/v1/outages", **body, remedy="outage", text="系统中断,积分已延期。")
    program = await house.catalog.refresh(alliance.id)
    outcome = await remedy_due(house.pool, house.engine, program, program.outages[0], ends)
    assert (outcome.failed, outcome.extended) == (0, 1)
    wallet = (await house.members.wallets(alliance.id, ["ann"]))["ann"]
    state = State(
        {"pool": house.pool, "catalog": house.catalog, "members": house.members, "vault": house.vault},
        deep_copy=False,
    )
    app = Litestar(routes(), state=state, openapi_config=None, logging_config=None)
    link = wallet_link(house.vault, wallet, datetime.now(UTC) + timedelta(days=1))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
        base_url="http://jifen.test",
    ) as client:
        for path in (link, *(f"{link}/entries/{number}" for number in range(1, 6))):
            for language in ("zh", "en"):
                page = await client.get(path, headers={"accept-language": language})
                assert page.status_code == 200, (path, page.text)
