"""By what a programme can reach people: its channels, opened once from the settings."""

from collections.abc import Mapping

from jifen.messages.aliyun import AliyunMessages
from jifen.messages.apprised import Apprised
from jifen.messages.channels import Channel, Console
from jifen.messages.settings import Aliyun, ChannelSettings, Tencent
from jifen.messages.tencent import TencentMessages
from jifen.messages.wechat import WeChatMessages


def channels_of(settings: ChannelSettings, program: str) -> Mapping[str, Channel]:
    """The channels of a programme, by its code. What has no provider is printed where the settings say so."""
    own = settings.of(program)
    found: dict[str, Channel] = {}
    if isinstance(own.sms, Aliyun):
        found["sms"] = AliyunMessages(own.sms)
    elif isinstance(own.sms, Tencent):
        found["sms"] = TencentMessages(own.sms)
    if own.wechat is not None:
        found["wechat"] = WeChatMessages(own.wechat)
    for name, gateway in (("email", own.email), ("push", own.push), ("robot", own.robot)):
        if gateway is not None:
            found[name] = Apprised(name, gateway)
    if settings.console:
        for name in ("sms", "push", "wechat", "email", "robot"):
            found.setdefault(name, Console(name))
    return found
