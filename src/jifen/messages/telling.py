"""Messages that go with an entry, in its very commit."""

from datetime import datetime
from typing import Any

from jifen.messages.outbox import Message, effect
from jifen.rules.person import Standing
from jifen.rules.tiers import Tiers, rank
from jifen.values.ids import ProgramId, WalletId

NO_TIER = "—"


def tier_message(
    tiers: Tiers, before: Standing, after: Standing, whom: tuple[ProgramId, WalletId], key: str, at: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """The effect that tells a member of another tier; none where the tier is only kept longer.

    key: that of the fact by which it changed, with its source. at: when that was recorded.
    """
    if before.tier == after.tier:
        return []
    message = Message(
        program=whom[0],
        wallet=whom[1],
        event="tier_changed",
        key=f"tier:{key}",
        fields={"tier": _title(tiers, after.tier), "before": _title(tiers, before.tier)},
        due_at=at,
    )
    return [effect(message, at)]


def _title(tiers: Tiers, code: str) -> str:
    place = rank(tiers, code)
    return tiers.levels[place].title if place >= 0 else NO_TIER
