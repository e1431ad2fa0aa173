"""Tells what an explanation says of one purchase or act, booked as the rules of a small programme decide."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from jifen.books.entries import Entry
from jifen.books.explanation import explained
from jifen.books.legs import Kind
from jifen.books.wallet import Balance
from jifen.events.earning import facts_of, points_by_rule
from jifen.events.event import act_content, purchase_content
from jifen.pages.explaining import Explained, Told, explain
from jifen.pages.occasion import Occasion
from jifen.pages.words import words
from jifen.parties.programs import Evidence, Merchant, Program, Store, Unit
from jifen.rules.award import Facts, Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, PerAmount, Rate, RuleSet
from jifen.rules.person import NOBODY_KNOWN, Person
from jifen.values.ids import EntryId, Id, MerchantId, ProgramId, WalletId
from tests.pages.alliance import SHANGHAI

DAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 10, 24, tzinfo=SHANGHAI).astimezone(UTC)
"""Saturday morning, the 13th of the tenth lunar month."""

POINT = Unit("point", "积分", 100, 100)
GREEN = Unit("green", "绿色积分", 10, 0)
ID = Id(int=1)
YUAN = Rate(1, 100)
BASE = PerAmount(id="base", title="基础", rate=YUAN)

Used = Mapping[tuple[str, str], int]
Said = dict[str, str]


def merchant(code: str, number: int, name: str) -> Merchant:
    """A merchant without a contract."""
    return Merchant(MerchantId(Id(int=number)), code, name, False, ())


HETIAN, MUYAN = merchant("hetian", 2, "禾田超市"), merchant("muyan", 3, "沐颜美妆")
STORES = {
    "liuhe": Store("liuhe", "柳河镇店", HETIAN),
    "qingshi": Store("qingshi", "青石店", HETIAN),
    "muyan1": Store("muyan1", "沐颜一店", MUYAN),
}


def program(*rules: AnyRule, evidence: Sequence[Evidence] = (), **options: Any) -> Program:
    """A programme of one version of rules. options: of the rule set."""
    whole = RuleSet(rules=rules, **options)
    made = CompiledRules(whole, 1, datetime(2026, 1, 1, tzinfo=UTC), "Asia/Shanghai")
    merchants = {one.code: one for one in (HETIAN, MUYAN)}
    return Program(
        ProgramId(ID),
        "qinghe",
        "青禾联盟",
        "Asia/Shanghai",
        None,
        1,
        {"point": POINT, "green": GREEN},
        merchants,
        {one.id: one for one in merchants.values()},
        STORES,
        (made,),
        {one.code: one for one in evidence},
    )


def booked(
    here: Program,
    *,
    amount: int = 18_640,
    lines: tuple[Line, ...] = (),
    used: Used | None = None,
    store: str = "liuhe",
    act: str | None = None,
    code: str = "",
    channel: str = "",
    payment: str = "",
    person: Person = NOBODY_KNOWN,
    at: datetime = AT,
    stores: Mapping[str, Store] = STORES,
) -> Entry:
    """The entry of a purchase or an act, by the newest rules of a programme; its legs are left out."""
    paid = sum(line.amount for line in lines) if lines else amount
    place = stores[store]
    facts = facts_of(here, place, at, paid, lines, act)
    facts.code, facts.channel, facts.payment, facts.person = code, channel, payment, person
    rules = here.rules[-1]
    award = rules.evaluate(facts, used or {})
    stored = explained(rules.version, 0, points_by_rule(award), award.read, award.held)
    content = (
        act_content(act, store, at, code, paid)
        if act
        else purchase_content(store, paid, lines, at, channel, payment)
    )
    return entry_of(Kind.ACT if act else Kind.PURCHASE, content.decode(), stored, at, place.merchant.id)


def entry_of(
    kind: Kind,
    event: str = "{}",
    explanation: str = "{}",
    at: datetime = AT,
    merchant: Id | None = None,
    **more: Any,
) -> Entry:
    """An entry with nothing else in it. more: fields that are to differ."""
    plain: dict[str, Any] = {"no": 1, "reverses": None, "unit": "point", "legs": ()}
    return Entry(
        wallet=WalletId(ID),
        id=EntryId(ID),
        kind=kind,
        source="till",
        key="k",
        occurred_at=at,
        recorded_at=at,
        merchant=merchant,
        balance=Balance(),
        event=event,
        explanation=explanation,
        hash=b"",
        **{**plain, **more},
    )


def told(
    *rules: AnyRule,
    language: str = "zh",
    every: bool = False,
    evidence: Sequence[Evidence] = (),
    options: Mapping[str, Any] | None = None,
    **bought: Any,
) -> tuple[Said, Said]:
    """What is told of a purchase or an act: the sums of what was given, the reasons of what was missed."""
    here = program(*rules, evidence=evidence, **(options or {}))
    found = whole(here, booked(here, **bought), language, every=every)
    return said(found.given), said(found.missed)


def whole(here: Program, entry: Entry, language: str = "zh", **options: Any) -> Explained:
    """The explanation of an entry that rules decided."""
    found = explain(here, entry, words(language), **options)
    assert found is not None
    return found


def said(some: Sequence[Told]) -> Said:
    """Sentences by the titles of their rules."""
    return {str(one.title): re.sub(r"\s+", " ", str(one.said)) for one in some}


def occasion(here: Program, facts: Facts, used: Used | None = None) -> Occasion:
    """An occasion in Chinese."""
    return Occasion(here, here.rules[0], facts, used or {}, words("zh"))
