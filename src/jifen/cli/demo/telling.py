"""Telling: how members of the demo are reached, what they agreed to, which terms they saw, what failed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jifen.cli.demo.chronicle import Stage, Step, asks, moment
from jifen.cli.demo.dataset import member_number
from jifen.cli.demo.people import CAST, CHUNSHENG, GUYU, LIDONG, MINXIA, XIAOMAN, birthday_of, others
from jifen.messages.channels import UNKNOWN, Answer, Channel, Found, Letter, Question, Refused, Sent
from jifen.messages.delivery import Post
from jifen.messages.outbox import Message, put
from jifen.messages.settings import ChannelSettings
from jifen.values.ids import WalletId

TEXTS = {
    "marketing": "同意用短信和应用内消息告诉我活动，随时可以撤回。",
    "birthday": "同意把生日只用于生日礼。",
    "personalised": "同意按我买过的东西推荐可换的东西。",
    "sharing:hetian": "同意把会员号和等级告诉禾田超市，用于到店服务。",
    "location": "同意用位置找附近的店。",
}
"""What members agreed to, in the words that were shown."""

STOPPED = ("0853", "1453", "0058")
"""Phones that take no short message any more, by their last digits."""


def steps() -> list[Step]:
    """Contacts, birthdays, consents and terms of the cast; a notice that fails, and a webhook."""
    found: list[Step] = []
    for n, household in enumerate(CAST):
        number, at = member_number(household), moment(12, 1, 9, year=2025)
        month, day = birthday_of(household)
        path = f"/v1/members/{number}"
        language = "en" if n % 7 == 6 else "zh"
        found.append(asks(at, f"contacts-{number}", "PUT", f"{path}/contacts", language=language))
        key = f"demo-birthday-{number}"
        found.append(
            asks(at, f"birthday-{number}", "POST", f"{path}/birthday", key=key, month=month, day=day)
        )
        for place, (purpose, text) in enumerate(TEXTS.items()):
            if (n + place) % 3 < 2:
                name = f"consent-{number}-{purpose}"
                said = {"text": text, "version": "2025-11", "channel": "app"}
                found.append(asks(at, name, "PUT", f"{path}/consents/{purpose}", **said))
    for n, one in enumerate((XIAOMAN, GUYU, MINXIA)):
        name = f"withdrawn-{one.number}"
        path = f"/v1/members/{one.number}/consents/marketing?channel=app"
        found.append(asks(moment(5, 12, 9, n), name, "DELETE", path))
    for version, at in ((1, moment(12, 2, 9, year=2025)), (2, moment(3, 5, 9)), (4, moment(10, 21, 8))):
        found.append(Step(at, f"terms-{version}", _terms(version)))
    found.append(Step(moment(11, 20, 20), "notice-fails", _undelivered))
    found.append(
        asks(
            moment(11, 20, 8),
            "webhook",
            "POST",
            "/v1/webhooks",
            code="ledger",
            url="https://127.0.0.1:9/jifen",
            kinds=["adjust", "donate", "compensate"],
        )
    )
    return found


def _terms(version: int) -> Any:
    async def do(stage: Stage) -> None:
        """Those of the cast were shown the terms, and most acknowledged them."""
        program = stage.program.code
        terms = stage.desk.ask("GET", f"/v1/terms?program={program}&version={version}")
        for n, household in enumerate(CAST):
            if version > 1 and n % 5 == 4:
                continue
            stage.desk.post(
                f"/v1/members/{member_number(household)}/terms",
                version=version,
                how="acknowledged" if n % 4 else "displayed",
                channel="app",
                text_hash=terms["text_hash"],
            )

    return do


async def _undelivered(stage: Stage) -> None:
    """A reminder whose short message comes back and then stands in the inbox, and one that nobody can get."""
    at = moment(11, 20, 20)
    program, pool = stage.program, stage.at_hand.pool
    numbers = [LIDONG.number, MINXIA.number, CHUNSHENG.number, others(3)]
    wallets = await stage.at_hand.members.wallets(program.id, numbers)
    fields = {"points": "120", "unit": "积分", "date": "2026-11-30"}
    messages = [
        _message(stage, wallet, f"demo-look-{number}", fields, at) for number, wallet in wallets.items()
    ]
    operators = WalletId(program.id)
    alert = {"program": program.name, "reason": "豆里早餐发行比平日多 3.4 倍", "until": "2026-11-22"}
    messages.append(
        Message(
            program=program.id,
            wallet=operators,
            event="frozen",
            key="demo-alert",
            fields=alert,
            due_at=at,
        )
    )
    async with pool.acquire() as conn, conn.transaction():
        await put(conn, messages, at)
    await Post(pool, stage.at_hand.vault, ChannelSettings(), carrier()).deliver(program, at)


def _message(stage: Stage, wallet: WalletId, key: str, fields: Mapping[str, str], at: datetime) -> Message:
    return Message(
        program=stage.program.id,
        wallet=wallet,
        event="points_lapsing",
        key=key,
        fields=dict(fields),
        due_at=at,
    )


class Carrier:
    """The invented carrier of the demo: it delivers at once, but for phones that are stopped."""

    provider = "demo-carrier"
    per_minute = 1_000_000
    receipts = False

    async def send(self, letter: Letter) -> Answer:
        """Deliver, or say that the phone is stopped."""
        if letter.to.endswith(STOPPED):
            return Refused("手机号已停机 (MOBILE_STOPPED)")
        return Sent(letter.reference, delivered=True)

    async def ask(self, question: Question) -> Found:
        """It knows nothing beyond its answers."""
        return UNKNOWN


def carrier() -> Mapping[str, Channel]:
    """The channels of the demo's year: short messages alone."""
    return {"sms": Carrier()}
