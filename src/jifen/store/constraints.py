"""Constraints are named by sentences; this says which one held, in words."""

import re

from asyncpg.exceptions import (
    CheckViolationError,
    ExclusionViolationError,
    ForeignKeyViolationError,
    IntegrityConstraintViolationError,
    NotNullViolationError,
    UniqueViolationError,
)

_SHARD = re.compile(r"_\d{6,}$")
_GIVEN_BY_POSTGRES = re.compile(r"_(key|pkey|fkey|check|excl|not_null|idx)\d*$")


def name(error: IntegrityConstraintViolationError) -> str | None:
    """The constraint's name as the migrations give it, without the shard number that Citus appends."""
    return _unsharded(error.constraint_name)


def sentence(error: IntegrityConstraintViolationError) -> str:
    """What does not hold, in words, without any value of a row (values may be personal data).

    A constraint `reimbursement_is_at_most_the_issue_price` reads "reimbursement is at most the issue price";
    a key, and what PostgreSQL named itself, is told by its table and its kind.
    """
    constraint = name(error)
    if constraint and not _GIVEN_BY_POSTGRES.search(constraint):
        return constraint.replace("_", " ")
    table = (_unsharded(error.table_name) or "a row").replace("_", " ")
    match error:
        case NotNullViolationError():
            return f"{table}: {(error.column_name or 'a column').replace('_', ' ')} must be given"
        case UniqueViolationError():
            return f"{table}: a row with this key exists already"
        case ForeignKeyViolationError():
            return f"{table}: what the row refers to does not exist, or is still referred to"
        case CheckViolationError() | ExclusionViolationError():
            return f"{table}: {(constraint or 'a condition').replace('_', ' ')} does not hold"
        case _:
            return f"{table}: {error.message or 'a constraint does not hold'}"


def _unsharded(text: str | None) -> str | None:
    return _SHARD.sub("", text) if text else None
