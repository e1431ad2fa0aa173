"""The closed list of reasons for which the books say no."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """A stable code for every refusal; docs/problems.md lists them with their remedies."""

    INSUFFICIENT_POINTS = "insufficient_points"
    WALLET_FROZEN = "wallet_frozen"
    WALLET_UNKNOWN = "wallet_unknown"
    WALLET_ALREADY_FROZEN = "wallet_already_frozen"
    WALLET_NOT_FROZEN = "wallet_not_frozen"
    HOLD_UNKNOWN = "hold_unknown"
    HOLD_CLOSED = "hold_closed"
    HOLD_LAPSED = "hold_lapsed"
    HOLD_RUNNING = "hold_running"
    EXCEEDS_HOLD = "exceeds_hold"
    ENTRY_UNKNOWN = "entry_unknown"
    NOT_REVERSIBLE = "not_reversible"
    EXCEEDS_ENTRY = "exceeds_entry"
    LINE_UNKNOWN = "line_unknown"
    NOTHING_LEFT = "nothing_left"
    KEY_REUSED = "key_reused"
    UNIT_UNKNOWN = "unit_unknown"
    SAME_WALLET = "same_wallet"
    NOT_ONE_HOUSEHOLD = "not_one_household"
    OUT_OF_STOCK = "out_of_stock"
    STOCK_UNKNOWN = "stock_unknown"
    CHARITY_UNQUALIFIED = "charity_unqualified"
    EVENT_IN_FUTURE = "event_in_future"
    NO_RULES = "no_rules"
    POINTS_OVERFLOW = "points_overflow"
    NOT_REMINDED = "not_reminded"
    ACT_RESERVED = "act_reserved"
    ACT_NOT_APPROVED = "act_not_approved"
    ACT_CODE_UNKNOWN = "act_code_unknown"
    REWARD_UNKNOWN = "reward_unknown"
    REWARD_ELSEWHERE = "reward_elsewhere"
    REWARD_NOT_NOW = "reward_not_now"
    LIMIT_REACHED = "limit_reached"
    PRICE_CHANGED = "price_changed"
    RELATIVE_UNKNOWN = "relative_unknown"
    QUOTE_UNKNOWN = "quote_unknown"
    QUOTE_USED = "quote_used"
    QUOTE_ENDED = "quote_ended"
    BILL_UNKNOWN = "bill_unknown"
    BILL_CLOSED = "bill_closed"
    BILL_LAPSED = "bill_lapsed"
    OFFSET_REFUSED = "offset_refused"
    CASH_DIFFERS = "cash_differs"
    IDENTIFICATION_REFUSED = "identification_refused"
    OFFLINE_REFUSED = "offline_refused"
    VOUCHER_UNKNOWN = "voucher_unknown"
    VOUCHER_REFUSED = "voucher_refused"
    ORDER_UNKNOWN = "order_unknown"
    ORDER_STATE = "order_state"
    SLOT_UNKNOWN = "slot_unknown"
    SLOT_FULL = "slot_full"
    PAYERS_REFUSED = "payers_refused"
    HOUSEHOLD_REFUSED = "household_refused"
    BENEFICIARY_REFUSED = "beneficiary_refused"
    REMEDY_UNKNOWN = "remedy_unknown"


class Refusal(msgspec.Struct, frozen=True):
    """Why a command was not done: what is so, what was asked, and what to do. Nothing has moved."""

    code: Code
    message: str
    facts: dict[str, int | str] = {}
