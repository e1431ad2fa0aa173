"""Figures, days and the strip, as PAGES has them printed."""

from datetime import date
from fractions import Fraction

import pytest

from jifen.pages import figures
from jifen.pages.strip import SEGMENTS_MOST, strip
from jifen.pages.words import chosen_language, words
from jifen.parties.programs import Unit


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (figures.whole(12860), "12,860"),
        (figures.whole(-1500), "\N{MINUS SIGN}1,500"),
        (figures.signed(390), "+390"),
        (figures.signed(-1500), "\N{MINUS SIGN}1,500"),
        (figures.signed(0), "0"),
        (figures.yuan(128000), "¥1,280.00"),
        (figures.yuan(5), "¥0.05"),
        (figures.yuan(-1205), "\N{MINUS SIGN}¥12.05"),
        (figures.iso(date(2026, 11, 21)), "2026-11-21"),
        (figures.percent(Fraction(1, 10)), "10%"),
        (figures.percent(Fraction("1.5") - 1), "50%"),
        (figures.percent(Fraction("1.0125") - 1), "1.25%"),
        (figures.masked("19900000012"), "199****0012"),
        (figures.numbered(418), "0418"),
        (figures.numbered(12345), "12345"),
        (figures.short_hash(bytes.fromhex("7f3a91c2ffff")), "7f3a 91c2"),
    ],
)
def test_figures(printed: str, expected: str) -> None:
    """Commas, a true minus, two decimals of money."""
    assert printed == expected


def test_a_fraction_is_cut_and_says_so() -> None:
    """18.6 is all of it; a third is not, and is never rounded up to look like more."""
    assert figures.decimal(Fraction(186, 10)) == ("18.6", True)
    assert figures.decimal(Fraction(2, 3)) == ("0.6666", False)
    assert figures.decimal(Fraction(-5, 2)) == ("\N{MINUS SIGN}2.5", True)
    assert figures.decimal(Fraction(12860)) == ("12,860", True)


def test_days() -> None:
    """The year is said where it is not this one; days do not break over a line."""
    today, later = date(2026, 11, 21), date(2027, 6, 30)
    zh, en = words("zh"), words("en")
    assert zh.day(today, today) == "11\u00a0月\u00a021\u00a0日"
    assert zh.day(later, today) == "2027\u00a0年\u00a06\u00a0月\u00a030\u00a0日"
    assert zh.month(later, today) == "2027\u00a0年\u00a06\u00a0月"
    assert en.day(today, today) == "21\u00a0Nov"
    assert en.day(later, today) == "30\u00a0Jun\u00a02027"
    assert en.month(today, today) == "Nov"


def test_one_and_many() -> None:
    """English tells one from many, Chinese does not."""
    assert words("en").t("wallet.left", 1, days=1) == "1\u00a0day left"
    assert words("en").t("wallet.left", 9, days=9) == "9\u00a0days left"
    assert words("zh").t("wallet.left", 1, days=1) == "剩\u00a01\u00a0天"


def test_what_is_put_into_a_text_is_escaped() -> None:
    """Only the catalogue's own marks become bold."""
    said = words("zh").t("wallet.lapses", points="**1**", unit="<b>", day="&")
    assert said == "<b>**1** &lt;b&gt;</b> &amp;到期，"


def test_units_keep_their_names() -> None:
    """Plain points have a word in each language; whatever else a programme calls its points stays."""
    assert words("en").unit(Unit("point", "积分", 100, 100)) == "pt"
    assert words("en").unit(Unit("point", "积分", 100, 100), long=True) == "points"
    assert words("en").unit(Unit("stamp", "印花", 1, 0)) == "印花"
    assert words("zh").unit(Unit("mile", "<里程>", 1, 0)) == "&lt;里程&gt;"


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "expected"),
    [
        (None, None, "", "zh"),
        (None, None, "fr-FR, fr;q=0.9", "zh"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, None, "fr, zh-TW;q=0.7, en;q=0.8", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "en;q=0", "zh"),
        (None, None, "*, ;;;q=, en;q=9.9", "zh"),
        (None, "en", "zh", "en"),
        ("zh", "en", "en", "zh"),
        ("fr", None, "en", "en"),
        ("fr", "xx", "", "zh"),
    ],
)
def test_the_language_is_the_one_asked_for(
    asked: str | None, kept: str | None, accepted: str, expected: str
) -> None:
    """Asked for now, chosen before, liked by the browser, else Chinese."""
    assert chosen_language(asked, kept, accepted) == expected


def test_the_strip_leaves_out_labels_without_room() -> None:
    """The first is always there; one that would run over the end is set against it."""
    parts = strip([(9_000, "rest", "11 月"), (100, "rest", "12 月"), (900, "rest", "2027 年 12 月")])
    assert [part.width for part in parts] == ["90.00%", "1.00%", "9.00%"]
    assert [part.label for part in parts] == ["11 月", "12 月", ""]
    last = strip([(9, "rest", "11 月"), (1, "rest", "2027 年 12 月")])[1]
    assert (last.label, last.label_x, last.at_end) == ("2027 年 12 月", "100.00%", True)


def test_the_strip_has_no_gap_and_no_end_of_segments() -> None:
    """Widths sum to the whole, and of a hundred lots the last segment stands for the rest."""
    parts = strip([(n, "rest", "") for n in range(1, 101)])
    assert len(parts) == SEGMENTS_MOST
    assert sum(int(part.width.replace(".", "").rstrip("%")) for part in parts) == 10_000
    assert strip([]) == []
