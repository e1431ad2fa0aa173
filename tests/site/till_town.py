"""A town whose programme is that of a plain till: S03's figures, and cards, vouchers and bookings to accept."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.site import town as towns
from tests.site.town import Town, built

RULES = """
    - type: per_amount
      id: base
      title: 每消费 1 元得 1 积分
      title_en: 1 point a yuan
      rate: {points: 1, fen: 100}
    - type: multiplier
      id: market-day
      title: 赶集日现金满 100 元双倍
      title_en: Double points from 100 yuan on market days
      factor: "2"
      of: [base]
      when: {calendars: [market-day], minimum_fen: 10000}
  headings_en:"""


def plain(text: str) -> str:
    """The rules of the town's programme with a point a yuan, doubled on market days, and points for all of it."""
    before, _, rest = text.partition("\n    - type: per_amount\n")
    _, _, after = rest.partition("\n  headings_en:")
    text = f"{before}{RULES}{after}"
    text = text.replace("groups: {double: best}\n  ", "").replace(
        "offset: {most_permille: 500, step_points: 100, minimum_points: 100}",
        "offset: {most_permille: 1000, step_points: 100, minimum_points: 100}",
    )
    budgets, _, after = text.partition("  budgets:\n")
    _, _, after = after.partition("\n")
    campaigns, _, _ = budgets.partition("  campaigns:\n")
    return f"{campaigns}{after}".replace("confirm_points: 5000", "confirm_points: 12000")


@asynccontextmanager
async def plain_town(server: str, template: str, folder: Path) -> AsyncIterator[Town]:
    """The town with those rules."""
    programme = folder / "programme"
    shutil.copytree(towns.FOLDER, programme)
    rules = programme / "rules.yaml"
    rules.write_text(plain(rules.read_text("utf-8")), "utf-8")
    async with AsyncExitStack() as stack:
        usual, towns.FOLDER = towns.FOLDER, programme
        try:
            town = await stack.enter_async_context(built(server, template))
        finally:
            towns.FOLDER = usual
        yield town
