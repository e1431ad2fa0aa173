"""The law as data: cited, dated, and counted in whole local days."""

from datetime import UTC, date, datetime

import pytest

from jifen.programs.regulation import CLASSES, earliest, earliest_instant, may_delete, regulation

LAW = regulation()
SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("published", "days", "first"),
    [
        # The day of the notice is not counted: of 30 days the last is 1 December, so it holds from the next.
        (date(2026, 11, 1), 30, date(2026, 12, 2)),
        (date(2026, 11, 1), 7, date(2026, 11, 9)),
        (date(2026, 11, 1), 15, date(2026, 11, 17)),
        # Over the end of a year, and over a 29 February.
        (date(2026, 12, 20), 30, date(2027, 1, 20)),
        (date(2028, 2, 20), 15, date(2028, 3, 7)),
        # What needs no notice may hold on the very day.
        (date(2026, 11, 1), 0, date(2026, 11, 1)),
    ],
)
def test_days_are_counted_from_the_day_after_the_notice(published: date, days: int, first: date) -> None:
    """The vectors of docs/programmes.md."""
    assert earliest(published, days) == first


@pytest.mark.parametrize(
    ("published", "first"),
    [
        # 23:59 on 1 November in Shanghai, and one minute later.
        (datetime(2026, 11, 1, 15, 59, tzinfo=UTC), datetime(2026, 12, 1, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 16, 0, tzinfo=UTC), datetime(2026, 12, 2, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_day_is_that_of_the_programmes_zone(published: datetime, first: datetime) -> None:
    """It begins at midnight in Shanghai, which is 16:00 in UTC."""
    assert earliest_instant(published, 30, SHANGHAI) == first


def test_the_fifteen_days_are_asked_for_since_they_are_in_force() -> None:
    """Before 1 February 2026 a major change needed what any change needs."""
    before, after = LAW.notice("major", date(2026, 1, 31)), LAW.notice("major", date(2026, 2, 1))
    assert before is not None
    assert after is not None
    assert (before.days, after.days) == (7, 15)
    assert after.article == "网络交易平台规则监督管理办法 第12条"
    assert after.confidence == "secondhand"


def test_no_notice_is_below_seven_days() -> None:
    """Whatever weighs more needs as many days or more; nothing that needs notice needs fewer than seven."""
    on = date(2026, 11, 1)
    days = [row.days for weight in CLASSES if (row := LAW.notice(weight, on)) is not None]
    assert days == [7, 7, 15, 30]
    assert LAW.floor(on) == 7
    assert LAW.notice("neutral", on) is None
    assert LAW.notice("offer", on) is None


def test_every_row_is_cited() -> None:
    """Article, words, date and confidence of each; the fines as they are quoted."""
    for row in (*LAW.notices, *LAW.retention, *LAW.fines, *LAW.principles):
        assert row.article
        assert row.says
        assert row.since <= date(2026, 11, 1)
    fines = {row.code: (row.gain_times, row.most_fen) for row in LAW.fines}
    assert fines == {
        "consumer_rights": ((1, 10), 500_000_00),
        "consumer_regulation": (None, 300_000_00),
        "unfair_terms": (None, 100_000_00),
    }


def test_terms_are_kept_three_years_after_they_ended() -> None:
    """On the last of these days deleting is refused, on the next it is not; what holds is never deleted."""
    ended = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    refused = may_delete("terms", ended, datetime(2029, 11, 1, 4, 0, tzinfo=UTC), SHANGHAI)
    assert refused is not None
    assert refused.code == "kept_by_law"
    assert "2029-11-01" in refused.remedy
    assert refused.source == "网络交易监督管理办法 第28条"
    assert may_delete("terms", ended, datetime(2029, 11, 2, 4, 0, tzinfo=UTC), SHANGHAI) is None
    assert may_delete("terms", None, datetime(2040, 1, 1, tzinfo=UTC), SHANGHAI) is not None
    assert may_delete("transactions", ended, datetime(2027, 1, 1, tzinfo=UTC), SHANGHAI) is not None
