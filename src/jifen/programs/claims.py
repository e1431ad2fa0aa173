"""Value claims in texts for members, worked out again from the definition; a wrong figure is refused."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from jifen.programs.coupons import N, coupons_in, days_in, left_to_pay, most_saved, off_a_bill
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.rebates import percent, rebates
from jifen.programs.guard.worth import point_worth
from jifen.programs.linter.grammar import ENDS
from jifen.programs.linter.normal import plain
from jifen.programs.linter.walking import Text, texts_of
from jifen.rules.definition import PerAmount
from jifen.rules.rewards import Reward

SOURCE = "明码标价和禁止价格欺诈规定 第16-20条"

TENTHS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "半": 5}

# What a claim says -> how it is said. The first group is the figure, the second 万.
SAID: tuple[tuple[str, str], ...] = (
    (
        "more_value",
        rf"(?:价值|购买力|含金量)(?:将|可|立刻|相当于)*(?:提升|增加|上涨|提高|增长|多出?|升)(?:了|约|高达)?{N}%",
    ),
    ("more_value", rf"\+ ?{N} ?% ?(?:积分)?价值"),
    ("more_value", rf"\+? ?{N} ?% (?:more |higher |extra |added )?(?:point )?value\b"),
    ("more_value", rf"\bvalue\b[^.;,]{{0,20}}?(?:up|rises?|rose|increases?d?|grows?|more)(?: by)? {N} ?%"),
    ("more_value", rf"\braises? the value[^.;,]{{0,20}}? by {N} ?%"),
    ("fewer_points", rf"(?:少用|少花|节省|立省|省下?|减少|直降|降低)(?:了|约)?(?:积分)?{N}%"),
    ("fewer_points", rf"{N} ?% (?:fewer|less) points"),
    ("fewer_points", rf"saves? {N} ?% of (?:the |your )?points"),
    ("yearly", rf"(?:每年|一年|全年|年均)[^。;]{{0,8}}?(?:省|节省|节约|少花|就是)(?:下|了|约)*{N}元"),
    ("yearly", rf"(?:省|节省|节约|少花)(?:下|了|约)*{N}元(?:/年|每年|一年)"),
    ("yearly", rf"saves?(?: you)?(?: about)? {N} yuan (?:a|per|each|every) year"),
    ("saves", rf"(?:省|节省|节约|立减|少花)(?:下|了|约)*{N}元"),
    ("saves", rf"saves?(?: you)?(?: about)? {N} yuan"),
    ("saves", rf"(?:抵|免|减免?)(?:扣)?运费(?:最多)?{N}元"),
    ("saves", rf"{N} yuan off (?:the )?(?:delivery|freight|shipping)"),
    ("worth", rf"(?:价值|市值|原价|市场价|零售价|面值)(?:人民币|约|为|高达|达|是)*{N}元"),
    (
        "worth",
        rf"\b(?:worth|valued at|retail price(?: of)?|a value of)(?: about)? (?:rmb|cny|¥|￥)? ?{N}(?! ?%)",
    ),
    ("discount", rf"(?:打|享|低至|相当于|等于|约为?|合|折合)+{N}折"),
    ("discount", r"(?:打|享|低至|相当于|等于|约为?|合|折合)+([一二两三四五六七八九半])()折"),
    ("off", rf"{N} ?% off"),
    ("rebate", rf"(?:返还?|回馈|返分|返积分|积分返还)(?:比例|率)?(?:为|约|高达|达)?{N}%"),
    ("rebate", rf"{N}%(?:的比例)?(?:返|累积|累计|积)(?:还)?积?分?"),
    ("rebate", rf"{N} ?% (?:back|rebate|in points|of it back)"),
    ("price", rf"{N}(?:积)?分(?:即|就|便|可以|可|能|只需)*(?:兑换|换购|兑得|换得|换|兑)"),
    ("price", rf"\bfor (?:only )?{N} points"),
)
CLAIMS = tuple((kind, re.compile(pattern)) for kind, pattern in SAID)

WAS = re.compile(
    rf"(?:原本|原需|平时|日常|平日|原价|原)(?:需要?|要|为|是)?{N}(?:积)?分"
    rf"|(?:instead of|usually|normally|down from|from) {N}(?: points)?"
)
RATE = re.compile(
    rf"(?:消费|每满|每|满|付款?)(?:满)?{N}元(?:即|可|就|便)?(?:积|得|获得?|赠|送|累计|累积|返)(?:得)?{N}(?:个|积)?分"
)
RATE_EN = re.compile(rf"{N} points? (?:for|per|a|on) (?:every |each )?(?:{N} )?yuan")
MONTHLY = re.compile(rf"(?:每月|月均|每个月|月)[^,。;0-9]{{0,12}}{N}元|{N} yuan (?:a|per|each|every) month")
PRO_RATA = re.compile(r"折算|按比例|pro rata|proportion")


class Claim(NamedTuple):
    """A figure that a text names: of which kind, with its place in the original, and the sentence around it.

    at: where it stands in the sentence.
    """

    kind: str
    figure: Fraction
    places: int
    words: str
    start: int
    end: int
    sentence: str
    whole: str
    at: int


class Right(NamedTuple):
    """What is so: the figure in the unit of its claim, and how to say it."""

    figure: Fraction
    said: str
    why: str


def number(digits: str, wan: str | None = "") -> tuple[Fraction, int]:
    """A figure as it is written, and how many places it has after the point."""
    if digits in TENTHS:
        return Fraction(TENTHS[digits]), 0
    bare = digits.replace(",", "").replace(" ", "")
    return Fraction(bare) * (10_000 if wan else 1), 0 if wan else len(bare.partition(".")[2])


def claims_in(text: str) -> list[Claim]:
    """The value claims of a text."""
    read = plain(text)
    found: list[Claim] = []
    start = 0
    for stop in [*(end.end() for end in ENDS.finditer(read.text)), len(read.text)]:
        sentence = read.text[start:stop]
        taken: list[tuple[int, int]] = []
        for kind, pattern in CLAIMS:
            for match in pattern.finditer(sentence):
                if any(match.start() < end and begin < match.end() for begin, end in taken):
                    continue
                taken.append(match.span())
                figure, places = number(match[1], match[2])
                begin, finish = read.original(start + match.start(), start + match.end())
                words = text[begin:finish]
                found.append(
                    Claim(kind, figure, places, words, begin, finish, sentence, read.text, match.start())
                )
        start = stop
    return found


def findings_of(programme: Programme) -> list[Finding]:
    """Wrong figures, each with the right one; and claims that nothing in the definition proves.

    A claim is about the reward in whose text it stands, else about the one whose title its sentence (or the
    text) names, else about the one whose two prices the sentence names.
    Source: COMPLIANCE R07, SCENARIOS S05.
    """
    found: list[Finding] = []
    for text in texts_of(programme):
        if text.is_code:
            continue
        found += _rates(programme, text)
        found += _vouchers(programme, text)
        for claim in claims_in(text.words):
            found += _checked(programme, text, claim)
    return found


def _checked(programme: Programme, text: Text, claim: Claim) -> Iterator[Finding]:
    reward = _about(programme, text, claim)
    right = CHECKS[claim.kind](programme, reward, claim)
    if right is None:
        if claim.kind != "price":
            yield _untied(text, claim)
        return
    rights = right if isinstance(right, list) else [right]
    if not any(agrees(claim, one.figure) for one in rights):
        best = min(rights, key=lambda one: abs(one.figure - claim.figure))
        yield _wrong(text, claim.words, claim.start, claim.end, best)


def agrees(claim: Claim, truth: Fraction) -> bool:
    """Whether a figure is the truth, rounded half up to the places that it names."""
    scale = 10**claim.places
    rounded = (truth * scale * 2 + 1) // 2
    return bool(claim.figure * scale == rounded)


def _wrong(text: Text, words: str, start: int, end: int, right: Right) -> Finding:
    return Finding(
        code="claim_wrong",
        path=text.path,
        what=f"claims {words!r} (characters {start + 1} to {end}); {right.why}",
        remedy=f"write {right.said}",
        source=SOURCE,
    )


def _untied(text: Text, claim: Claim) -> Finding:
    return Finding(
        severity="warning",
        code="claim_untied",
        path=text.path,
        what=f"claims {claim.words!r}, which nothing in the definition proves",
        remedy="name the reward by its title in the sentence, and give it its value_fen and prices",
        source=SOURCE,
    )


def _about(programme: Programme, text: Text, claim: Claim) -> Reward | None:
    rewards = programme.rules.rewards
    own = re.match(r"rules\.rewards\[(\d+)\]", text.path)
    if own:
        return rewards[int(own[1])]
    for words, at in ((claim.sentence, claim.at), (claim.whole, 0)):
        named = [
            (_away(words, at, found.start(), claim.kind), -len(title), place)
            for place, one in enumerate(rewards)
            for title in _titles(one)
            for found in re.finditer(re.escape(title), words)
        ]
        if named:
            return rewards[min(named)[2]]
    stated = _prices_said(claim.sentence)
    for one in rewards:
        special = {price.points for price in one.prices}
        if one.points in stated and special & stated:
            return one
    return None


def _away(words: str, at: int, title: int, kind: str) -> tuple[bool, bool, int]:
    """How far a title is from a claim: first those of its own clause, for 5000分可兑换 those that follow."""
    between = words[min(at, title) : max(at, title)]
    return "," in between, kind == "price" and title < at, abs(title - at)


def _titles(reward: Reward) -> list[str]:
    return [plain(title).text for title in (reward.title, reward.title_en) if len(title) >= 2]


def _prices_said(sentence: str) -> set[int]:
    found = [number(match[1] or match[3], match[2] or match[4])[0] for match in WAS.finditer(sentence)]
    found += [
        number(match[1], match[2])[0]
        for kind, pattern in CLAIMS
        if kind == "price"
        for match in pattern.finditer(sentence)
    ]
    return {int(one) for one in found}


def _yuan(fen: Fraction) -> str:
    yuan = fen / 100
    return f"{yuan.numerator}" if yuan.denominator == 1 else f"{int(fen) // 100}.{int(fen) % 100:02d}"


def _worth(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    if reward is None or not reward.value_fen:
        return None
    value = Fraction(reward.value_fen)
    return Right(
        value / 100, f"{_yuan(value)} 元", f"the reward {reward.code!r} has the value_fen {reward.value_fen}"
    )


def _saves(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    most = most_saved(reward) if reward is not None else None
    if reward is not None and most is not None:
        return Right(
            Fraction(most, 100),
            f"{_yuan(Fraction(most))} 元",
            f"the voucher {reward.code!r} saves {_yuan(Fraction(most))} yuan",
        )
    for coupon in coupons_in(claim.sentence):
        said = _yuan(coupon.off * 100)
        return Right(coupon.off, f"{said} 元", f"{coupon.bill} less {coupon.off} saves {coupon.off}")
    return _worth(programme, reward, claim)


def _special(reward: Reward, sentence: str) -> tuple[int, int] | None:
    """The ordinary price and the one that a sentence is about."""
    others = sorted({price.points for price in reward.prices if price.points < reward.points})
    stated = [points for points in others if points in _prices_said(sentence)]
    chosen = stated or others
    return (reward.points, chosen[0]) if chosen and chosen[0] else None


def _of_prices(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    prices = _special(reward, claim.sentence) if reward is not None else None
    if prices is None:
        return None
    before, now = prices
    fewer, more = Fraction(before - now, before), Fraction(before - now, now)
    why = (
        f"{before} to {now} points is {percent(fewer)} fewer points and {percent(more)} more value per point"
    )
    if claim.kind == "more_value":
        return Right(more * 100, f"{percent(more)} more value", why)
    return Right(fewer * 100, f"{percent(fewer)} fewer points", why)


def _discount(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    coupon = next(iter(coupons_in(claim.sentence)), None)
    left = left_to_pay(reward) if reward is not None else None
    if reward is not None and left is not None:
        pays, why = left, f"the voucher {reward.code!r} leaves {percent(left)} to pay"
    elif coupon is not None and coupon.bill:
        pays, why = 1 - coupon.off / coupon.bill, f"{coupon.off} off {coupon.bill}"
    elif reward is None:
        return None
    elif (prices := _special(reward, claim.sentence)) is not None:
        pays, why = Fraction(prices[1], prices[0]), f"{prices[1]} of {prices[0]} points"
    else:
        unit = next(
            (one for one in programme.units if one.code == (reward.unit or programme.rules.unit)), None
        )
        if unit is None or not unit.offset_fen or not reward.value_fen:
            return None
        pays = Fraction(reward.points * unit.offset_fen, unit.offset_points * reward.value_fen)
        paid, whole = _yuan(pays * reward.value_fen), _yuan(Fraction(reward.value_fen))
        why = f"{reward.points} points pay {paid} yuan of {whole} at the till"
    if claim.kind == "off":
        return Right((1 - pays) * 100, f"{percent(1 - pays)} off", why)
    tenths = percent(pays / 10, 2).removesuffix(" %")
    # 85折 and 8.5折 are the same.
    hundredth = claim.figure > 10
    return Right(pays * (100 if hundredth else 10), f"{tenths} 折", why)


def _yearly(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    monthly = MONTHLY.search(claim.whole)
    rate = _base_rate(programme)
    if monthly is None or rate is None:
        return None
    spend = number(monthly[1] or monthly[3], monthly[2] or monthly[4])[0] * 100
    points = int(spend * 12 * rate)
    if reward is not None and reward.points and reward.value_fen:
        times = Fraction(points, reward.points)
        told = f"12 months of {_yuan(spend)} yuan earn {points} points, or {reward.code!r} {int(times)} times"
        right = Right(
            Fraction(int(times) * reward.value_fen, 100),
            f"{_yuan(Fraction(int(times) * reward.value_fen))} 元",
            told,
        )
        if PRO_RATA.search(claim.sentence):
            return [
                right,
                Right(
                    times * reward.value_fen / 100,
                    f"{_yuan(times * reward.value_fen)} 元",
                    f"{told}, pro rata",
                ),
            ]
        return right
    saved = points * point_worth(programme, programme.rules.unit)
    told = f"12 months of {_yuan(spend)} yuan earn {points} points"
    return Right(saved / 100, f"{_yuan(saved)} 元", told)


def _base_rate(programme: Programme) -> Fraction | None:
    for rule in programme.rules.rules:
        if isinstance(rule, PerAmount) and not rule.lines and not rule.acts and not rule.when.tiers:
            return Fraction(rule.rate.points, rule.rate.fen)
    return None


def _rebate(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    found = [one for one in rebates(programme) if one.share]
    rights = [
        Right(
            one.share * 100,
            one.percent,
            f"{one.rule or 'the rule set'!r} gives back {one.percent} in the value of its points",
        )
        for one in found
        if one.share is not None
    ]
    return rights or None


def _price(programme: Programme, reward: Reward | None, claim: Claim) -> Right | list[Right] | None:
    if reward is None:
        return None
    prices = [reward.points, *(price.points for price in reward.prices)]
    if reward.threshold is not None:
        prices.append(reward.threshold)
    told = f"the reward {reward.code!r} costs {' or '.join(str(one) for one in prices)} points"
    return [Right(Fraction(one), f"{one} 积分", told) for one in prices]


Check = Callable[[Programme, Reward | None, Claim], Right | list[Right] | None]
CHECKS: dict[str, Check] = {
    "worth": _worth,
    "saves": _saves,
    "yearly": _yearly,
    "more_value": _of_prices,
    "fewer_points": _of_prices,
    "discount": _discount,
    "off": _discount,
    "rebate": _rebate,
    "price": _price,
}


def _rates(programme: Programme, text: Text) -> Iterator[Finding]:
    """What a text says of points for money, against the rates of the rules."""
    known: set[Fraction] = set()
    for rule in programme.rules.rules:
        if isinstance(rule, PerAmount):
            known |= {
                Fraction(one.points, one.fen)
                for one in (rule.rate, *rule.rates.values(), *(b.rate for b in rule.brackets))
            }
    read = plain(text.words)
    for pattern in (RATE, RATE_EN):
        for match in pattern.finditer(read.text):
            first = number(match[1], match[2])[0]
            second = number(match[3], match[4])[0] if match[3] else Fraction(1)
            yuan, points = (first, second) if pattern is RATE else (second, first)
            if known and yuan and points / (yuan * 100) not in known:
                begin, finish = read.original(match.start(), match.end())
                rates = ", ".join(f"{_plainly(one * 100)} points a yuan" for one in sorted(known) if one)
                right = Right(Fraction(0), rates, f"the rules give {rates}")
                yield _wrong(text, text.words[begin:finish], begin, finish, right)


def _vouchers(programme: Programme, text: Text) -> Iterator[Finding]:
    """What a text says of a voucher's bill, of what is taken off it and of its days, against its terms."""
    read = plain(text.words)
    sure = [pair for one in programme.rules.rewards if (pair := off_a_bill(one)) is not None]
    own = re.match(r"rules\.rewards\[(\d+)\]", text.path)
    for coupon in coupons_in(read.text):
        begin, finish = read.original(coupon.start, coupon.end)
        claim = Claim(
            "saves",
            coupon.off,
            0,
            text.words[begin:finish],
            begin,
            finish,
            read.text,
            read.text,
            coupon.start,
        )
        reward = _about(programme, text, claim)
        pair = off_a_bill(reward) if reward is not None else None
        if pair is not None and reward is not None and pair != (coupon.bill, coupon.off):
            bill, off = (_yuan(one * 100) for one in pair)
            right = Right(
                Fraction(0), f"满{bill}减{off}", f"the voucher {reward.code!r} takes {off} off {bill}"
            )
            yield _wrong(text, claim.words, begin, finish, right)
        elif reward is None and sure and (coupon.bill, coupon.off) not in sure:
            yield _untied(text, claim)
    terms = programme.rules.rewards[int(own[1])].voucher if own else None
    for days, start, end in days_in(read.text) if terms is not None else ():
        if terms is not None and days != terms.valid_days:
            begin, finish = read.original(start, end)
            right = Right(
                Fraction(0), f"{terms.valid_days} 天", f"the voucher is good for {terms.valid_days} days"
            )
            yield _wrong(text, text.words[begin:finish], begin, finish, right)


def _plainly(number_: Fraction) -> str:
    return str(number_) if number_.denominator == 1 else f"{number_.numerator}/{number_.denominator}"
