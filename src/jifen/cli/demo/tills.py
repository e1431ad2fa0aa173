"""Tills: some real baskets of the cast are paid by bills, with points and vouchers, and some come back."""

from collections.abc import Mapping
from datetime import timedelta

from jifen.cli.demo.alliance import store_code
from jifen.cli.demo.chronicle import Stage, Step
from jifen.cli.demo.dataset import TODAY, Basket, member_number
from jifen.cli.demo.people import CAST, PERSONS
from jifen.cli.demo.story import basket_lines, chance

BILLS_DAYS = 75
"""Bills are of so many days before today."""

LEAST_FEN = 2_500
POINTS_MOST = 600
"""So many points pay a bill at most; the persons of the story keep more of theirs."""

PERSONS_MOST = 200


def is_bill(basket: Basket) -> bool:
    """Whether a basket is paid by a bill: every fourth of the cast's recent ones that are large enough."""
    return (
        basket.member in _CAST
        and basket.at > TODAY - timedelta(days=BILLS_DAYS)
        and basket.amount >= LEAST_FEN
        and chance(basket) % 4 == 0
    )


def is_voided(basket: Basket) -> bool:
    """Whether the customer thinks again before paying, as of eleven one does."""
    return chance(basket) % 44 == 8


_CAST = frozenset(member_number(household) for household in CAST)
_PERSONS = frozenset(one.number for one in PERSONS)


def steps(baskets: list[Basket], names: Mapping[str, str]) -> list[Step]:
    """A step for each bill, at the time of its basket; and one some days later where something comes back."""
    found = []
    for basket in baskets:
        found.append(Step(basket.at, f"bill-{basket.key}", _paying(basket, names)))
        later = basket.at + timedelta(days=2, hours=1)
        if chance(basket) % 24 == 0 and not is_voided(basket) and later < TODAY:
            found.append(Step(later, f"bill-back-{basket.key}", _returning(basket, names)))
    return found


def _paying(basket: Basket, names: Mapping[str, str]) -> "Pays":
    return Pays(basket, names)


def _returning(basket: Basket, names: Mapping[str, str]) -> "Returns":
    return Returns(basket, names)


class Pays:
    """Quotes a basket at its till, opens the bill with some of the points that may pay, and captures it."""

    def __init__(self, basket: Basket, names: Mapping[str, str]) -> None:
        self._basket = basket
        self._names = names

    async def __call__(self, stage: Stage) -> None:
        """Pay; of eleven bills one is voided, since the customer thought again."""
        basket, desk = self._basket, stage.desk
        store = store_code(basket.store)
        till = f"till-{stage.program.stores[store].merchant.code}"
        quote = desk.post(
            "/v1/quotes",
            till,
            key=f"quote-{basket.key}",
            member=basket.member,
            store=store,
            lines=basket_lines(basket, self._names),
            channel="till",
        )
        chosen = self._points(quote["most_points"], quote["step_points"])
        wanted = [one["voucher"] for one in quote["fits"]][:1] if chance(basket) % 3 else []
        opened = desk.post(
            "/v1/bills", till, key=f"open-{basket.key}", quote=quote["id"], points=chosen, vouchers=wanted
        )
        bill = opened["bill"]
        if is_voided(basket):
            desk.post(f"/v1/bills/{bill['id']}/void", till, key=f"void-{basket.key}")
            return
        desk.post(
            f"/v1/bills/{bill['id']}/capture", till, key=f"paid-{basket.key}", cash_fen=bill["cash_fen"]
        )

    def _points(self, most: int, step: int) -> int:
        part = chance(self._basket) % 12 // 4
        limit = PERSONS_MOST if self._basket.member in _PERSONS else POINTS_MOST
        return min(most, limit) * part // 2 // step * step


class Returns:
    """Brings the first line of a bill back."""

    def __init__(self, basket: Basket, names: Mapping[str, str]) -> None:
        self._basket = basket
        self._names = names

    async def __call__(self, stage: Stage) -> None:
        """Send one piece back."""
        basket = self._basket
        till = f"till-{stage.program.stores[store_code(basket.store)].merchant.code}"
        sku = basket_lines(basket, self._names)[0]["sku"]
        stage.desk.post(
            "/v1/returns",
            till,
            key=f"bill-back-{basket.key}",
            purchase=f"paid-{basket.key}",
            lines=[{"sku": sku, "quantity": 1}],
        )
