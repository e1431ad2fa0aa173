"""A command that fails, fails alone: among 200, the 199 others are booked as if it had not been there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Faulty, Needs, Plan, Receipt
from jifen.engine.view import View
from jifen.parties.catalog import stock_id
from jifen.values.ids import ProgramId, new_id
from tests.engine.town import Town, days, town


class Raises(Command, frozen=True, kw_only=True):
    """Its decision fails."""

    def decide(self, view: View) -> Plan:
        """Divide by zero."""
        raise ZeroDivisionError("nobody foresaw this")


class SaysNothing(Command, frozen=True, kw_only=True):
    """Its decision forgets to answer."""

    def decide(self, view: View) -> Any:
        """Fall off the end."""
        return None


class NeedsFail(Command, frozen=True, kw_only=True):
    """It cannot even say what it needs."""

    def needs(self, program: Any) -> Needs:
        """Ask for what is not there."""
        raise AttributeError("no such thing")


class BreaksTheBooks(Command, frozen=True, kw_only=True):
    """It takes more from a lot than is in it."""

    def decide(self, view: View) -> Plan:
        """A plan that the books refuse."""
        lots = view.wallet(self.wallet).lots
        legs = [Leg(next(iter(lots)), Account.REDEEMED, -1_000_000, self.wallet)]
        return Plan((Draft(self.wallet, Kind.REDEEM, "point", legs),))


class NamesNoEffect(Command, frozen=True, kw_only=True):
    """Its plan names an effect that the database does not know."""

    def decide(self, view: View) -> Plan:
        """A plan with a routine that nobody wrote."""
        return Plan((Draft(self.wallet, Kind.ADJUST, "point"),), effects=(("unheard_of", {}),))


class TakesTooMuch(Command, frozen=True, kw_only=True):
    """Its plan takes more of a stock than there is, whatever the stock says."""

    def needs(self, program: Any) -> Needs:
        """The stock."""
        return Needs(stocks=(stock_id(self.program, "box"),))

    def decide(self, view: View) -> Plan:
        """A thousand, please."""
        return Plan(
            (Draft(self.wallet, Kind.ADJUST, "point"),), takes=((stock_id(self.program, "box"), 1000),)
        )


def below_one(here: Town) -> Command:
    """A redemption that would give points instead of taking them."""
    return msgspec.structs.replace(here.orders.redeem("poison", "m7", days(0), points=5), points=-25)


def strange(kind: type[Command]) -> Callable[[Town], Command]:
    """A command of a kind of our own."""
    return lambda here: kind(**_plain(here))


def _plain(here: Town) -> dict[str, Any]:
    return {
        "program": here.program.id,
        "source": "till",
        "key": "poison",
        "wallet": here.wallets["m7"],
        "occurred_at": days(0),
        "recorded_at": days(0),
        "content": b"{}",
    }


def keyed(key: str, **changed: Any) -> Callable[[Town], Command]:
    """A purchase that the entrances would not have let in."""

    def make(here: Town) -> Command:
        bought = here.orders.purchase(key, "m7", days(0), amount=500)
        return msgspec.structs.replace(bought, **changed)

    return make


def unevidenced(here: Town) -> Command:
    """A freeze without evidence, which only the database's own constraint refuses."""
    frozen = here.orders.freeze("poison", "m7", days(0), until=days(9))
    return msgspec.structs.replace(frozen, evidence="")


POISON: dict[str, Callable[[Town], Command]] = {
    "a key with a NUL": keyed("a\0b"),
    "a key with a separator": keyed("a\x1fb"),
    "an empty key": keyed(""),
    "a content that is no UTF-8": keyed("poison", content=b'{"x":"\xed\xa0\x80"}'),
    "a freeze without evidence": unevidenced,
    "points below one": below_one,
    "a decision that raises": strange(Raises),
    "a decision that says nothing": strange(SaysNothing),
    "a need that raises": strange(NeedsFail),
    "a plan that breaks the books": strange(BreaksTheBooks),
    "an effect that is unknown": strange(NamesNoEffect),
    "a programme that is unknown": keyed("poison", program=ProgramId(new_id(0))),
}


@pytest.mark.parametrize("name", POISON)
async def test_it_fails_alone(database: str, name: str) -> None:
    """And can say so; nothing of it is written, and its wallet goes on."""
    names = [f"m{n}" for n in range(100)]
    async with town(database, members=names, lanes=1) as here:
        await here.do(here.orders.purchase("before", "m7", days(0), amount=500))
        commands: list[Command] = [
            here.orders.purchase(f"k{n}", names[n % 100], days(0), amount=500) for n in range(199)
        ]
        commands.insert(93, POISON[name](here))
        answers = await here.engine.submit_all(commands)
        poisoned = answers.pop(93)
        assert isinstance(poisoned, Faulty), poisoned
        assert [answer for answer in answers if not isinstance(answer, Receipt)] == []
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 200
        assert await here.pool.fetchval("SELECT count(*) FROM claim") == 200
        after = await here.do(here.orders.redeem("after", "m7", days(1), points=15))
        assert after.balance.available == 0


async def test_a_command_that_cannot_be_named_is_not_taken_in_at_all(database: str) -> None:
    """Its key has no bytes, so it has no id: none of those handed in with it is done either."""
    async with town(database) as here:
        good = here.orders.purchase("good", "ann", days(0), amount=500)
        with pytest.raises(UnicodeEncodeError):
            await here.engine.submit_all([good, keyed("\ud800")(_with(here))])
        assert here.engine.waiting == 0
        assert not (await here.do(good)).replayed


def _with(here: Town) -> Town:
    here.wallets.setdefault("m7", here.wallets["ann"])
    return here


@pytest.mark.parametrize("content", [b"no JSON", b"[]", b"7", b'{"at":7}'])
async def test_a_repeat_of_strange_content_is_refused_alone(database: str, content: bytes) -> None:
    """It is not what was booked, whatever it is; those handed in with it are booked."""
    async with town(database, lanes=1) as here:
        first = here.orders.purchase("k", "ann", days(0), amount=500)
        await here.do(first)
        again = msgspec.structs.replace(first, content=content)
        other = here.orders.purchase("k2", "bob", days(0), amount=500)
        refused, granted = await here.engine.submit_all([again, other])
        assert isinstance(granted, Receipt)
        assert isinstance(refused, Refusal)
        assert refused.code is Code.KEY_REUSED


async def test_two_poisoned_commands_fail_each_alone(database: str) -> None:
    """Splitting goes on until each is by itself."""
    names = [f"m{n}" for n in range(40)]
    async with town(database, members=names, lanes=1) as here:
        commands: list[Command] = [
            here.orders.purchase(f"k{n}", names[n], days(0), amount=500) for n in range(40)
        ]
        commands.insert(3, POISON["a key with a NUL"](here))
        commands.insert(30, POISON["a freeze without evidence"](here))
        answers = await here.engine.submit_all(commands)
        assert [n for n, answer in enumerate(answers) if isinstance(answer, Faulty)] == [3, 30]
        assert sum(isinstance(answer, Receipt) for answer in answers) == 40


async def test_submit_raises_what_submit_all_returns(database: str) -> None:
    """One command alone: the fault is the caller's to catch."""
    async with town(database, members=("m7",)) as here:
        with pytest.raises(Faulty, match="evidence"):
            await here.engine.submit(unevidenced(here))
        later = here.orders.freeze("poison", "m7", days(0), until=days(0) + timedelta(days=9))
        await here.do(later)


async def test_a_plan_that_can_never_be_written_ends(database: str) -> None:
    """It loses every race against the books themselves; those beside it are booked."""
    async with town(database, members=["m7", "m8"], lanes=1) as here:
        await here.processes[0].catalog.add_stock(here.program.id, "box", 10)
        beside = here.orders.purchase("beside", "m8", days(0), amount=500)
        greedy, bought = await here.engine.submit_all([strange(TakesTooMuch)(here), beside])
        assert isinstance(greedy, Faulty)
        assert isinstance(bought, Receipt)
        assert await here.pool.fetchval("SELECT remaining FROM stock") == 10
