"""Two processes on the same wallets: no update is lost, and no refusal rests on an old picture."""

import asyncio
import random

import msgspec

from jifen.books.explanation import read_explanation
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Answer, Command, Receipt
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.values.periods import Never
from tests.engine.town import PLAIN, Town, days, receipts, town


async def both(here: Town, first: list[Command], second: list[Command]) -> list[Answer | BaseException]:
    """Two lists of commands, one through each process, at the same time and each command on its own."""
    one, other = here.processes
    tasks = [one.engine.submit(command) for command in first]
    tasks += [other.engine.submit(command) for command in second]
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_no_update_is_lost(database: str) -> None:
    """Three wallets, 300 purchases through either process at once: all are there, numbered in order."""
    names = ("ann", "bob", "cid")
    async with town(database, members=names, processes=2) as here:
        bought: list[Command] = [
            here.orders.purchase(f"k{n}", names[n % 3], days(0), amount=100 * (n + 1)) for n in range(300)
        ]
        receipts(await both(here, bought[::2], bought[1::2]))
        for place, name in enumerate(names):
            total = sum(n + 1 for n in range(300) if n % 3 == place)
            assert await here.lots(name) == {"air None": (total, total, 0, 0)}
        numbers = await here.pool.fetch("SELECT wallet, array_agg(no ORDER BY no) FROM entry GROUP BY wallet")
        assert [row[1] for row in numbers] == [list(range(1, 101))] * 3


async def test_two_tills_never_spend_the_same_point(database: str) -> None:
    """100 points, 60 attempts of 5 from two tills: 20 are granted, 40 are told what is left."""
    async with town(database, processes=2) as here:
        await here.do(here.orders.purchase("e", "ann", days(0), amount=10_000))
        spent: list[Command] = [here.orders.redeem(f"r{n}", "ann", days(0), points=5) for n in range(60)]
        answers = await both(here, spent[::2], spent[1::2])
        assert sum(isinstance(answer, Receipt) for answer in answers) == 20
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert [refusal.facts["available"] for refusal in refused] == [0] * 40
        assert await here.lots("ann") == {"air None": (100, 0, 0, 0)}


async def test_a_refusal_never_rests_on_an_old_picture(database: str) -> None:
    """Points come in through one process and are spent through the other at once, again and again.

    The second has the wallet at hand from the time before, when the points were not there yet.
    """
    async with town(database, processes=2) as here:
        earning, spending = (process.engine for process in here.processes)
        for turn in range(30):
            earned = await earning.submit(here.orders.purchase(f"e{turn}", "ann", days(0), amount=1000))
            assert isinstance(earned, Receipt)
            spent = await spending.submit(here.orders.redeem(f"r{turn}", "ann", days(0), points=10))
            assert isinstance(spent, Receipt), spent
            assert spent.balance.available == 0
            gone = await earning.submit(here.orders.redeem(f"x{turn}", "ann", days(0), points=1))
            assert isinstance(gone, Refusal)
            assert gone.facts["available"] == 0


async def test_a_freeze_is_seen_by_the_other_process_at_once(database: str) -> None:
    """And so is its end."""
    async with town(database, processes=2) as here:
        one, other = (process.engine for process in here.processes)
        orders = here.orders
        await here.do(orders.purchase("e", "ann", days(0), amount=1000))
        assert isinstance(await other.submit(orders.redeem("r0", "ann", days(0), points=1)), Receipt)
        assert isinstance(await one.submit(orders.freeze("f", "ann", days(0), until=days(9))), Receipt)
        refused = await other.submit(orders.redeem("r1", "ann", days(0), points=1))
        assert isinstance(refused, Refusal)
        assert refused.code is Code.WALLET_FROZEN
        assert isinstance(await other.submit(orders.unfreeze("u", "ann", days(0))), Receipt)
        assert isinstance(await one.submit(orders.redeem("r2", "ann", days(0), points=1)), Receipt)


async def test_the_same_key_in_two_processes_is_booked_once(database: str) -> None:
    """50 keys, each sent to both at the same time: one first answer each, and both callers get it."""
    async with town(database, processes=2) as here:
        sent: list[Command] = [
            here.orders.purchase(f"k{n}", ("ann", "bob")[n % 2], days(0), amount=500) for n in range(50)
        ]
        answers = receipts(await both(here, sent, sent))
        for first, second in zip(answers[:50], answers[50:], strict=True):
            assert first.replayed is not second.replayed
            assert msgspec.structs.replace(first, replayed=False) == msgspec.structs.replace(
                second, replayed=False
            )
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 50
        assert await here.lots("ann") == {"air None": (125, 125, 0, 0)}


async def test_one_key_for_two_members_is_booked_for_one_of_them(database: str) -> None:
    """Whoever comes second is told for whom it was booked; also where both come at once."""
    async with town(database, processes=2) as here:
        ann: list[Command] = [here.orders.purchase(f"k{n}", "ann", days(0), amount=500) for n in range(40)]
        bob: list[Command] = [here.orders.purchase(f"k{n}", "bob", days(0), amount=500) for n in range(40)]
        answers = await both(here, ann, bob)
        for first, second in zip(answers[:40], answers[40:], strict=True):
            granted, refused = (first, second) if isinstance(first, Receipt) else (second, first)
            assert isinstance(granted, Receipt)
            assert isinstance(refused, Refusal)
            assert refused.code is Code.KEY_REUSED
            assert refused.facts["differs"] == "member"
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 40
        assert await here.pool.fetchval("SELECT sum(granted) FROM lot") == 200


async def test_a_refused_key_may_be_used_again_and_then_stands(database: str) -> None:
    """A refusal is no booking: after a top-up the same key is granted, by either process, once."""
    async with town(database, processes=2) as here:
        one, other = (process.engine for process in here.processes)
        command = here.orders.redeem("r", "ann", days(0), points=10)
        assert isinstance(await one.submit(command), Refusal)
        await here.do(here.orders.purchase("e", "ann", days(0), amount=1000))
        granted = await other.submit(command)
        assert isinstance(granted, Receipt)
        assert not granted.replayed
        assert await one.submit(command) == msgspec.structs.replace(granted, replayed=True)


async def test_stock_is_never_oversold_and_the_losers_keep_their_points(database: str) -> None:
    """10 boxes, 80 members at two tills: 10 get one, 70 are told so and have all their points."""
    names = [f"m{n}" for n in range(80)]
    async with town(database, members=names, processes=2, batch_most=16) as here:
        await here.processes[0].catalog.add_stock(here.program.id, "box", 10)
        receipts(
            await here.engine.submit_all(
                [here.orders.purchase(f"e{name}", name, days(0), amount=5000) for name in names]
            )
        )
        wanted: list[Command] = [
            here.orders.redeem(f"r{name}", name, days(0), points=30, stock="box") for name in names
        ]
        answers = await both(here, wanted[::2], wanted[1::2])
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(refused) == 70
        assert {refusal.code for refusal in refused} == {Code.OUT_OF_STOCK}
        assert await here.pool.fetchval("SELECT remaining FROM stock") == 0
        left = await here.pool.fetch("SELECT remaining FROM lot")
        assert sorted(row[0] for row in left) == [20] * 10 + [50] * 70
        assert await here.pool.fetchval("SELECT count(*) FROM entry WHERE kind = 'redeem'") == 10


async def test_stock_that_is_taken_by_several_at_once(database: str) -> None:
    """Each takes 3 of 20: six are served, two are left, and no batch takes what another has taken."""
    names = [f"m{n}" for n in range(30)]
    async with town(database, members=names, processes=2, batch_most=4) as here:
        await here.processes[0].catalog.add_stock(here.program.id, "box", 20)
        receipts(
            await here.engine.submit_all(
                [here.orders.purchase(f"e{name}", name, days(0), amount=5000) for name in names]
            )
        )
        wanted: list[Command] = [
            here.orders.redeem(f"r{name}", name, days(0), points=30, stock="box", count=3) for name in names
        ]
        answers = await both(here, wanted[::2], wanted[1::2])
        assert sum(isinstance(answer, Receipt) for answer in answers) == 6
        assert await here.pool.fetchval("SELECT remaining FROM stock") == 2
        refusal = await here.refused(here.orders.redeem("x", "m0", days(0), points=1, stock="hat"))
        assert refusal.code is Code.STOCK_UNKNOWN


async def test_new_rules_are_seen_by_the_other_process_at_once(database: str) -> None:
    """What was published through one holds for the next purchase at the other, from its very instant."""
    async with town(database, processes=2) as here:
        other = here.processes[1].engine
        for factor in range(2, 7):
            before = await other.submit(here.orders.purchase(f"a{factor}", "ann", days(0), amount=1000))
            assert isinstance(before, Receipt)
            assert before.points == 10 * (factor - 1)
            rules = RuleSet(
                rules=(PerAmount(id="base", rate=Rate(factor, 100)),), validity=Never(), grace_days=7
            )
            await here.processes[0].catalog.publish(here.program.id, rules, days(0), days(0))
            after = await other.submit(here.orders.purchase(f"b{factor}", "ann", days(0), amount=1000))
            assert isinstance(after, Receipt)
            assert after.points == 10 * factor
            late = await other.submit(
                here.orders.purchase(f"c{factor}", "ann", days(-1), days(0), amount=1000)
            )
            assert isinstance(late, Receipt)
            assert late.points == 10


async def test_rules_published_while_batches_fly(database: str) -> None:
    """Each purchase has the points of one version or the other, and its entry names which."""
    async with town(database, processes=2) as here:
        publishing, earning = here.processes
        double = msgspec.structs.replace(PLAIN, rules=(PerAmount(id="base", rate=Rate(2, 100)),))
        bought = [here.orders.purchase(f"k{n}", "ann", days(0), amount=100) for n in range(200)]
        running = asyncio.gather(*(earning.engine.submit(command) for command in bought))
        await asyncio.sleep(0.005)
        await publishing.catalog.publish(here.program.id, double, days(-9), days(0))
        for receipt in receipts(await running):
            assert read_explanation(receipt.explanation).rules == receipt.points


async def test_a_transfer_is_booked_in_both_wallets_or_in_none(database: str) -> None:
    """Members of one family send points to and fro through both processes: none is lost on the way."""
    names = ("ann", "bob", "cid")
    async with town(database, members=names, processes=2) as here:
        await here.household("home", *names)
        receipts(
            await here.engine.submit_all(
                [here.orders.purchase(f"e{name}", name, days(0), amount=3000) for name in names]
            )
        )
        chance = random.Random(7)
        sent: list[Command] = []
        for n in range(120):
            giver, taker = chance.sample(("home", *names), 2)
            sent.append(here.orders.transfer(f"t{n}", giver, days(0), points=chance.randint(1, 25), to=taker))
        answers = await both(here, sent[::2], sent[1::2])
        granted = [answer for answer in answers if isinstance(answer, Receipt)]
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(granted) + len(refused) == 120
        assert granted
        assert refused
        assert {refusal.code for refusal in refused} == {Code.INSUFFICIENT_POINTS}
        assert await here.pool.fetchval("SELECT sum(remaining) FROM lot") == 90
        legs = await here.pool.fetch(
            "SELECT e.id, sum(m.points), count(DISTINCT m.wallet), count(DISTINCT m.entry || m.wallet::text)"
            " FROM entry e JOIN movement m ON m.wallet = e.wallet AND m.entry = e.no"
            " WHERE e.kind = 'transfer' GROUP BY e.id"
        )
        assert {tuple(row)[1:] for row in legs} == {(0, 2, 2)}
        assert len(legs) == len(granted)


async def test_a_wallet_that_is_enrolled_meanwhile_is_found(database: str) -> None:
    """Unknown a moment ago is not unknown for ever."""
    async with town(database, processes=2) as here:
        here.wallets["eve"] = here.program.id  # type: ignore[assignment]
        refusal = await here.refused(here.orders.purchase("k", "eve", days(0), amount=500))
        assert refusal.code is Code.WALLET_UNKNOWN
        await here.enrol("eve")
        await here.do(here.orders.purchase("k", "eve", days(0), amount=500))


async def test_rules_are_compiled_once_however_often_the_programme_is_read(database: str) -> None:
    """What was worked out for a rule set stays while it reads as before; a new one is made beside it."""
    async with town(database) as here:
        catalog, of = here.processes[0].catalog, here.program.id
        before = (await catalog.refresh(of)).rules
        after = (await catalog.set_clock(of, days(3))).rules
        assert [id(one) for one in after] == [id(one) for one in before]
        double = msgspec.structs.replace(PLAIN, rules=(PerAmount(id="base", rate=Rate(2, 100)),))
        await catalog.publish(of, double, days(4), days(3))
        first, second = (await catalog.refresh(of)).rules
        assert first is before[0]
        assert second.definition == double
