"""A machine that does anything to anyone, on the real engine and in the naive books, and compares."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from jifen.books.refusals import Refusal
from jifen.engine.command import Answer, Command, Receipt, entry_id
from jifen.rules.award import Line
from jifen.rules.definition import RuleSet
from tests.engine.orders import SOURCE
from tests.engine.town import BEFORE, CHARITY, START, ZONE
from tests.model.compare import compare_now, compare_sums
from tests.model.model import No, Said
from tests.model.naive_verbs import Verbs
from tests.model.stage import Names, Stage
from tests.model.strategies import ACTS, MERCHANTS, PIECES, baskets, rule_sets

WHO = st.sampled_from(("ann", "ann", "bob", "cid", "home"))
MERCHANT = st.sampled_from(MERCHANTS)
POINTS = st.integers(1, 150)
NUMBER = st.integers(0, 10**6)
LATE = st.sampled_from((0, 0, 0, 0, 60, 1440, 10_080, 50_400, -4, -10))
"""By how many minutes a fact comes late; five minutes early is a clock that differs."""


class Machine(RuleBasedStateMachine):
    """The engine and the model side by side. Commands may gather, and then go in together."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.now = START
        self.sent: list[tuple[str, str, str, datetime, dict[str, Any]]] = []
        self.waiting: list[tuple[Command, datetime, tuple[str, str, str, datetime, dict[str, Any]]]] = []
        self.together = 1
        self.through = 0
        self.broken = False

    @initialize(rules=rule_sets())
    def found(self, rules: RuleSet) -> None:
        """A new programme."""
        self.orders = self.stage.found(rules)
        self.names = Names(self.orders)
        self.books = Verbs(ZONE, ("point", "green"), self.names.series)
        self.books.facts = {who: [] for who in self.orders.wallets}
        self.books.homes = dict.fromkeys(("ann", "bob", "home"), "home")
        self.books.rules = [(BEFORE, rules)]

    # What happens around the commands.

    @rule(hours=st.sampled_from((1, 1, 20, 24, 24 * 3, 24 * 17, 24 * 33)))
    def time_passes(self, hours: int) -> None:
        """Past maturities, deadlines and expiries."""
        self.now += timedelta(hours=hours)

    @rule(count=st.integers(1, 6), through=st.integers(0, 1))
    def gather(self, count: int, through: int) -> None:
        """From now on so many commands go in together, through one process or the other."""
        self.flush()
        self.together, self.through = count, through

    @rule(rules=rule_sets(), hours=st.sampled_from((0, 0, 24, -24)))
    def publish(self, rules: RuleSet, hours: int) -> None:
        """New rules, from now on, or from a moment that is not before the last ones'."""
        self.flush()
        since = max(self.now + timedelta(hours=hours), self.books.rules[-1][0])
        catalog = self.stage.processes[0].catalog
        self.stage.run(catalog.publish(self.orders.program.id, rules, since, self.now))
        self.books.rules.append((since, rules))

    # Earning, and what comes back of it.

    @rule(who=WHO, store=MERCHANT, late=LATE, lines=baskets())
    def purchase(self, who: str, store: str, late: int, lines: tuple[Line, ...]) -> None:
        """A basket."""
        self.ask("purchase", who, late, store=store, lines=lines)

    @rule(who=WHO, store=MERCHANT, late=LATE, amount=st.integers(0, 30_000))
    def bill(self, who: str, store: str, late: int, amount: int) -> None:
        """A bill without lines."""
        self.ask("purchase", who, late, store=store, amount=amount)

    @rule(who=WHO, late=LATE, act=st.sampled_from((*ACTS, "nap")))
    def act(self, who: str, late: int, act: str) -> None:
        """A lecture, a survey."""
        self.ask("act", who, late, act=act)

    @rule(which=NUMBER, late=LATE, pieces=PIECES)
    def return_lines(self, which: int, late: int, pieces: tuple[tuple[str, int], ...]) -> None:
        """Some of a basket."""
        who, key = self.earlier("purchase", which)
        self.ask("give_back", who, late, of=key, lines=pieces)

    @rule(which=NUMBER, late=LATE, amount=st.integers(1, 20_000))
    def return_amount(self, which: int, late: int, amount: int) -> None:
        """Some of a bill."""
        who, key = self.earlier("purchase", which)
        self.ask("give_back", who, late, of=key, amount=amount)

    @rule(which=NUMBER, late=LATE)
    def return_all(self, which: int, late: int) -> None:
        """All that is left."""
        who, key = self.earlier("purchase", which)
        self.ask("give_back", who, late, of=key)

    # Spending, and what comes back of it.

    @rule(
        who=WHO,
        late=LATE,
        points=POINTS,
        merchant=MERCHANT,
        unit=st.sampled_from(("point",) * 4 + ("green", "mile")),
    )
    def redeem(self, who: str, late: int, points: int, merchant: str, unit: str) -> None:
        """Points pay."""
        self.ask("redeem", who, late, points=points, merchant=merchant, unit=unit)

    @rule(who=WHO, late=LATE, points=POINTS, charity=st.sampled_from((CHARITY, CHARITY, "air")))
    def donate(self, who: str, late: int, points: int, charity: str) -> None:
        """Points are given away."""
        self.ask("donate", who, late, points=points, charity=charity)

    @rule(who=WHO, to=WHO, late=LATE, points=POINTS)
    def transfer(self, who: str, to: str, late: int, points: int) -> None:
        """Points move, within the family or not."""
        self.ask("transfer", who, late, points=points, to=to)

    @rule(which=NUMBER, late=LATE, points=st.none() | POINTS)
    def restore(self, which: int, late: int, points: int | None) -> None:
        """What was paid comes back."""
        who, key = self.earlier("capture" if which % 2 else "redeem", which // 2)
        self.ask("restore", who, late, of=key, points=points)

    @rule(who=WHO, late=LATE, points=POINTS, merchant=MERCHANT, hours=st.sampled_from((-1, 1, 24, 24 * 30)))
    def hold(self, who: str, late: int, points: int, merchant: str, hours: int) -> None:
        """Points are set aside."""
        deadline = self.now + timedelta(hours=hours)
        self.ask("reserve", who, late, points=points, merchant=merchant, deadline=deadline)

    @rule(which=NUMBER, late=LATE, points=st.none() | POINTS, keep_open=st.booleans())
    def capture(self, which: int, late: int, points: int | None, keep_open: bool) -> None:
        """A hold pays."""
        who, key = self.earlier("reserve", which)
        self.ask("capture", who, late, hold=key, points=points, keep_open=keep_open)

    @rule(which=NUMBER, late=LATE, lapsed=st.booleans())
    def release(self, which: int, late: int, lapsed: bool) -> None:
        """A hold ends."""
        who, key = self.earlier("reserve", which)
        self.ask("release", who, late, hold=key, lapsed=lapsed)

    # What the operator does.

    @rule(who=WHO)
    def expire(self, who: str) -> None:
        """The nightly run."""
        self.ask("expire", who, 0)

    @rule(who=WHO, late=LATE, points=st.integers(-100, 100).filter(bool))
    def adjust(self, who: str, late: int, points: int) -> None:
        """A correction."""
        self.ask("adjust", who, late, points=points)

    @rule(who=WHO, late=LATE, points=POINTS, fault=st.none() | MERCHANT)
    def compensate(self, who: str, late: int, points: int, fault: str | None) -> None:
        """For a fault."""
        self.ask("compensate", who, late, points=points, fault=fault)

    @rule(who=WHO, hours=st.sampled_from((-1, 1, 48)))
    def freeze(self, who: str, hours: int) -> None:
        """On evidence."""
        self.ask("freeze", who, 0, until=self.now + timedelta(hours=hours))

    @rule(who=WHO)
    def unfreeze(self, who: str) -> None:
        """Before its end."""
        self.ask("unfreeze", who, 0)

    @rule(which=NUMBER, who=st.none() | WHO, points=st.none() | POINTS)
    def again(self, which: int, who: str | None, points: int | None) -> None:
        """A key that was sent before, for the same or for something else."""
        self.flush()
        if self.sent:
            verb, key, before, at, asked = self.sent[which % len(self.sent)]
            changed = {"points": points} if points and asked.get("points") else {}
            self.send(verb, key, who or before, at, {**asked, **changed})
            self.flush()

    # How it is done and compared.

    def earlier(self, verb: str, which: int) -> tuple[str, str]:
        """Whose, and the key, of something that was sent; mostly something that was granted."""
        known = [(who, key) for sent, key, who, _, _ in self.sent if sent == verb]
        granted = [(who, key) for who, key in known if key in self.books.done] if which % 8 else known
        return granted[which % len(granted)] if granted else ("ann", "never sent")

    def ask(self, verb: str, who: str, late: int, **asked: Any) -> None:
        """Something new."""
        key = f"{verb}-{len(self.sent)}"
        at = self.now - timedelta(minutes=late)
        self.sent.append((verb, key, who, at, asked))
        self.send(verb, key, who, at, asked)

    def send(self, verb: str, key: str, who: str, at: datetime, asked: dict[str, Any]) -> None:
        """Make the command, and send it when enough are gathered."""
        named = dict(asked)
        for field in ("hold", "of"):
            if field in named and verb != "give_back":
                named[field] = entry_id(self.orders.program.id, SOURCE, named[field])
        if verb == "redeem":
            named["unit"] = asked["unit"]
        command = getattr(self.orders, verb)(key, who, at, self.now, **named)
        self.waiting.append((command, self.now, (verb, key, who, at, asked)))
        if len(self.waiting) >= self.together:
            self.flush()

    def flush(self) -> None:
        """Send what waits; compare the answers, and then what is stored."""
        waiting, self.waiting = self.waiting, []
        if not waiting or self.broken:
            return
        self.broken = True
        answers = self.stage.submit([command for command, _, _ in waiting], self.through)
        for answer, (_, now, (verb, key, who, at, asked)) in zip(answers, waiting, strict=True):
            said, again = self.books.ask(verb, key, who, at, now, **asked)
            assert self.heard(answer) == (said, again), f"{verb} {key} {who} at {at} {asked}"
        compare_now(self.stage, self.names, self.books)
        self.broken = False

    def heard(self, answer: Answer | BaseException) -> tuple[Said | No, bool]:
        """The engine's answer in the model's words."""
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Refusal):
            return No(answer.code.value), False
        assert isinstance(answer, Receipt)
        balance = msgspec.structs.astuple(answer.balance)
        return Said(answer.points, answer.repaid, answer.owed_more, balance), answer.replayed

    def teardown(self) -> None:
        """The stored sums, and the chain of every wallet."""
        if hasattr(self, "books") and not self.broken:
            self.flush()
            compare_sums(self.stage, self.names, self.books)
