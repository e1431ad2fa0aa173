"""What the model's verbs are at the public interface: method, path and body, and how answers are read."""

from datetime import datetime
from typing import Any

from tests.spending.compare import Names
from tests.spending.tenders import Basket

Request = tuple[str, str, dict[str, Any] | None]


def _basket(basket: Basket) -> dict[str, Any]:
    body: dict[str, Any] = {"store": basket.store, "freight_fen": basket.freight}
    if basket.lines:
        body["lines"] = [{"sku": sku, "quantity": pieces, "amount": fen} for sku, pieces, fen in basket.lines]
    else:
        body["amount"] = basket.amount
    return body


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that are there."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value is not None
    }


class Requests:
    """Each verb with what the model is asked, as a request."""

    def __init__(self, names: Names) -> None:
        self.ids = names.ids

    def _ids(self, keys: tuple[str, ...] | None) -> list[str] | None:
        return None if keys is None else [self.ids[key] for key in keys]

    def give(self, *, who: str, points: int) -> Request:
        """A compensation by the operator."""
        return "POST", "/v1/compensations", {"member": who, "points": points, "reason": "goodwill"}

    def purchase(self, *, who: str, store: str, amount: int, lines: Any = ()) -> Request:
        """A purchase with money."""
        body = _basket(Basket(store, amount, lines))
        del body["freight_fen"]
        return "POST", "/v1/purchases", {"member": who, **body}

    def give_back(self, *, of: str, amount: int | None = None, lines: Any = ()) -> Request:
        """A return of a purchase or of a bill."""
        pieces = [{"sku": sku, "quantity": quantity} for sku, quantity in lines] or None
        return "POST", "/v1/returns", _given(purchase=of, amount=amount, lines=pieces)

    def expire(self, *, who: str) -> Request:
        """The nightly run for one wallet."""
        return "POST", "/v1/expiries", {"member": who}

    def quote_basket(
        self, *, who: str, basket: Basket, points: int | None = None, vouchers: Any = ()
    ) -> Request:
        """A quote of a basket."""
        asked = _given(points=points, vouchers=self._ids(vouchers))
        return "POST", "/v1/quotes", {"member": who, **_basket(basket), **asked}

    def quote_reward(
        self, *, who: str, reward: str, merchant: str, count: int = 1, slot: datetime | None = None
    ) -> Request:
        """A quote of a reward."""
        body = _given(member=who, reward=reward, merchant=merchant, count=count, slot=slot)
        return "POST", "/v1/quotes", body

    def open_bill(
        self,
        *,
        who: str = "",
        basket: Basket | None = None,
        quote: str | None = None,
        points: int | None = None,
        vouchers: tuple[str, ...] | None = None,
    ) -> Request:
        """A bill, of a quote or of a basket."""
        asked = _given(points=points, vouchers=self._ids(vouchers))
        if quote is not None:
            return "POST", "/v1/bills", {"quote": self.ids[quote], **asked}
        assert basket is not None
        return "POST", "/v1/bills", {"member": who, **_basket(basket), **asked}

    def capture(self, *, bill: str, cash: int, points: int | None = None) -> Request:
        """A bill is paid."""
        return "POST", f"/v1/bills/{self.ids[bill]}/capture", _given(cash_fen=cash, points=points)

    def void(self, *, bill: str) -> Request:
        """A bill is voided."""
        return "POST", f"/v1/bills/{self.ids[bill]}/void", {}

    def redeem(
        self,
        *,
        who: str,
        reward: str,
        merchant: str,
        count: int = 1,
        expected: int | None = None,
        slot: datetime | None = None,
        cash: int | None = None,
        payers: Any = (),
        quote: str | None = None,
    ) -> Request:
        """A reward is redeemed."""
        parts = [_given(member=payer, points=points) for payer, points in payers] or None
        body = _given(
            member=who,
            reward=reward,
            merchant=merchant,
            count=count,
            expected=expected,
            slot=slot,
            cash_fen=cash,
            payers=parts,
            quote=None if quote is None else self.ids[quote],
        )
        return "POST", "/v1/reward-redemptions", body

    def step(self, *, order: str, step: str, by: str = "member", cash: int | None = None) -> Request:
        """An order goes on."""
        body = _given(
            cash_fen=cash,
            by=by if step == "cancel" else None,
            reason="so it is" if step in ("dispute", "fail") else None,
        )
        return "POST", f"/v1/orders/{self.ids[order]}/{step.replace('_', '-')}", body

    def transfer(self, *, who: str, to: str, points: int) -> Request:
        """Points move within a household."""
        return "POST", "/v1/transfers", {"member": who, "to": to, "points": points}

    def invite(self, *, who: str, whom: str) -> Request:
        """Somebody is asked into a household."""
        return "POST", f"/v1/members/{who}/household/invitations", {"invitee": whom}

    def answer(self, *, who: str, invitation: str, accept: bool) -> Request:
        """An invitation is answered."""
        word = "accept" if accept else "decline"
        return "POST", f"/v1/members/{who}/household/invitations/{self.ids[invitation]}/{word}", {}

    def leave(self, *, who: str) -> Request:
        """A member leaves."""
        return "POST", f"/v1/members/{who}/household/leave", {}

    def let(self, *, who: str, points: int | None) -> Request:
        """What the others may spend."""
        path = f"/v1/members/{who}/household/pool"
        return ("DELETE", path, None) if points is None else ("PUT", path, {"points": points})

    def offer(self, *, who: str, reward: str, merchant: str, expected: int, parts: Any) -> Request:
        """Several are to pay together."""
        payers = [{"member": payer, "points": points} for payer, points in parts]
        body = _given(member=who, reward=reward, merchant=merchant, expected=expected, payers=payers)
        return "POST", "/v1/joint-redemptions", body

    def agree(self, *, offer: str, who: str) -> Request:
        """A payer says yes."""
        return "POST", f"/v1/joint-redemptions/{self.ids[offer]}/accept", {"member": who}

    def decline(self, *, offer: str, who: str) -> Request:
        """A payer says no."""
        return "POST", f"/v1/joint-redemptions/{self.ids[offer]}/decline", {"member": who}


def heard(names: Names, expected: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of the fields that are expected, in the model's words."""
    found: dict[str, Any] = {}
    for field, value in expected.items():
        if field == "saves":
            found[field] = {names.keys[one["voucher"]]: one["saves_fen"] for one in answer["vouchers"]}
        elif field == "refund":
            found[field] = refund_in(names, answer["explanation"])
        elif isinstance(value, dict) and field == "bill":
            found[field] = heard(names, value, answer[field])
        else:
            found[field] = answer[field]
    return found


def refund_in(names: Names, explanation: Any) -> dict[str, Any]:
    """What a return says that its payer gets back."""
    told = explanation["refund"]
    return {
        "cash": told.get("cash", 0),
        "points": told.get("points", 0),
        "pays": told.get("pays", 0),
        "charged": told.get("charged", 0),
        "vouchers": tuple(names.keys[one] for one in told.get("vouchers", ())),
    }
