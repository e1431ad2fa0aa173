"""docs/vouchers.md and docs/bookings.md: their examples are sound, and they name all that is said."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jifen.mall.vouchers import SAYS
from jifen.rules.calendars import Weekdays
from jifen.rules.checking import Known, findings
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.rules.rewards import Reward, Slots, VoucherTerms

DOCS = Path(__file__).parents[2] / "docs"
KNOWN = Known(("point",), ("noodles", "tea", "yunling"), ())


def text_of(name: str) -> str:
    """A page."""
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize(("page", "count"), [("vouchers.md", 5), ("bookings.md", 1)])
def test_examples_are_sound(page: str, count: int) -> None:
    """They decode, and the check finds nothing."""
    (block,) = re.findall(r"```yaml\n(.*?)```", text_of(page), re.DOTALL)
    told: Any = msgspec.yaml.decode(block)
    rewards = msgspec.convert(told["rewards"], tuple[Reward, ...])
    assert len(rewards) == count
    base = PerAmount(id="base", rate=Rate(1, 100))
    whole = RuleSet(rules=(base,), rewards=rewards, calendars={"upkeep": Weekdays(weekdays=(2,))})
    assert list(findings(whole, KNOWN)) == []


def test_each_reason_is_named() -> None:
    """No word that a refused voucher says is missing."""
    table = text_of("vouchers.md").split("| `why` | |")[1]
    assert set(re.findall(r"`([a-z]+)`", table.split("An unknown")[0])) >= set(SAYS)


@pytest.mark.parametrize(("page", "of"), [("vouchers.md", VoucherTerms), ("bookings.md", Slots)])
def test_each_field_is_named(page: str, of: type[msgspec.Struct]) -> None:
    """Nothing can be written that is not told."""
    text = text_of(page)
    missing = [field for field in of.__struct_fields__ if not re.search(rf"\b{field}\b", text)]
    assert missing == []
