"""A text as it is meant: without disguises of form, and with each character's place in the original."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

import opencc

HAN = "\u3400-\u4dbf\u4e00-\u9fff"

# What looks like a Latin letter and is none: Cyrillic and Greek.
LOOKS = str.maketrans("асеіјорѕхуѵԁɡһӏκνορτυαβεικ", "aceijopsxyvdghlkvoptuabeik")

# Words that are written in pinyin so that they are not found: only words that no Latin text needs.
SPELT = {
    "zuizhongjieshiquan": "最终解释权", "jieshiquan": "解释权", "gaibutuihuan": "概不退换",
    "buyutuihuan": "不予退换", "yilvbutui": "一律不退", "gaibufuze": "概不负责", "fenhong": "分红",
    "guquan": "股权", "gufen": "股份", "tixian": "提现", "fanli": "返利", "fanxian": "返现",
    "tangzhuan": "躺赚",
    "xiaxian": "下线", "lirenli": "拉人头", "larentou": "拉人头", "baoben": "保本", "shengzhi": "升值",
    "guojiaji": "国家级", "butuibuhuan": "不退不换",
}  # fmt: skip

# Single syllables that stand within Chinese text for a character of these words.
SYLLABLES = {
    "jie": "解", "shi": "释", "quan": "权", "zui": "最", "zhong": "终", "gai": "概", "tui": "退",
    "huan": "换",
    "fen": "分", "hong": "红", "gu": "股", "ti": "提", "xian": "现", "fan": "返", "li": "利",
}  # fmt: skip

# Written with another character of the same sound, or with a character in pieces.
SAME_SOUND = (
    (re.compile("解释[全泉圈拳犬券](?=[归属由为在])"), 2, "权"),
    (re.compile("解(?:木又|释木又)"), 0, "解释权"),
    (re.compile("[慨盖]不[退蜕腿推][换还]"), 0, "概不退换"),
    (re.compile("概不[蜕腿推]"), 2, "退"),
    (re.compile("一[侓绿率]不[退蜕腿]"), 0, "一律不退"),
    (re.compile("木又(?=归|属|由)"), 0, "权"),
    (re.compile("[返反][力励莉](?=[0-9百比])"), 0, "返利"),
    (re.compile("[份粉]红(?=[权收,，。]|$)"), 0, "分红"),
)

Placed = tuple[str, int, int]
"""A character, and where in the original it begins and ends."""


class Plain:
    """A text for the grammar: lower case, simplified, without ornaments."""

    __slots__ = ("places", "text")

    def __init__(self, placed: Iterable[Placed]) -> None:
        kept = list(placed)
        self.text = "".join(char for char, _, _ in kept)
        self.places = [(start, end) for _, start, end in kept]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of this text stands in the original."""
        stretch = self.places[start:end]
        return min(begin for begin, _ in stretch), max(finish for _, finish in stretch)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1024)
def plain(text: str) -> Plain:
    """The text without its disguises: width, script, invisible characters, spaces in words, pinyin."""
    placed = _simplified(list(_letters(text)))
    for pattern, write in STEPS:
        placed = _rewritten(placed, pattern, write)
    return Plain(placed)


def _letters(text: str) -> Iterable[Placed]:
    for place, char in enumerate(text):
        for made in unicodedata.normalize("NFKC", char).casefold():
            kind = unicodedata.category(made)
            if made == "\n":
                yield made, place, place + 1
            elif kind in ("Cc", "Zs", "Zl", "Zp"):
                yield " ", place, place + 1
            elif kind not in ("Cf", "Mn", "Me", "So", "Sk", "Co", "Cs"):
                yield made.translate(LOOKS), place, place + 1


def _simplified(placed: list[Placed]) -> list[Placed]:
    text = "".join(char for char, _, _ in placed)
    made = _simplifier().convert(text)
    if len(made) != len(text):
        made = "".join(_simplifier().convert(char)[:1] or char for char in text)
    return [(char, start, end) for char, (_, start, end) in zip(made, placed, strict=True)]


def _rewritten(
    placed: list[Placed], pattern: re.Pattern[str], write: Callable[[re.Match[str]], str]
) -> list[Placed]:
    """What a pattern finds, written otherwise; the new characters stand where the old ones stood."""
    text = "".join(char for char, _, _ in placed)
    made: list[Placed] = []
    last = 0
    for found in pattern.finditer(text):
        made += placed[last : found.start()]
        said = write(found)
        if said and found.end() > found.start():
            begin, finish = placed[found.start()][1], placed[found.end() - 1][2]
            same = len(said) == found.end() - found.start()
            for index, char in enumerate(said):
                own = placed[found.start() + index] if same else ("", begin, finish)
                made.append((char, own[1], own[2]))
        last = found.end()
    return made + placed[last:]


def _without(chars: str) -> Callable[[re.Match[str]], str]:
    drop = re.compile(chars)
    return lambda found: drop.sub("", found.group())


ORNAMENT = r"[ ·•・.*_~^|/\\'\"“”‘’「」『』《》<>〈〉【】\[\]#@&=+`´-]"

STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # A template's field stands for a number or a name.
    (re.compile(r"\{[a-z0-9_.]*\}"), lambda found: "0"),
    (re.compile("[—―–─]{2,}|…+"), lambda found: ","),
    (re.compile(r"[“”「」『』【】《》〈〉\"]"), lambda found: ""),
    # One character at a time: 最、终、解、释、权 and r e f u n d.
    (
        re.compile(rf"(?<![{HAN}])[{HAN}](?:[ ]?[、,.。:;!|][ ]?[{HAN}](?![{HAN}])){{3,}}"),
        _without("[ 、,.。:;!|]"),
    ),
    (re.compile(r"(?<![a-z])[a-z](?:[ .*_-]+[a-z](?![a-z])){3,}"), _without("[ .*_-]")),
    (re.compile(rf"(?<=[{HAN}]){ORNAMENT}+(?=[{HAN}])"), lambda found: ""),
    (re.compile(rf"(?<=[{HAN}])[ ]+(?=[a-z0-9%])|(?<=[a-z0-9%])[ ]+(?=[{HAN}])"), lambda found: ""),
    *(
        (re.compile(rf"(?<![a-z]){'[ ]?'.join(word)}(?![a-z])"), lambda found, said=said: said)
        for word, said in SPELT.items()
    ),
    (
        re.compile(rf"(?<=[{HAN}])(?:{'|'.join(SYLLABLES)})(?=[{HAN}]|[,。!]|$)"),
        lambda found: SYLLABLES[found.group()],
    ),
    *(
        (pattern, lambda found, at=at, said=said: found.group()[:at] + said)
        for pattern, at, said in SAME_SOUND
    ),
    (re.compile(r"(?<=[a-z])0(?=[a-z ]|$)"), lambda found: "o"),
    (re.compile(r"(?<=[a-z])[*_](?=[a-z])"), lambda found: ""),
    (re.compile("[ ]{2,}"), lambda found: " "),
)
