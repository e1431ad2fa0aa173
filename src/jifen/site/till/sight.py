"""Sight: one bill looked at with any number of points, by the very pricing that quotes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from markupsafe import Markup

from jifen.api.baskets import basket_of
from jifen.api.till_bodies import Priceable
from jifen.books.refusals import Refusal
from jifen.events.event import PaidVoucher
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.pages.naming import title_of
from jifen.pages.occasion import Occasion
from jifen.pages.sums import sum_of
from jifen.parties.programs import Store
from jifen.rules.compiled import CompiledRule
from jifen.site.till.who import Person
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.till.basket import Basket, Look, Priced, earned_by, price, saved_by
from jifen.till.bills import OpenBill
from jifen.till.offset import Part, least_for, parts_of
from jifen.values.ids import cell_of


class Given(msgspec.Struct, frozen=True):
    """What one rule gives: its title, its sum in words, points, and the unit where it is another one."""

    title: Markup
    said: Markup
    points: int
    unit: Markup


class Hint(msgspec.Struct, frozen=True):
    """What one step of points more, or fewer, does to what is earned.

    how: loses (the next step costs a bonus), lost (that happened), plain (it costs so many points), free.
    exact: the points chosen are the most that keep every bonus. threshold_fen: the bonus's least payment.
    """

    how: str
    step: int = 0
    points: int = 0
    rules: Markup = Markup()
    threshold_fen: int = 0
    exact: bool = False


class Sight:
    """A member's basket as it stands now. Every figure comes from `till.basket.price`."""

    def __init__(self, visit: Visit, look: Look, basket: Basket, rows: Sequence[VoucherRow]) -> None:
        self.words = visit.words
        self.look = look
        self.basket = basket
        self.rows = rows
        self.unit = look.rules.definition.unit
        self.parts: list[Part] = parts_of(look.wallet, look.program, look.rules, look.at, look.first)
        self._fitting: dict[bool, tuple[list[PaidVoucher], bool]] = {}
        self._seen: dict[int | None, Priced | Refusal] = {}
        self._shares: dict[int, Mapping[str, int]] = {}

    @property
    def offset_step(self) -> int:
        """So many points at a time, as the rules say."""
        return self.look.rules.definition.till.offset.step_points

    @property
    def step(self) -> int:
        """So many points does − or + move: a yuan's worth, in the rules' steps."""
        per, fen = self.look.program.worth(self.unit, self.look.rules)
        a_yuan = -(-100 * per // fen) if fen else 1
        step = self.offset_step
        return -(-a_yuan // step) * step

    def at(self, points: int | None) -> Priced | Refusal:
        """The bill with so many points; None: the most."""
        if points not in self._seen:
            fitting, together = self._fit(points is None or points > 0)
            self._seen[points] = price(self.look, self.basket, fitting, points, with_points=together)
        return self._seen[points]

    def shares(self, points: int) -> Mapping[str, int]:
        """What each rule gives of the unit with so many points; nothing where they cannot pay."""
        if points not in self._shares:
            priced = self.at(points)
            found: dict[str, int] = {}
            if isinstance(priced, Priced):
                award, _ = earned_by(self.look, self.basket, priced.vouchers, priced.cash)
                for share in award.shares:
                    if share.unit == self.unit:
                        found[share.rule] = found.get(share.rule, 0) + share.points
            self._shares[points] = found
        return self._shares[points]

    def worth(self, fen: int) -> int | None:
        """The points that pay so many fen, where so many may be taken; None: they may not."""
        points = least_for(self.parts, fen)
        if not points or points % self.offset_step:
            return None
        priced = self.at(points)
        return points if isinstance(priced, Priced) and priced.pays == fen else None

    def best(self) -> int | None:
        """The most points that keep every bonus with a least payment; None: no such bonus is at stake."""
        free, most = self.at(0), self.at(None)
        if isinstance(free, Refusal) or isinstance(most, Refusal):
            return None
        found = []
        for rule in self._thresholds(0):
            over = free.due - rule.definition.when.minimum_fen
            beyond = least_for(self.parts, over + 1)
            kept = most.points if beyond is None else beyond - 1
            kept -= kept % self.offset_step
            if 0 < kept < most.points and not isinstance(self.at(kept), Refusal):
                found.append(kept)
        return min(found, default=None)

    def hint(self, points: int) -> Hint:
        """What the next step of points does to what is earned, or what the last ones did."""
        most, best = self.at(None), self.best()
        if isinstance(most, Refusal) or not most.points:
            return Hint("free")
        if best is not None and points > best:
            lost = self._lost(best, points)
            more = sum(self.shares(best).values()) - sum(self.shares(points).values())
            if lost:
                return Hint("lost", points - best, more, self._titles(lost), self._least(lost))
        beyond = min(points + self.step, most.points)
        if beyond <= points:
            return Hint("free", exact=points == best)
        lost = self._lost(points, beyond)
        now, then = self.shares(points), self.shares(beyond)
        if lost:
            fewer = sum(now.get(rule.definition.id, 0) for rule in lost)
            titles = self._titles(lost)
            return Hint("loses", beyond - points, fewer, titles, self._least(lost), points == best)
        return Hint("plain", beyond - points, sum(now.values()) - sum(then.values()), exact=points == best)

    def given(self, priced: Priced) -> list[Given]:
        """What each rule gives on this bill, with its sum, in the order of evaluation."""
        award, facts = earned_by(self.look, self.basket, priced.vouchers, priced.cash)
        shares: dict[str, int] = {}
        for share in award.shares:
            shares[share.rule] = shares.get(share.rule, 0) + share.points
        look = self.look
        then = Occasion(look.program, look.rules, facts, look.wallet.counters, self.words)
        found: list[Given] = []
        before: dict[str, int] = {}
        for rule in look.rules.rules:
            points = shares.get(rule.definition.id)
            if not points:
                continue
            unit = Markup() if rule.unit == self.unit else self.words.unit(look.program.units[rule.unit])
            said = sum_of(then, rule, before)[0]
            found.append(Given(title_of(rule.definition, self.words), said, points, unit))
            before[rule.definition.id] = points
        return found

    def matures(self, priced: Priced) -> tuple[int, int]:
        """What is earned of the unit: (at once, later)."""
        award, _ = earned_by(self.look, self.basket, priced.vouchers, priced.cash)
        own = [share for share in award.shares if share.unit == self.unit]
        later = sum(
            s.points for s in own if s.promise.matures_at is not None and s.promise.matures_at > self.look.at
        )
        return sum(share.points for share in own) - later, later

    def _fit(self, with_points: bool) -> tuple[list[PaidVoucher], bool]:
        """The vouchers that fit, and whether they go with points."""
        if with_points not in self._fitting:
            fitting, _ = saved_by(self.look, self.basket, self.rows, with_points)
            used = {one.id for one in fitting}
            together = all(row.terms.with_points for row in self.rows if row.id in used)
            self._fitting[with_points] = fitting, together
        return self._fitting[with_points]

    def _thresholds(self, points: int) -> list[CompiledRule]:
        """The rules that give something with so many points, and only from a payment on."""
        shares = self.shares(points)
        return [
            rule
            for rule in self.look.rules.rules
            if rule.definition.when.minimum_fen and shares.get(rule.definition.id)
        ]

    def _lost(self, fewer: int, more: int) -> list[CompiledRule]:
        """The bonuses that fewer points keep and more points cost."""
        then = self.shares(more)
        return [rule for rule in self._thresholds(fewer) if not then.get(rule.definition.id)]

    def _titles(self, rules: Sequence[CompiledRule]) -> Markup:
        return self.words.joined([title_of(rule.definition, self.words) for rule in rules], "join.list")

    def _least(self, rules: Sequence[CompiledRule]) -> int:
        return max(rule.definition.when.minimum_fen for rule in rules)


async def sight_of(
    visit: Visit,
    store: Store,
    person: Person,
    asked: dict[str, Any],
    vouchers: Sequence[str],
    at: datetime,
) -> Sight:
    """Look at a member's basket as a quote would. asked: goods as the interface takes them."""
    program = visit.program
    rules = program.rules_at(at)
    assert rules is not None, "who is known at a till is known under rules"
    basket = basket_of(store, msgspec.convert(asked, Priceable))
    command = OpenBill(
        program=program.id,
        source="",
        key="",
        wallet=person.wallet,
        occurred_at=at,
        recorded_at=at,
        content=b"",
        store=store,
        basket=basket,
    )
    view = await visit.house.engine.look(command)
    rows = [UUID(one) for one in vouchers]
    cells = [cell_of(person.wallet)] * len(rows)
    found: list[Any] = []
    if rows:
        found = await visit.house.pool.fetch(q("needs_voucher"), cells, [person.wallet] * len(rows), rows)
    by_id = {row["id"]: read_voucher(row) for row in found}
    look = Look(view, program, rules, view.wallet(person.wallet), store, at, at)
    return Sight(visit, look, basket, [by_id[one] for one in rows if one in by_id])
