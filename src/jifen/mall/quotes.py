"""Quotes: what was priced for a member, until when it is honoured, and that it is used once (R06)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.engine.view import View
from jifen.values.ids import Id, MerchantId, WalletId

Effect = tuple[str, dict[str, Any]]


class QuoteRow(msgspec.Struct, frozen=True):
    """A quote as it is stored. rules: the version, quoted_at: the instant, that hold for what it prices.

    content: of a basket, as till/quotes reads it; of a reward, a RewardQuote. used_by: the bill or order.
    """

    id: Id
    wallet: WalletId
    kind: Literal["basket", "reward"]
    merchant: MerchantId
    store: str
    rules: int
    quoted_at: datetime
    ends_at: datetime
    content: str
    used_by: Id | None


class RewardQuote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a quote of a reward pins: points and fen of all pieces. price: which of the reward's prices."""

    reward: str
    count: int
    unit: str
    points: int
    cash_fen: int = 0
    price: int | None = None
    slot: datetime | None = None


_decode = msgspec.json.Decoder(RewardQuote).decode
_encode = msgspec.json.Encoder().encode


def read_quote(row: Mapping[str, Any]) -> QuoteRow:
    """A quote from a row of needs_quote or its kin."""
    return QuoteRow(*(row[field] for field in QuoteRow.__struct_fields__))


def reward_quote(text: str) -> RewardQuote:
    """What a quote of a reward pins, from its stored form."""
    return _decode(text)


def reward_text(quote: RewardQuote) -> str:
    """The stored form of what a quote of a reward pins."""
    return _encode(quote).decode()


def quoted(view: View, of: Id, kind: Literal["basket", "reward"], now: datetime) -> QuoteRow | Refusal:
    """The quote that a command names (Needs.rows: quote), where it can be used now."""
    row = view.row("quote", of)
    quote = None if row is None else read_quote(row)
    if quote is None or quote.kind != kind:
        said = f"there is no quote {of} of a {kind} for this member: ask for one at /v1/quotes"
        return Refusal(Code.QUOTE_UNKNOWN, said, {"quote": str(of)})
    if quote.used_by is not None:
        said = f"quote {of} was used by {quote.used_by}: ask for another quote"
        return Refusal(Code.QUOTE_USED, said, {"quote": str(of), "used_by": str(quote.used_by)})
    if now >= quote.ends_at:
        said = f"quote {of} was honoured until {quote.ends_at.isoformat()}: ask for another quote"
        return Refusal(Code.QUOTE_ENDED, said, {"quote": str(of), "ended_at": quote.ends_at.isoformat()})
    return quote


def use(quote: QuoteRow, by: Id) -> Effect:
    """A bill or an order uses the quote up."""
    return "quote", {"id": quote.id, "wallet": quote.wallet, "used_by": by}


def let_go(of: Id) -> Effect:
    """The bill that used it was voided: for the rest of its life it can be used again."""
    return "quote", {"id": of, "used_by": None}
