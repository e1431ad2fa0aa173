"""The programmes under examples/: what happens at their stores is explained rule by rule."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jifen.books.legs import Kind
from jifen.mall.rewarding import Redeemed
from jifen.pages.rewarded import rewarded
from jifen.pages.words import LANGUAGES, words
from jifen.parties.programs import Evidence, Merchant, Program, Store, Unit
from jifen.programs.definition import Programme
from jifen.programs.loading import load
from jifen.rules.award import Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import Person, Standing
from jifen.rules.when import LineFilter
from jifen.values.ids import Id, MerchantId, ProgramId
from tests.pages.telling import ID, booked, entry_of, whole
from tests.pages.test_catalogues import faults

FOLDER = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
TIMES = [datetime(2027, month, 18, 4, tzinfo=UTC) + timedelta(days=month) for month in (1, 5, 11)]
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
LEFT_OPEN = re.compile(r"\{[a-z_]*\}|\(\)|（）|“”")


@cache
def example(name: str) -> tuple[Programme, Program]:
    """A programme as it is written, and as it runs; any evidence that its rules ask for is on record."""
    written = load(FOLDER / name).programme
    assert written is not None
    merchants = {
        one.code: Merchant(MerchantId(Id(int=number)), one.code, one.name, one.charity, ())
        for number, one in enumerate(written.merchants, 2)
    }
    stores = {
        store.code: Store(store.code, store.name, merchants[one.code])
        for one in written.merchants
        for store in one.stores
    }
    kinds = sorted({kind for lines in filters(written) for kind in lines.evidence})
    proofs = {kind: Evidence(kind, kind, "", BEGAN, datetime(2030, 1, 1, tzinfo=UTC)) for kind in kinds}
    running = Program(
        ProgramId(ID), written.code, written.name, written.zone, None, 1,
        {one.code: Unit(one.code, one.name, one.offset_points, one.offset_fen) for one in written.units},
        merchants, {one.id: one for one in merchants.values()}, stores,
        (CompiledRules(written.rules, 1, BEGAN, written.zone),), proofs,
    )  # fmt: skip
    return written, running


def filters(written: Programme) -> Iterator[LineFilter]:
    """Every filter of lines that a rule has."""
    for rule in written.rules.rules:
        found = [rule.when.lines, getattr(rule, "lines", None)]
        found += [part.lines for part in getattr(rule, "parts", ())]
        yield from (lines for lines in found if lines is not None)


def baskets(written: Programme) -> list[tuple[Line, ...]]:
    """Nothing that a rule names; all that they name; and the same without evidence."""
    named = tuple(
        Line(
            (lines.skus or ("x",))[0],
            (lines.categories or ("other",))[0],
            3,
            30_000,
            lines.tags[:1],
            (lines.brands or ("",))[0],
            (lines.evidence or ("",))[0],
        )
        for lines in filters(written)
    )
    plain = (Line("毛巾", "home", 1, 1_990),)
    bare = tuple(msgspec.structs.replace(line, evidence="") for line in named)
    return [plain, (*plain, *named), (*plain, *bare)]


def happenings(written: Programme) -> Iterator[dict[str, Any]]:
    """Purchases at each store and each act, on several days, by somebody new and by somebody known."""
    acts = {act for rule in written.rules.rules for act in getattr(rule, "acts", ())}
    stores = [store.code for one in written.merchants for store in one.stores]
    tiers = written.rules.tiers.levels if written.rules.tiers else ()
    known = Person(standing=Standing(tiers[-1].code if tiers else ""), inviter="w")
    for at in TIMES:
        for person in (Person(), known):
            for store in stores:
                yield from (
                    {"store": store, "lines": lines, "at": at, "person": person} for lines in baskets(written)
                )
                yield from (
                    {"store": store, "act": act, "code": "L1", "amount": 9_900, "at": at, "person": person}
                    for act in sorted(acts)
                )


@pytest.mark.parametrize("name", NAMES)
def test_whatever_happens_in_it_is_explained(name: str) -> None:
    """Every rule has its sentence, nothing is left open in one, and none says what may not be said."""
    written, running = example(name)
    events = list(happenings(written))
    assert events
    for event in events:
        entry = booked(running, stores=running.stores, **event)
        for language in LANGUAGES:
            told = whole(running, entry, language, every=True)
            assert len(told.given) + len(told.missed) == len(written.rules.rules)
            for one in (*told.given, *told.missed):
                sentence = one.said.striptags()
                assert sentence
                assert not LEFT_OPEN.search(sentence), sentence
                assert faults(sentence) == [], sentence


@pytest.mark.parametrize("name", NAMES)
def test_each_of_its_rewards_is_explained_at_each_price(name: str) -> None:
    """The usual one, and every other with when it holds."""
    written, running = example(name)
    for reward in written.rules.rewards:
        for price in (None, *range(len(reward.prices))):
            points = reward.points if price is None else reward.prices[price].points
            told = Redeemed(1, reward.code, points, 1, price)
            unit = reward.unit or written.rules.unit
            entry = entry_of(Kind.REDEEM, explanation=msgspec.json.encode(told).decode(), unit=unit)
            for language in LANGUAGES:
                found = rewarded(running, entry, words(language))
                assert found is not None
                assert found.title
                sentence = found.said.striptags()
                assert sentence
                assert not LEFT_OPEN.search(sentence)
