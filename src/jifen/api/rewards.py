"""The mall: the rewards as a member can have them now, with price, place, what is left, and why not."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.drafting import Found, wallet_of
from jifen.api.gathering import Ask, Seen
from jifen.api.messaging import limit_in
from jifen.api.problems import invalid, refused
from jifen.api.reads import shown
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.books.wallet import Wallet
from jifen.mall.searching import index_of
from jifen.pages.vouchers import policy_of
from jifen.pages.words import words
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import NOBODY_KNOWN, read_person
from jifen.rules.pricing import Pricing, Sheet, pricing_of
from jifen.rules.rewards import Limit, Reward, RewardKind, Slots, VoucherTerms
from jifen.values.ids import Id, WalletId
from jifen.values.periods import local_day

Sort = Literal["listed", "points", "-points", "value"]
SORTS = ("listed", "points", "-points", "value")
KINDS: tuple[str, ...] = get_args(RewardKind)


class RewardView(msgspec.Struct, frozen=True):
    """A reward: points and fen of a piece now, and usually. can_have: whether this member may redeem one now.

    why_not: the reason word: a condition that does not fit, or limit, stock, points, threshold.
    missing: points that the member lacks. left: in stock; null: not counted. cash_fen: to be paid beside the
    points. booked: it is had at a time, see /v1/rewards/{code}/slots. early: for some, before the others.
    evidence: the kind of the green evidence of the goods that is valid now; empty: none is.
    """

    code: str
    title: str
    title_en: str
    kind: str
    category: str
    tax: str
    merchant: str | None
    unit: str
    points: int
    usual_points: int
    cash_fen: int
    usual_cash_fen: int
    value_fen: int
    threshold: int | None
    left: int | None
    booked: bool
    early: bool
    can_have: bool
    why_not: str
    missing: int
    evidence: str = ""


class Counted(msgspec.Struct, frozen=True):
    """How many rewards there are of what is asked for, whatever can be had, and how many of them can be."""

    found: int
    can_have: int


class RewardsView(msgspec.Struct, frozen=True):
    """A page of the programme's rewards, for one member or for anybody, at a place where one is named.

    categories: those of all its rewards, in their order; categories_en: their English names, alike.
    next: the cursor of the page behind; null: none. counted: of all pages, where it was asked for.
    """

    at: datetime
    member: str | None
    rewards: tuple[RewardView, ...]
    categories: tuple[str, ...]
    categories_en: tuple[str, ...]
    next: str | None
    counted: Counted | None = None


class RewardDetail(msgspec.Struct, frozen=True):
    """A reward with all that is promised of it. may_have: how many more this member may by its limits.

    policy_zh, policy_en: what happens to who cancels or does not come, to be shown before booking.
    """

    at: datetime
    member: str | None
    reward: RewardView
    text: str
    text_en: str
    limits: tuple[Limit, ...]
    may_have: int | None
    payers: int
    fulfil: str
    return_days: int
    voucher: VoucherTerms | None
    slots: Slots | None
    policy_zh: str
    policy_en: str


class Mall(msgspec.Struct):
    """The mall as one caller sees it: whose it is, where it is asked for, and what is left."""

    asking: Asking
    pricing: Pricing
    unit: str
    sheet: Sheet
    wallet: Wallet | None
    seen: Seen
    _available: dict[str, int] = {}

    def available(self, unit: str) -> int:
        """The member's available points of a unit."""
        found = self._available.get(unit)
        if found is None:
            assert self.wallet is not None
            found = self._available[unit] = self.wallet.balance(unit, self.asking.now).available
        return found

    def left(self, reward: Reward) -> int | None:
        """What is in stock of a reward; None: it is not counted."""
        if reward.stock is None:
            return None
        left: int = self.seen.stocks.get(stock_id(self.asking.program.id, reward.stock), 0)
        return left

    def more(self, place: int) -> int | None:
        """How many more this member may have by its limits; None: as many as are paid for, or nobody asks."""
        if self.wallet is None or not self.sheet.limits[place]:
            return None
        used = self.wallet.counters
        return min(max(0, most - used.get(of, 0)) for of, most in self.sheet.limits[place])

    def can_have(self, place: int) -> bool:
        """Whether one can be had now: by the member, or, where nobody is named, by somebody."""
        if self.wallet is not None:
            return self.affordable(place)
        offer = self.sheet.offer(place)
        return not offer.why_not and self.left(offer.reward) != 0

    def affordable(self, place: int) -> bool:
        """Whether the member may have one now."""
        offer = self.sheet.offer(place)
        reward = offer.reward
        if offer.why_not or max(offer.points, reward.threshold or 0) > self.available(
            reward.unit or self.unit
        ):
            return False
        return self.more(place) != 0 and self.left(reward) != 0


async def rewards(call: Call) -> Reply:
    """A page of what points can buy now."""
    asked = call.query(*_NAMES)
    asking = call.asking
    limit, sort = limit_in(asked.get("limit")), _sort(asked.get("sort"))
    rules = asking.program.rules_at(asking.now)
    if rules is None:
        return shown(RewardsView(asking.now, asked.get("member"), (), (), (), None))
    pricing = pricing_of(rules)
    places = _chosen(asking, pricing, asked)
    affordable, behind = _affordable(asked), _behind(asked.get("cursor"), sort)
    counts = _yes(asked, "counted")
    plain = sort == "listed" and not affordable and not counts
    # Only what is on the page needs its stock; which that is is known before where nothing is left out.
    mall = await _mall(call, rules, asked, _after(places, behind)[:limit] if plain else places)
    page: list[tuple[int, int]] = []
    for ranked in _ordered(mall, places, sort, behind):
        if affordable and not mall.affordable(ranked[1]):
            continue
        page.append(ranked)
        if len(page) > limit:
            break
    views = tuple(_view(mall, place) for _, place in page[:limit])
    following = _cursor_of(sort, page[limit - 1]) if len(page) > limit else None
    headings = pricing.categories, pricing.categories_en
    counted = Counted(len(places), sum(mall.can_have(place) for place in places)) if counts else None
    return shown(RewardsView(asking.now, asked.get("member"), views, *headings, following, counted))


async def reward(call: Call) -> Reply:
    """One reward with all that is promised of it."""
    asked = call.query("member", "store", "merchant")
    asking, code = call.asking, call.args["code"]
    rules = asking.program.rules_at(asking.now)
    place = None if rules is None else pricing_of(rules).places.get(code)
    if rules is None or place is None:
        said = f"there is no reward {code!r}: take one of the list at /v1/rewards"
        raise refused(Refusal(Code.REWARD_UNKNOWN, said, {"reward": code}))
    mall = await _mall(call, rules, asked, [place])
    found = mall.pricing.listed[place]
    slots = found.slots
    return shown(
        RewardDetail(
            asking.now,
            asked.get("member"),
            _view(mall, place),
            found.text,
            found.text_en,
            found.limits,
            mall.more(place),
            found.payers,
            found.fulfil,
            found.return_days,
            found.voucher,
            slots,
            "" if slots is None else policy_of(slots, words("zh")).striptags(),
            "" if slots is None else policy_of(slots, words("en")).striptags(),
        )
    )


async def _mall(call: Call, rules: CompiledRules, asked: dict[str, str], places: Sequence[int]) -> Mall:
    asking = call.asking
    program, pricing = asking.program, pricing_of(rules)
    merchant, store = _where(asking, asked)
    day = local_day(asking.now, program.zone)
    of: WalletId | None = None
    if "member" in asked:
        wallets = await call.house.members.wallets(program.id, [asked["member"]])
        of = wallet_of(Found(wallets, {}), asked["member"])
    seen = await call.house.gathering.see(
        Ask(
            program,
            of,
            tuple(pricing.reads(day)) if pricing.reading.counters else (),
            pricing.periods(day),
            frozenset(stocks_of(program, pricing, places)),
        )
    )
    wallet = None if of is None else seen.wallets[of]
    sheet = pricing.sheet(_facts(program, asking, merchant, store, wallet), wallet.counters if wallet else {})
    return Mall(asking, pricing, rules.definition.unit, sheet, wallet, seen)


def stocks_of(program: Program, pricing: Pricing, places: Iterable[int]) -> list[Id]:
    """The stocks of the rewards at some places of the list."""
    codes = [pricing.listed[place].stock for place in places]
    return [stock_id(program.id, code) for code in codes if code is not None]


def _where(asking: Asking, asked: dict[str, str]) -> tuple[Merchant | None, Store | None]:
    store = None if "store" not in asked else asking.store(asked["store"])
    merchant = store.merchant if store else None
    if "merchant" in asked:
        merchant = asking.merchant_called(asked["merchant"])
        if store is not None and store.merchant.id != merchant.id:
            raise invalid("store", store.code, f"is no store of {merchant.code!r}: send one of the two")
    return merchant, store


def _facts(
    program: Program, asking: Asking, merchant: Merchant | None, store: Store | None, wallet: Wallet | None
) -> Facts:
    return Facts(
        merchant.code if merchant else "",
        store.code if store else "",
        asking.now.astimezone(UTC),
        local_day(asking.now, program.zone),
        1,
        person=read_person(wallet.facts) if wallet else NOBODY_KNOWN,
    )


def _view(mall: Mall, place: int) -> RewardView:
    offer = mall.sheet.offer(place)
    reward = offer.reward
    unit = reward.unit or mall.unit
    left = mall.left(reward)
    why, missing = offer.why_not, 0
    if not why and left == 0:
        why = "stock"
    if mall.wallet is not None:
        missing = max(0, max(offer.points, reward.threshold or 0) - mall.available(unit))
        if not why and mall.more(place) == 0:
            why = "limit"
        if not why and missing:
            why = "points" if offer.points else "threshold"
    return RewardView(
        reward.code,
        reward.title,
        reward.title_en,
        reward.kind,
        reward.category,
        reward.tax,
        reward.merchant,
        unit,
        offer.points,
        reward.points,
        offer.cash_fen,
        reward.cash_fen,
        reward.value_fen,
        reward.threshold,
        left,
        reward.slots is not None,
        offer.early,
        not why,
        why,
        missing,
        _evidence(mall.asking, reward),
    )


def _evidence(asking: Asking, reward: Reward) -> str:
    found = asking.program.evidence.get(reward.evidence) if reward.evidence else None
    return found.kind if found is not None and found.valid(asking.now) else ""


# Which rewards, in which order, and where a page begins.


def _chosen(asking: Asking, pricing: Pricing, asked: dict[str, str]) -> Sequence[int]:
    """The places of the rewards that are meant, in their order."""
    listed = pricing.listed
    places: Sequence[int] = range(len(listed))
    if "q" in asked:
        if len(asked["q"]) > 64:
            raise invalid("q", asked["q"], "is too long: send at most 64 letters")
        places = sorted(index_of(pricing).find(asked["q"]))
    if "kind" in asked:
        if asked["kind"] not in KINDS:
            raise invalid("kind", asked["kind"], f"is no kind of a reward: use one of {', '.join(KINDS)}")
        places = [place for place in places if listed[place].kind == asked["kind"]]
    if "category" in asked:
        places = [place for place in places if listed[place].category == asked["category"]]
    if "merchant" in asked:
        code = asking.merchant_called(asked["merchant"]).code
        places = [place for place in places if listed[place].merchant in (None, code)]
    return places


def _yes(asked: dict[str, str], name: str) -> bool:
    said = asked.get(name, "false")
    if said not in ("true", "false"):
        raise invalid(name, said, "is neither true nor false: send one of the two")
    return said == "true"


def _affordable(asked: dict[str, str]) -> bool:
    wanted = _yes(asked, "affordable")
    if wanted and "member" not in asked:
        raise invalid("affordable", "true", "is asked for nobody: name the member too")
    return wanted


def _sort(said: str | None) -> Sort:
    for sort in SORTS:
        if said == sort:
            return sort  # type: ignore[return-value]
    if said is not None:
        raise invalid("sort", said, f"is no order of rewards: use one of {', '.join(SORTS)}")
    return "listed"


def _after(places: Sequence[int], behind: tuple[int, int]) -> Sequence[int]:
    """The places behind the last one of the page before, as they are listed."""
    return places[bisect_right(places, behind[1]) :]


def _ordered(
    mall: Mall, places: Sequence[int], sort: Sort, behind: tuple[int, int]
) -> Iterable[tuple[int, int]]:
    """(key, place) of each reward that is meant, in the order that is asked for, behind the page before."""
    if sort == "listed":
        return ((0, place) for place in _after(places, behind))
    ranked = mall.sheet.ranked(sort)
    ranked = ranked[bisect_right(ranked, behind) :]
    if len(places) == len(mall.pricing.listed):
        return ranked
    meant = set(places)
    return (one for one in ranked if one[1] in meant)


FIRST = (-(2**62), -1)


def _cursor_of(sort: Sort, last: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(f"{sort} {last[0]} {last[1]}".encode()).decode().rstrip("=")


def _behind(text: str | None, sort: Sort) -> tuple[int, int]:
    """The (key, place) behind which a page begins."""
    if text is None:
        return FIRST
    try:
        said, key, place = base64.urlsafe_b64decode(text.encode() + b"==").decode().split(" ")
        if said == sort and len(key) < 20 and len(place) < 20:
            return int(key), int(place)
    except (ValueError, binascii.Error):
        pass
    raise invalid(
        "cursor", text, "is none of ours, or of another order: send the `next` of the page before as it is"
    )


_TEXT: dict[str, Any] = {"type": "string"}
_WHERE = (
    Parameter("member", _TEXT, "A member's number: prices and what is missing are this member's."),
    Parameter("store", _TEXT, "The store at which it is asked for."),
    Parameter("merchant", _TEXT, "The merchant at which it is asked for: only what can be had there."),
)
_FILTERS = (
    *_WHERE,
    Parameter("q", {"type": "string", "maxLength": 64}, "Words, in Chinese or English, of the title."),
    Parameter("category", _TEXT, "Only those of this category."),
    Parameter("kind", {"type": "string", "enum": list(KINDS)}, "Only those of this kind."),
    Parameter("affordable", {"type": "boolean", "default": False}, "Only what the member may have now."),
    Parameter("counted", {"type": "boolean", "default": False}, "How many there are in all is said too."),
    Parameter(
        "sort",
        {"type": "string", "enum": list(SORTS), "default": "listed"},
        "As they are listed, by points, or by what a point buys, the most first.",
    ),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Rewards a page."),
    Parameter("cursor", _TEXT, "The `next` of the page before."),
)

_NAMES = tuple(parameter.name for parameter in _FILTERS)

ROUTES = (
    Route(
        method="GET",
        path="/v1/rewards",
        name="list_rewards",
        summary="What points can buy now, for a member and at a place where they are named",
        handle=rewards,
        answer=RewardsView,
        query=_FILTERS,
        codes=("member_unknown", "store_unknown", "merchant_unknown"),
    ),
    Route(
        method="GET",
        path="/v1/rewards/{code}",
        name="get_reward",
        summary="A reward with all that is promised of it, to be shown before it is redeemed",
        handle=reward,
        answer=RewardDetail,
        query=_WHERE,
        codes=("member_unknown", "store_unknown", "merchant_unknown", Code.REWARD_UNKNOWN),
    ),
)
