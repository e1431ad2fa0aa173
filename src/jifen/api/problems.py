"""Problems: what a caller is told when the answer is no, after RFC 9457, each with a stable code."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from jifen.books.refusals import Code, Refusal

CONTENT_TYPE = b"application/problem+json"
DETAIL_MOST = 2_000
VALUE_MOST = 80
RESERVED = frozenset(("type", "title", "status", "code", "detail", "errors", "retry"))

_encode = msgspec.json.Encoder().encode


class Kind(msgspec.Struct, frozen=True):
    """What is known of a code: retry says whether the same request may be granted later as it is."""

    status: int
    title: str
    remedy: str
    retry: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        # The request itself.
        "malformed_json": Kind(400, "The body is no JSON", "mend it at the position that is named"),
        "invalid_request": Kind(422, "A value cannot be taken", "mend the field that `errors` names"),
        "key_missing": Kind(
            422,
            "There is no key",
            "send the header Idempotency-Key or the field `key`, new for each new fact",
        ),
        "key_differs": Kind(
            422, "There are two keys", "send the header Idempotency-Key or the field `key`, not both"
        ),
        "body_too_large": Kind(413, "The body is too large", "send many facts as lines to /v1/bulk"),
        "line_too_long": Kind(
            413, "The line is too long", "keep each line under a megabyte; the others go on"
        ),
        "unsupported_media_type": Kind(
            415,
            "The body is of another kind",
            "send the Content-Type that is named, in UTF-8, not compressed",
        ),
        "not_found": Kind(404, "There is no such address", "look it up in /openapi.json"),
        "method_not_allowed": Kind(
            405, "The address takes other methods", "use one that the header Allow names"
        ),
        # Who asks.
        "unauthenticated": Kind(
            401,
            "Nobody is known by this key",
            "send `Authorization: Bearer jf_…` with a key that is not revoked",
        ),
        "operator_only": Kind(
            403, "Only the operator may do this", "ask the programme's operator, or use its key"
        ),
        "role_refused": Kind(
            403, "The role does not go so far", "ask somebody whose role does, or use a key of another role"
        ),
        "out_of_scope": Kind(
            403, "This belongs to another merchant", "name your own merchant or one of its stores"
        ),
        # What is named.
        "member_unknown": Kind(404, "There is no such member", "check the number, or enrol the member first"),
        "store_unknown": Kind(
            422, "There is no such store", "check the code, or have the operator add the store"
        ),
        "merchant_unknown": Kind(
            422, "There is no such merchant", "check the code, or have the operator add the merchant"
        ),
        "api_key_unknown": Kind(
            404, "There is no such API key", "check the label; a revoked key stays revoked"
        ),
        "already_exists": Kind(409, "It exists already", "use what exists, or choose another name"),
        "retroactive": Kind(
            409,
            "What was promised cannot be changed",
            "choose a time that is not before now nor before the newest",
        ),
        "token_refused": Kind(422, "The credit token is not taken", "ask its authority for a new one"),
        "consent_missing": Kind(
            422, "A guardian's consent is missing", "send the text that the guardian consented to, and how"
        ),
        "evidence_unknown": Kind(404, "There is no such evidence", "check the code, or add it"),
        "proposal_unknown": Kind(404, "There is no such proposal", "check the id"),
        "proposal_decided": Kind(409, "Somebody decided already", "look at the proposal's state"),
        "message_unknown": Kind(404, "There is no such message", "check the id"),
        "message_not_dead": Kind(
            409, "The message is no dead letter", "look at its state: it is on its way, or was told"
        ),
        "webhook_unknown": Kind(404, "There is no such webhook", "check the code, or add it"),
        "signature_invalid": Kind(
            401,
            "No signature that holds",
            "sign after Standard Webhooks with the secret of this hook, within five minutes",
        ),
        # What is published.
        "programme_refused": Kind(
            422, "The programme may not be published", "mend what `findings` names, or choose a later date"
        ),
        "programme_as_code": Kind(
            409, "The rules belong to a published programme", "change its folder, and `jifen apply` it"
        ),
        "own_approval": Kind(409, "Nobody approves their own proposal", "ask somebody else to approve it"),
        "superseded": Kind(
            409, "Another version came in between, or this one holds", "look at the versions, and plan again"
        ),
        "version_unknown": Kind(404, "There is no such version", "list the published versions"),
        "draft_unknown": Kind(404, "There is no draft", "begin one from the published version"),
        "draft_there": Kind(409, "There is a draft already", "go on with it, or discard it"),
        "draft_moved": Kind(
            409, "Somebody saved the draft meanwhile", "read it again, and change what it is now"
        ),
        "nothing_to_split": Kind(
            409, "Nothing of the draft can go by itself", "hand in the whole, or change it"
        ),
        # How the house is.
        "busy": Kind(
            503, "Too much waits already", "send it again after Retry-After, with the same key", retry=True
        ),
        "shutting_down": Kind(
            503, "This server is shutting down", "send it again, with the same key", retry=True
        ),
        "database_unavailable": Kind(
            503, "The database cannot be reached", "send it again, with the same key", retry=True
        ),
        "internal": Kind(
            500,
            "A fault of ours",
            "nothing moved, and it is safe to press again; should it stay, tell us the incident",
            retry=True,
        ),
        # What the books refuse.
        Code.INSUFFICIENT_POINTS: Kind(409, "Not enough points", "ask for at most what is available"),
        Code.WALLET_FROZEN: Kind(
            409, "The wallet is frozen", "wait for the freeze's end, or appeal to the operator"
        ),
        Code.WALLET_UNKNOWN: Kind(404, "There is no such wallet", "enrol the member first"),
        Code.WALLET_ALREADY_FROZEN: Kind(
            409, "The wallet is frozen already", "lift that freeze, or wait for its end"
        ),
        Code.WALLET_NOT_FROZEN: Kind(409, "The wallet is not frozen", "there is nothing to lift"),
        Code.HOLD_UNKNOWN: Kind(
            404, "There is no such hold", "check the id; it is that of the answer to the hold"
        ),
        Code.HOLD_CLOSED: Kind(409, "The hold is closed", "look at the wallet's entries, and hold anew"),
        Code.HOLD_LAPSED: Kind(409, "The hold has lapsed", "hold anew, with a later deadline"),
        Code.HOLD_RUNNING: Kind(
            409, "The hold still runs", "wait for its deadline, or release it", retry=True
        ),
        Code.EXCEEDS_HOLD: Kind(409, "More than is held", "capture at most what is held"),
        Code.ENTRY_UNKNOWN: Kind(
            404, "There is no such entry", "send the first fact first, or check its key or id"
        ),
        Code.NOT_REVERSIBLE: Kind(409, "This cannot be taken back this way", "do what `detail` says instead"),
        Code.EXCEEDS_ENTRY: Kind(409, "More than is left of it", "take back at most what is left"),
        Code.LINE_UNKNOWN: Kind(
            422, "The purchase has no such line", "check the receipt: name lines of the purchase"
        ),
        Code.NOTHING_LEFT: Kind(
            409, "There is nothing left to do", "look at the entries: it was done before"
        ),
        Code.KEY_REUSED: Kind(
            422, "The key was used for something else", "send a new fact under a new key, a repeat unchanged"
        ),
        Code.UNIT_UNKNOWN: Kind(422, "There is no such unit", "use one of the programme's units"),
        Code.SAME_WALLET: Kind(422, "Giver and taker are one", "name another member"),
        Code.NOT_ONE_HOUSEHOLD: Kind(
            409, "They are not of one household", "points stay in the family: open a household"
        ),
        Code.OUT_OF_STOCK: Kind(
            409, "Too few are left", "ask for at most what is left, or for something else"
        ),
        Code.STOCK_UNKNOWN: Kind(
            422, "There is no such stock", "check its code, or have the operator add it"
        ),
        Code.CHARITY_UNQUALIFIED: Kind(
            422, "This is no qualified charity", "name one that the programme lists"
        ),
        Code.EVENT_IN_FUTURE: Kind(
            422, "This has not happened yet", "send the time at which it happened, with its zone"
        ),
        Code.NO_RULES: Kind(409, "No rules were in force", "publish rules that are valid from before then"),
        Code.POINTS_OVERFLOW: Kind(
            422, "More points than can be kept exact", "check the amount and the rule's rate"
        ),
        Code.NOT_REMINDED: Kind(409, "Members are reminded first", "leave the expiry to the daily job"),
        Code.ACT_RESERVED: Kind(422, "The act is the system's own", "name another act"),
        Code.ACT_NOT_APPROVED: Kind(
            409, "The act must be approved first", "send it to /v1/proposals, where somebody decides"
        ),
        Code.ACT_CODE_UNKNOWN: Kind(422, "The act has no such code", "send the code that was given out"),
        Code.REWARD_UNKNOWN: Kind(422, "There is no such reward", "take one of the list at /v1/rewards"),
        Code.REWARD_ELSEWHERE: Kind(409, "Another merchant gives this reward", "go to the merchant named"),
        Code.REWARD_NOT_NOW: Kind(
            409, "The reward cannot be had by this member now", "look at its conditions at /v1/rewards"
        ),
        Code.LIMIT_REACHED: Kind(409, "No more of it are allowed", "ask for at most what is left"),
        Code.PRICE_CHANGED: Kind(409, "The price is another one by now", "show the new price and ask again"),
        Code.RELATIVE_UNKNOWN: Kind(404, "There is no such child or pet", "check the ref"),
        Code.QUOTE_UNKNOWN: Kind(404, "There is no such quote", "ask for a quote, and send its id"),
        Code.QUOTE_USED: Kind(409, "The quote was used before", "ask for another quote"),
        Code.QUOTE_ENDED: Kind(409, "The quote's time is over", "ask for another quote"),
        Code.BILL_UNKNOWN: Kind(404, "There is no such bill", "open the bill first, or check its id"),
        Code.BILL_CLOSED: Kind(409, "The bill is not open any more", "look at the bill"),
        Code.BILL_LAPSED: Kind(
            409, "The bill was open for too long", "open it anew: its points are free again"
        ),
        Code.OFFSET_REFUSED: Kind(
            409, "So many points cannot pay here", "take at most what the problem says, in its steps"
        ),
        Code.CASH_DIFFERS: Kind(409, "Another amount is to be paid", "take the amount that the problem says"),
        Code.IDENTIFICATION_REFUSED: Kind(
            409, "The member is not known by that", "let the member show a new code, or send one to the phone"
        ),
        Code.OFFLINE_REFUSED: Kind(
            409,
            "The till may not do so without the network",
            "settle it with the member; see docs/offline.md",
        ),
        Code.VOUCHER_UNKNOWN: Kind(404, "There is no such voucher", "check the code, letter by letter"),
        Code.VOUCHER_REFUSED: Kind(
            409, "The voucher cannot be used so", "`why` says which condition does not fit"
        ),
        Code.ORDER_UNKNOWN: Kind(404, "There is no such order", "check its id"),
        Code.ORDER_STATE: Kind(409, "The order is in another state", "look at the order"),
        Code.SLOT_UNKNOWN: Kind(422, "There is no such time", "take one of the list of the reward's slots"),
        Code.SLOT_FULL: Kind(409, "That time is taken", "take another time; no points moved"),
        Code.PAYERS_REFUSED: Kind(
            409, "These members cannot pay that together", "all of them must be able to, or nobody pays"
        ),
        Code.HOUSEHOLD_REFUSED: Kind(409, "The family cannot do that", "the problem says why"),
        Code.BENEFICIARY_REFUSED: Kind(
            409,
            "Nothing can be had for that person",
            "name a registered beneficiary after the waiting period",
        ),
        Code.REMEDY_UNKNOWN: Kind(422, "There is no such remedy", "name one that the programme publishes"),
    }
)
"""Every code that there is; docs/problems.md lists them too, and a test holds the two equal."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: in which field, with which value, and what to do about it."""

    field: str
    value: str | int | bool | None
    message: str


class ProblemDetails(msgspec.Struct, frozen=True):
    """What was wrong, after RFC 9457. Beside these members stand facts, such as `available` or `until`.

    retry: the same request may be granted later as it is. value: what was sent, cut where it is long.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    retry: bool
    errors: tuple[Fault, ...] = ()


class Problem(Exception):
    """A no on its way to the caller."""

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[Fault] = (),
        *,
        facts: Mapping[str, object] = MappingProxyType({}),
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(detail)
        self.code = str(code)
        self.kind = KINDS[code]
        self.detail = detail
        self.errors = errors
        self.facts = facts
        self.headers = headers

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status

    def body(self) -> bytes:
        """The problem as JSON."""
        members: dict[str, Any] = {
            "type": f"urn:jifen:problem:{self.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "code": self.code,
            "detail": cut(self.detail, DETAIL_MOST),
            "errors": self.errors,
            "retry": self.kind.retry,
        }
        members.update((name, fact) for name, fact in self.facts.items() if name not in RESERVED)
        return _encode(members)


def invalid(field: str, value: object, message: str, code: str = "invalid_request") -> Problem:
    """The problem of one field. message: what is wrong and, after a colon, what to send instead."""
    return Problem(code, f"{field}: {message}", (Fault(field, shown(value), message),))


def refused(refusal: Refusal) -> Problem:
    """The problem that a refusal of the books is."""
    return Problem(refusal.code, refusal.message, facts=refusal.facts)


def shown(value: object) -> str | int | bool | None:
    """A value as it may stand in a problem: short, and exact for every JSON reader."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, str):
        return cut(value.encode("utf-8", "replace").decode(), VALUE_MOST)
    try:
        return cut(_encode(value).decode(), VALUE_MOST)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return cut(str(type(value).__name__), VALUE_MOST)


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, with … where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"
