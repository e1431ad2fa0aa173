"""What names what within a programme: codes given once, and each code that is named known."""

import difflib
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfoNotFoundError

from jifen.messages.events import MessageRefused
from jifen.messages.templates import check_plan
from jifen.programs.definition import MerchantPlan, Programme
from jifen.programs.findings import Finding
from jifen.programs.shaping import odd_times
from jifen.rules.definition import Offset
from jifen.rules.rewards import Reward
from jifen.rules.when import Conditions
from jifen.values.periods import zone

DERIVED = ("closes_at", "leavings", "worths")
"""Fields of the rules that are filled in from the rest of the programme when it is published."""


def findings_of(programme: Programme) -> Iterator[Finding]:
    """What is wrong between the parts of a programme; what is wrong within its rules is told elsewhere."""
    yield from odd_times(programme)
    try:
        zone(programme.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            code="unknown_zone",
            path="zone",
            what=f"there is no time zone {programme.zone!r}",
            remedy="use an IANA name such as Asia/Shanghai",
        )
    yield from _once("units", (unit.code for unit in programme.units))
    yield from _once("merchants", (merchant.code for merchant in programme.merchants))
    yield from _once("authorities", (authority.code for authority in programme.authorities))
    seen: dict[str, str] = {}
    for index, merchant in enumerate(programme.merchants):
        yield from _of_merchant(merchant, f"merchants[{index}]", seen)
    for field in DERIVED:
        if getattr(programme.rules, field):
            yield Finding(
                code="derived_field",
                path=f"rules.{field}",
                what=f"{field} follows from the rest of the programme",
                remedy="leave it out: set terms.closes_on, merchants[].leaves_on, or the unit's worth",
            )
    yield from _of_messages(programme)
    yield from _of_tokens(programme)
    yield from _of_spending(programme)
    if programme.terms.clauses_en and len(programme.terms.clauses_en) != len(programme.terms.clauses):
        yield Finding(
            code="clauses_differ",
            path="terms.clauses_en",
            what=f"there are {len(programme.terms.clauses)} clauses in Chinese and "
            f"{len(programme.terms.clauses_en)} in English",
            remedy="write each in both languages, in the same order",
        )


def _once(path: str, codes: Iterable[str]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, code in enumerate(codes):
        if code in seen:
            yield Finding(
                code="code_twice",
                path=f"{path}[{index}].code",
                what=f"the code {code!r} is that of {path}[{seen[code]}] already",
                remedy="choose another",
            )
        seen.setdefault(code, index)


def _of_merchant(merchant: MerchantPlan, path: str, seen: dict[str, str]) -> Iterator[Finding]:
    for index, store in enumerate(merchant.stores):
        place = f"{path}.stores[{index}].code"
        if store.code in seen:
            yield Finding(
                code="code_twice",
                path=place,
                what=f"the code {store.code!r} is that of {seen[store.code]} already",
                remedy="choose another: stores have codes of their own in the whole programme",
            )
        seen.setdefault(store.code, place)
    before = None
    for index, contract in enumerate(merchant.contracts):
        place = f"{path}.contracts[{index}]"
        if contract.reimburse_fen_per_100 > contract.issue_fen_per_100:
            yield Finding(
                code="reimburses_too_much",
                path=f"{place}.reimburse_fen_per_100",
                what=f"{contract.reimburse_fen_per_100} is above the issue price",
                remedy=f"choose at most {contract.issue_fen_per_100}",
            )
        if before is not None and contract.valid_from <= before:
            yield Finding(
                code="contracts_out_of_order",
                path=f"{place}.valid_from",
                what=f"{contract.valid_from.isoformat()} is not after the contract before it",
                remedy="write contracts in the order in which they hold",
            )
        before = contract.valid_from if contract.valid_from.tzinfo else before
    if merchant.charity and not merchant.charity_number:
        yield Finding(
            code="charity_without_number",
            path=f"{path}.charity_number",
            what=f"{merchant.code!r} is a charity without a registration number",
            remedy="write the number under which it is registered: only a qualified charity may be named",
            source="慈善法 第23条; SCENARIOS S19",
        )


def _of_messages(programme: Programme) -> Iterator[Finding]:
    """The first text that could not be sent."""
    try:
        check_plan(programme.messages)
    except MessageRefused as refused:
        what, _, remedy = str(refused).removeprefix(f"{refused.field}: ").rpartition(": ")
        yield Finding(
            code="message_refused",
            path=f"messages.{refused.field}",
            what=what or str(refused),
            remedy=remedy or "mend it",
        )


def _of_tokens(programme: Programme) -> Iterator[Finding]:
    """Each grant that a rule or a reward asks for is signed by somebody."""
    grants = {grant for authority in programme.authorities for grant in authority.grants}
    for path, when in conditions_of(programme):
        for token in when.tokens:
            if token not in grants:
                near = difflib.get_close_matches(token, grants, n=1)
                yield Finding(
                    code="unknown_grant",
                    path=f"{path}.tokens",
                    what=f"no authority grants {token!r}",
                    remedy=f"did you mean {near[0]!r}?" if near else "name it in authorities[].grants",
                )


def conditions_of(programme: Programme) -> Iterator[tuple[str, Conditions]]:
    """All conditions of a programme with their paths."""
    for index, rule in enumerate(programme.rules.rules):
        yield f"rules.rules[{index}].when", rule.when
    for index, reward in enumerate(programme.rules.rewards):
        path = f"rules.rewards[{index}]"
        yield f"{path}.when", reward.when
        for at, price in enumerate(reward.prices):
            yield f"{path}.prices[{at}].when", price.when
        if reward.early is not None:
            yield f"{path}.early.when", reward.early.when
        if reward.voucher is not None:
            yield f"{path}.voucher.when", reward.voucher.when


def _of_spending(programme: Programme) -> Iterator[Finding]:
    """What rewards and the till name of the rest of a programme."""
    owner = {store.code: one.code for one in programme.merchants for store in one.stores}
    charities = {one.code for one in programme.merchants if one.charity}
    for index, reward in enumerate(programme.rules.rewards):
        path = f"rules.rewards[{index}]"
        yield from _of_voucher(reward, path, owner)
        if reward.slots is not None and reward.slots.per_store:
            of = [code for code, merchant in owner.items() if reward.merchant in (None, merchant)]
            if not of:
                yield Finding(
                    code="no_store",
                    path=f"{path}.slots.per_store",
                    what=f"{reward.merchant or 'the programme'} has no store, so no time could be booked",
                    remedy="name its stores, or leave per_store out",
                )
        if reward.kind == "donation" and reward.merchant is not None and reward.merchant not in charities:
            yield Finding(
                code="no_charity",
                path=f"{path}.merchant",
                what=f"{reward.merchant!r} is no charity, but points are donated to it",
                remedy="name a qualified charity, with its registration number",
                source="慈善法 第23条; SCENARIOS S19",
            )
    unit = next((one for one in programme.units if one.code == programme.rules.unit), None)
    if unit is not None and not unit.offset_fen and programme.rules.till.offset != Offset():
        yield Finding(
            code="till_without_worth",
            path="rules.till.offset",
            what=f"{unit.code!r} pays no money at the till",
            remedy="give the unit offset_fen, or leave the offset out",
        )


def _of_voucher(reward: Reward, path: str, owner: dict[str, str]) -> Iterator[Finding]:
    terms = reward.voucher
    if terms is None:
        if reward.kind == "voucher":
            yield Finding(
                severity="warning",
                code="voucher_without_terms",
                path=f"{path}.voucher",
                what=f"the voucher {reward.code!r} does not say what it does to a bill",
                remedy="write `voucher:` with its type, minimum_fen and save_fen",
            )
        return
    good = terms.merchants
    for store in terms.stores:
        if store in owner and good and owner[store] not in good:
            yield Finding(
                code="store_of_another",
                path=f"{path}.voucher.stores",
                what=f"{store!r} is a store of {owner[store]!r}, where the voucher is not good",
                remedy=f"name stores of {', '.join(good)}, or add the merchant",
            )
