"""The rewards as a member can have them now: price, place, and why not."""

from datetime import UTC, datetime

import msgspec

from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.drafting import Found, wallet_of
from jifen.api.problems import invalid
from jifen.api.reads import shown
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.wallet import Wallet
from jifen.engine.loading import load_counters, load_stocks, load_wallets
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.award import Facts
from jifen.rules.person import NOBODY_KNOWN, read_person
from jifen.rules.pricing import Offer, limits, pricing_of
from jifen.values.periods import local_day


class RewardView(msgspec.Struct, frozen=True):
    """A reward: points of a piece now, and usually. can_have: whether this member may redeem one now.

    why_not: the reason word: a condition that does not fit, or limit, stock, points, threshold.
    missing: points that the member lacks. left: in stock; null: not counted.
    """

    code: str
    title: str
    title_en: str
    kind: str
    tax: str
    merchant: str | None
    unit: str
    points: int
    usual_points: int
    value_fen: int
    threshold: int | None
    left: int | None
    early: bool
    can_have: bool
    why_not: str
    missing: int


class RewardsView(msgspec.Struct, frozen=True):
    """All rewards of the programme, for one member or for anybody, at a place where one is named."""

    at: datetime
    member: str | None
    rewards: tuple[RewardView, ...]


async def rewards(call: Call) -> Reply:
    """What points can buy now."""
    asked = call.query("member", "store", "merchant")
    asking = call.asking
    program = asking.program
    store = None if "store" not in asked else asking.store(asked["store"])
    merchant = store.merchant if store else None
    if "merchant" in asked:
        merchant = asking.merchant_called(asked["merchant"])
        if store is not None and store.merchant.id != merchant.id:
            raise invalid("store", store.code, f"is no store of {merchant.code!r}: send one of the two")
    rules = program.rules_at(asking.now)
    if rules is None:
        return shown(RewardsView(asking.now, asked.get("member"), ()))
    pricing = pricing_of(rules)
    day = local_day(asking.now, program.zone)
    async with call.house.pool.acquire() as conn:
        wallet = None
        if "member" in asked:
            found = Found(await call.house.members.wallets(program.id, [asked["member"]]), {})
            of = wallet_of(found, asked["member"])
            wallet = (await load_wallets(conn, [of], {program.id: program}, call.house.series))[of]
            counters = set(pricing.reads(day))
            for reward in pricing.rewards.values():
                counters.update(counter for counter, _ in limits(reward, day))
            if counters:
                await load_counters(conn, [(wallet, *counter) for counter in counters])
        codes = {reward.stock for reward in pricing.rewards.values() if reward.stock is not None}
        by_id = {stock_id(program.id, code): code for code in codes}
        stocks = {by_id[of]: left for of, left in (await load_stocks(conn, list(by_id))).items()}
    facts = _facts(program, asking, merchant, store, wallet)
    used = wallet.counters if wallet else {}
    shown_rewards = tuple(
        _view(asking, offer, wallet, rules.definition.unit, stocks) for offer in pricing.offers(facts, used)
    )
    return shown(RewardsView(asking.now, asked.get("member"), shown_rewards))


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


def _view(
    asking: Asking, offer: Offer, wallet: Wallet | None, unit: str, stocks: dict[str, int]
) -> RewardView:
    reward = offer.reward
    unit = reward.unit or unit
    left = None if reward.stock is None else stocks.get(reward.stock, 0)
    why, missing = offer.why_not, 0
    if not why and left == 0:
        why = "stock"
    if wallet is not None:
        day = local_day(asking.now, asking.program.zone)
        available = wallet.balance(unit, asking.now).available
        missing = max(0, max(offer.points, reward.threshold or 0) - available)
        if not why and any(wallet.counters.get(of, 0) >= most for of, most in limits(reward, day)):
            why = "limit"
        if not why and missing:
            why = "points" if offer.points else "threshold"
    return RewardView(
        reward.code,
        reward.title,
        reward.title_en,
        reward.kind,
        reward.tax,
        reward.merchant,
        unit,
        offer.points,
        reward.points,
        reward.value_fen,
        reward.threshold,
        left,
        offer.early,
        not why,
        why,
        missing,
    )


_TEXT = {"type": "string"}

ROUTES = (
    Route(
        method="GET",
        path="/v1/rewards",
        name="list_rewards",
        summary="What points can buy now, for a member and at a place where they are named",
        handle=rewards,
        answer=RewardsView,
        query=(
            Parameter("member", _TEXT, "A member's number: prices and what is missing are this member's."),
            Parameter("store", _TEXT, "The store at which it is asked for."),
            Parameter("merchant", _TEXT, "The merchant at which it is asked for."),
        ),
        codes=("member_unknown", "store_unknown", "merchant_unknown"),
    ),
)
