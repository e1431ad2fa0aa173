"""A machine that does anything to anyone who spends, on the application and in the model, and compares."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.spending.compare import Names, compare_now
from tests.spending.lots import BEIJING
from tests.spending.market import START, Market
from tests.spending.naive_mall import STEPS, Mall
from tests.spending.requests import Requests, heard
from tests.spending.sheets import SLOT_HOURS, some_sheet
from tests.spending.tenders import Basket, Line, most_of, pays
from tests.spending.world import HOMES, MEMBERS, MERCHANTS, No

SEED = st.integers(0, 10**6)
WHO = st.sampled_from(MEMBERS)
MERCHANT = st.sampled_from(MERCHANTS)
MINUTES = (0, 0, 5, 10, 10, 20, 45, 180, 60 * 20, 60 * 24 * 2, 60 * 24 * 9)
"""0: until what is held or locked is past its date, else until midnight; the nightly runs come after that."""

ARTICLES = "abc"
REWARDS = (*("mug", "save", "ship", "bath") * 2, "bath", "bath", "lamp", "tenth", "feast")
AMOUNTS = (99, 1234, 4999, 5000, 9999, 12_000, 20_000)


class Machine(RuleBasedStateMachine):
    """The application and the model side by side; every step is chosen by one number, so that it shrinks."""

    def __init__(self, market: Market) -> None:
        super().__init__()
        self.market = market
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.broken = False

    @initialize(seed=SEED)
    def found(self, seed: int) -> None:
        """A new programme."""
        sheet = some_sheet(Random(seed))
        self.stalls = self.market.found(sheet)
        self.names = Names(self.stalls)
        self.world = Mall(START, sheet, self.names.series)
        self.world.wallet_ids = self.stalls.wallets
        self.requests = Requests(self.names)
        for who in MEMBERS:
            self.ask("give", who=who, points=120)
            self.ask("purchase", who=who, store="air", amount=15_000)
        for home, members in HOMES.items():
            for who in members:
                self.ask("let", who=who, points=60)
                self.ask("transfer", who=who, to=home, points=15)

    # What happens around the requests.

    @rule(minutes=st.sampled_from(MINUTES), run=st.booleans())
    def time_passes(self, minutes: int, run: bool) -> None:
        """Past deadlines, quotes' ends, dates of points and vouchers; the nightly runs come or not."""
        if self.broken:
            return
        self.world.now += timedelta(minutes=minutes)
        if not minutes:
            self.world.now = self.world.next_date()
        self.stalls.clock(self.world.now)
        if run and minutes:
            self.stalls.lapse(self.world.now)
            self.world.lapsed()
            for who in self.world.wallets:
                self.ask("expire", who=who)

    @rule(seed=SEED)
    def publish(self, seed: int) -> None:
        """Other terms hold from now on: prices, caps, worth, times."""
        if self.broken:
            return
        sheet = some_sheet(Random(seed))
        self.stalls.publish(sheet, self.world.now, self.world.now)
        self.world.sheets.append((self.world.now, sheet))

    # The till.

    @rule(who=WHO, store=MERCHANT, seed=SEED)
    def buy(self, who: str, store: str, seed: int) -> None:
        """With money alone; or the operator gives points."""
        chance = Random(seed)
        if chance.random() < 0.2:
            self.ask("give", who=who, points=chance.randint(1, 90))
            return
        basket = some_basket(chance, store)
        self.ask("purchase", who=who, store=store, amount=basket.amount, lines=basket.lines)

    @rule(which=SEED, seed=SEED)
    def give_back(self, which: int, seed: int) -> None:
        """Some of a purchase, or all that is left, mostly of bills."""
        chance = Random(seed)
        bought = {key: one for key, one in self.world.bought.items() if not one.gone or not which % 9}
        mixed = [key for key, one in bought.items() if one.tendered and (one.points or one.used)]
        known = mixed if mixed and chance.random() < 0.7 else list(bought)
        if not known:
            self.buy("ann", "sea", seed)
            return
        of = known[which % len(known)]
        one = bought[of]
        if chance.random() < 0.3:
            self.ask("give_back", of=of)
        elif one.lines and chance.random() < 0.95:
            count = chance.randint(1, 2)
            pieces = tuple((chance.choice(ARTICLES), chance.choice((1, 1, 2))) for _ in range(count))
            self.ask("give_back", of=of, lines=tuple(dict(pieces).items()))
        else:
            most = max(1, one.amount)
            self.ask(
                "give_back", of=of, amount=chance.choice((1, most, most // 2 + 1, most // 7 + 1, most + 1))
            )

    @rule(who=WHO, store=MERCHANT, seed=SEED)
    def quote(self, who: str, store: str, seed: int) -> None:
        """A basket is quoted."""
        chance = Random(seed)
        vouchers = self.some_vouchers(chance, who)
        basket = self.basket_for(chance, store, vouchers)
        points = self.some_points(chance, who, basket, vouchers) if chance.random() < 0.3 else None
        self.ask("quote_basket", who=who, basket=basket, points=points, vouchers=vouchers)

    @rule(who=WHO, store=MERCHANT, seed=SEED)
    def open_bill(self, who: str, store: str, seed: int) -> None:
        """Of a quote, mostly one that holds still; or of a basket."""
        chance = Random(seed)
        known = [key for key, one in self.world.quotes.items() if one.basket is not None]
        fresh = [key for key in known if not self.world.ended(self.world.quotes[key])]
        known = fresh if fresh and chance.random() < 0.85 else known
        if known and chance.random() < 0.6:
            of = known[-1 - chance.randrange(min(4, len(known)))]
            quote = self.world.quotes[of]
            assert quote.basket is not None
            points = vouchers = None
            if chance.random() < 0.3:
                points = self.some_points(chance, quote.who, quote.basket, quote.vouchers)
            if chance.random() < 0.15:
                vouchers = self.some_vouchers(chance, quote.who)
            self.ask("open_bill", quote=of, points=points, vouchers=vouchers)
            return
        vouchers = self.some_vouchers(chance, who)
        basket = self.basket_for(chance, store, vouchers)
        points = self.some_points(chance, who, basket, vouchers)
        self.ask("open_bill", who=who, basket=basket, points=points, vouchers=vouchers or None)

    @rule(which=SEED, seed=SEED)
    def end_bill(self, which: int, seed: int) -> None:
        """Captured whole or less, voided, or somebody tries with one that has ended."""
        chance = Random(seed)
        bills = self.world.bills
        known = [key for key, one in bills.items() if one.state == "open" or not which % 9]
        voids = chance.random() < 0.35
        running = [key for key in known if voids or bills[key].deadline > self.world.now]
        known = running if running and chance.random() < 0.85 else known
        if not known or (not running and chance.random() < 0.7):
            self.open_bill(chance.choice(MEMBERS), chance.choice(MERCHANTS), seed)
            return
        key = known[-1 - which % min(6, len(known))]
        one = bills[key]
        if voids:
            self.ask("void", bill=key)
            return
        points = None
        if one.points and chance.random() < 0.5:
            points = chance.choice((0, one.points // 2, one.points // 3, one.points, one.points + 1))
            step = self.world.sheet(one.terms).step
            points -= points % step if chance.random() < 0.8 and points < one.points else 0
        taken = one.points if points is None else min(points, one.points)
        cash = one.due - pays(one.worths, taken, one.due)
        cash += chance.choice((1, -1)) if chance.random() < 0.05 and cash else 0
        self.ask("capture", bill=key, cash=cash, points=points)

    def some_vouchers(self, chance: Random, who: str) -> tuple[str, ...]:
        """Mostly free ones of the member's."""
        own = [key for key, one in self.world.vouchers.items() if one.who == who]
        free = [key for key in own if self.world.vouchers[key].standing(self.world.now) == "issued"]
        locked = [key for key in own if self.world.vouchers[key].standing(self.world.now) == "locked"]
        known = free if free and chance.random() < 0.8 else locked or own
        count = min(len(known), chance.choice((0, 1, 1, 1, 2)))
        return tuple(chance.sample(known, count))

    def basket_for(self, chance: Random, store: str, vouchers: tuple[str, ...]) -> Basket:
        """A basket for which these vouchers are good, mostly."""
        basket = some_basket(chance, store, freight=True)
        slips = [self.world.vouchers[of].slip for of in vouchers]
        if slips and chance.random() < 0.85:
            places = [place for slip in slips for place in slip.at]
            minimum = max(slip.minimum for slip in slips)
            freight = 700 if any(slip.type == "freight" for slip in slips) else basket.freight
            pieces = chance.randint(1, 3)
            if basket.lines:
                lines = (*basket.lines, ("c", pieces, minimum + chance.choice((0, 1, 700))))
                basket = Basket(store, sum(fen for _, _, fen in lines), lines)
            basket = Basket(
                places[0] if places else store, max(basket.amount, minimum), basket.lines, freight
            )
        return basket

    def some_points(self, chance: Random, who: str, basket: Basket, vouchers: tuple[str, ...]) -> int:
        """None, the most that may pay today, some that may, or any number."""
        world = self.world
        saved: dict[str, int] = {}
        for of in vouchers:
            saved[of] = world.judge(of, basket, world.now, True, saved)
        _, worths = world.worths(who, world.terms_at(world.now), world.now, basket.store)
        total = basket.amount + basket.freight
        most = most_of(world.today, worths, total, total - sum(saved.values()))
        step = world.today.step
        some = chance.randint(0, most)
        return chance.choice((0, most, most, some - some % step, chance.randint(1, 200)))

    # The mall.

    @rule(who=WHO, merchant=MERCHANT, seed=SEED)
    def redeem(self, who: str, merchant: str, seed: int) -> None:
        """A reward of any kind: alone, together, or as quoted."""
        chance = Random(seed)
        quotes = [key for key, one in self.world.quotes.items() if one.basket is None]
        fresh = [key for key in quotes if not self.world.ended(self.world.quotes[key])]
        quotes = fresh if fresh and chance.random() < 0.8 else quotes
        if quotes and chance.random() < 0.3:
            self.of_quote(chance, quotes[-1 - chance.randrange(min(3, len(quotes)))])
            return
        asked = self.some_reward(chance, who, merchant)
        goods = self.world.today.goods[asked["reward"]]
        due = goods.cash * asked.get("count", 1)
        if due and chance.random() < 0.6:
            asked["cash"] = due
        if chance.random() < 0.2:
            asked["expected"] = goods.points + chance.choice((0, 0, 1))
        self.ask("redeem", **asked, payers=self.some_payers(chance, who, goods.points))

    def of_quote(self, chance: Random, key: str) -> None:
        """A reward as it was quoted, or somebody asks for something else."""
        one = self.world.quotes[key]
        count = one.count + (chance.random() < 0.05)
        due = one.cash * count
        self.ask(
            "redeem",
            who=one.who,
            reward=one.reward,
            merchant=one.merchant,
            count=count,
            slot=one.slot,
            cash=due or None,
            payers=self.some_payers(chance, one.who, one.price * count),
            quote=key,
        )

    def some_payers(self, chance: Random, who: str, points: int) -> tuple[tuple[str, int | None], ...]:
        """Nobody else, the household, or stated parts."""
        home = self.world.home_of(who)
        if (home is None and chance.random() < 0.5) or chance.random() < 0.4:
            return ()
        kin = self.world.kin[home] if home else ["ann", "bob"]
        others = [one for one in (*kin, *((home,) if home and chance.random() < 0.5 else ())) if one != who]
        if not others or home is None or chance.random() < 0.15:
            others = [one for one in (*MEMBERS, *HOMES) if one != who]
        if chance.random() < 0.75:
            return tuple((one, None) for one in chance.sample(others, chance.randint(1, len(others))))
        part = chance.randint(1, max(1, points - 1))
        return ((who, max(1, points - part)), (chance.choice(others), part))

    @rule(who=WHO, merchant=MERCHANT, seed=SEED)
    def quote_reward(self, who: str, merchant: str, seed: int) -> None:
        """What a reward costs."""
        self.ask("quote_reward", **self.some_reward(Random(seed), who, merchant))

    def some_reward(self, chance: Random, who: str, merchant: str) -> dict[str, Any]:
        """What is asked of a reward."""
        goods = self.world.today.goods
        reward = chance.choice(REWARDS)
        own = goods[reward].merchant if chance.random() < 0.97 else ""
        asked: dict[str, Any] = {"who": who, "reward": reward, "merchant": own or merchant}
        if chance.random() < 0.2:
            asked["count"] = 2
        if goods[reward].slots and chance.random() < 0.97:
            asked["slot"] = self.some_slot(chance)
        return asked

    def some_slot(self, chance: Random) -> datetime:
        """A time of these days; few of them, so that they fill."""
        day = self.world.now.astimezone(BEIJING) + timedelta(days=chance.choice((*(0, 0, 1, 1, 3) * 2, 8)))
        hour = chance.choice((*(SLOT_HOURS[0], SLOT_HOURS[-1], SLOT_HOURS[-1]) * 3, 9))
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)

    @rule(which=SEED, seed=SEED)
    def step(self, which: int, seed: int) -> None:
        """An order goes on, or somebody tries."""
        chance = Random(seed)
        orders = self.world.orders
        known = [
            key
            for key, one in orders.items()
            if one.state in ("placed", "confirmed", "disputed", "fulfilled")
        ]
        # Vouchers are had to be used, so they are rarely given back.
        known = [key for key in known if not orders[key].vouchers or not which % 5]
        booked = [key for key in known if orders[key].slot is not None and orders[key].state == "placed"]
        known = booked if booked and not which % 3 else known
        known = known if known and which % 12 else list(orders)
        if not known:
            self.redeem(chance.choice(MEMBERS), "sea", seed)
            return
        key = known[which % len(known)]
        one = orders[key]
        likely = [step for step in STEPS if one.state in STEPS[step]]
        likely = [step for step in likely if step != "dispute"] if chance.random() < 0.8 else likely
        step = chance.choice(likely) if likely and chance.random() < 0.9 else chance.choice(list(STEPS))
        if one.slot is not None and one.state in STEPS["cancel"] and chance.random() < 0.5:
            step = "cancel" if self.world.now < one.slot else "no_show"
        cash = one.cash if step in ("confirm", "fulfil") and one.cash and chance.random() < 0.5 else None
        by = chance.choice(("member", "member", "merchant", "operator")) if step == "cancel" else "member"
        self.ask("step", order=key, step=step, by=by, cash=cash)

    # Households, and paying together.

    @rule(who=WHO, whom=WHO, seed=SEED)
    def family(self, who: str, whom: str, seed: int) -> None:
        """Invited, joined, left; points let, or moved."""
        chance = Random(seed)
        home = self.world.home_of(who)
        do = chance.choice(
            ("invite", "invite", "answer", "answer", "answer", "leave", "let", "let", "let", "move")
        )
        if do == "answer":
            open_ones = [key for key, one in self.world.invitations.items() if one.state == "open"]
            known = open_ones if open_ones and chance.random() < 0.9 else list(self.world.invitations)
            if not known:
                do = "invite"
            else:
                of = chance.choice(known[-4:])
                to = self.world.invitations[of].to if chance.random() < 0.95 else who
                self.ask("answer", who=to, invitation=of, accept=chance.random() < 0.8)
        if do == "invite":
            alone = [one for one in MEMBERS if self.world.home_of(one) is None]
            whom = chance.choice(alone) if alone and chance.random() < 0.85 else whom
            self.ask("invite", who=who, whom=whom)
        elif do == "leave" and home and len(self.world.kin[home]) > chance.choice((0, 1, 1, 1, 2)):
            self.ask("leave", who=who)
        elif do == "let":
            self.ask("let", who=who, points=chance.choice((None, 10, 60, 60, 200)))
        elif do == "move":
            to = chance.choice((home or "home", home or whom, whom))
            giver, taker = (to, who) if to in HOMES and chance.random() < 0.3 else (who, to)
            self.ask("transfer", who=giver, to=taker, points=chance.choice((1, 7, 30, 80)))

    @rule(who=WHO, merchant=MERCHANT, seed=SEED)
    def together(self, who: str, merchant: str, seed: int) -> None:
        """A joint offer is made, agreed to or declined."""
        chance = Random(seed)
        known = [
            key for key, one in self.world.offers.items() if one.state == "open" or chance.random() < 0.1
        ]
        if known and chance.random() < 0.75:
            of = known[-1 - chance.randrange(min(3, len(known)))]
            offer = self.world.offers[of]
            waiting = [payer for payer, _ in offer.parts if payer not in offer.agreed]
            named = [payer for payer, _ in offer.parts]
            known = waiting if waiting and chance.random() < 0.75 else named
            payer = chance.choice(known) if chance.random() < 0.95 else chance.choice(MEMBERS)
            self.ask("decline" if chance.random() < 0.15 else "agree", offer=of, who=payer)
            return
        others = chance.sample([one for one in MEMBERS if one != who], chance.choice((1, 1, 2, 3)))
        price = self.world.today.goods["feast"].points
        parts = [price // (len(others) + 1) for _ in others]
        payers = [(who, price - sum(parts) + (chance.random() < 0.05)), *zip(others, parts, strict=True)]
        chance.shuffle(payers)
        self.ask("offer", who=who, reward="feast", merchant=merchant, expected=price, parts=tuple(payers))

    @rule(which=SEED, changed=st.sampled_from((False, False, False, True)))
    def again(self, which: int, changed: bool) -> None:
        """A request that was sent before, under the same key; or its key for something else."""
        if not self.sent:
            return
        verb, key, asked = self.sent[-1 - which % min(len(self.sent), 60)]
        if changed and isinstance(asked.get("points"), int) and asked["points"]:
            asked = {**asked, "points": asked["points"] + 1}
        self.send(verb, key, asked)

    # How it is asked and compared.

    def ask(self, verb: str, **asked: Any) -> None:
        """Something new."""
        key = f"{verb}-{len(self.sent)}"
        self.sent.append((verb, key, asked))
        self.send(verb, key, asked)

    def send(self, verb: str, key: str, asked: dict[str, Any]) -> None:
        """Ask the application and the model; both say and hold the same."""
        if self.broken:
            return
        self.broken = True
        method, path, body = getattr(self.requests, verb)(**asked)
        status, answer = self.stalls.ask(method, path, body, key)
        said, again = self.world.ask(verb, key, asked)
        story = f"{verb} {key} {asked} at {self.world.now}: {status} {answer}, expected {said}"
        if isinstance(said, No):
            assert status >= 400, story
            assert answer["code"] in said.codes, story
        else:
            assert status == (200 if again else 201), story
            self.learn(verb, key, asked, answer)
            told = heard(self.names, said, answer)
            assert told == said, f"{story}, heard {told}"
        compare_now(self.stalls, self.names, self.world)
        self.broken = False

    def learn(self, verb: str, key: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """The ids of what was made."""
        self.names.note(key, answer["bill"]["id"] if verb == "open_bill" else answer["id"])
        order = self.world.orders.get(key)
        if order is not None and order.vouchers:
            _, found = self.stalls.ask("GET", f"/v1/orders/{answer['id']}", None, "")
            for name, voucher in zip(order.vouchers, found["vouchers"], strict=True):
                self.names.note(name, voucher)

    def teardown(self) -> None:
        """The proof of the books finds nothing."""
        if hasattr(self, "world") and not self.broken:
            found = self.stalls.faults()
            assert not found, f"the proof of the books finds {found}"


def some_basket(chance: Random, store: str, *, freight: bool = False) -> Basket:
    """A bill without lines, or one to three lines; perhaps delivered."""
    delivery = chance.choice((0, 0, 400, 900)) if freight else 0
    if chance.random() < 0.5:
        amount = chance.choice((*AMOUNTS, chance.randint(1, 20_000)))
        return Basket(store, amount, (), delivery)
    lines: list[Line] = [
        (chance.choice(ARTICLES), chance.randint(1, 3), chance.choice(AMOUNTS))
        for _ in range(chance.randint(1, 3))
    ]
    return Basket(store, sum(fen for _, _, fen in lines), tuple(lines), delivery)
