"""Commands by the names of people and merchants; each says all that it asks for in its content."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from jifen.engine.command import Receipt
from jifen.events.earning import Earning
from jifen.events.event import act_content, purchase_content, return_content
from jifen.events.returning import Return
from jifen.mall.holding import Capture, Release, Reserve
from jifen.mall.restoring import Restore
from jifen.mall.spending import Donate, Redeem, Transfer
from jifen.parties.programs import Program
from jifen.programs.operating import Adjust, Compensate, Expire, Extend
from jifen.risk.freezing import Freeze, Unfreeze
from jifen.rules.award import Line
from jifen.till.basket import Basket
from jifen.till.bill import Content, purchase_of
from jifen.till.bills import CaptureBill, OpenBill, VoidBill
from jifen.values.ids import EntryId, WalletId

SOURCE = "till"


class Orders:
    """Makes commands for one programme. at: when it happened; now: when we know of it (else the same)."""

    def __init__(self, program: Program, wallets: Mapping[str, WalletId], unit: str = "point") -> None:
        self.program = program
        self.wallets = wallets
        self.unit = unit

    def _plain(self, key: str, who: str, at: datetime, now: datetime | None) -> dict[str, Any]:
        return {
            "program": self.program.id,
            "source": SOURCE,
            "key": key,
            "wallet": self.wallets[who],
            "occurred_at": at,
            "recorded_at": now or at,
        }

    def _asked(self, key: str, who: str, at: datetime, now: datetime | None, **asked: Any) -> dict[str, Any]:
        return {**self._plain(key, who, at, now), "content": msgspec.json.encode(asked)}

    def purchase(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        store: str = "air",
        amount: int | None = None,
        lines: Sequence[Line] = (),
    ) -> Earning:
        """A purchase of so many fen, or of lines, at a store."""
        paid = sum(line.amount for line in lines) if amount is None else amount
        return Earning(
            **self._plain(key, who, at, now),
            content=purchase_content(store, paid, lines, at),
            store=self.program.stores[store] if store else None,
            amount=paid,
            lines=tuple(lines),
        )

    def act(
        self, key: str, who: str, at: datetime, now: datetime | None = None, *, act: str, code: str = ""
    ) -> Earning:
        """Something done that is no purchase."""
        return Earning(
            **self._plain(key, who, at, now),
            content=act_content(act, "", at, code),
            store=None,
            act=act,
            code=code,
        )

    def give_back(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        of: str,
        lines: Sequence[tuple[str, int]] = (),
        amount: int | None = None,
    ) -> Return:
        """Goods of the purchase under the key `of` come back; with neither lines nor amount all of them."""
        return Return(
            **self._plain(key, who, at, now),
            content=return_content(of, lines, amount, at),
            of_source=SOURCE,
            of_key=of,
            lines=tuple(lines),
            amount=amount,
        )

    def redeem(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        points: int,
        merchant: str = "mall",
        stock: str | None = None,
        count: int = 1,
        unit: str | None = None,
    ) -> Redeem:
        """Points pay a merchant, perhaps for scarce things."""
        asked = self._asked(key, who, at, now, redeem=points, merchant=merchant, stock=stock, count=count)
        return Redeem(
            **asked,
            unit=unit or self.unit,
            points=points,
            merchant=self.program.merchants[merchant],
            stock=stock,
            count=count,
        )

    def donate(
        self, key: str, who: str, at: datetime, now: datetime | None = None, *, points: int, charity: str
    ) -> Donate:
        """Points go to a charity."""
        return Donate(
            **self._asked(key, who, at, now, donate=points, charity=charity),
            unit=self.unit,
            points=points,
            charity=self.program.merchants[charity],
        )

    def transfer(
        self, key: str, who: str, at: datetime, now: datetime | None = None, *, points: int, to: str
    ) -> Transfer:
        """Points move to another wallet."""
        return Transfer(
            **self._asked(key, who, at, now, transfer=points, to=to),
            unit=self.unit,
            points=points,
            to=self.wallets[to],
        )

    def reserve(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        points: int,
        deadline: datetime,
        merchant: str = "mall",
    ) -> Reserve:
        """Points are set aside until a deadline."""
        return Reserve(
            **self._asked(key, who, at, now, hold=points, merchant=merchant, deadline=deadline),
            unit=self.unit,
            points=points,
            merchant=self.program.merchants[merchant],
            deadline=deadline,
        )

    def open_bill(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        fen: int,
        points: int = 0,
        store: str = "air",
    ) -> OpenBill:
        """A bill of so many fen, of which so many points are to pay."""
        return OpenBill(
            **self._asked(key, who, at, now, bill=fen, points=points, store=store),
            store=self.program.stores[store],
            basket=Basket(store, fen),
            points=points,
        )

    def capture_bill(
        self, key: str, who: str, now: datetime, *, of: Receipt, content: Content, points: int
    ) -> CaptureBill:
        """A bill is paid by so many of its points, and by money."""
        cash = content.due - (content.pays_with(points) if points else 0)
        return CaptureBill(
            **self._plain(key, who, of.occurred_at, now),
            content=purchase_of(of.id, content, points, cash),
            bill=of.id,
            cash=cash,
            points=points,
            store=self.program.stores[content.basket.store],
            rules=content.rules,
        )

    def void_bill(self, key: str, who: str, at: datetime, *, bill: EntryId) -> VoidBill:
        """A bill is not paid."""
        return VoidBill(**self._asked(key, who, at, None, void=str(bill)), bill=bill)

    def capture(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        hold: EntryId,
        points: int | None = None,
        keep_open: bool = False,
    ) -> Capture:
        """A hold pays."""
        asked = self._asked(key, who, at, now, capture=hold, points=points, keep_open=keep_open)
        return Capture(**asked, hold=hold, points=points, keep_open=keep_open)

    def release(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        hold: EntryId,
        lapsed: bool = False,
    ) -> Release:
        """A hold ends, or lapses."""
        asked = self._asked(key, who, at, now, release=hold, lapsed=lapsed)
        return Release(**asked, hold=hold, lapsed=lapsed)

    def restore(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        of: EntryId,
        points: int | None = None,
    ) -> Restore:
        """What was spent comes back."""
        return Restore(**self._asked(key, who, at, now, restore=of, points=points), of=of, points=points)

    def expire(self, key: str, who: str, at: datetime, now: datetime | None = None) -> Expire:
        """What is past its date is booked as expired."""
        return Expire(**self._asked(key, who, at, now, expire=self.unit), unit=self.unit)

    def extend(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        expired_at: datetime,
        until: date,
    ) -> Extend:
        """What expired at an instant unreminded lives on to the end of a day."""
        return Extend(
            **self._asked(key, who, at, now, extend=self.unit, expired_at=expired_at, until=until),
            unit=self.unit,
            expired_at=expired_at,
            until=until,
        )

    def adjust(self, key: str, who: str, at: datetime, now: datetime | None = None, *, points: int) -> Adjust:
        """A correction by a person."""
        return Adjust(**self._asked(key, who, at, now, adjust=points), unit=self.unit, points=points)

    def compensate(
        self,
        key: str,
        who: str,
        at: datetime,
        now: datetime | None = None,
        *,
        points: int,
        fault: str | None = None,
    ) -> Compensate:
        """Points for a fault, paid for by the merchant at fault."""
        return Compensate(
            **self._asked(key, who, at, now, compensate=points, fault=fault),
            unit=self.unit,
            points=points,
            at_fault=self.program.merchants[fault] if fault else None,
        )

    def freeze(
        self, key: str, who: str, at: datetime, now: datetime | None = None, *, until: datetime
    ) -> Freeze:
        """Spending stops, on evidence."""
        return Freeze(
            **self._asked(key, who, at, now, freeze=until),
            unit=self.unit,
            reason="R7",
            evidence="two tills at once, 400 km apart",
            notice="sent by SMS",
            until=until,
        )

    def unfreeze(self, key: str, who: str, at: datetime, now: datetime | None = None) -> Unfreeze:
        """A freeze is lifted."""
        return Unfreeze(**self._asked(key, who, at, now, unfreeze=True), unit=self.unit)
