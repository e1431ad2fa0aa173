"""Value claims are worked out again from the definition: a wrong figure is refused with the right one."""

from typing import Any

import msgspec
import pytest

from jifen.programs.claims import claims_in, findings_of
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding

DEALER = """
code: dealer
name: 车友会
units: [{code: point, name: 积分, offset_points: 1000, offset_fen: 10000}]
terms: {operator: 远山汽车, contact: 服务台}
rules:
  reminders: {}
  rules: [{type: per_amount, id: base, title: 消费1元积1分, rate: {points: 1, fen: 100}}]
  calendars: {anniversary: {type: yearly, since: [6, 1], until: [6, 30]}}
  campaigns:
    - {code: june, title: 店庆月, since: 2026-06-01T00:00:00+08:00, until: 2026-07-01T00:00:00+08:00}
  rewards:
    - {code: service, title: 基础保养, title_en: basic service, kind: service, points: 5000, value_fen: 50000}
    - {code: tyre, title: 轮胎, points: 10000, value_fen: 100000}
    - code: aircon
      title: 空调清洗
      title_en: air conditioning cleaning
      kind: service
      points: 6000
      value_fen: 60000
      prices: [{points: 5000, when: {calendars: [anniversary]}}]
    - {code: insurance, title: 保险满减券, kind: voucher, points: 20000, value_fen: 100000}
"""
BEAUTY = """
code: beauty
name: 颜悦会
units: [{code: point, name: 积分, offset_points: 100, offset_fen: 1000}]
terms: {operator: 颜悦, contact: 专柜}
rules:
  reminders: {}
  rules: [{type: per_amount, id: base, rate: {points: 1, fen: 100}}]
  calendars: {member-day: {type: month_days, days: [8]}}
  campaigns:
    - {code: day, title: 会员日, since: 2026-01-01T00:00:00+08:00, until: 2027-01-01T00:00:00+08:00}
  rewards:
    - code: serum
      title: 精华
      title_en: serum
      points: 4000
      value_fen: 40000
      prices: [{points: 3000, when: {calendars: [member-day]}}]
    - {code: lipstick, title: 口红, points: 3000, value_fen: 30000}
"""
TELECOM = """
code: telecom
name: 通信
units: [{code: point, name: 积分, offset_points: 1000, offset_fen: 1000}]
terms: {operator: 云通, contact: 营业厅}
rules:
  reminders: {}
  rules: [{type: per_amount, id: base, rate: {points: 10, fen: 100}}]
  campaigns:
    - {code: bill, title: 话费, since: 2026-01-01T00:00:00+08:00, until: 2027-01-01T00:00:00+08:00}
  rewards: [{code: credit, title: 话费抵扣, kind: top_up, points: 1000, value_fen: 1000}]
"""

VOUCHERS = """
code: vouchers
name: 券
units: [{code: point, name: 积分, offset_points: 100, offset_fen: 100}]
terms: {operator: 青禾, contact: 柜台}
rules:
  reminders: {}
  rules: [{type: per_amount, id: base, rate: {points: 1, fen: 100}}]
  campaigns:
    - {code: day, title: 会员日, since: 2026-01-01T00:00:00+08:00, until: 2027-01-01T00:00:00+08:00}
  rewards:
    - code: noodles
      title: 面馆券
      title_en: noodle voucher
      kind: voucher
      points: 2000
      value_fen: 2000
      voucher: {minimum_fen: 10000, save_fen: 2000, valid_days: 60}
    - code: tea
      title: 茶饮折扣券
      title_en: tea voucher
      kind: voucher
      points: 600
      value_fen: 600
      voucher: {type: percent, percent: 15, most_fen: 600}
    - code: freight
      title: 运费券
      title_en: delivery voucher
      kind: freight
      points: 800
      value_fen: 800
      voucher: {type: freight, save_fen: 800}
"""


def said(definition: str, text: str, field: str = "text") -> list[Finding]:
    """What is found when a programme's campaign says something."""
    made: dict[str, Any] = msgspec.yaml.decode(definition)
    made["rules"]["campaigns"][0][field] = text
    return [one for one in findings_of(msgspec.convert(made, Programme)) if "campaigns" in one.path]


WRONG = [
    # S05: 6 000 to 5 000 is 16.7 % fewer points and 20 % more value.
    (DEALER, "店庆当月5000分可兑换原本6000分的空调清洗，让积分价值提升16.7%", "20 %"),
    (DEALER, "空调清洗：积分价值提升16.7%", "20 %"),
    (DEALER, "原本6000分的项目，5000分就能兑换，+16.7% 价值", "20 %"),
    (DEALER, "Air conditioning cleaning for 5,000 points instead of 6,000: +16.7 % value", "20 %"),
    (DEALER, "空调清洗少用20%积分", "16.7 %"),
    (DEALER, "基础保养价值600元", "500 元"),
    (DEALER, "A basic service worth 550 yuan", "500 元"),
    (DEALER, "用积分兑换基础保养，立省800元", "500 元"),
    (DEALER, "每月消费1000元，兑换基础保养，一年下来就是1200元", "1000 元"),
    (DEALER, "保险满减券：满5000减1000，相当于7折", "8 折"),
    (DEALER, "消费1元积2分", "1 points a yuan"),
    (DEALER, "4000分即可兑换基础保养", "5000 积分"),
    (DEALER, "空调清洗店庆价相当于9折", "8.33 折"),
    # S06: 4 000 to 3 000 is 25 % fewer points and 33.3 % more value.
    (BEAUTY, "会员日当天3000分可兑换原本4000分的精华，让积分价值提升25%", "33.3 %"),
    (BEAUTY, "精华：33.3% fewer points", "25 %"),
    # S07: the source's 1 % is 10 %.
    (TELECOM, "按消费金额1%返积分", "10 %"),
    (TELECOM, "每月话费100元，话费抵扣一年能省150元", "120 元"),
    (TELECOM, "1 % back on every bill", "10 %"),
    # S04: what a voucher is said to do is what its terms do.
    (VOUCHERS, "面馆券满100减30", "满100减20"),
    (VOUCHERS, "面馆券满80减20，周末更香", "满100减20"),
    (VOUCHERS, "面馆券：满100减20，可省30元", "20 元"),
    (VOUCHERS, "With the noodle voucher 30 off a bill of 100", "满100减20"),
    (VOUCHERS, "Your noodle voucher saves 25 yuan", "20 元"),
    (VOUCHERS, "面馆券满100减20，相当于7折", "8 折"),
    (VOUCHERS, "茶饮折扣券打8折", "8.5 折"),
    (VOUCHERS, "The tea voucher is 20 % off", "15 % off"),
    (VOUCHERS, "茶饮折扣券最多可省10元", "6 元"),
    (VOUCHERS, "用运费券，抵运费10元", "8 元"),
]

RIGHT = [
    (DEALER, "店庆当月5000分可兑换原本6000分的空调清洗，让积分价值提升20%"),
    (DEALER, "空调清洗少用16.7%积分"),
    (DEALER, "空调清洗少用17%积分"),
    (DEALER, "Air conditioning cleaning for 5,000 points instead of 6,000: +20 % value"),
    (DEALER, "基础保养价值500元，10000分可兑换轮胎"),
    (DEALER, "每月消费1000元，兑换基础保养，一年省1000元"),
    (DEALER, "每月消费1000元，兑换基础保养，按比例折算一年省1200元"),
    (DEALER, "保险满减券：满5000减1000，相当于8折"),
    (DEALER, "除了基础保养，价值1000元的轮胎也可兑换"),
    (DEALER, "兑换轮胎前，基础保养价值500元"),
    (DEALER, "消费1元积1分"),
    (DEALER, "1 point for every yuan"),
    (DEALER, "空调清洗店庆价相当于8.3折"),
    (BEAUTY, "会员日当天3000分可兑换原本4000分的精华，让积分价值提升33.3%"),
    (BEAUTY, "精华 ２５％ fewer points"),
    (TELECOM, "按消费金额10%返积分"),
    (TELECOM, "每月话费100元，话费抵扣一年能省120元"),
    (TELECOM, "每月的第一天有惊喜"),
    (VOUCHERS, "面馆券：满100减20，可省20元，相当于8折"),
    (VOUCHERS, "The noodle voucher takes 20 off a bill of 100 and saves 20 yuan"),
    (VOUCHERS, "茶饮折扣券打8.5折，最多可省6元"),
    (VOUCHERS, "用运费券，抵运费8元"),
    (VOUCHERS, "会员日满100减20券照常兑换"),
]


@pytest.mark.parametrize(("definition", "text", "right"), WRONG)
def test_a_wrong_figure_is_refused_with_the_right_one(definition: str, text: str, right: str) -> None:
    wrong = [one for one in said(definition, text) if one.code == "claim_wrong"]
    assert wrong, said(definition, text)
    assert any(right in one.remedy for one in wrong), [str(one) for one in wrong]
    assert all("明码标价" in one.source and one.severity == "error" for one in wrong)


@pytest.mark.parametrize(("definition", "text"), RIGHT)
def test_a_right_figure_passes(definition: str, text: str) -> None:
    assert said(definition, text) == []


def test_a_claim_that_nothing_proves_asks_to_be_tied() -> None:
    """A warning, since the words may be true; the remedy says how to tie it."""
    [one] = said(DEALER, "全场礼品价值900元")
    assert (one.severity, one.code) == ("warning", "claim_untied")
    assert "title" in one.remedy


def test_a_claim_in_a_reward_is_about_that_reward() -> None:
    made: dict[str, Any] = msgspec.yaml.decode(DEALER)
    made["rules"]["rewards"][1]["text"] = "价值1000元"
    assert findings_of(msgspec.convert(made, Programme)) == []
    made["rules"]["rewards"][1]["text"] = "价值1200元"
    [one] = findings_of(msgspec.convert(made, Programme))
    assert one.path == "rules.rewards[1].text"
    assert one.remedy == "write 1000 元"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("满100减20，可省20元，有效期60天", ""),
        ("有效期30天", "60 天"),
        ("Good for 90 days", "60 天"),
        ("满50减20", "满100减20"),
    ],
)
def test_the_text_of_a_voucher_says_what_its_terms_do(text: str, right: str) -> None:
    """Its bill, what is taken off it, and for how many days it is good."""
    made: dict[str, Any] = msgspec.yaml.decode(VOUCHERS)
    made["rules"]["rewards"][0]["text"] = text
    assert [one.remedy for one in findings_of(msgspec.convert(made, Programme))] == (
        [f"write {right}"] if right else []
    )


def test_a_voucher_that_nobody_gives_asks_to_be_tied() -> None:
    """No reward is named, and no voucher takes 50 off 200."""
    [one] = said(VOUCHERS, "全场满200减50")
    assert (one.code, one.severity) == ("claim_untied", "warning")


def test_both_figures_of_a_price_are_told() -> None:
    """S05: who confuses the two is shown both."""
    [one] = said(DEALER, "空调清洗：积分价值提升16.7%")
    assert "16.7 % fewer points and 20 % more value per point" in one.what


def test_the_place_of_a_claim_is_that_in_the_original() -> None:
    text = "欢迎！ 基础保养 價值 ５００ 元"
    [claim] = claims_in(text)
    assert text[claim.start : claim.end] == "價值 ５００ 元"
