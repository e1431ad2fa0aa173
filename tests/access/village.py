"""The town of the pages' tests, with a member's key to every door: a phone's code is read where it is put."""

from typing import Any

import msgspec

from jifen.parties.codes import some_digits
from jifen.programs.definition import Programme
from jifen.site.access.members import ASKED_COOKIE
from jifen.values.ids import hashed_id
from tests.site.town import Browser, Town


def plain_codes(programme: Programme) -> Programme:
    """The same programme with codes of stores that can be read back from what is published."""
    merchants = tuple(
        msgspec.structs.replace(
            one, stores=tuple(msgspec.structs.replace(store, code=store.code.lower()) for store in one.stores)
        )
        for one in programme.merchants
    )
    calendars: dict[str, Any] = {
        name: msgspec.structs.replace(one, stores={key.lower(): value for key, value in one.stores.items()})
        if hasattr(one, "stores")
        else one
        for name, one in programme.rules.calendars.items()
    }
    rules = msgspec.structs.replace(programme.rules, calendars=calendars)
    return msgspec.structs.replace(programme, merchants=merchants, rules=rules)


def code_of(town: Town, browser: Browser) -> str:
    """The code that was sent to the phone which this browser asked for."""
    cookie = browser.client.cookies[ASKED_COOKIE]
    return some_digits(town.house.vault, f"sign in:{hashed_id('sign in', cookie)}", 6)
