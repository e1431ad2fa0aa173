"""docs/rules.md names everything that there is, and its examples are sound rules."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from jifen.rules.checking import Known, findings
from jifen.rules.definition import AnyRule, RuleSet
from jifen.rules.expressions import LINE_FIELDS, VARIABLES
from jifen.rules.reasons import REASONS
from jifen.rules.when import Conditions
from tests.rules.basket import compiled

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
KNOWN = Known(("point", "green"), ("hetian",), ("liuhe",))
WORD = re.compile(r"`([a-z_]+)`")


def example() -> RuleSet:
    """All examples as one rule set."""
    whole: dict[str, Any] = {"rules": []}
    for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL):
        part = yaml.safe_load(block)
        whole["rules"] += part.pop("rules", [])
        whole |= part
    return msgspec.convert(whole, RuleSet)


def section(title: str) -> str:
    """The text under a heading."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_examples_are_sound() -> None:
    """They can be published, and run."""
    assert list(findings(example(), KNOWN)) == []
    assert len(compiled(*example().rules, **_parts(example())).rules) == len(example().rules)


def _parts(whole: RuleSet) -> dict[str, Any]:
    names = ("groups", "campaigns", "budgets", "calendars", "tiers", "acts")
    return {name: getattr(whole, name) for name in names}


def test_every_kind_and_every_condition_has_an_example() -> None:
    """Of all that can be written."""
    kinds = {type(rule) for rule in example().rules}
    assert kinds == set(AnyRule.__args__)
    (everything,) = [rule for rule in example().rules if rule.id == "everything-at-once"]
    written = {name for name in Conditions.__struct_fields__ if getattr(everything.when, name)}
    assert written == set(Conditions.__struct_fields__)


def test_every_reason_is_told() -> None:
    """Each word once, and no word that is not one."""
    told = [word for row in _rows("Reasons") for word in WORD.findall(row[0])]
    assert sorted(told) == sorted(REASONS)


def test_every_variable_is_told() -> None:
    """With the fields of lines."""
    told = [word for row in _rows("Expressions") for word in WORD.findall(row[0])]
    assert sorted(told) == sorted(VARIABLES)
    assert all(f"`{field}`" in section("Expressions") for field in LINE_FIELDS)


def _rows(title: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    rows = [line.strip("|").split("|") for line in section(title).splitlines() if line.startswith("|")]
    return rows[2:]
