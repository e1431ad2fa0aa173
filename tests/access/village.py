"""The town of the pages' tests, as the doors are tried in it."""

from typing import Any

import msgspec

from jifen.parties.codes import some_digits
from jifen.programs.definition import Programme
from jifen.site.access.members import ASKED_COOKIE
from jifen.values.ids import hashed_id
from tests.site.town import Browser, Town

STOCK = "tens-off"


def more_kinds(programme: Programme) -> Programme:
    """The same programme with a reward that two may pay together, and one of which only so many are there."""
    kinds: dict[str, dict[str, Any]] = {"oil-2l": {"payers": 2}, "groceries-10-off-100": {"stock": STOCK}}
    rewards = tuple(
        msgspec.structs.replace(one, **kinds.get(one.code, {})) for one in programme.rules.rewards
    )
    rules = msgspec.structs.replace(programme.rules, rewards=rewards)
    return msgspec.structs.replace(programme, rules=rules)


def code_of(town: Town, browser: Browser) -> str:
    """The code that was sent to the phone which this browser asked for."""
    cookie = browser.client.cookies[ASKED_COOKIE]
    return some_digits(town.house.vault, f"sign in:{hashed_id('sign in', cookie)}", 6)
