"""A voucher's steps through the engine: what is stored after each, and two tills that want the same one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec
import pytest

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Needs, Plan, Receipt, entry_id
from jifen.engine.view import View
from jifen.mall.rewarding import RedeemReward
from jifen.mall.slots import ensure, left_of, times
from jifen.mall.vouchers import (
    VoucherRow,
    code_hashes,
    free,
    give_back,
    judge,
    lock,
    must_be_unused,
    read_voucher,
    spend,
    take_back,
    voucher_ids,
)
from jifen.parties.programs import Program
from jifen.parties.secrets import Vault
from jifen.rules.award import Facts
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.store.queries import q
from jifen.values.ids import Id, WalletId, cell_of, hashed_id
from jifen.values.periods import Never, local_day, start_of_day
from tests.engine.town import ZONE, Town, days, town

VAULT = Vault(b"0" * 32)
TERMS = VoucherTerms(save_fen=500, valid_days=10)
OFF = Reward(code="off", title="off", kind="voucher", merchant="air", points=0, voucher=TERMS)
RULES = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Never(), grace_days=7, rewards=(OFF,)
)

Step = Literal["lock", "spend", "free", "give_back", "take_back"]
BILLS = [hashed_id("bill", str(number)) for number in range(100)]


class Take(Command, frozen=True, kw_only=True):
    """One step of a voucher, as a till or an order takes it."""

    voucher: Id
    step: Step
    bill: Id = BILLS[0]
    minutes: int = 30

    @property
    def looks_back(self) -> bool:
        """It reads a row."""
        return True

    def needs(self, program: Program) -> Needs:
        """The voucher."""
        return Needs(rows=(("voucher", self.wallet, self.voucher),))

    def decide(self, view: View) -> Plan | Refusal:
        """Take the step where it may be taken."""
        row = read_voucher(view.row("voucher", self.voucher))
        program, at = view.program(self.program), self.occurred_at
        if self.step == "lock":
            facts = Facts("air", "air", at, local_day(at, ZONE), 10_000)
            saved = judge(row, program, facts, 10_000, 0, self.recorded_at, False, ())
            if isinstance(saved, Refusal):
                return saved
        if self.step in ("spend", "free") and not row.held_by(self.bill):
            return Refusal(Code.BILL_LAPSED, f"bill {self.bill} holds it no more: open it anew")
        if self.step == "take_back" and (refusal := must_be_unused(row, at)) is not None:
            return refusal
        effect = {
            "lock": lambda: lock(row, self.bill, at + timedelta(minutes=self.minutes)),
            "spend": lambda: spend(row, self.bill),
            "free": lambda: free(row, program, at),
            "give_back": lambda: give_back(row, program, at),
            "take_back": lambda: take_back(row),
        }[self.step]()
        return Plan((Draft(self.wallet, Kind.BILL, "point"),), effects=[effect])


class Desk:
    """Vouchers of a town's member ann."""

    def __init__(self, here: Town) -> None:
        self.here = here
        self.wallet: WalletId = here.wallets["ann"]

    async def given(self, key: str, at: datetime, count: int = 1) -> list[Id]:
        """A redemption that gives vouchers."""
        program = self.here.program
        redemption = entry_id(program.id, "mall", key)
        told = await self.here.do(
            RedeemReward(
                **self._common(key, at, "mall"),
                reward="off",
                merchant=program.merchants["air"],
                count=count,
                hashes=code_hashes(VAULT, program.id, redemption, count),
            )
        )
        assert told.id == redemption
        return voucher_ids(redemption, count)

    def _common(self, key: str, at: datetime, source: str) -> dict[str, Any]:
        program = self.here.program.id
        times = {"occurred_at": at, "recorded_at": at}
        return {
            "program": program,
            "source": source,
            "key": key,
            "wallet": self.wallet,
            "content": key.encode(),
            **times,
        }

    def takes(self, voucher: Id, step: Step, at: datetime, **more: Any) -> Take:
        """A step."""
        key = f"{voucher}-{step}-{at}-{more}"[:128]
        return Take(**self._common(key, at, "till"), voucher=voucher, step=step, **more)

    async def stored(self, voucher: Id) -> VoucherRow:
        """As it is in the database."""
        asked = [cell_of(self.wallet)], [self.wallet], [voucher]
        return read_voucher(await self.here.pool.fetchrow(q("needs_voucher"), *asked))


@asynccontextmanager
async def desk(database: str, processes: int = 1) -> AsyncIterator[Desk]:
    """A desk in a new town."""
    async with town(database, RULES, processes=processes) as here:
        yield Desk(here)


async def test_a_redemption_gives_vouchers_with_their_terms(database: str) -> None:
    """Stamped: the place where they are good, the day they live to, who gave them for which redemption."""
    async with desk(database) as ann:
        vouchers = await ann.given("r1", days(0), count=3)
        rows = [await ann.stored(voucher) for voucher in vouchers]
        assert {row.standing(days(0)) for row in rows} == {"issued"}
        first = rows[0]
        assert first.terms.merchants == ("air",)
        assert first.merchant == ann.here.program.merchants["air"].id
        assert first.redemption == entry_id(ann.here.program.id, "mall", "r1")
        # Ten days from the day of issue, to that day's end in Shanghai.
        assert local_day(first.expires_at - timedelta(microseconds=1), ZONE) == local_day(days(10), ZONE)
        assert local_day(first.expires_at, ZONE) == local_day(days(11), ZONE)
        codes = await ann.here.pool.fetch("SELECT hash FROM voucher_code")
        redemption = first.redemption
        assert {row["hash"] for row in codes} == set(code_hashes(VAULT, ann.here.program.id, redemption, 3))


async def test_locked_spent_given_back(database: str) -> None:
    """And free again on void; each step by the bill that holds it."""
    async with desk(database) as ann:
        (voucher,) = await ann.given("r1", days(0))
        await ann.here.do(ann.takes(voucher, "lock", days(1)))
        assert (await ann.stored(voucher)).standing(days(1)) == "locked"
        told = await ann.here.refused(ann.takes(voucher, "lock", days(1), bill=BILLS[1]))
        assert (told.code, told.facts["why"]) == (Code.VOUCHER_REFUSED, "locked")
        await ann.here.refused(ann.takes(voucher, "spend", days(1), bill=BILLS[1]))
        await ann.here.do(ann.takes(voucher, "free", days(1)))
        assert (await ann.stored(voucher)).standing(days(1)) == "issued"
        await ann.here.do(ann.takes(voucher, "lock", days(2), bill=BILLS[1]))
        await ann.here.do(ann.takes(voucher, "spend", days(2), bill=BILLS[1]))
        row = await ann.stored(voucher)
        assert (row.standing(days(2)), row.bill) == ("spent", BILLS[1])
        await ann.here.do(ann.takes(voucher, "give_back", days(3)))
        row = await ann.stored(voucher)
        assert (row.standing(days(3)), row.bill, row.locked_until) == ("issued", None, None)


async def test_a_lock_ends_by_itself_and_another_bill_takes_over(database: str) -> None:
    """The first bill then holds nothing any more, so its capture cannot spend what the other holds."""
    async with desk(database) as ann:
        (voucher,) = await ann.given("r1", days(0))
        await ann.here.do(ann.takes(voucher, "lock", days(1)))
        later = days(1) + timedelta(minutes=30)
        early = later - timedelta(microseconds=1)
        await ann.here.refused(ann.takes(voucher, "lock", early, bill=BILLS[1]))
        await ann.here.do(ann.takes(voucher, "lock", later, bill=BILLS[1]))
        told = await ann.here.refused(ann.takes(voucher, "spend", later))
        assert told.code is Code.BILL_LAPSED
        await ann.here.do(ann.takes(voucher, "spend", later, bill=BILLS[1]))


@pytest.mark.parametrize("step", ["free", "give_back"])
async def test_what_comes_back_past_its_date_gets_the_grace(database: str, step: Step) -> None:
    """Seven days from the day on which it comes back; within its time it keeps its date."""
    async with desk(database) as ann:
        early, late = await ann.given("r1", days(0), count=2)
        expires = (await ann.stored(early)).expires_at
        for voucher, back in ((early, days(9)), (late, days(20))):
            await ann.here.do(ann.takes(voucher, "lock", days(8), minutes=60 * 24 * 30))
            if step == "give_back":
                await ann.here.do(ann.takes(voucher, "spend", days(8)))
            await ann.here.do(ann.takes(voucher, step, back))
        assert (await ann.stored(early)).expires_at == expires
        row = await ann.stored(late)
        assert row.standing(days(20)) == "issued"
        assert local_day(row.expires_at - timedelta(microseconds=1), ZONE) == local_day(days(27), ZONE)
        assert row.standing(days(28)) == "lapsed"


async def test_a_redemption_is_taken_back_while_its_voucher_is_unused(database: str) -> None:
    """Not while a bill holds it, nor after it was spent, nor past its date."""
    async with desk(database) as ann:
        one, held, spent, old = await ann.given("r1", days(0), count=4)
        await ann.here.do(ann.takes(one, "take_back", days(1)))
        assert (await ann.stored(one)).standing(days(1)) == "returned"
        told = await ann.here.refused(ann.takes(one, "lock", days(1)))
        assert told.facts["why"] == "returned"
        await ann.here.do(ann.takes(held, "lock", days(1)))
        await ann.here.do(ann.takes(spent, "lock", days(1)))
        await ann.here.do(ann.takes(spent, "spend", days(1)))
        for voucher, at, why in (
            (held, days(1), "locked"),
            (spent, days(1), "spent"),
            (old, days(30), "lapsed"),
        ):
            told = await ann.here.refused(ann.takes(voucher, "take_back", at))
            assert told.facts["why"] == why


async def test_one_voucher_at_two_tills(database: str) -> None:
    """Forty bills over two processes want the same voucher at once: one has it, the others are told."""
    async with desk(database, processes=2) as ann:
        for round_ in range(5):
            (voucher,) = await ann.given(f"r{round_}", days(0))
            asked = [ann.takes(voucher, "lock", days(1), bill=bill) for bill in BILLS[:40]]
            answers = await asyncio.gather(
                *(ann.here.processes[place % 2].engine.submit(one) for place, one in enumerate(asked))
            )
            won = [one for one, answer in zip(asked, answers, strict=True) if isinstance(answer, Receipt)]
            lost = [answer for answer in answers if isinstance(answer, Refusal)]
            assert (len(won), len(lost)) == (1, 39)
            assert {answer.facts["why"] for answer in lost} == {"locked"}
            assert (await ann.stored(voucher)).bill == won[0].bill


async def test_the_last_places_over_two_processes(database: str) -> None:
    """Forty members want one of three places at once, through either process: three have one."""
    slots = Slots(openings=(Opening(since="09:00", until="10:00", every_minutes=60, capacity=3),))
    tour = Reward(code="tour", title="tour", kind="service", merchant="air", points=0, slots=slots)
    members = [f"m{number}" for number in range(40)]
    rules = msgspec.structs.replace(RULES, rewards=(tour,))
    async with town(database, rules, members=members, processes=2) as here:
        program, slot = here.program, start_of_day(local_day(days(1), ZONE), ZONE) + timedelta(hours=9)
        compiled = program.rules[0]
        await ensure(here.pool, program, compiled, tour, slot, None, days(0))
        asked = [
            RedeemReward(
                program=program.id,
                source="mall",
                key=member,
                wallet=here.wallets[member],
                content=member.encode(),
                occurred_at=days(0),
                recorded_at=days(0),
                reward="tour",
                merchant=program.merchants["air"],
                slot=slot,
            )
            for member in members
        ]
        answers = await asyncio.gather(
            *(here.processes[place % 2].engine.submit(one) for place, one in enumerate(asked))
        )
        assert sum(isinstance(answer, Receipt) for answer in answers) == 3
        lost = [answer for answer in answers if isinstance(answer, Refusal)]
        assert {answer.code for answer in lost} == {Code.SLOT_FULL}
        found = times(program, compiled, tour, local_day(slot, ZONE), None)
        assert await left_of(here.pool, program, tour, found, None) == [0]


async def test_a_repeat_gives_no_second_voucher(database: str) -> None:
    """The same key answers the same redemption."""
    async with desk(database) as ann:
        first = await ann.given("r1", days(0), count=2)
        assert await ann.given("r1", days(0), count=2) == first
        assert await ann.here.pool.fetchval("SELECT count(*) FROM voucher") == 2


async def test_the_tables_hold_by_themselves(database: str) -> None:
    """Whatever the code above does: no lock without a bill, no state of another name."""
    async with desk(database) as ann:
        await ann.given("r1", days(0))
        for change in (
            "state = 'locked'",
            "state = 'spent'",
            "bill = id",
            "state = 'locked', bill = id",
            "state = 'gone'",
            "expires_at = issued_at",
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await ann.here.pool.execute(f"UPDATE voucher SET {change}")
        with pytest.raises(asyncpg.UniqueViolationError):
            await ann.here.pool.execute("INSERT INTO voucher_code SELECT * FROM voucher_code")
