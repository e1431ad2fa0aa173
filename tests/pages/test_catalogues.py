"""What the pages say: complete in both languages, all of it in the catalogues, none of it forbidden."""

import json
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from jifen import pages
from jifen.books.legs import Account, Kind
from jifen.pages.families import STEPS
from jifen.pages.happenings import PROFILE
from jifen.pages.naming import OWN_ACTS
from jifen.pages.ordered import BY_WHOM
from jifen.values.calendars import BRANCHES, FESTIVALS

ROOM = Path(pages.__file__).parent
CATALOGUES: dict[str, dict[str, Any]] = {
    language: json.loads((ROOM / "catalogues" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("zh", "en")
}
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOM / "templates").iterdir())}
MODULES = {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py"))}

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPOKEN_ATTRIBUTES = re.compile(r"\b(?:aria-label|alt|title|placeholder)=\"(.*?)\"", re.DOTALL)

# Never said to a member (PAGES, words). They stand here as they are: a test is not a page.
FORBIDDEN = """
    最终解释权 单方解释权 概不退换 一律不退 概不退还 有权随时变更 不另行通知 逾期作废 清零 不予处理 系统错误
    非法操作 参数错误 余额不足 返利 返现 提现 升值 稳赚 赚钱 躺赚 分红 股权 碳资产 可交易 限时抢 手慢无
    最强 最好 最佳 最优 最大 最便宜 顶级 第一品牌 您 亲 ！
""".split()  # noqa: SIM905 - read as a list of words, not as code
FORBIDDEN_ENGLISH = re.compile(
    r"final interpretation|non-refundable|cash ?back|earn money|\b(?:invest\w*|oops|invalid|illegal)\b|!",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")

PERIODS = {"day", "week", "month", "year", "ever"}
SPANS = {"day", "week", "month"}

# Keys that are put together in code: what they begin with, and every end that there can be.
FAMILIES = {
    "kind.": {*map(str, Kind), "review"},
    "did.": {str(kind) for kind in Kind} - {"transfer", "purchase", "act", "order", "household"},
    "order.": {"confirm", "fulfil", "return", "dispute", "fail", "no_show"},
    "order.cancel_": set(map(str, BY_WHOM)),
    "family.": set(STEPS),
    "profile.": set(PROFILE),
    "tier.by_": {"spend", "purchases", "points"},
    "tier.": {"kept", "changed", "none", "for_good"},
    "account.": {f"{account}.{way}" for account in [*Account, "grace"] for way in ("in", "out")},
    "balance.": {"pending", "held", "owed"},
    "cap.": {"event", "day", "week", "month", "year", "ever"},
    "sum.once_": {"day", "week", "month", "year", "ever"},
    "missed.once_": {"day", "week", "month", "year", "ever"},
    "sum.": {"floor", "half_up", "ceiling"},
    "why.": {"earned", "spent", "taken_back", "happened"},
    "given.": {"title", "taken"},
    "lots.": {"into", "out_of", "both"},
    "missed.group_": {"best", "first"},
    "sum.streak_": SPANS,
    "span.": SPANS,
    "per.": PERIODS,
    "nth.exactly_": PERIODS,
    "nth.every_": PERIODS,
    "when.anniversary_": {"day", "month"},
    "when.birthday_": {f"{whose}_{span}" for whose in ("self", "child", "pet") for span in SPANS},
    "lunar_month.": {str(month) for month in range(1, 13)},
    "lunar_day.": {str(day) for day in range(1, 31)},
    "ordinal.": {str(number) for number in range(1, 6)},
    "branch.": set(BRANCHES),
    "festival.": set(FESTIVALS),
    "act.": set(OWN_ACTS),
    "evidence.": {"organic", "green_food"},
    "channel.": {"app", "mini_program", "web", "till"},
    "payment.": {"cash", "card", "wechat", "alipay", "ecny"},
    "month.": {str(month) for month in range(1, 13)},
    "weekday.": {str(day) for day in range(1, 8)},
    "unit.": {"积分"},
    "unit_long.": {"积分"},
    "refused.": {f"{why}{end}" for why in ("wrong", "expired", "no_entry") for end in ("", "_next")},
}


def forms(text: Any) -> list[str]:
    """All forms of a text."""
    return [text] if isinstance(text, str) else list(text.values())


def names(text: Any) -> set[str]:
    """The facts that a text names."""
    return {name for form in forms(text) for _, name, _, _ in Formatter().parse(form) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    """English is complete, and in the same order, so that the files can be read side by side."""
    assert list(CATALOGUES["zh"]) == list(CATALOGUES["en"])


def test_both_languages_say_the_same_facts() -> None:
    """What one names the other names, but for the word of a unit, which English may leave out."""
    for key, text in CATALOGUES["zh"].items():
        assert names(text) - {"unit"} == names(CATALOGUES["en"][key]) - {"unit"}, key


def test_each_text_is_used_and_each_that_is_used_is_there() -> None:
    """No key without a text, no text without a use."""
    sources = "\n".join([*TEMPLATES.values(), *MODULES.values()])
    said = set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_.]+|brand)["']\s*[,)]""", sources))
    said |= set(
        re.findall(
            r'"((?:date|wallet|did|strip|sum|join|row|lots|entry|when|missed|calendar|goods|market|tier|proof|slot|family)\.[a-z_]+)"',
            sources,
        )
    )
    said = {key for key in said if not key.endswith((".css", ".html", ".svg"))}
    built = {start + end for start, ends in FAMILIES.items() for end in ends}
    assert said <= set(CATALOGUES["zh"]), said - set(CATALOGUES["zh"])
    assert built <= set(CATALOGUES["zh"]), built - set(CATALOGUES["zh"])
    unused = set(CATALOGUES["zh"]) - said - built
    assert not unused


def untranslated(template: str) -> list[str]:
    """Words that a template says by itself: text between its tags, and attributes that are read out."""
    spoken = [JINJA.sub("", value) for value in SPOKEN_ATTRIBUTES.findall(template)]
    bare = re.sub(r"<[^>]*>", " ", JINJA.sub("", template))
    return [word for text in [bare, *spoken] for word in re.findall(r"[^\W\d_]{2,}", text)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_have_no_words_of_their_own(name: str) -> None:
    """Every word comes from a catalogue."""
    assert untranslated(TEMPLATES[name]) == []
    assert not HAN.search(TEMPLATES[name])


def test_a_word_in_a_template_is_found() -> None:
    """Planted: text, an attribute; and what is none."""
    assert untranslated('<p>{{ t("a") }} Hello</p>') == ["Hello"]
    assert untranslated('<svg aria-label="the strip">') == ["the", "strip"]
    assert untranslated('{# why #}<p class="big">{{ t("a") }} · {% if b %}/{% endif %}</p>') == []


@pytest.mark.parametrize("name", MODULES)
def test_modules_have_no_chinese_of_their_own(name: str) -> None:
    """Nor does a word stand in the code."""
    assert not HAN.search(MODULES[name])


def faults(text: str) -> list[str]:
    """What of a text may never be said to a member."""
    found = [word for word in FORBIDDEN if word in text]
    return found + FORBIDDEN_ENGLISH.findall(text) + EMOJI.findall(text)


@pytest.mark.parametrize("language", CATALOGUES)
def test_nothing_forbidden_is_said(language: str) -> None:
    """Terms that are void, promises of money, shouting, and words that blame the member."""
    said = {key: faults(form) for key, text in CATALOGUES[language].items() for form in forms(text)}
    assert {key: found for key, found in said.items() if found} == {}


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_forbidden_is_in_a_template(name: str) -> None:
    """Nor there."""
    assert faults(TEMPLATES[name].replace("<!doctype", "")) == []


def test_a_forbidden_word_is_found() -> None:
    """Planted."""
    for text in ("积分年底清零", "余额不足", "您好", "Oops", "an invalid link", "Hurry!", "\U0001f389"):
        assert faults(text), text
    assert faults("最近流水，最早 11 月 28 日") == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_names_of_things_are_short(language: str) -> None:
    """Names of balances and of what happened fit beside a figure: six characters, three words."""
    for key, text in CATALOGUES[language].items():
        if key.startswith(("balance.", "kind.")):
            assert len(text) <= 6 if language == "zh" else len(text.split()) <= 3, key
