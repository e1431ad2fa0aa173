"""Guessing: who types many wrong voucher codes is made to pause; the right ones do not count."""

from jifen.mall.voucher_codes import normal
from jifen.site.till.refusing import Refused
from jifen.site.visit import Visit

WRONG_MOST, WITHIN_S = 10, 900
"""So many wrong voucher codes may one person type in so many seconds."""


async def pause(visit: Visit) -> Refused | None:
    """What somebody is told who guessed too often, and until when; None: codes may be typed."""
    until = await visit.reception.limits.over("vouchers", _who(visit), WRONG_MOST, WITHIN_S, visit.real_now)
    if until is None:
        return None
    minutes = -(-int((until - visit.real_now).total_seconds()) // 60)
    t = visit.words.t
    return Refused(t("till.guessing", most=WRONG_MOST), t("till.guessing_next", minutes=minutes), "")


async def guessed(visit: Visit, code: str) -> None:
    """Count a wrong code. One whose check letter is wrong was mistyped: it tells nobody anything."""
    if normal(code) is None:
        return
    await visit.reception.limits.take("vouchers", _who(visit), WRONG_MOST, WITHIN_S, visit.real_now)


def _who(visit: Visit) -> str:
    staff = visit.signed_in.staff
    assert staff is not None
    return str(staff.id)
