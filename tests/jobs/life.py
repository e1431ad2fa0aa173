"""Any life that members may lead: commands drawn by chance, over two processes, late, repeated, refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import msgspec

from jifen.books.legs import Kind
from jifen.engine.command import Command, Receipt
from jifen.rules.award import Line
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet, Till
from jifen.till.bill import Content, read_content
from jifen.values.periods import Active, Rolling, Sweep
from tests.engine.town import Town, days

RULES = RuleSet(
    rules=(
        PerAmount(
            id="base",
            rate=Rate(1, 100),
            rates={"FUEL": Rate(0, 1), "FRESH": Rate(3, 200)},
            rounding="half_up",
            caps=(Cap(150, "day"), Cap(400, "week"), Cap(900, "month"), Cap(120, "event")),
        ),
        Multiplier(id="double", factor="2.5", when=Conditions(weekdays=(2, 6)), caps=(Cap(100, "day"),)),
        Flat(id="first", points=100, once="ever", funder="operator", when=Conditions(minimum_fen=2000)),
        Flat(id="weekly", points=15, once="week", when=Conditions(minimum_fen=4000), pending_days=3),
        Flat(id="fresh", points=7, categories=("FRESH",), validity=Rolling(days=5)),
        Flat(id="green", unit="green", points=9, validity=Active(months=1), caps=(Cap(50, "month"),)),
        Flat(id="checkin", points=5, acts=("checkin",), once="day", funder="operator"),
    ),
    validity=Rolling(days=12),
    grace_days=4,
    till=Till(hold_minutes=1440),
)
"""Every kind of rule, cap and validity, and short lives, so that much expires, lapses and comes back."""

LATER = (
    msgspec.structs.replace(RULES, rules=RULES.rules[:1] + RULES.rules[2:], grace_days=0),
    msgspec.structs.replace(
        RULES,
        rules=(
            PerAmount(id="base", rate=Rate(2, 100), caps=(Cap(80, "week"),), once="day"),
            *RULES.rules[1:4],
        ),
        validity=Sweep(month=12, day=15, minimum_days=3),
        own_points_first=True,
    ),
)
"""What is published in the middle of everything: a rule goes, limits change, points live otherwise."""

NAMES = tuple(f"m{n}" for n in range(8))
STORES = ("air", "sea", "mall")
CATEGORIES = ("FUEL", "FRESH", "GROCERY")


class Life:
    """Draws commands, and remembers what was granted so that it can be taken back."""

    def __init__(self, here: Town, seed: int) -> None:
        self._here = here
        self._chance = Random(seed)
        self._count = 0
        self._baskets: dict[str, tuple[str, list[tuple[str, int]]]] = {}
        self._booked: list[tuple[Kind, str, Receipt]] = []
        self._earlier: list[Command] = []
        self.now = days(0)
        self._draws: list[tuple[int, Callable[[str, str, datetime], Command | None]]] = [
            (30, self._purchase),
            (10, self._give_back),
            (12, self._redeem),
            (8, self._restore),
            (9, self._reserve),
            (7, self._capture),
            (4, self._release),
            (6, self._transfer),
            (4, self._act),
            (6, self._bill),
            (8, self._pay_bill),
            (2, self._void_bill),
            (3, self._expire),
            (2, self._adjust),
            (2, self._compensate),
            (1, self._donate),
            (1, self._freeze),
            (1, self._unfreeze),
        ]

    def pass_time(self) -> None:
        """Let some hours or days go by."""
        self.now += timedelta(hours=self._chance.choice((1, 5, 9, 24, 60)))

    def batch(self, size: int) -> list[Command]:
        """So many commands, some of them late, some sent before."""
        return [self._command() for _ in range(size)]

    def heard(self, command: Command, receipt: Receipt) -> None:
        """Note what was granted."""
        names = {wallet: name for name, wallet in self._here.wallets.items()}
        self._booked.append((receipt.kind, names[command.wallet], receipt))
        self._booked = self._booked[-60:]

    def _command(self) -> Command:
        if self._earlier and self._chance.random() < 0.05:
            return self._chance.choice(self._earlier[-40:])
        self._count += 1
        late = timedelta(hours=self._chance.choice((0, 0, 0, 1, 30, 200)))
        made = None
        while made is None:
            (draw,) = self._chance.choices(
                [draw for _, draw in self._draws], [weight for weight, _ in self._draws]
            )
            made = draw(f"k{self._count}", self._chance.choice(NAMES), self.now - late)
        self._earlier.append(made)
        return made

    def _of(self, *kinds: Kind) -> tuple[str, Receipt] | None:
        found = [(who, receipt) for kind, who, receipt in self._booked if kind in kinds]
        return self._chance.choice(found) if found else None

    def _purchase(self, key: str, who: str, at: datetime) -> Command:
        lines = [
            Line(
                f"s{n}",
                self._chance.choice(CATEGORIES),
                self._chance.randint(1, 3),
                self._chance.randint(1, 6000),
            )
            for n in range(self._chance.randint(0, 4))
        ]
        self._baskets[key] = (who, [(line.sku, line.quantity) for line in lines])
        amount = None if lines else self._chance.randint(1, 20_000)
        store = self._chance.choice(STORES)
        return self._here.orders.purchase(key, who, at, self.now, store=store, amount=amount, lines=lines)

    def _give_back(self, key: str, who: str, at: datetime) -> Command | None:
        if not self._baskets:
            return None
        of = self._chance.choice(list(self._baskets)[-30:])
        who, skus = self._baskets[of]
        if self._chance.random() < 0.3:
            return self._here.orders.give_back(key, who, self.now, of=of)
        if skus:
            sku, quantity = self._chance.choice(skus)
            lines = [(sku, self._chance.randint(1, quantity))]
            return self._here.orders.give_back(key, who, self.now, of=of, lines=lines)
        return self._here.orders.give_back(key, who, self.now, of=of, amount=self._chance.randint(1, 9000))

    def _redeem(self, key: str, who: str, at: datetime) -> Command:
        unit = self._chance.choice(("point", "point", "green"))
        return self._here.orders.redeem(key, who, at, self.now, points=self._chance.randint(1, 90), unit=unit)

    def _restore(self, key: str, who: str, at: datetime) -> Command | None:
        found = self._of(Kind.REDEEM, Kind.CAPTURE)
        points = self._chance.choice((None, 1, 7, 20))
        return found and self._here.orders.restore(key, found[0], self.now, of=found[1].id, points=points)

    def _reserve(self, key: str, who: str, at: datetime) -> Command:
        deadline = self.now + timedelta(hours=self._chance.choice((1, 20, 100, 400)))
        points = self._chance.randint(1, 60)
        return self._here.orders.reserve(key, who, at, self.now, points=points, deadline=deadline)

    def _capture(self, key: str, who: str, at: datetime) -> Command | None:
        found = self._of(Kind.HOLD)
        points, keep_open = self._chance.choice((None, 1, 10)), self._chance.random() < 0.5
        return found and self._here.orders.capture(
            key, found[0], at, self.now, hold=found[1].id, points=points, keep_open=keep_open
        )

    def _bill(self, key: str, who: str, at: datetime) -> Command:
        points, fen = self._chance.choice((0, 0, 5, 30)), self._chance.randint(30, 9_000)
        return self._here.orders.open_bill(key, who, self.now, fen=fen, points=points)

    def _pay_bill(self, key: str, who: str, at: datetime) -> Command | None:
        found = self._opened()
        if found is None:
            return None
        who, receipt, content = found
        points = self._chance.choice((content.points, content.points, 0, 3))
        self._baskets[key] = (who, [])
        return self._here.orders.capture_bill(key, who, self.now, of=receipt, content=content, points=points)

    def _void_bill(self, key: str, who: str, at: datetime) -> Command | None:
        found = self._opened()
        return found and self._here.orders.void_bill(key, found[0], self.now, bill=found[1].id)

    def _opened(self) -> tuple[str, Receipt, Content] | None:
        bills = [
            (who, receipt, read_content(receipt.explanation))
            for kind, who, receipt in self._booked
            if kind in (Kind.HOLD, Kind.BILL) and '"basket"' in receipt.explanation
        ]
        return self._chance.choice(bills) if bills else None

    def _release(self, key: str, who: str, at: datetime) -> Command | None:
        found = self._of(Kind.HOLD)
        return found and self._here.orders.release(key, found[0], self.now, hold=found[1].id)

    def _transfer(self, key: str, who: str, at: datetime) -> Command:
        to = self._chance.choice((*NAMES, "home"))
        return self._here.orders.transfer(key, who, at, self.now, points=self._chance.randint(1, 50), to=to)

    def _act(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.act(key, who, at, self.now, act="checkin")

    def _expire(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.expire(key, who, self.now)

    def _adjust(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.adjust(key, who, self.now, points=self._chance.choice((-9, 5, 30)))

    def _compensate(self, key: str, who: str, at: datetime) -> Command:
        fault = self._chance.choice((None, "sea"))
        return self._here.orders.compensate(
            key, who, self.now, points=self._chance.randint(1, 40), fault=fault
        )

    def _donate(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.donate(key, who, at, self.now, points=3, charity="pupils")

    def _freeze(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.freeze(key, who, self.now, until=self.now + timedelta(hours=40))

    def _unfreeze(self, key: str, who: str, at: datetime) -> Command:
        return self._here.orders.unfreeze(key, who, self.now)
