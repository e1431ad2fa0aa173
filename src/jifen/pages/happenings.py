"""Happenings: what an entry did, in a few words, and what of each unit it moved."""

from collections.abc import Callable
from datetime import date, datetime

import msgspec
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.explanation import read_explanation
from jifen.books.legs import Account, Kind
from jifen.engine.command import moved
from jifen.events.event import read_act
from jifen.pages import billed, families, figures, naming, ordered
from jifen.pages.reading import Seen
from jifen.pages.remembered import moment, rules_of
from jifen.pages.words import Words
from jifen.programs.standing import StandingNow
from jifen.values.periods import local_day

EARNING = (Kind.PURCHASE, Kind.ACT)


class Moved(msgspec.Struct):
    """What an entry moved of one unit: usable when it was booked, not yet usable, no longer usable."""

    free: int = 0
    pending: int = 0
    lapsed: int = 0
    matures_at: datetime | None = None


def movements(seen: Seen, entry: Entry) -> dict[str, Moved]:
    """What an entry moved, by unit; its own unit comes first, also where nothing of it moved."""
    found: dict[str, Moved] = {entry.unit: Moved()}
    for leg in entry.legs:
        series = seen.series[leg.series]
        sums = found.setdefault(series.unit, Moved())
        expires = seen.wallet.expiry(series)
        if series.matures_at is not None and entry.recorded_at < series.matures_at:
            sums.pending += leg.points
            sums.matures_at = min(sums.matures_at or series.matures_at, series.matures_at)
        elif expires is not None and expires <= entry.recorded_at:
            sums.lapsed += leg.points
        else:
            sums.free += leg.points
    return found


def happened(seen: Seen, entry: Entry, words: Words) -> list[Markup]:
    """What happened, in a few words, and what that meant for debts and for when points can be used."""
    own = movements(seen, entry)[entry.unit]
    legs = [leg for leg in entry.legs if seen.series[leg.series].unit == entry.unit]
    points, repaid, owed = moved(entry.kind, legs)
    said = [_SAID.get(entry.kind, _plainly)(seen, entry, points, owed, words)]
    if owed:
        said.append(words.t("did.owed", points=figures.whole(owed)))
    if repaid:
        said.append(words.t("did.repaid", points=figures.whole(repaid)))
    if own.pending and own.matures_at is not None:
        until = words.day(local_day(own.matures_at, seen.program.zone), seen.today)
        alone = own.free == 0 and own.lapsed == 0
        key = "did.pending" if alone else "did.pending_part"
        said.append(words.t(key, points=figures.whole(abs(own.pending)), day=until))
    if own.lapsed and entry.kind in EARNING:
        said.append(words.t("did.late"))
    return said


def _plainly(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t(f"did.{entry.kind}", points=figures.whole(abs(points)))


def _purchase(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.joined(billed.paid(entry, words))


def _return(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    if back := billed.given_back(entry, words):
        return words.joined(back)
    return words.t("did.return", points=figures.whole(-points - owed))


def _hold(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    until = _until(seen, entry, words)
    if billed.is_bill(entry):
        return words.joined(billed.opened(entry, until, words))
    return words.t("did.hold", until=until)


def _bill(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    """A bill that holds no points was opened, or was not paid after all."""
    if billed.is_bill(entry):
        return words.joined(billed.opened(entry, Markup(), words))
    return words.t("did.bill")


def _freeze(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.freeze", until=_until(seen, entry, words))


def _until(seen: Seen, entry: Entry, words: Words) -> Markup:
    """The end of the hold or of the freeze that an entry began."""
    return moment(seen, seen.untils[entry.no], words)


def _capture(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    back = sum(leg.points for leg in entry.legs if leg.account is Account.HELD) + points
    said = [words.t("did.capture", points=figures.whole(-points))]
    if back:
        said.append(words.t("did.capture_back", points=figures.whole(back)))
    return words.joined(said)


def _transfer(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    if (said := families.inherited(entry, points, words)) is not None:
        return said
    return words.t("did.transfer_in" if points > 0 else "did.transfer_out")


def _act(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    version = read_explanation(entry.explanation).rules
    title = naming.act_of(read_act(entry.event).act, rules_of(seen.program, version), words)
    return title or words.t("did.act")


def _redeem(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    told = ordered.redeemed_of(entry)
    if not told.reward:
        return _plainly(seen, entry, points, owed, words)
    if entry.kind is Kind.ORDER:
        return ordered.booked(seen, told, words)
    if entry.kind is Kind.DONATE:
        return ordered.donated(seen, told, -points, words)
    return ordered.redeemed(seen, told, words)


def _step(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    """A step of an order, what came back with it, or what it was made good with; else as it is plainly."""
    told = ordered.step_of(entry)
    if told is None:
        return _redeem(seen, entry, points, owed, words)
    return ordered.stepped(seen, entry, told, points, words)


def _household(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return families.changed(entry, points, words)


def _expire(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    """The last days on which the points that are gone could be used."""
    lasts = _lasts(seen, entry, -1)
    if not lasts:
        return words.t("did.expire")
    named = words.joined([words.day(day, seen.today) for day in lasts], "join.list")
    return words.t("did.expired_on", days=named)


def _extend(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    """Until when the points live now: for the reason that the entry gives, else since nobody was reminded."""
    later = sum(leg.points for leg in entry.legs if leg.points > 0 and leg.account is Account.TRANSFERRED)
    before, until = (
        words.joined([words.day(day, seen.today) for day in _lasts(seen, entry, sign)], "join.list")
        for sign in (-1, 1)
    )
    moved_on, reason = figures.whole(later), reason_of(entry) or _outage(seen, entry, words)
    if reason:
        return words.t("did.extended_for", reason=reason, points=moved_on, days=until)
    return words.t("did.extend", before=before, points=moved_on, days=until)


def _outage(seen: Seen, entry: Entry, words: Words) -> Markup:
    """The outage in which points would have lapsed, as it was announced; empty: there was none (S27)."""
    of = _outage_of(entry.explanation).outage if '"outage":' in entry.explanation else ""
    outage = next((one for one in seen.program.outages if str(one.id) == of), None)
    if outage is not None and outage.text:
        return naming.said_in(words, outage.text, outage.text_en)
    return words.t("did.outage") if of else Markup()


def _lasts(seen: Seen, entry: Entry, sign: int) -> list[date]:
    """The last days of the lots that points went into (1) or came from (-1).

    Where what had expired lives again, it comes back into its old lot before it moves on.
    """
    ends = {
        expires
        for leg in entry.legs
        if leg.points * sign > 0
        and (sign < 0 or leg.account is not Account.EXPIRED)
        and (expires := seen.wallet.expiry(seen.series[leg.series])) is not None
    }
    return sorted({local_day(end - figures.AN_INSTANT, seen.program.zone) for end in ends})


def _profile(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    """What of a member changed that rules read, without saying what it is now; or how a tier was reviewed."""
    review = review_of(entry)
    if review is None:
        change = _read_asked(entry).change.lower()
        return words.named("profile", change) if change in PROFILE else words.t("did.profile")
    whole = rules_of(seen.program, review.rules)
    if whole is None:
        return words.t("did.profile")
    before, now = naming.tier_of(review.before, whole, words), naming.tier_of(review.tier, whole, words)
    until = words.full_day(review.until) if review.until else words.t("tier.for_good")
    said = words.t(
        "tier.kept" if review.before == review.tier else "tier.changed", before=before, now=now, until=until
    )
    by = whole.tiers.by if whole.tiers else "points"
    reached = figures.yuan(review.reached) if by == "spend" else figures.whole(review.reached)
    return words.joined([said, words.t(f"tier.by_{by}", reached=reached)])


PROFILE = ("birthday", "relative", "forget", "segments", "credittoken", "tokenwithdrawal")
"""What may change of what rules read of a member, as the entry's event names it."""


class _Asked(msgspec.Struct, frozen=True):
    """What of an event may say why. change: which part of what is known of a member."""

    reason: str = ""
    change: str = ""


class _Outage(msgspec.Struct, frozen=True):
    """What of an explanation may name an outage."""

    outage: str = ""


_asked = msgspec.json.Decoder(_Asked)
_outage_of = msgspec.json.Decoder(_Outage).decode
_review = msgspec.json.Decoder(StandingNow)


def _read_asked(entry: Entry) -> _Asked:
    try:
        return _asked.decode(entry.event)
    except msgspec.ValidationError:
        return _Asked()


def reason_of(entry: Entry) -> str:
    """The reason in words with which somebody corrected, made good, paused or prolonged; empty: none."""
    reasoned = (Kind.ADJUST, Kind.COMPENSATE, Kind.FREEZE, Kind.UNFREEZE, Kind.EXTEND)
    return _read_asked(entry).reason if entry.kind in reasoned else ""


def review_of(entry: Entry) -> StandingNow | None:
    """How a tier was reviewed; None: the entry is about something else."""
    if entry.kind is not Kind.PROFILE or '"reached"' not in entry.explanation:
        return None
    return _review.decode(entry.explanation)


def kind_of(entry: Entry) -> str:
    """The kind of an entry as members read it: a review of the tier is one of its own."""
    return "review" if review_of(entry) is not None else str(entry.kind)


Saying = Callable[[Seen, Entry, int, int, Words], Markup]
_SAID: dict[Kind, Saying] = {
    Kind.PURCHASE: _purchase,
    Kind.RETURN: _return,
    Kind.HOLD: _hold,
    Kind.FREEZE: _freeze,
    Kind.CAPTURE: _capture,
    Kind.TRANSFER: _transfer,
    Kind.ACT: _act,
    Kind.REDEEM: _redeem,
    Kind.DONATE: _redeem,
    Kind.ORDER: _step,
    Kind.REVERSE: _step,
    Kind.COMPENSATE: _step,
    Kind.BILL: _bill,
    Kind.HOUSEHOLD: _household,
    Kind.EXPIRE: _expire,
    Kind.EXTEND: _extend,
    Kind.PROFILE: _profile,
}
