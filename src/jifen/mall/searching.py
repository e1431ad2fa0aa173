"""Search in the mall: rewards by words of their titles, in Chinese by pairs of letters."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from jifen.rules.pricing import Pricing
from jifen.rules.rewards import Reward

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Letters that are written without spaces, so that words must be found inside a row of them."""

QUERIES_KEPT = 4096

NO_HEADINGS: Mapping[str, str] = MappingProxyType({})


def plain(text: str) -> str:
    """Text as it is compared: full-width letters as ordinary ones, capitals as small ones (NFKC)."""
    return unicodedata.normalize("NFKC", text).lower()


def terms(query: str) -> list[str]:
    """What a query asks for, all of which must occur: words, and of rows of Chinese letters every pair."""
    found: list[str] = []
    for word in plain(query).split():
        for row in re.split(rf"((?:{HAN.pattern})+)", word):
            if not row:
                continue
            if HAN.match(row) and len(row) > 2:
                found += [row[at : at + 2] for at in range(len(row) - 1)]
            else:
                found.append(row)
    return list(dict.fromkeys(found))


class Index:
    """The titles of a list of rewards, and their categories, ready to be searched."""

    def __init__(self, rewards: Sequence[Reward], headings_en: Mapping[str, str] = NO_HEADINGS) -> None:
        self._texts = [
            plain(
                "\n".join(
                    (
                        reward.title,
                        reward.title_en,
                        reward.category,
                        headings_en.get(reward.category, ""),
                    )
                )
            )
            for reward in rewards
        ]
        self._found: dict[str, frozenset[int]] = {}

    def find(self, query: str) -> frozenset[int]:
        """The places of the rewards in which all terms of a query occur; of an empty one, all."""
        known = self._found.get(query)
        if known is None:
            asked = terms(query)
            known = frozenset(
                place for place, text in enumerate(self._texts) if all(term in text for term in asked)
            )
            if len(self._found) >= QUERIES_KEPT:
                self._found.clear()
            self._found[query] = known
        return known


@lru_cache(maxsize=64)
def index_of(pricing: Pricing) -> Index:
    """The index of a rule set's rewards, made once."""
    return Index(pricing.listed, pricing.headings_en)
