import asyncio, time
from tests.till.shop import Shop
async def test_time(shop: Shop) -> None:
    await shop.gives("ann", 10_000_000)
    house = shop.house
    names = [f"t{n}" for n in range(64)]
    for n in names:
        await shop.operator.done("/v1/members", number=n)
        await shop.gives(n, 100_000)
    async def one(m):
        for _ in range(10):
            b = (await shop.opens(member=m, amount=2_000, points=1_000))["bill"]
            await shop.captures(b["id"], 1_000)
    t=time.perf_counter()
    await asyncio.gather(*(one(m) for m in names))
    print("bills/s", 640/(time.perf_counter()-t))
    async def hold(m):
        for _ in range(10):
            h = await shop.till.done("/v1/holds", key=shop.key(), member=m, store="air-1", points=10, deadline="2026-11-22T10:00:00+08:00")
            await shop.till.done(f"/v1/holds/{h['id']}/capture", key=shop.key())
    t=time.perf_counter()
    await asyncio.gather(*(hold(m) for m in names))
    print("holds/s", 640/(time.perf_counter()-t))
