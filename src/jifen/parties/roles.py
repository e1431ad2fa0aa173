"""Roles: what somebody is who comes by the pages, or by a key that was given less than its scope."""

from typing import Literal

Role = Literal["stranger", "member", "cashier", "manager", "clerk", "approver", "auditor"]

ROLES: tuple[Role, ...] = ("stranger", "member", "cashier", "manager", "clerk", "approver", "auditor")

MERCHANT_ROLES: tuple[Role, ...] = ("cashier", "manager")
"""Staff of one merchant: the cashier at the till, the manager who sees all that is the merchant's own."""

OPERATOR_ROLES: tuple[Role, ...] = ("clerk", "approver", "auditor")
"""Staff of the operator: who prepares, the second person who decides, and who only looks."""

STAFF_ROLES: tuple[Role, ...] = MERCHANT_ROLES + OPERATOR_ROLES
"""Who signs in with a password."""

KEY_ROLES: tuple[Role, ...] = OPERATOR_ROLES
"""What an API key can be restricted to; a key without a role may do all that its scope allows."""


def writes(role: str) -> bool:
    """Whether somebody of that role may change anything; an auditor never does."""
    return role != "auditor"


def decides(role: str) -> bool:
    """Whether somebody of that role may be the second person, who says yes or no to what another prepared."""
    return role not in ("clerk", "auditor")
