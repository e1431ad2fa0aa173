"""From an answer of the engine to a status and bytes, for a single request as for a line in bulk."""

import logging
import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from jifen.api.problems import Fault, Problem, refused
from jifen.books.explanation import told
from jifen.books.legs import Kind
from jifen.books.refusals import Refusal
from jifen.books.wallet import Balance
from jifen.engine.command import Answer, Busy, Closed, Faulty, Receipt, Unavailable
from jifen.events.event import Back, read_refund
from jifen.messages.events import MessageRefused
from jifen.parties.catalog import Conflict

log = logging.getLogger("jifen.api")

_encode = msgspec.json.Encoder().encode
RETURN = Kind.RETURN
NULL = msgspec.Raw(b"null")


class ReceiptAnswer(msgspec.Struct, frozen=True, gc=False):
    """What was booked. points: what moved, without debts and holds; balance: of that unit, afterwards.

    repaid: points of this earning that went to what was owed; owed_more: points that became owed.
    explanation: which rules gave what. replayed: the key was booked before, and this is the first answer.
    refund: of a return of a bill, what its payer gets back by each tender.
    """

    id: UUID
    wallet: UUID
    no: int
    kind: Kind
    unit: str
    points: int
    repaid: int
    owed_more: int
    balance: Balance
    occurred_at: datetime
    explanation: msgspec.Raw
    replayed: bool
    refund: Back | msgspec.UnsetType = msgspec.UNSET


def answered(answer: Answer | BaseException) -> tuple[int, bytes]:
    """Status and JSON of a receipt; whatever else the engine answers becomes a problem's.

    Raises nothing: an exception that nobody foresaw is logged and told as a fault of ours.
    """
    if isinstance(answer, Receipt):
        text = answer.explanation
        body = ReceiptAnswer(
            answer.id,
            answer.wallet,
            answer.no,
            answer.kind,
            answer.unit,
            answer.points,
            answer.repaid,
            answer.owed_more,
            answer.balance,
            answer.occurred_at,
            msgspec.Raw(told(text)) if text else NULL,
            answer.replayed,
            refund_in(answer) or msgspec.UNSET,
        )
        return 200 if answer.replayed else 201, _encode(body)
    problem = refused(answer) if isinstance(answer, Refusal) else problem_of(answer)
    return problem.status, problem.body()


def refund_in(receipt: Receipt) -> Back | None:
    """What a return of a bill gives back; None: it is none."""
    return read_refund(receipt.explanation) if receipt.kind is RETURN else None


def problem_of(fault: BaseException) -> Problem:
    """The problem that an exception is."""
    match fault:
        case Problem():
            return fault
        case Busy():
            retry_after = str(fault.retry_after_s).encode()
            return Problem("busy", str(fault), headers=((b"retry-after", retry_after),))
        case Conflict():
            code = "retroactive" if fault.field == "valid_from" else "already_exists"
            return Problem(code, str(fault), (Fault(fault.field, None, str(fault)),))
        case MessageRefused():
            return Problem("invalid_request", str(fault), (Fault(fault.field, None, str(fault)),))
        case Closed():
            return Problem("shutting_down", str(fault), headers=((b"retry-after", b"1"),))
        case Unavailable():
            return Problem("database_unavailable", str(fault), headers=((b"retry-after", b"2"),))
        case _:
            return internal(fault)


def internal(fault: BaseException) -> Problem:
    """The problem of a fault of ours: what happened goes to the log, its number to the caller."""
    incident = secrets.token_hex(6)
    log.error(
        "incident %s: %r",
        incident,
        fault,
        exc_info=None if isinstance(fault, Faulty) else (type(fault), fault, fault.__traceback__),
    )
    said = f"a fault of ours: nothing moved, and it is safe to press again; the incident is {incident}"
    return Problem("internal", said, facts={"incident": incident})
