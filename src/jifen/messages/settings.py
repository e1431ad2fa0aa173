"""Settings of channels: which providers, with which keys. They come from a file, never from a definition."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

FILE = "channels.yaml"
ANY_PROGRAM = "*"
FROM_ENVIRONMENT = re.compile(r"^\$([A-Z_][A-Z0-9_]*)$")

Rate = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Secret = Annotated[str, msgspec.Meta(min_length=1)]


class SettingsRefused(Exception):
    """The file of channels cannot be read; says where and what to write."""


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all providers share. answer_s: after so long without an answer nobody knows. Printed, it shows
    no secret.
    """

    per_minute: Rate = 600
    answer_s: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Aliyun(Provider, frozen=True, kw_only=True, tag="aliyun", tag_field="provider"):
    """Short messages by Aliyun. endpoint: host, with a port where it is not the usual one."""

    key_id: Secret
    key_secret: Secret
    signature: Secret
    endpoint: str = "dysmsapi.aliyuncs.com"
    plain_http: bool = False


class Tencent(Provider, frozen=True, kw_only=True, tag="tencent", tag_field="provider"):
    """Short messages by Tencent Cloud."""

    secret_id: Secret
    secret_key: Secret
    app_id: Secret
    signature: Secret
    region: str = "ap-guangzhou"
    endpoint: str = "sms.tencentcloudapi.com"
    plain_http: bool = False


class Gateway(Provider, frozen=True, kw_only=True):
    """An address in apprise's form, with {to} where the member's own address goes."""

    url: Secret


class WeChat(Provider, frozen=True, kw_only=True):
    """WeChat's subscription messages of one mini-program. page: what a tap opens."""

    app_id: Secret
    app_secret: Secret
    page: str = ""
    endpoint: str = "https://api.weixin.qq.com"


class ProgramChannels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a programme reaches its members beside the inbox, and (robot) its own operators."""

    sms: Aliyun | Tencent | None = None
    email: Gateway | None = None
    push: Gateway | None = None
    wechat: WeChat | None = None
    robot: Gateway | None = None


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that messages are told from outside.

    programs: channels by the programme's code; `*` is for all others. console: what has no provider is
    printed, for development. receipts: the secret part of the address to which providers push receipts.
    receipt_wait_s: after so many seconds without a receipt the next channel is tried.
    private_webhooks: webhooks may go to loopback and private addresses.
    """

    programs: dict[str, ProgramChannels] = {}
    console: bool = False
    receipts: Annotated[str, msgspec.Meta(min_length=16)] | None = None
    receipt_wait_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 600
    private_webhooks: bool = False

    def __repr__(self) -> str:
        return "ChannelSettings(…)"

    def of(self, program: str) -> ProgramChannels:
        """The channels of a programme, by its code."""
        return self.programs.get(program) or self.programs.get(ANY_PROGRAM) or ProgramChannels()


def channel_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> ChannelSettings:
    """Settings from the file that JIFEN_CHANNELS names, else from `channels.yaml` in the folder, if there.

    A text `$NAME` is taken from the environment. JIFEN_CONSOLE=1 and JIFEN_PRIVATE_WEBHOOKS=1 set those two.

    Raises:
        SettingsRefused: the file is not there though it is named, or holds what is no setting.
    """
    named = environment.get("JIFEN_CHANNELS")
    path = Path(named) if named else folder / FILE
    found: Any = {}
    if named or path.exists():
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as wrong:
            raise SettingsRefused(
                f"{path} cannot be read ({wrong}): mend it, see docs/messages.md"
            ) from wrong
    try:
        made = msgspec.convert(_filled(found, environment), ChannelSettings)
    except msgspec.ValidationError as wrong:
        raise SettingsRefused(f"{path}: {wrong}: mend it, see docs/messages.md") from wrong
    return msgspec.structs.replace(
        made,
        console=made.console or environment.get("JIFEN_CONSOLE") == "1",
        private_webhooks=made.private_webhooks or environment.get("JIFEN_PRIVATE_WEBHOOKS") == "1",
    )


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    """The value with what it takes from the environment; what is not there is refused by its name."""
    if isinstance(value, dict):
        return {key: _filled(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, environment) for item in value]
    named = FROM_ENVIRONMENT.match(value) if isinstance(value, str) else None
    if named is None:
        return value
    if named[1] not in environment:
        raise SettingsRefused(f"the environment has no {named[1]}, which the file of channels takes from it")
    return environment[named[1]]
