"""Every verb, the plainest way: look at all facts, say no or add one more."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from jifen.rules.award import Line
from jifen.values.periods import end_of_day
from tests.model.model import OPERATOR, Fact, Move, No, Said
from tests.model.naive_moves import without
from tests.model.naive_rules import Bought
from tests.model.naive_spending import Spending

Asked = tuple[str, str, dict[str, Any]]


class Verbs(Spending):
    """Methods of the names and arguments of Orders; each gives the fact to add, or says no."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.done: dict[str, tuple[Asked, Said]] = {}

    def ask(
        self, verb: str, key: str, who: str, at: datetime, now: datetime, **asked: Any
    ) -> tuple[Said | No, bool]:
        """The answer, and whether it was given before."""
        if key in self.done:
            first, said = self.done[key]
            return (said, True) if first == (verb, who, asked) else (No("key_reused"), False)
        make: Callable[..., Fact | No] = getattr(self, verb)
        fact = make(who, at, now, **asked)
        if isinstance(fact, No):
            return fact, False
        fact.verb, fact.key, fact.at = verb, key, at
        if fact.hold is not None:
            fact.hold.key = fact.hold.key or key
        self.facts[who].append(fact)
        if verb == "transfer":
            into = [Move(m.traits, m.account, -m.points, who) for m in fact.moves]
            self.facts[asked["to"]].append(Fact(verb, key, at, into, claimed=False, active=True))
        of_hold = [m.points for m in fact.moves if m.account == "held"]
        other = [m.points for m in fact.moves if m.account not in ("held", "owed")]
        owed = [m.points for m in fact.moves if m.account == "owed"]
        said = Said(
            sum(of_hold if verb in ("reserve", "release") else other),
            -sum(points for points in owed if points < 0),
            sum(points for points in owed if points > 0),
            self.balance(who, fact.unit, now),
        )
        self.done[key] = ((verb, who, asked), said)
        return said, False

    def _earn(self, who: str, at: datetime, now: datetime, bought: Bought) -> Fact | No:
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        terms = self.terms_at(at)
        if not terms:
            return No("no_rules")
        grants, counts = self.earnings(bought, terms, self.counters(who))
        unit = self.rules[terms - 1][1].unit
        made = Fact("", "", at, self.issue(who, grants), merchant=bought.merchant, unit=unit, counts=counts)
        made.bought, made.terms, made.active = bought, terms, True
        return made

    def purchase(
        self,
        who: str,
        at: datetime,
        now: datetime,
        *,
        store: str,
        lines: Sequence[Line] = (),
        amount: int | None = None,
    ) -> Fact | No:
        """Something bought. Every store has its merchant's name."""
        paid = sum(line.amount for line in lines) if amount is None else amount
        return self._earn(who, at, now, Bought(store, at, paid, tuple(lines)))

    def act(self, who: str, at: datetime, now: datetime, *, act: str) -> Fact | No:
        """Something done."""
        return self._earn(who, at, now, Bought("", at, 0, (), act))

    def give_back(
        self,
        who: str,
        at: datetime,
        now: datetime,
        *,
        of: str,
        lines: Sequence[tuple[str, int]] = (),
        amount: int | None = None,
    ) -> Fact | No:
        """Goods come back: evaluate the rest with the rules and counters of then, take the difference."""
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        first = self.find(who, of)
        if first is None or first.verb != "purchase" or first.bought is None:
            return No("entry_unknown")
        earlier = [fact for fact in self.facts[who] if fact.verb == "give_back" and fact.of == of]
        before: Bought = earlier[-1].back if earlier else first.bought
        if not before.amount and not before.lines:
            return No("nothing_left")
        rest = self._rest(before, lines, amount)
        if isinstance(rest, No):
            return rest
        used = self.counters(who, first)
        _, had = self.earnings(before, first.terms, used)
        keeps, has = self.earnings(rest, first.terms, used)
        moves: list[Move] = []
        for traits in dict.fromkeys(move.traits for move in first.moves if move.account == "issued"):
            issued = sum(m.points for m in first.moves if (m.traits, m.account) == (traits, "issued"))
            taken = [
                m.points
                for fact in earlier
                for m in fact.moves
                if m.account == "clawed_back" and m.traits == traits
            ]
            points = issued + sum(taken) - keeps.get(traits, 0)
            if points > 0:
                moves += self.take_back(who, traits, points)
        counts = {counter: min(0, has.get(counter, 0) - count) for counter, count in had.items()}
        return Fact(
            "", "", at, moves, merchant=first.merchant, unit=first.unit, of=of, back=rest, counts=counts
        )

    def _rest(self, before: Bought, back: Sequence[tuple[str, int]], amount: int | None) -> Bought | No:
        if back:
            lines = without(before.lines, back)
            if isinstance(lines, No):
                return lines
            return before._replace(lines=tuple(lines), amount=sum(line.amount for line in lines))
        if amount is None:
            return before._replace(lines=(), amount=0)
        if before.lines:
            return No("line_unknown")
        if amount > before.amount:
            return No("exceeds_entry")
        return before._replace(amount=before.amount - amount)

    def expire(self, who: str, at: datetime, now: datetime) -> Fact | No:
        """What is free and past its date is gone."""
        moves = []
        for traits, lot in self.lots(who).items():
            expires = self.expiry(who, traits)
            if traits.unit == "point" and lot.remaining and expires is not None and expires <= now:
                moves.append(Move(traits, "expired", -lot.remaining, traits.issuer))
        return Fact("", "", at, moves) if moves else No("nothing_left")

    def extend(
        self, who: str, at: datetime, now: datetime, *, expired_at: datetime, until: date
    ) -> Fact | No:
        """What is free and expired at an instant lives on to the end of a day."""
        later = end_of_day(until, self.zone)
        moves: list[Move] = []
        for traits, lot in self.lots(who).items() if now < later else ():
            past = expired_at <= now and self.expiry(who, traits) == expired_at
            if traits.unit == "point" and past:
                on = traits._replace(expires=later, idle=None, origin=traits.origin or traits)
                moves += self.shift(who, traits, on, lot.remaining)
        return Fact("", "", at, moves) if moves else No("nothing_left")

    def adjust(self, who: str, at: datetime, now: datetime, *, points: int) -> Fact | No:
        """A person adds or takes; what is added repays nothing."""
        if points > 0:
            return Fact(
                "",
                "",
                at,
                [Move(self.operators("point", at, OPERATOR), "adjusted", points, OPERATOR)],
                active=True,
            )
        parts = self.draw(who, "point", -points, at)
        if isinstance(parts, No):
            return parts
        return Fact("", "", at, [Move(traits, "adjusted", -part, OPERATOR) for traits, part in parts])

    def compensate(
        self, who: str, at: datetime, now: datetime, *, points: int, fault: str | None = None
    ) -> Fact | No:
        """Points of the operator's, which repay what is owed like any earning."""
        traits = self.operators("point", at, fault or OPERATOR)
        return Fact("", "", at, self.issue(who, {traits: points}), merchant=fault or "", active=True)

    def freeze(self, who: str, at: datetime, now: datetime, *, until: datetime) -> Fact | No:
        """Spending stops."""
        frozen = self.frozen(who)
        if frozen is not None and now < frozen:
            return No("wallet_already_frozen")
        return Fact("", "", at, frozen=until) if now < until else No("wallet_not_frozen")

    def unfreeze(self, who: str, at: datetime, now: datetime) -> Fact | No:
        """Spending goes on."""
        frozen = self.frozen(who)
        return (
            Fact("", "", at, frozen=None) if frozen is not None and now < frozen else No("wallet_not_frozen")
        )
