"""The demo's script: versions that may be published, people who are one each, steps that come once."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from jifen.cli.demo import cases, families, orders, telling, visits
from jifen.cli.demo.alliance import newest
from jifen.cli.demo.chronicle import Step, in_order, moment
from jifen.cli.demo.dataset import TODAY, Basket, member_number, product_of
from jifen.cli.demo.people import CAST, PERSONS, XIAOMAN, name_of, named, phone_of
from jifen.cli.demo.printing import pass_on
from jifen.cli.demo.publishing import jobs_of
from jifen.cli.demo.story import days, together
from jifen.cli.demo.tills import is_bill
from jifen.cli.demo.versions import first
from jifen.programs.checking import checked
from jifen.programs.findings import refuses

STORES = [367, 406, 429, 361, 343, *range(1000, 1005), 321, *range(2000, 2009), 382, *range(3000, 3009), 329]
"""Stores by their sales, with those at which there are market days where the data has them."""


async def _nothing(stage: object) -> None:
    """Do nothing."""


def test_every_version_passes_the_linter_and_the_guard() -> None:
    """What the folder says, what it was before, and what is proposed: warnings at most, at any time."""
    programme = newest(STORES)
    for made in (first(programme), *(job.programme for job in jobs_of(programme))):
        assert not refuses(checked(made, date(2026, 11, 21)))
    assert len(programme.rules.rewards) >= 40
    assert all(reward.title_en and reward.category for reward in programme.rules.rewards)
    assert {reward.category for reward in programme.rules.rewards} == set(programme.rules.headings_en)


def test_versions_differ_as_they_are_told() -> None:
    """The first has one unit and eleven rules; from summer on market days double from a hundred yuan."""
    programme = newest(STORES)
    began = first(programme)
    assert [unit.code for unit in began.units] == ["point"]
    assert len(began.rules.rules) == 11
    spring, summer, autumn, proposal = (job.programme for job in jobs_of(programme))
    least = [
        next(rule.when.minimum_fen for rule in one.rules.rules if rule.id == "market-day")
        for one in (began, spring, summer, autumn, proposal)
    ]
    assert least == [5_000, 5_000, 10_000, 10_000, 8_000]
    assert autumn == programme
    assert autumn.terms.two_eyes
    assert not summer.terms.two_eyes


def test_people_are_one_person_each() -> None:
    """Phones differ, names are the same in every run, and the persons of the story have their own."""
    who = named(range(1, 2_501))
    phones = [phone_of(household) for household in who]
    assert len(set(phones)) == len(phones)
    assert phone_of(XIAOMAN.household) == "19900000012"
    assert phone_of(12) == "19900000040", "who stands at her digits has hers"
    assert [name_of(one.household) for one in PERSONS] == [one.name for one in PERSONS]
    assert all(len(name_of(household)) in (2, 3) for household in who)
    assert len(set(CAST)) == len(CAST)


def test_steps_have_names_of_their_own_and_come_by_time() -> None:
    """Two steps of one name are refused, since the second would pass for done; none is later than today."""
    told = in_order([*telling.steps(), *families.steps(), *orders.steps(), *cases.steps(), *visits.steps()])
    assert [step.at for step in told] == sorted(step.at for step in told)
    assert all(step.at <= TODAY for step in told)
    late = Step(TODAY + timedelta(seconds=1), "late", _nothing)
    assert in_order([late]) == []
    with pytest.raises(ValueError, match="'again' names two steps"):
        in_order([Step(moment(5, 1, 9), "again", _nothing), Step(moment(5, 2, 9), "again", _nothing)])


def test_bills_are_of_the_cast_and_recent() -> None:
    """A basket of somebody else, a small one, or one of last spring goes the bulk path."""

    def basket(key: int, household: int = CAST[5], fen: int = 9_000, ago: int = 5) -> Basket:
        line = ("1", "食品", 1, fen, False)
        return Basket(str(key), member_number(household), 367, TODAY - timedelta(days=ago), [line])

    paid = [key for key in range(200) if is_bill(basket(key))]
    assert 25 <= len(paid) <= 75, "about every fourth"
    assert not any(is_bill(basket(key, household=7)) for key in paid)
    assert not any(is_bill(basket(key, fen=2_499)) for key in paid)
    assert not any(is_bill(basket(key, ago=120)) for key in paid)


def test_days_before_are_put_together_by_the_week() -> None:
    """No basket is lost, a week never runs into another month, and the last days stay days."""
    line = ("1", "食品", 1, 900, False)
    baskets = [
        Basket(f"b{n}", "QH000007", 367, moment(5, 1, 12) + timedelta(days=n), [line]) for n in range(60)
    ]
    told = list(days(baskets, {"1": "大米"}))
    since = date(2026, 6, 20)
    merged = together(told, since)
    assert sum(day.baskets for day in merged) == 60
    assert [part for day in merged for part in day.lines] == [part for day in told for part in day.lines]
    assert [day.day for day in merged if day.day >= since] == [day.day for day in told if day.day >= since]
    assert len(merged) < 25
    assert all(day.ends.date() == day.day for day in merged)
    assert b'"sku":"\xe5\xa4\xa7\xe7\xb1\xb3 1"' in told[0].lines[0]


def test_who_saves_spends_nothing() -> None:
    """Of the cast only returns follow a basket; of others redemptions do too."""
    line = ("1", "食品", 2, 9_000, False)
    baskets = [Basket(f"c{n}", "QH000007", 367, moment(5, 1, 12, n % 60), [line]) for n in range(400)]
    spends = b"".join(part for day in days(baskets) for part in day.lines)
    saves = b"".join(part for day in days(baskets, saving={"QH000007"}) for part in day.lines)
    assert b'"type":"redemption"' in spends
    assert b'"type":"redemption"' not in saves
    assert b'"type":"hold"' not in saves


def test_goods_have_names() -> None:
    """By the tables in Chinese, else in the data's own words; fuel is fuel whatever it is filed under."""
    assert product_of("PRODUCE", "ORGANICS FRUIT & VEGETABLES", "ORGANIC CARROTS").name == "有机胡萝卜"
    assert product_of("GROCERY", "EGGS", "EGGS - LARGE").name == "鸡蛋"
    assert product_of("FUEL", "COUPON/MISC ITEMS", "GASOLINE").name == "汽油"
    assert product_of("GROCERY", "ODD THINGS", None).name == "Odd things"
    assert product_of(None, None, None).name == "其他"
    assert product_of("PRODUCE", None, None).category == "蔬果"


def test_short_messages_are_passed_on(tmp_path: Path) -> None:
    """What the server writes from now on of messages to phones reaches the terminal, and nothing else."""
    log = tmp_path / "server.log"
    log.write_text("sms to …0012: before\n", encoding="utf-8")
    console = Console(record=True, width=120, quiet=True)
    console.quiet = False
    ended = threading.Event()
    with (tmp_path / "shown").open("w", encoding="utf-8") as shown:
        console.file = shown
        printing = pass_on(log, console, ended)
        with log.open("a", encoding="utf-8") as writing:
            writing.write("started\nsms to …0012: 青禾联盟登录验证码123456\n")
        ended.set()
        printing.join()
    said = (tmp_path / "shown").read_text(encoding="utf-8")
    assert "123456" in said
    assert "before" not in said
    assert "started" not in said
