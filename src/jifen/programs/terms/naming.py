"""Names of a programme's parts as terms call them, in either language."""

from typing import Literal

from jifen.programs.definition import Programme
from jifen.values.periods import Span

Language = Literal["zh", "en"]

PER: dict[Language, dict[Span, str]] = {
    "zh": {"event": "每次", "day": "每天", "week": "每周", "month": "每月", "year": "每年", "ever": "总共"},
    "en": {
        "event": "at a time",
        "day": "a day",
        "week": "a week",
        "month": "a month",
        "year": "a year",
        "ever": "in all",
    },
}
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


class Names:
    """Looks names up by code; where there is no name in a language, the other's, else the code."""

    def __init__(self, programme: Programme, language: Language) -> None:
        self.language = language
        self.programme = programme
        rules = programme.rules
        self.units = {one.code: self.of(one.name, one.name_en, one.code) for one in programme.units}
        self.merchants = {one.code: self.of(one.name, one.name_en, one.code) for one in programme.merchants}
        self.stores = {store.code: store.name for one in programme.merchants for store in one.stores}
        self.acts = {one.code: self.of(one.title, one.title_en, one.code) for one in rules.acts}
        self.campaigns = {one.code: self.of(one.title, one.title_en, one.code) for one in rules.campaigns}
        levels = rules.tiers.levels if rules.tiers else ()
        self.tiers = {one.code: self.of(one.title, one.title_en, one.code) for one in levels}

    def of(self, chinese: str, english: str, code: str) -> str:
        """One name in the language, or what there is."""
        return (chinese if self.language == "zh" else english or chinese) or code

    def unit(self, code: str | None) -> str:
        """The name of a unit; None: of the programme's usual one."""
        return self.units.get(code or self.programme.rules.unit, code or self.programme.rules.unit)

    def listed(self, codes: tuple[str, ...], names: dict[str, str] | None = None) -> str:
        """Codes by their names, one after the other."""
        return ("、" if self.language == "zh" else ", ").join((names or {}).get(code, code) for code in codes)


def yuan(fen: int) -> str:
    """Money in yuan, without needless digits."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"
