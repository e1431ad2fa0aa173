"""Page routes as a table: what is served is what is tested, in menus, and in the written matrix."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

import msgspec
from litestar import Response

from jifen.parties.roles import Role

if TYPE_CHECKING:
    from jifen.site.visit import Visit

Show = Callable[["Visit"], Awaitable[Response[bytes]]]
"""What answers a page's request."""

MEMBER: tuple[Role, ...] = ("member",)
TILL: tuple[Role, ...] = ("cashier", "manager")
SHOP: tuple[Role, ...] = ("manager",)
STAFF: tuple[Role, ...] = ("cashier", "manager", "clerk", "approver", "auditor")
CONSOLE: tuple[Role, ...] = ("clerk", "approver", "auditor")
CLERKS: tuple[Role, ...] = ("clerk", "approver")
APPROVER: tuple[Role, ...] = ("approver",)
SIGNED_IN: tuple[Role, ...] = ("member", *STAFF)
ANYONE: tuple[Role, ...] = ("stranger", *SIGNED_IN)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address of the pages.

    name: stable, such as `member.wallet`; the written matrix (docs/access.md) has a row for it.
    who: the roles that may ask; all others are refused before `show` runs. A POST comes with its CSRF token
    checked and is recorded in the audit log. key: what the menu shows as chosen, see menus.py.
    audited: whether a POST is recorded; only what changes nothing of others' may be left out.
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    show: Show
    who: tuple[Role, ...]
    key: str = ""
    audited: bool = True

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def get(path: str, name: str, show: Show, who: tuple[Role, ...], key: str = "") -> Page:
    """A page that is read."""
    return Page(method="GET", path=path, name=name, show=show, who=who, key=key)


def post(
    path: str, name: str, show: Show, who: tuple[Role, ...], key: str = "", audited: bool = True
) -> Page:
    """A form that is sent."""
    return Page(method="POST", path=path, name=name, show=show, who=who, key=key, audited=audited)
