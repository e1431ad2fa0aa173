"""A till asks one process and pays at another, which has not heard of the newest rules yet."""

import msgspec
from litestar import Litestar

from jifen.api.app import create_app
from jifen.rules.definition import PerAmount, Rate
from tests.api.alliance import Caller, client_of, running
from tests.till.shop import RULES, Shop


async def test_another_process_honours_a_quote_of_rules_it_does_not_know(app: Litestar, shop: Shop) -> None:
    """Quoted under rules of this second; opened and captured where only those of before are known."""
    settings = msgspec.structs.replace(shop.house.settings, lookout_s=600.0)
    async with running(create_app(settings)) as other, client_of(other) as client:
        there = Caller(client, shop.till.secret)
        assert (await there.get("/v1/members/ann/balance")).status_code == 200
        await shop.publish(msgspec.structs.replace(RULES, rules=(PerAmount(id="new", rate=Rate(3, 100)),)))
        quote = await shop.quotes(amount=20_000, points=10_000)
        assert quote["earns"] == {"point": 300}
        bill = (await there.done("/v1/bills", key="b", quote=quote["id"]))["bill"]
        assert bill["earns"] == {"point": 300}
        paid = await there.done(f"/v1/bills/{bill['id']}/capture", key="c", cash_fen=10_000)
        assert paid["earned"] == {"point": 300}
