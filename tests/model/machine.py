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
from jifen.values.periods import local_day
from tests.engine.orders import SOURCE
from tests.engine.town import BEFORE, CHARITY, START, ZONE
from tests.model.compare import compare_now, compare_sums
from tests.model.model import No, Said
from tests.model.naive_verbs import Verbs
from tests.model.stage import Names, Stage
from tests.model.strategies import ACTS, MERCHANTS, PIECES, baskets, rule_sets

WHO = st.sampled_from(("ann", "ann", "bob", "cid", "home"))
MERCHANT = st.sampled_from(MERCHANTS)
PAIRS = (("ann", "bob"), ("bob", "ann"), ("ann", "home"), ("home", "bob"), ("cid", "ann"), ("bob", "bob"))
PAIR = st.sampled_from(PAIRS)
SPENDING = ("point", "point", "point", "hold", "hold", "transfer", "donate", "green", "mile")
ENDINGS = ("pay", "pay", "keep open", "keep open", "release", "lapse")
OPERATING = ("add", "take", "compensate", "freeze", "unfreeze")
POINTS = st.integers(1, 70)
NEVER = ("ann", "never sent")
NUMBER = st.integers(0, 10**6)
LATENESS = (*[0] * 12, 60, 1440, 10_080, 50_400, -4, -10)
"""By how many minutes a fact comes late; five minutes early is a clock that differs."""

LATE = st.sampled_from(LATENESS)


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
        for who in ("ann", "bob", "cid"):
            self.ask("compensate", who, 0, points=200, fault="sea")
            self.ask("purchase", who, 1440, store="air", amount=20_000)

    # What happens around the commands.

    @rule(hours=st.sampled_from((1, 14, 14, 20, 24, 24 * 3, 24 * 17, 24 * 33)), run=st.booleans())
    def time_passes(self, hours: int, run: bool) -> None:
        """Past maturities, deadlines and expiries, or to the very instant; the nightly run comes or not."""
        self.now += timedelta(hours=hours)
        for who in self.books.facts if run else ():
            self.ask("expire", who, 0)

    @rule(who=WHO, which=NUMBER, days=st.sampled_from((0, 3, 40)))
    def live_on(self, who: str, which: int, days: int) -> None:
        """Points past their date get a later one, all of one date together; or there are none."""
        self.flush()
        dates = sorted(
            {
                expires
                for traits, lot in self.books.lots(who).items()
                if lot.remaining and (expires := self.books.expiry(who, traits)) and expires <= self.now
            }
        )
        expired_at = dates[which % len(dates)] if dates else self.now
        until = local_day(self.now, ZONE) + timedelta(days=days)
        self.ask("extend", who, 0, expired_at=expired_at, until=until)

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

    @rule(
        who=WHO, late=LATE, merchant=MERCHANT, what=baskets() | st.integers(0, 30_000) | st.sampled_from(ACTS)
    )
    def earn(self, who: str, late: int, merchant: str, what: tuple[Line, ...] | int | str) -> None:
        """A basket, a bill without lines, or something done that is no purchase."""
        if isinstance(what, str):
            self.ask("act", who, late, act=what)
        elif isinstance(what, int):
            self.ask("purchase", who, late, store=merchant, amount=what)
        else:
            self.ask("purchase", who, late, store=merchant, lines=what)

    @rule(which=NUMBER, late=LATE, what=PIECES | PIECES | st.integers(1, 20_000) | st.none())
    def give_back(self, which: int, late: int, what: tuple[tuple[str, int], ...] | int | None) -> None:
        """Some of a basket or of a bill, or all that is left."""
        who, key = self.earlier(("purchase",), which) or NEVER
        if what is None:
            self.ask("give_back", who, late, of=key)
        elif isinstance(what, int):
            self.ask("give_back", who, late, of=key, amount=what)
        else:
            self.ask("give_back", who, late, of=key, lines=what)

    @rule(pair=PAIR, late=LATE, points=POINTS, to=MERCHANT, how=st.sampled_from(SPENDING))
    def spend(self, pair: tuple[str, str], late: int, points: int, to: str, how: str) -> None:
        """Points pay, are set aside, move within the family or not, or are given away."""
        who, other = pair
        if how == "transfer":
            self.ask("transfer", who, late, points=points, to=other)
        elif how == "donate":
            self.ask("donate", who, late, points=points, charity=CHARITY if points % 5 else to)
        elif how == "hold":
            hours = (-1, 1, 24, 24, 24 * 30)[points % 5]
            deadline = self.now + timedelta(hours=hours)
            self.ask("reserve", who, late, points=points, merchant=to, deadline=deadline)
        else:
            self.ask("redeem", who, late, points=points, merchant=to, unit=how)

    @rule(which=NUMBER, late=LATE, points=st.none() | POINTS)
    def restore(self, which: int, late: int, points: int | None) -> None:
        """What was paid comes back; where nothing was paid yet, something is."""
        found = self.earlier(("redeem", "capture"), which)
        if found is None:
            self.spend(("ann", "bob"), late, points or 30, "mall", "point")
        else:
            self.ask("restore", found[0], late, of=found[1], points=points)

    @rule(which=NUMBER, late=LATE, points=st.none() | POINTS, how=st.sampled_from(ENDINGS))
    def end_hold(self, which: int, late: int, points: int | None, how: str) -> None:
        """A hold pays, or ends; where there is none, there is one afterwards."""
        found = self.earlier(("reserve",), which)
        if found is None:
            self.spend(("bob", "ann"), late, points or 30, "sea", "hold")
        elif how in ("release", "lapse"):
            self.ask("release", found[0], late, hold=found[1], lapsed=how == "lapse")
        else:
            self.ask("capture", found[0], late, hold=found[1], points=points, keep_open=how == "keep open")

    @rule(who=WHO, late=LATE, points=POINTS, fault=st.none() | MERCHANT, how=st.sampled_from(OPERATING))
    def operate(self, who: str, late: int, points: int, fault: str | None, how: str) -> None:
        """A correction in either direction, a compensation, a freeze on evidence or its end."""
        if how == "freeze":
            hours = (-1, 1, 1, 48)[points % 4]
            self.ask("freeze", who, 0, until=self.now + timedelta(hours=hours))
        elif how == "unfreeze":
            self.ask("unfreeze", who, 0)
        elif how == "compensate":
            self.ask("compensate", who, late, points=points, fault=fault)
        else:
            self.ask("adjust", who, late, points=points if how == "add" else -points)

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

    def earlier(self, verbs: tuple[str, ...], which: int) -> tuple[str, str] | None:
        """Whose, and the key, of something sent: mostly granted, and of holds mostly one that is open."""
        known = [(who, key) for verb, key, who, _, _ in self.sent if verb in verbs]
        if which % 8:
            known = [(who, key) for who, key in known if key in self.books.done]
            if verbs == ("reserve",):
                known = [(who, key) for who, key in known if key in self.books.holds(who)]
        return known[which % len(known)] if known else None

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
