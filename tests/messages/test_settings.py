"""Settings of channels, and the page about messages: what may stand in the file, what is said of events."""

import re
from pathlib import Path

import pytest
import yaml

from jifen.messages.aliyun import AliyunMessages
from jifen.messages.events import EVENTS
from jifen.messages.reaching import channels_of
from jifen.messages.settings import Aliyun, SettingsRefused, channel_settings
from jifen.messages.templates import BRACES, FIELD

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
ROW = re.compile(r"^\| `([a-z_]+)` \| (.+) \| (.+) \| (yes|no) \| (yes|no) \| (yes|no) \|$")
ENVIRONMENT = {
    "RECEIPTS_SECRET": "x" * 24,
    "ALIYUN_KEY_ID": "id",
    "ALIYUN_KEY_SECRET": "hidden",
    "WECHAT_SECRET": "hidden",
    "T_ID": "id",
    "T_KEY": "hidden",
}


def page_example() -> str:
    """The file that the page shows."""
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_lists_the_events() -> None:
    """With their fields, in the code's order."""

    def fields(text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"`([a-z_]+)`", text))

    rows = [ROW.match(line) for line in PAGE.read_text().splitlines()]
    assert [
        (row[1], fields(row[2]), fields(row[3]), row[4], row[5], row[6]) for row in rows if row is not None
    ] == [
        (name, event.fields, event.more, *("yes" if flag else "no" for flag in flags))
        for name, event in EVENTS.items()
        for flags in [(event.urgent, event.links, event.sells)]
    ]


def test_the_words_that_come_along_use_known_fields() -> None:
    """In both languages, for every event."""
    for name, event in EVENTS.items():
        for text in (*event.zh, *event.en):
            assert set(FIELD.findall(text)) <= {*event.fields, "program"}, name
            assert not BRACES.search(FIELD.sub("", text)), name


def test_the_file_of_the_page_is_read(tmp_path: Path) -> None:
    """Secrets come from the environment, and are not shown; each programme has its own channels."""
    (tmp_path / "channels.yaml").write_text(page_example())
    settings = channel_settings(tmp_path, ENVIRONMENT)
    assert settings.receipts == "x" * 24
    qinghe = settings.of("qinghe")
    assert isinstance(qinghe.sms, Aliyun)
    assert qinghe.sms.key_secret == "hidden"
    assert "hidden" not in repr(settings) + repr(qinghe) + str(qinghe.sms) + f"{settings.programs}"
    assert sorted(channels_of(settings, "qinghe")) == ["email", "push", "robot", "sms", "wechat"]
    assert isinstance(channels_of(settings, "qinghe")["sms"], AliyunMessages)
    assert list(channels_of(settings, "another")) == ["sms"]


def test_without_a_file_there_is_the_inbox(tmp_path: Path) -> None:
    """And on request a console for all the rest."""
    assert not channels_of(channel_settings(tmp_path, {}), "qinghe")
    console = channel_settings(tmp_path, {"JIFEN_CONSOLE": "1"})
    assert sorted(channels_of(console, "x")) == ["email", "push", "robot", "sms", "wechat"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("receipts: short", "length >= 16"),
        ("programs: {x: {sms: {provider: pigeon}}}", "pigeon"),
        ("programs: {x: {sms: {provider: aliyun, key_id: $NOT_THERE}}}", "no NOT_THERE"),
        ("colour: red", "colour"),
        ("[", "cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    """At start, not when the first message goes out."""
    path = tmp_path / "elsewhere.yaml"
    path.write_text(text)
    with pytest.raises(SettingsRefused) as refused:
        channel_settings(tmp_path, {"JIFEN_CHANNELS": str(path)})
    assert why in str(refused.value)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    """Else messages would silently go nowhere."""
    with pytest.raises(SettingsRefused, match="cannot be read"):
        channel_settings(tmp_path, {"JIFEN_CHANNELS": str(tmp_path / "none.yaml")})
    assert yaml.safe_load(page_example())["programs"]["qinghe"]["sms"]["key_secret"] == "$ALIYUN_KEY_SECRET"
