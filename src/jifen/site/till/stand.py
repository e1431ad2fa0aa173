"""Stand: at which store this till is, what it is called, and what is on there today."""

import re
import secrets
from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from jifen.pages.naming import title_of
from jifen.parties.programs import Store
from jifen.rules.calendars import stores_on
from jifen.site.visit import Visit

STORE_COOKIE = "jifen_store"
TILL_COOKIE = "jifen_till"
YEAR_S = 365 * 24 * 3600
OWN_NAME = re.compile(r"[0-9A-F]{4}")


class Notice(msgspec.Struct, frozen=True):
    """A day that rules know by a calendar, today and here. market: whether it is the town's market day."""

    market: bool
    rules: tuple[Markup, ...]


class Stand(msgspec.Struct, frozen=True):
    """Where the till stands. till: the name under which it reports what it kept while it had no network.

    fixed: whether its cashier works at this store alone.
    """

    store: Store
    till: str
    fixed: bool
    notices: tuple[Notice, ...]

    @property
    def place(self) -> str:
        """The store's name without the merchant's before it."""
        name, merchant = self.store.name or self.store.code, self.store.merchant.name
        return name.removeprefix(merchant).strip() or name


def stores_of(visit: Visit) -> Sequence[Store]:
    """The stores of the merchant, by code."""
    own = visit.merchant.id
    return sorted(
        (store for store in visit.program.stores.values() if store.merchant.id == own),
        key=lambda store: store.code,
    )


def stand_of(visit: Visit) -> Stand | None:
    """Where this till stands; None: a store is to be chosen first."""
    staff = visit.signed_in.staff
    assert staff is not None
    fixed = bool(staff.store)
    code = staff.store or visit.request.cookies.get(STORE_COOKIE, "")
    store = visit.program.stores.get(code)
    if store is None or store.merchant.id != visit.merchant.id:
        return None
    return Stand(store, f"{store.code}-{_own_name(visit)}", fixed, _notices(visit, store))


def keep_store(visit: Visit, code: str) -> bool:
    """Keep the store that was chosen in this browser; false: it is none of the merchant's."""
    if all(store.code != code for store in stores_of(visit)):
        return False
    visit.set_cookie(STORE_COOKIE, code, YEAR_S)
    return True


def _own_name(visit: Visit) -> str:
    """What this browser is called among the tills of a store; kept by it, so that its numbers go on."""
    kept = visit.request.cookies.get(TILL_COOKIE, "")
    if not OWN_NAME.fullmatch(kept):
        kept = next((cookie.value or "" for cookie in visit.cookies if cookie.key == TILL_COOKIE), "")
    if not OWN_NAME.fullmatch(kept):
        kept = secrets.token_hex(2).upper()
        visit.set_cookie(TILL_COOKIE, kept, YEAR_S)
    return kept


def _notices(visit: Visit, store: Store) -> tuple[Notice, ...]:
    """The calendars that hold here today, with the rules that read them; market days first."""
    rules = visit.program.rules_at(visit.now)
    if rules is None:
        return ()
    found: dict[str, list[Markup]] = {}
    for rule in rules.rules:
        definition = rule.definition
        when = definition.when
        if when.stores and store.code not in when.stores:
            continue
        if when.merchants and store.merchant.code not in when.merchants:
            continue
        for name in when.calendars:
            stores = stores_on(rules.definition.calendars[name], visit.today)
            if stores is None or store.code in stores:
                found.setdefault(name, []).append(title_of(definition, visit.words))
    calendars = rules.definition.calendars
    notices = [
        Notice(calendars[name].__struct_config__.tag == "markets", tuple(titles))
        for name, titles in found.items()
    ]
    return tuple(sorted(notices, key=lambda notice: not notice.market))
