"""The town with green points: a unit that is given for evidence alone, and evidence to give it for."""

import msgspec

from jifen.programs.definition import Programme, UnitPlan
from jifen.rules.definition import LineFilter, PerAmount, Rate

CODE = "13126004185739206"
UNKNOWN = "99926004185739999"

GREEN = PerAmount(
    id="green-produce",
    title="有机商品每 1 元得 2 绿色积分",
    title_en="2 green points for each yuan of organic goods",
    unit="green",
    rate=Rate(2, 100),
    lines=LineFilter(evidence=("organic",)),
    funder="operator",
)


def with_green(programme: Programme) -> Programme:
    """The programme with a green unit and its rule."""
    unit = UnitPlan(code="green", name="绿色积分", name_en="green points", offset_points=100, offset_fen=100)
    rules = msgspec.structs.replace(programme.rules, rules=(*programme.rules.rules, GREEN))
    return msgspec.structs.replace(programme, units=(*programme.units, unit), rules=rules)
