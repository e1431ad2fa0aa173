"""Redemptions of rewards: from a body to the command, with what must be looked up or made before."""

from collections.abc import Iterable
from typing import Any

import msgspec

from jifen.api import bodies
from jifen.api.asking import Asking, utc
from jifen.api.drafting import Found, Head, content_of, wallet_of
from jifen.api.earlier import id_in
from jifen.api.house import House
from jifen.api.problems import invalid
from jifen.engine.command import Command, entry_id
from jifen.mall.dealing import VOUCHERS_MOST, OfReward
from jifen.mall.orders import By
from jifen.mall.paying import Payer
from jifen.mall.quotes import read_quote
from jifen.mall.rewarding import RedeemReward
from jifen.mall.slots import ensure
from jifen.mall.voucher_codes import code_hashes
from jifen.parties.programs import Program
from jifen.rules.pricing import pricing_of
from jifen.rules.rewards import Reward
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of


def redemption(asking: Asking, body: bodies.RewardRedemption, key: str, found: Found) -> Command:
    """A reward is redeemed; by the operator's key at the member's own word."""
    wallet = wallet_of(found, body.member)
    head = Head(asking, asking.source(body.source), key)
    at = None if body.at is None else utc(body.at)
    slot = None if body.slot is None else utc(body.slot, "slot")
    common = head.common(wallet, at, content_of(body, at, slot=slot))
    rules = asking.program.rules_at(common["occurred_at"])
    rewards = rules.definition.rewards if rules else ()
    reward = next((one for one in rewards if one.code == body.reward), None)
    if body.store is None and body.merchant is None and asking.operator and reward and reward.merchant:
        merchant = asking.merchant_called(reward.merchant)
    else:
        merchant = asking.merchant(body)
    by: By = "member" if asking.operator else "merchant"
    return RedeemReward(
        **common,
        reward=body.reward,
        merchant=merchant,
        store=None if body.store is None else asking.store(body.store),
        count=body.count,
        expected=body.expected,
        slot=slot,
        pay=body.pay or "points",
        cash_fen=body.cash_fen,
        payers=_payers(body, wallet, found),
        beneficiary=body.beneficiary,
        quote=None if body.quote is None else id_in("quote", body.quote),
        by=by,
    )


def _payers(body: bodies.RewardRedemption, wallet: WalletId, found: Found) -> tuple[Payer, ...]:
    """Who pays, the member first. Stated parts name the member among them."""
    if not body.payers:
        return ()
    payers = [Payer(wallet_of(found, one.member, "payers"), one.points) for one in body.payers]
    own = [payer for payer in payers if payer.wallet == wallet]
    if not own and any(payer.points is not None for payer in payers):
        raise invalid(
            "payers", body.member, "is not among those who pay: state the member's own part of the points too"
        )
    others = [payer for payer in payers if payer.wallet != wallet]
    return (*(own or [Payer(wallet)]), *others)


async def prepared(house: House, program: Program, command: Command) -> Command:
    """The command with what it can be decided with: the quote's instant, the time's places, codes' hashes.

    What is made here promises nothing: places that nobody took yet, and hashes of codes that nobody has.
    """
    if not isinstance(command, RedeemReward):
        return command
    changed: dict[str, Any] = {}
    if command.quote is not None:
        of = command.quote
        asked = [cell_of(command.wallet)], [command.wallet], [of]
        row: Any = await house.pool.fetchrow(q("needs_quote"), *asked)
        quote = None if row is None else read_quote(row)
        if quote is not None and quote.kind == "reward":
            changed |= {"quoted_at": quote.quoted_at, "quoted_rules": quote.rules}
            program = await knowing(house, program, [quote.rules])
    if changed:
        command = msgspec.structs.replace(command, **changed)
    reward = _reward(program, command)
    if reward is None:
        return command
    if reward.voucher is not None and command.count <= VOUCHERS_MOST:
        this = entry_id(program.id, command.source, command.key)
        hashes = code_hashes(house.vault, program.id, this, command.count)
        command = msgspec.structs.replace(command, hashes=hashes)
    rules = command.rules_for(program)
    if command.slot is not None and reward.slots is not None and rules is not None:
        store = command.store_code
        await ensure(house.pool, program, rules, reward, command.slot, store, command.priced_at)
    return command


async def knowing(house: House, program: Program, versions: Iterable[int]) -> Program:
    """The programme with these versions of its rules, which another process may have published just now."""
    known = {rules.version for rules in program.rules}
    if known.issuperset(versions):
        return program
    return await house.fresher(program) or program


def _reward(program: Program, command: OfReward) -> Reward | None:
    rules = command.rules_for(program)
    return None if rules is None else pricing_of(rules).rewards.get(command.reward)
