"""What members are told of: every event with its fields, and words for the inbox where nobody wrote any."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event. fields: what every message of it carries. more: what it may carry beside that.

    urgent: it does not wait for quiet hours to end. links: whether its texts may hold addresses; a
    reminder's may not, since lapsing points are what phishing pretends (COMPLIANCE §7). sells: its purpose
    is marketing. inbox: whether it may stand there; who is not signed in yet cannot read it.
    zh, en: subject and text by default.
    """

    fields: tuple[str, ...]
    zh: tuple[str, str]
    en: tuple[str, str]
    more: tuple[str, ...] = ()
    urgent: bool = False
    links: bool = True
    sells: bool = False
    inbox: bool = True


EVERYWHERE = ("program",)
"""Fields that every text may use: the programme's name."""

EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        "welcome": Event(
            fields=(),
            zh=("欢迎加入", "欢迎加入{program}。"),
            en=("Welcome", "Welcome to {program}."),
        ),
        "points_lapsing": Event(
            fields=("points", "unit", "date"),
            zh=("积分即将到期", "您有{points}{unit}将于{date}到期,请在到期前使用。"),
            en=("Points are about to lapse", "{points} {unit} of yours can be used until {date}."),
            more=("worth",),
            links=False,
        ),
        "points_extended": Event(
            fields=("points", "unit", "date"),
            zh=("积分已延期", "您的{points}{unit}已延期至{date}。"),
            en=("Points live longer", "{points} {unit} of yours can now be used until {date}."),
            links=False,
        ),
        "points_expired": Event(
            fields=("points", "unit", "date"),
            zh=("积分已到期", "您的{points}{unit}已于{date}到期。"),
            en=("Points have expired", "{points} {unit} of yours expired on {date}."),
            links=False,
        ),
        "terms_changed": Event(
            fields=("version", "date", "summary"),
            zh=("条款变更预告", "{program}的条款第{version}版将于{date}生效:{summary}"),
            en=("The terms will change", "Version {version} of the terms holds from {date}: {summary}"),
        ),
        "terms_effective": Event(
            fields=("version", "date"),
            zh=("新条款已生效", "{program}的条款第{version}版自{date}起生效。"),
            en=("New terms hold", "Version {version} of the terms holds since {date}."),
        ),
        "closing": Event(
            fields=("date",),
            zh=("方案终止预告", "{program}将于{date}终止,此前积分仍可使用。"),
            en=("The programme will close", "{program} closes on {date}; points can be used until then."),
        ),
        "merchant_leaving": Event(
            fields=("merchant", "date"),
            zh=("商户退出预告", "{merchant}将于{date}退出{program},此后不再在该商户累积积分。"),
            en=("A merchant leaves", "{merchant} leaves {program} on {date}; nothing is earned there after."),
        ),
        "birthday_self": Event(
            fields=("points", "unit"),
            zh=("生日快乐", "生日快乐!{program}赠您{points}{unit}。"),
            en=("Happy birthday", "Happy birthday! {program} gives you {points} {unit}."),
        ),
        "birthday_child": Event(
            fields=("points", "unit"),
            zh=("宝宝生日快乐", "祝您的孩子生日快乐!{program}赠您{points}{unit}。"),
            en=("A child's birthday", "Happy birthday to your child! {program} gives you {points} {unit}."),
        ),
        "birthday_pet": Event(
            fields=("points", "unit"),
            zh=("宠物生日快乐", "祝您的宠物生日快乐!{program}赠您{points}{unit}。"),
            en=("A pet's birthday", "Happy birthday to your pet! {program} gives you {points} {unit}."),
        ),
        "campaign_started": Event(
            fields=("title", "from", "until"),
            zh=("活动开始", "{title}:{from}至{until}。"),
            en=("A campaign has begun", "{title}: {from} to {until}."),
            more=("title_en", "text", "text_en"),
            sells=True,
        ),
        "tier_changed": Event(
            fields=("tier", "before"),
            zh=("等级变更", "您的等级由{before}变为{tier}。"),
            en=("Your tier has changed", "Your tier is {tier} now; it was {before}."),
        ),
        "frozen": Event(
            fields=("reason", "until"),
            zh=("积分使用已暂停", "因{reason},您的积分暂停使用至{until}。如有异议可申诉。"),
            en=("Spending is stopped", "Spending is stopped until {until}: {reason}. You may appeal."),
            urgent=True,
            links=False,
        ),
        "unfrozen": Event(
            fields=(),
            zh=("积分恢复使用", "您的积分已恢复使用。"),
            en=("Spending is possible again", "Your points can be used again."),
            urgent=True,
            links=False,
        ),
        "referral_paid": Event(
            fields=("points", "unit"),
            zh=("邀请奖励到账", "您邀请的朋友已完成首单,{points}{unit}已到账。"),
            en=("Thank you for inviting", "Your friend has made a first order: {points} {unit} are yours."),
        ),
        "act_approved": Event(
            fields=("act", "points", "unit"),
            zh=("审核通过", "您的{act}已通过审核,获得{points}{unit}。"),
            en=("Approved", "Your {act} was approved: {points} {unit} are yours."),
        ),
        "act_declined": Event(
            fields=("act", "reason"),
            zh=("审核未通过", "您的{act}未通过审核:{reason}"),
            en=("Not approved", "Your {act} was not approved: {reason}"),
        ),
        "compensated": Event(
            fields=("points", "unit", "reason"),
            zh=("补偿到账", "因{reason},{program}补偿您{points}{unit}。"),
            en=("Compensation", "{program} gives you {points} {unit}: {reason}"),
        ),
        "till_code": Event(
            fields=("code", "merchant", "minutes"),
            zh=("会员验证码", "您的验证码为{code},{minutes}分钟内有效,仅供{merchant}收银台核对,请勿转发。"),
            en=("Your code", "{code} is your code at the till of {merchant}, for {minutes} minutes."),
            urgent=True,
            links=False,
        ),
        "sign_in_code": Event(
            fields=("code", "minutes"),
            zh=(
                "登录验证码",
                "{program}登录验证码{code},{minutes}分钟内有效。无人会索要,请勿转发。",
            ),
            en=(
                "Your code",
                "{code} signs you in at {program} for {minutes} minutes. Nobody will ask for it.",
            ),
            urgent=True,
            links=False,
            inbox=False,
        ),
        "referral_refused": Event(
            fields=(),
            zh=("邀请奖励未发放", "您的一笔邀请因账户关联未获奖励。如有异议可联系{program}人工复核。"),
            en=("No reward for inviting", "One invitation was not paid: linked accounts. Ask for a review."),
        ),
        "order_withdrawn": Event(
            fields=("reason",),
            zh=("兑换无法履行", "您的兑换无法履行,积分已退回。{reason}"),
            en=("Your order cannot be met", "Your order cannot be met; its points are back. {reason}"),
        ),
        "order_confirmed": Event(
            fields=("reward", "slot"),
            zh=("兑换已确认", "您兑换的{reward}已由商户确认。{slot}"),
            en=("Your order is confirmed", "The merchant has confirmed your order: {reward}. {slot}"),
            more=("reward_en", "merchant"),
        ),
        "order_fulfilled": Event(
            fields=("reward", "slot"),
            zh=("兑换已完成", "您兑换的{reward}已交付。如有问题可联系{program}。"),
            en=(
                "Your order is fulfilled",
                "{reward} was handed over. If something is wrong, tell {program}.",
            ),
            more=("reward_en", "merchant"),
        ),
        "order_cancelled": Event(
            fields=("reward", "slot", "points", "unit", "cash", "reason"),
            zh=("兑换已取消", "您兑换的{reward}已被取消,退回{points}{unit}、现金{cash}元。原因:{reason}"),
            en=(
                "Your order is cancelled",
                "{reward} is cancelled: {points} {unit}, {cash} yuan back. Why: {reason}",
            ),
            more=("reward_en", "merchant"),
            urgent=True,
            links=False,
        ),
        "order_failed": Event(
            fields=("reward", "slot", "points", "unit", "cash", "reason"),
            zh=("兑换未能履行", "您兑换的{reward}未能履行,退回{points}{unit}、现金{cash}元。原因:{reason}"),
            en=(
                "Your order cannot be met",
                "{reward} cannot be given: {points} {unit}, {cash} yuan back. Why: {reason}",
            ),
            more=("reward_en", "merchant"),
            urgent=True,
            links=False,
        ),
        "booking_tomorrow": Event(
            fields=("reward", "slot"),
            zh=("预约提醒", "您预约的{reward}在明天:{slot}。"),
            en=("Your booking is tomorrow", "Your booking is tomorrow: {reward}, {slot}."),
            more=("reward_en", "merchant", "store"),
            links=False,
        ),
        "voucher_lapsing": Event(
            fields=("reward", "count", "date"),
            zh=("券即将到期", "您有{count}张{reward}可用至{date},请在到期前使用。"),
            en=("A voucher is about to lapse", "{reward} ({count}) can be used until {date}."),
            more=("reward_en", "merchant"),
            links=False,
        ),
        "appeal_decided": Event(
            fields=("outcome", "reason"),
            zh=("申诉结果", "您的申诉结果:{outcome}。{reason}"),
            en=("Your appeal", "Your appeal was decided: {outcome}. {reason}"),
            urgent=True,
            links=False,
        ),
    }
)
"""All events; docs/messages.md lists them too, and a test holds the two equal."""


class MessageRefused(ValueError):
    """A message, a template or a plan that cannot be; says the field, the value and the remedy."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field


def event_called(name: str, field: str = "event") -> Event:
    """The event of that name.

    Raises:
        MessageRefused: there is none.
    """
    found = EVENTS.get(name)
    if found is None:
        raise MessageRefused(field, f"{name!r} is no event: use one of {', '.join(EVENTS)}")
    return found


def check_fields(name: str, fields: Mapping[str, str]) -> None:
    """Refuse a message that lacks a field of its event; further ones are allowed, though no text uses them.

    Raises:
        MessageRefused: a field is missing, or there is no such event.
    """
    missing = [field for field in event_called(name).fields if field not in fields]
    if missing:
        raise MessageRefused("fields", f"a message of {name} lacks {', '.join(missing)}: give it")
