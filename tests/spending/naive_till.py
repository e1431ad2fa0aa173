"""The till, the plainest way: purchases, quotes, bills, captures, voids and returns."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.spending.lots import OPERATOR, Parts, shares
from tests.spending.tenders import (
    Basket,
    Bought,
    Line,
    Used,
    fits,
    most_of,
    pays,
    refund,
    saves,
    without,
    worths_of,
)
from tests.spending.tenders import for_goods as paid_for_goods
from tests.spending.world import Bill, No, Quote, Said, Voucher, World, no


class Till(World):
    """Each verb changes the world and says what is answered, or says no and changes nothing."""

    def give(self, key: str, *, who: str, points: int) -> Said | No:
        """The operator gives points of its own."""
        self.wallets[who].issue(self.series(OPERATOR, OPERATOR, self.terms_at(self.now), self.now), points)
        return self.balance(who)

    def purchase(
        self, key: str, *, who: str, store: str, amount: int, lines: tuple[Line, ...] = ()
    ) -> Said | No:
        """Something is bought with money alone."""
        terms = self.terms_at(self.now)
        bought = Bought(who, Basket(store, amount, lines), terms, list(lines), amount, amount)
        self._earn(key, bought, self.now)
        return self.balance(who)

    def _earn(self, key: str, bought: Bought, at: datetime) -> None:
        bought.issued = self.earned(bought.basket.store, bought.terms, bought.earning, at)
        self.bought[key] = bought
        for traits, points in bought.issued.items():
            self.wallets[bought.who].issue(traits, points)

    def give_back(
        self, key: str, *, of: str, amount: int | None = None, lines: tuple[tuple[str, int], ...] = ()
    ) -> Said | No:
        """Goods come back, and with them what they were paid with; what they earned goes."""
        bought = self.bought.get(of)
        if bought is None:
            return no("entry_unknown")
        if bought.gone:
            return no("nothing_left")
        left, stays = list(bought.lines), bought.amount
        if lines:
            for article, pieces in lines:
                found = without(left, article, pieces)
                if found is None:
                    return no(
                        "exceeds_entry" if any(article == one for one, _, _ in left) else "line_unknown"
                    )
                left = found
            stays = sum(fen for _, _, fen in left)
        elif amount is None:
            left, stays = [(article, 0, 0) for article, _, _ in left], 0
        elif left:
            return no("line_unknown")
        elif amount > stays:
            return no("exceeds_entry")
        else:
            stays -= amount
        return self._returned(bought, left, stays)

    def _returned(self, bought: Bought, left: list[Line], stays: int) -> Said:
        wallet, told = self.wallets[bought.who], {}
        if bought.tendered:
            back = refund(bought, left, stays)
            told = {
                "refund": {
                    "cash": back.cash,
                    "points": back.points,
                    "pays": back.pays,
                    "charged": back.charged,
                    "vouchers": back.vouchers,
                }
            }
            wallet.come_back(_over(bought, back.points), self.now, self.grace)
            for of in back.vouchers:
                self.free(self.vouchers[of])
        else:
            bought.lines, bought.amount = left, stays
        keeps = (
            self.earned(bought.basket.store, bought.terms, bought.earning, self.now) if bought.issued else {}
        )
        kept = {one.funder: points for one, points in keeps.items()}
        for traits, points in bought.issued.items():
            more = points - kept.get(traits.funder, 0) - bought.clawed.get(traits, 0)
            if more > 0:
                wallet.take_back(traits, more)
                bought.clawed[traits] = bought.clawed.get(traits, 0) + more
        return {**self.balance(bought.who), **told}

    # What vouchers save.

    def free(self, voucher: Voucher) -> None:
        """It can be used again, past its date for the grace."""
        voucher.state, voucher.bill, voucher.until = "issued", None, None
        if self.now >= voucher.expires and self.grace is not None:
            voucher.expires = max(voucher.expires, self.grace)

    def judge(self, of: str, basket: Basket, at: datetime, with_points: bool, before: dict[str, int]) -> int:
        """What a voucher saves beside those before it, in fen; 0: it does not fit."""
        one = self.vouchers[of]
        slip, others = one.slip, [self.vouchers[other].slip for other in before]
        if one.standing(self.now) in ("spent", "returned", "locked") or at >= one.expires:
            return 0
        if slip.at and basket.store not in slip.at:
            return 0
        if (with_points and not slip.with_points) or of in before:
            return 0
        if others and not (slip.stacks and all(other.stacks for other in others)):
            return 0
        if basket.amount < slip.minimum:
            return 0
        goods = basket.amount - self._saved(before, freight=False)
        return saves(slip, basket.amount, goods, basket.freight - self._saved(before, freight=True))

    def _saved(self, saved: dict[str, int], *, freight: bool) -> int:
        return sum(fen for of, fen in saved.items() if (self.vouchers[of].slip.type == "freight") == freight)

    # What points pay.

    def worths(self, who: str, terms: int, at: datetime, store: str) -> tuple[Parts, list[int]]:
        """All points that can pay at an instant, in their order, and what the first n of them are worth."""
        sheet, wallet = self.sheet(terms), self.wallets[who]
        first = store if sheet.own_points_first else ""
        parts = wallet.draw(wallet.available(at), at, first)
        assert parts is not None
        return parts, worths_of(parts, sheet.worth)

    def quote_basket(
        self, key: str, *, who: str, basket: Basket, points: int | None = None, vouchers: Sequence[str] = ()
    ) -> Said | No:
        """Price a basket; vouchers that do not fit are left out; by default the most points pay."""
        if any(self.vouchers[of].who != who for of in vouchers):
            return no("voucher_refused", "voucher_unknown")
        go_with = all(self.vouchers[of].slip.with_points for of in vouchers)
        wanted = points > 0 if points is not None else go_with
        saved: dict[str, int] = {}
        for of in vouchers:
            fen = self.judge(of, basket, self.now, wanted, saved)
            if fen:
                saved[of] = fen
        terms = self.terms_at(self.now)
        sheet = self.sheet(terms)
        _, worths = self.worths(who, terms, self.now, basket.store)
        total = basket.amount + basket.freight
        due = total - sum(saved.values())
        together = all(self.vouchers[of].slip.with_points for of in saved)
        most = most_of(sheet, worths, total, due) if together else 0
        chosen = most if points is None else points
        if not fits(sheet, worths, most, chosen, due):
            return no("offset_refused")
        ends = self.now + timedelta(minutes=sheet.quote_minutes)
        paid = pays(worths, chosen, due)
        self.quotes[key] = Quote(
            who, terms, self.now, ends, basket, points=chosen, pays=paid, vouchers=tuple(saved)
        )
        earns = self._earns(basket, terms, saved, due - paid, self.now)
        return {
            "rules": terms,
            "due_fen": due,
            "most_points": most,
            "most_pays_fen": pays(worths, most, due),
            "points": chosen,
            "pays_fen": paid,
            "cash_fen": due - paid,
            "invoiceable_fen": due - paid,
            "earns": {"point": earns} if earns else {},
            "available": self.wallets[who].available(self.now),
            "saves": saved,
        }

    def _earns(self, basket: Basket, terms: int, saved: dict[str, int], cash: int, at: datetime) -> int:
        freight = basket.freight - self._saved(saved, freight=True)
        fen = paid_for_goods(cash, basket.amount, freight)
        return sum(self.earned(basket.store, terms, fen, at).values())

    def open_bill(
        self,
        key: str,
        *,
        who: str = "",
        basket: Basket | None = None,
        quote: str | None = None,
        points: int | None = None,
        vouchers: tuple[str, ...] | None = None,
    ) -> Said | No:
        """Hold points and lock vouchers for a basket, or for that of a quote, which is used up."""
        why: set[str] = set()
        terms, at, promised = self.terms_at(self.now), self.now, 0
        if quote is not None:
            asked = self.quotes.get(quote)
            if asked is None or asked.basket is None:
                return no("quote_unknown")
            why |= self.ended(asked)
            if points in (None, asked.points) and vouchers in (None, asked.vouchers):
                promised = asked.pays
            points = asked.points if points is None else points
            vouchers = asked.vouchers if vouchers is None else vouchers
            who, basket, terms, at = asked.who, asked.basket, asked.terms, asked.at
        assert basket is not None
        points, sheet = points or 0, self.sheet(terms)
        saved: dict[str, int] = {}
        for of in vouchers or ():
            if self.vouchers[of].who != who:
                return no("voucher_refused", "voucher_unknown")
            fen = self.judge(of, basket, at, points > 0, saved)
            if not fen:
                why.add("voucher_refused")
            saved[of] = fen
        parts, worths = self.worths(who, terms, at, basket.store)
        total = basket.amount + basket.freight
        due = total - sum(saved.values())
        most = most_of(sheet, worths, total, due)
        if not fits(sheet, worths, most, points, due) or pays(worths, points, due) < promised:
            why.add("offset_refused")
        if why:
            return no(*why)
        deadline = self.now + timedelta(minutes=sheet.hold_minutes)
        bill = Bill(who, quote, terms, at, deadline, basket, saved, due, points, worths[: points + 1])
        self.bills[key] = bill
        if points:
            self.wallets[who].hold(key, _first(parts, points), deadline)
        for of in saved:
            voucher = self.vouchers[of]
            voucher.state, voucher.bill, voucher.until = "locked", key, deadline
        if quote is not None:
            self.quotes[quote].used = key
        paid = pays(worths, points, due)
        bills = {"due_fen": due, "points": points, "pays_fen": paid, "cash_fen": due - paid, "saves": saved}
        return {**self.balance(who), "bill": bills}

    def ended(self, quote: Quote) -> set[str]:
        """Why a quote cannot be used any more."""
        why = {"quote_used"} if quote.used is not None else set()
        return why | {"quote_ended"} if self.now >= quote.ends else why

    def capture(self, key: str, *, bill: str, cash: int, points: int | None = None) -> Said | No:
        """The bill is paid: fewer points than held may pay, the others are free again; it earns."""
        one = self.bills[bill]
        wallet, sheet = self.wallets[one.who], self.sheet(one.terms)
        if one.state != "open":
            return no("bill_closed")
        if self.now >= one.deadline:
            return no("bill_lapsed")
        taken = one.points if points is None else points
        if taken > one.points:
            return no("exceeds_hold")
        why: set[str] = set()
        if not fits(sheet, one.worths, one.points, taken, one.due):
            why.add("offset_refused")
        if cash != one.due - pays(one.worths, taken, one.due):
            why.add("cash_differs")
        if why:
            return no(*why)
        one.state = "captured"
        bought = self._tendered(one, taken, cash)
        if one.points:
            spent = wallet.unhold(bill, taken, self.now, self.grace)
            bought.spent = spent
        self._earn(key, bought, one.at)
        for of in one.saved:
            voucher = self.vouchers[of]
            voucher.state, voucher.until = "spent", None
        earned = sum(bought.issued.values())
        return {
            **self.balance(one.who),
            "points_spent": taken,
            "pays_fen": bought.pays,
            "cash_fen": cash,
            "earned": {"point": earned} if earned else {},
        }

    def _tendered(self, one: Bill, points: int, cash: int) -> Bought:
        freight = one.basket.freight - self._saved(one.saved, freight=True)
        used = [
            Used(of, fen, self.vouchers[of].slip.minimum, self.vouchers[of].slip.type == "freight")
            for of, fen in one.saved.items()
        ]
        return Bought(
            one.who,
            one.basket,
            one.terms,
            list(one.basket.lines),
            one.basket.amount,
            cash,
            freight,
            points,
            pays(one.worths, points, one.due),
            used,
            tendered=True,
        )

    def void(self, key: str, *, bill: str) -> Said | No:
        """The bill is not paid: all that it holds is free, its quote too."""
        one = self.bills[bill]
        wallet = self.wallets[one.who]
        if one.state != "open":
            return no("bill_closed")
        if bill not in wallet.holds and self.now >= one.deadline:
            return no("bill_lapsed")
        one.state = "void"
        if bill in wallet.holds:
            wallet.unhold(bill, 0, self.now, self.grace)
        for voucher in self.vouchers.values():
            if voucher.bill == bill and voucher.state == "locked":
                self.free(voucher)
        if one.quote is not None:
            self.quotes[one.quote].used = None
        return {**self.balance(one.who), "points": one.points}

    def expire(self, key: str, *, who: str) -> Said | No:
        """What is past its date goes."""
        return self.balance(who) if self.wallets[who].expire(self.now) else no("nothing_left")


def _first(parts: Parts, points: int) -> Parts:
    """The first so many points."""
    found: Parts = []
    for traits, part in parts:
        if points:
            found.append((traits, min(points, part)))
            points -= min(points, part)
    return found


def _over(bought: Bought, points: int) -> Parts:
    """Points that come back, over what is still out of each lot that paid; they are out no more."""
    out = [part for _, part in bought.spent]
    split = shares(points, out)
    bought.spent = [(traits, part - share) for (traits, part), share in zip(bought.spent, split, strict=True)]
    return [(traits, share) for (traits, _), share in zip(bought.spent, split, strict=True) if share]
