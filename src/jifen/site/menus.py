"""Menus: the tabs and side menus of each role; an entry is there when its page is, and not before."""

from typing import TYPE_CHECKING

import msgspec
from markupsafe import Markup

if TYPE_CHECKING:
    from jifen.site.visit import Visit


class Entry(msgspec.Struct, frozen=True):
    """One entry. key: its word is `menu.<key>`; a page with that key shows it as chosen."""

    key: str
    icon: str
    path: str


class Group(msgspec.Struct, frozen=True):
    """Entries below a verb; its word is `menu.<key>`, none where the key is empty."""

    key: str
    entries: tuple[Entry, ...]


class Chosen(msgspec.Struct, frozen=True):
    """An entry as a page shows it."""

    word: Markup
    icon: str
    path: str
    chosen: bool


class Section(msgspec.Struct, frozen=True):
    """A group as a page shows it."""

    word: Markup
    entries: tuple[Chosen, ...]


MEMBER = (
    Group(
        "",
        (
            Entry("wallet", "wallet", "/m/wallet"),
            Entry("mall", "building-store", "/m/mall"),
            Entry("orders", "receipt", "/m/orders"),
            Entry("family", "users", "/m/family"),
            Entry("me", "user", "/m/me"),
        ),
    ),
)
TILL = (
    Group(
        "",
        (
            Entry("till_pay", "wallet", "/till"),
            Entry("till_back", "receipt-refund", "/till/return"),
            Entry("till_vouchers", "ticket", "/till/vouchers"),
            Entry("till_today", "list-details", "/till/today"),
        ),
    ),
)
SHOP = (
    Group(
        "watch",
        (
            Entry("shop_today", "layout-dashboard", "/shop"),
            Entry("shop_receipts", "receipt", "/shop/receipts"),
            Entry("shop_bookings", "ticket", "/shop/bookings"),
        ),
    ),
    Group(
        "decide",
        (
            Entry("shop_rewards", "gift", "/shop/rewards"),
            Entry("shop_campaigns", "calendar-event", "/shop/campaigns"),
            Entry("shop_contract", "file-text", "/shop/contract"),
        ),
    ),
    Group(
        "run",
        (
            Entry("shop_staff", "users", "/shop/staff"),
            Entry("shop_keys", "key", "/shop/keys"),
            Entry("shop_till", "wallet", "/till"),
        ),
    ),
)
CONSOLE = (
    Group(
        "watch",
        (
            Entry("overview", "layout-dashboard", "/console"),
            Entry("members", "users", "/console/members"),
            Entry("entries", "list-details", "/console/entries"),
            Entry("verification", "shield-check", "/console/verification"),
        ),
    ),
    Group(
        "decide",
        (
            Entry("programme", "file-text", "/console/programme"),
            Entry("calendar", "calendar-event", "/console/calendar"),
            Entry("rewards", "gift", "/console/rewards"),
            Entry("merchants", "building-store", "/console/merchants"),
        ),
    ),
    Group(
        "handle",
        (
            Entry("adjustments", "adjustments-horizontal", "/console/adjustments"),
            Entry("appeals", "gavel", "/console/appeals"),
            Entry("waiting", "clipboard-list", "/console/proposals"),
            Entry("outages", "clock-off", "/console/outages"),
            Entry("messages", "message", "/console/messages"),
        ),
    ),
    Group(
        "run",
        (
            Entry("jobs", "clock-play", "/console/jobs"),
            Entry("keys", "key", "/console/keys"),
            Entry("staff", "id-badge-2", "/console/staff"),
            Entry("audit", "history", "/console/audit"),
            Entry("settings", "settings", "/console/settings"),
        ),
    ),
)
OF_ROLE: dict[str, tuple[Group, ...]] = {
    "member": MEMBER,
    "cashier": TILL,
    "manager": SHOP,
    "clerk": CONSOLE,
    "approver": CONSOLE,
    "auditor": CONSOLE,
}


def groups_for(visit: "Visit") -> tuple[Group, ...]:
    """The menu of a page: that of the role, but a manager at the till has the till's."""
    if visit.role == "manager" and visit.asked is not None and visit.asked.path.startswith("/till"):
        return TILL
    return OF_ROLE.get(visit.role, ())


def menu_of(visit: "Visit") -> tuple[Section, ...]:
    """The menu with what exists for this role, and the entry of this page chosen."""
    shown = visit.asked.key if visit.asked is not None else ""
    sections = []
    for group in groups_for(visit):
        entries = tuple(
            Chosen(visit.words.t(f"menu.{entry.key}"), entry.icon, entry.path, entry.key == shown)
            for entry in group.entries
            if entry.path in visit.open_to
        )
        if entries:
            word = visit.words.t(f"menu.{group.key}") if group.key else Markup()
            sections.append(Section(word, entries))
    return tuple(sections)
