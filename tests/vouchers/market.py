"""A market to try vouchers on, without a database: two merchants, their stores, rules with calendars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from jifen.mall.vouchers import VoucherRow, stamped
from jifen.parties.programs import Merchant, Program, Store, Unit
from jifen.rules.award import Facts, Line
from jifen.rules.calendars import AnyCalendar, Dates, Weekdays
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.values.ids import EntryId, MerchantId, ProgramId, WalletId, hashed_id
from jifen.values.periods import local_day

PROGRAM = ProgramId(hashed_id("test", "market"))
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""Saturday morning, ten o'clock in Shanghai."""

CALENDARS: dict[str, AnyCalendar] = {
    "holiday": Dates(dates=(date(2026, 12, 24),)),
    "weekend": Weekdays(weekdays=(6, 7)),
}

OPENINGS = (
    Opening(since="09:00", until="12:00", every_minutes=60, capacity=2, weekdays=(1, 2, 3, 4, 5)),
    Opening(since="09:00", until="12:30", every_minutes=60, capacity=3, calendars=("weekend",)),
)


def reward(code: str, **more: Any) -> Reward:
    """A reward of the noodle shop."""
    return Reward(**{"code": code, "title": code, "merchant": "noodles", "points": 100, **more})


TIMES = Slots(openings=OPENINGS, closed=("holiday",))
TOUR = reward("tour", kind="service", slots=TIMES)


def market(*rewards: Reward, zone: str = "Asia/Shanghai") -> Program:
    """The programme, with these rewards."""
    rules = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), calendars=CALENDARS, rewards=rewards)
    merchants = {
        code: Merchant(MerchantId(hashed_id("merchant", code)), code, code, False, ())
        for code in ("noodles", "tea")
    }
    return Program(
        PROGRAM,
        "market",
        "Market",
        zone,
        None,
        1,
        {"point": Unit("point", "points", 100, 100)},
        merchants,
        {one.id: one for one in merchants.values()},
        {f"{code}-{n}": Store(f"{code}-{n}", code, merchants[code]) for code in merchants for n in (1, 2)},
        (CompiledRules(rules, 1, BEGAN, zone),),
    )


def voucher(terms: VoucherTerms, **more: Any) -> VoucherRow:
    """A voucher of the noodle shop, issued yesterday."""
    fields: dict[str, Any] = {
        "id": hashed_id("voucher", "1"),
        "wallet": WalletId(hashed_id("wallet", "ann")),
        "no": 1,
        "redemption": EntryId(hashed_id("entry", "1")),
        "reward": "off",
        "rules": 1,
        "merchant": MerchantId(hashed_id("merchant", "noodles")),
        "terms": stamped(terms, reward("off")),
        "issued_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=29),
        "state": "issued",
        "bill": None,
        "locked_until": None,
    }
    return VoucherRow(**{**fields, **more})


def bill(amount: int, *lines: Line, at: datetime = NOW, store: str = "noodles-1", **more: Any) -> Facts:
    """What a bill tells; its amount is that of its lines where there are some."""
    merchant = store.split("-")[0]
    total = sum(line.amount for line in lines) or amount
    return Facts(merchant, store, at, local_day(at, "Asia/Shanghai"), total, lines, **more)


def line(sku: str, amount: int, quantity: int = 1, category: str = "") -> Line:
    """A line of a basket; amount is for all its pieces."""
    return Line(sku, category, quantity, amount)
