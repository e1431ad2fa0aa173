"""Editing the draft: a rule, reward, tier, campaign, message or the terms, by form or YAML; whole files."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from jifen.messages.events import EVENTS
from jifen.programs.writing import yaml_of
from jifen.programs.yaml_editing import Way, add, put, take
from jifen.programs.yaml_reading import page_of
from jifen.site.console.programme_draft import DRAFT, HOME, Opened, opened, people, said_of
from jifen.site.console.programme_findings import value_at, way_of
from jifen.site.console.programme_forms import GIVES, NEW, Field, fields_of, shown, taken
from jifen.site.console.programme_view import address_of
from jifen.site.console.programme_words import bare
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit

LISTS: dict[str, Way] = {
    "rules": ("rules", "rules"),
    "rewards": ("rules", "rewards"),
    "tiers": ("rules", "tiers", "levels"),
    "campaigns": ("rules", "campaigns"),
    "messages": ("messages", "templates"),
}
TERMS_OF = ("terms", "rules")
ZONE = "Asia/Shanghai"


def _item(found: Opened, part: str, key: str) -> tuple[Way, dict[str, Any]]:
    """Where an item stands, and what it is.

    Raises:
        Stop: there is none of that name.
    """
    if part == "terms" and key == "terms":
        rules = found.loaded.values.get("rules") or {}
        kept = {name: rules[name] for name in ("validity", "grace_days", "reminders") if name in rules}
        return (), {"terms": found.loaded.values.get("terms") or {}, "rules": kept}
    if part in LISTS:
        for place, item in enumerate(value_at(found.loaded.values, LISTS[part]) or ()):
            if isinstance(item, dict) and _key_of(part, item) == key:
                return (*LISTS[part], place), item
    raise Stop("nothing_here", 404, back=HOME)


def _key_of(part: str, item: Mapping[str, Any]) -> str:
    if part == "messages":
        return f"{item.get('event')}.{item.get('channel')}.{item.get('language', 'zh')}"
    return str(item.get("id" if part == "rules" else "code"))


def _zone(found: Opened) -> str:
    programme = found.loaded.programme
    return programme.zone if programme else ZONE


def _fields(found: Opened, part: str, item: Mapping[str, Any]) -> tuple[Field, ...]:
    tiers = value_at(found.loaded.values, ("rules", "tiers")) or {}
    by_spend = not isinstance(tiers, dict) or tiers.get("by", "spend") == "spend"
    return fields_of(part, item, by_spend=by_spend)


async def show(visit: Visit) -> Response[bytes]:
    """The form of one item."""
    return await _form(visit, await opened(visit))


async def _form(
    visit: Visit,
    found: Opened,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    text: str | None = None,
    faults: Any = (),
    no: No | None = None,
) -> Response[bytes]:
    part, key = visit.args["part"], visit.args["key"]
    _, item = _item(found, part, key)
    fields = _fields(found, part, item)
    sent = visit.form if status != 200 and text is None else None
    values = {
        field.name: sent.get(field.name, "") if sent is not None else shown(field, item, _zone(found))
        for field in fields
    }
    programme = found.loaded.programme or (found.base.definition if found.base else None)
    said = said_of(visit, programme) if programme else None
    return visit.page(
        "console/programme_item.html",
        status,
        found=found,
        part=part,
        key=key,
        item=item,
        title=_title(visit, part, key, item),
        fields=fields,
        values=values,
        wrong=wrong or {},
        text=yaml_of(item) if text is None else text,
        faults=faults,
        here=f"{HOME}/{part}/{address_of(key)}",
        concerned=[one for one in found.findings if one.part == part and one.key == key],
        known=_known(said),
        may_go=part in LISTS,
        names=await people(visit),
        no=no,
        at_yaml=text is not None,
    )


def _title(visit: Visit, part: str, key: str, item: Mapping[str, Any]) -> str:
    if part == "terms":
        return bare(visit.words.t("decide.part.terms"))
    if part == "messages":
        return bare(visit.words.named("decide.event", str(item.get("event"))))
    english = item.get("title_en") if visit.words.language == "en" else ""
    return str(english or item.get("title") or key)


def _known(said: Any) -> dict[str, list[tuple[str, str]]]:
    """Codes that a field may name, with what they are called."""
    if said is None:
        return {}
    programme, rules = said.programme, said.programme.rules
    levels = rules.tiers.levels if rules.tiers else ()
    return {
        "merchants": [(one.code, said.merchant(one.code)) for one in programme.merchants],
        "stores": [(one.code, one.name) for merchant in programme.merchants for one in merchant.stores],
        "calendars": [(name, "") for name in rules.calendars],
        "tiers": [(one.code, one.title) for one in levels],
        "campaign": [(one.code, one.title) for one in rules.campaigns],
        "of": [(one.id, said.title(one)) for one in rules.rules],
    }


async def save(visit: Visit) -> Response[bytes]:
    """Save one item's form."""
    found = await opened(visit)
    part, key = visit.args["part"], visit.args["key"]
    visit.note(target=f"{part}/{key}")
    way, item = _item(found, part, key)
    fields = _fields(found, part, item)
    made, wrong = taken(fields, item, visit.form, _zone(found))
    if wrong:
        return await _form(visit, found, 422, wrong=wrong)
    files: dict[str, str] = dict(found.draft["files"])
    try:
        files = _terms_put(files, item, made) if part == "terms" else _put(files, way, item, made)
        await _save(visit, files)
    except No as no:
        return await _form(visit, found, no.status, no=no)
    return visit.go(f"{HOME}?tab={part}", "decide_saved")


def _put(files: dict[str, str], way: Way, item: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, str]:
    """Change only the fields that differ, so that the rest stays as it was written."""
    if any(name not in made for name in item):
        return put(files, way, made)
    for name, value in made.items():
        if name not in item or item[name] != value:
            files = put(files, (*way, name), value)
    return files


def _terms_put(files: dict[str, str], item: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, str]:
    if made["terms"] != item["terms"]:
        files = _put(files, ("terms",), item["terms"], made["terms"])
    for name in ("validity", "grace_days", "reminders"):
        value = made["rules"].get(name)
        if value is not None and value != item["rules"].get(name):
            files = put(files, ("rules", name), value)
    return files


async def _save(visit: Visit, files: Mapping[str, str]) -> None:
    sent = visit.field("revision")
    revision = int(sent) if sent.isdecimal() and sent.isascii() and len(sent) < 9 else 0
    if revision < 1:
        raise Stop("form", 422, back=HOME)
    await visit.api.put(DRAFT, {"revision": revision, "files": dict(files)}, visit.key)


async def save_yaml(visit: Visit) -> Response[bytes]:
    """Save one item as YAML."""
    found = await opened(visit)
    part, key = visit.args["part"], visit.args["key"]
    visit.note(target=f"{part}/{key}")
    way, item = _item(found, part, key)
    text = visit.form.get("yaml", "").replace("\r\n", "\n")
    page = page_of("yaml", text.encode())
    if page.findings or not page.values:
        return await _form(visit, found, 422, text=text, faults=page.findings)
    files: dict[str, str] = dict(found.draft["files"])
    try:
        if part == "terms":
            wanted = {name: page.values.get(name) or {} for name in TERMS_OF}
            files = _terms_put(files, item, wanted)
        else:
            files = put(files, way, page.values)
        await _save(visit, files)
    except No as no:
        return await _form(visit, found, no.status, text=text, no=no)
    return visit.go(f"{HOME}?tab={part}", "decide_saved")


async def remove(visit: Visit) -> Response[bytes]:
    """Take one item away."""
    found = await opened(visit)
    part, key = visit.args["part"], visit.args["key"]
    visit.note(target=f"{part}/{key}")
    way, _ = _item(found, part, key)
    if not way:
        raise Stop("nothing_here", 404, back=HOME)
    try:
        await _save(visit, take(found.draft["files"], way))
    except No as no:
        return await _form(visit, found, no.status, no=no)
    return visit.go(f"{HOME}?tab={part}", "decide_removed")


async def new(visit: Visit) -> Response[bytes]:
    """What is to be added, and under which code."""
    return await _new(visit, await opened(visit))


async def _new(
    visit: Visit, found: Opened, status: int = 200, wrong: str = "", no: No | None = None
) -> Response[bytes]:
    part = visit.args["part"]
    if part not in LISTS or (part == "tiers" and not value_at(found.loaded.values, ("rules", "tiers"))):
        raise Stop("nothing_here", 404, back=HOME)
    return visit.page(
        "console/programme_new.html",
        status,
        found=found,
        part=part,
        kinds=tuple(GIVES),
        events=tuple(EVENTS),
        form=visit.form,
        wrong=wrong,
        here=f"{HOME}/new/{part}",
        no=no,
    )


async def create(visit: Visit) -> Response[bytes]:
    """Add an item, to be filled in on its own form."""
    found = await opened(visit)
    part = visit.args["part"]
    if part not in LISTS:
        raise Stop("nothing_here", 404, back=HOME)
    item = _begun(visit, part)
    if item is None:
        return await _new(visit, found, 422, "code")
    key = _key_of(part, item)
    visit.note(target=f"{part}/{key}")
    there = value_at(found.loaded.values, LISTS[part]) or []
    if any(isinstance(one, dict) and _key_of(part, one) == key for one in there):
        return await _new(visit, found, 422, "taken")
    try:
        await _save(visit, add(found.draft["files"], LISTS[part], item))
    except No as no:
        return await _new(visit, found, no.status, no=no)
    return visit.go(f"{HOME}/{part}/{address_of(key)}", "decide_added")


def _begun(visit: Visit, part: str) -> dict[str, Any] | None:
    """A new item with what it needs at least; None: its code is none."""
    code, title = visit.field("code"), visit.field("title")
    if part == "messages":
        event, channel = visit.field("event"), visit.field("channel")
        if event not in EVENTS or channel not in ("in_app", "sms", "push", "wechat", "email"):
            return None
        item: dict[str, Any] = {"event": event, "channel": channel}
        if visit.field("language") == "en":
            item["language"] = "en"
        return {**item, "text": title or event}
    if not (code.isascii() and code[:1].isalnum() and all(one.isalnum() or one in "._-" for one in code)):
        return None
    if len(code) > 64 or code != code.lower() or not title:
        return None
    if part == "rules":
        kind = visit.field("kind")
        return {"type": kind, "id": code, "title": title, **NEW[kind]} if kind in NEW else None
    if part == "rewards":
        return {"code": code, "title": title, "points": 1000}
    if part == "tiers":
        return {"code": code, "title": title, "at": 0}
    day = visit.today.isoformat()
    return {"code": code, "title": title, "since": f"{day}T00:00:00+08:00", "until": f"{day}T23:59:00+08:00"}


async def show_file(visit: Visit) -> Response[bytes]:
    """A whole file with its line numbers and what is wrong in it."""
    return await _file(visit, await opened(visit))


async def _file(
    visit: Visit, found: Opened, status: int = 200, text: str | None = None, no: No | None = None
) -> Response[bytes]:
    name = visit.args["name"]
    files = found.draft["files"]
    if name not in files:
        raise Stop("nothing_here", 404, back=HOME)
    return visit.page(
        "console/programme_file.html",
        status,
        found=found,
        name=name,
        files=sorted(files),
        text=files[name] if text is None else text,
        faults=[one for one in found.findings if one.file == name],
        line=visit.query("line"),
        no=no,
    )


async def save_file(visit: Visit) -> Response[bytes]:
    """Save a file as it is written, right or wrong: what is wrong is told beside it."""
    found = await opened(visit)
    name = visit.args["name"]
    visit.note(target=name)
    if name not in found.draft["files"]:
        raise Stop("nothing_here", 404, back=HOME)
    text = visit.form.get("yaml", "").replace("\r\n", "\n")
    try:
        await _save(visit, {**found.draft["files"], name: text})
    except No as no:
        return await _file(visit, found, no.status, text, no)
    return visit.go(f"{HOME}/file/{name}", "decide_saved")


async def fix(visit: Visit) -> Response[bytes]:
    """Put in place what the linter or the calculator proposes. The text must still be what it was."""
    found = await opened(visit)
    path = visit.field("path")
    visit.note(target=path)
    wanted = next((one.fix for one in found.findings if one.fix is not None and one.fix.path == path), None)
    if wanted is None or visit.form.get("before", "").replace("\r\n", "\n") != wanted.before:
        return visit.go(HOME, "decide_moved")
    await _save(visit, put(found.draft["files"], way_of(path), wanted.after))
    return visit.go(HOME, "decide_fixed")


ROUTES = (
    post(f"{HOME}/fix", "console.draft_fix", fix, CLERKS),
    get(f"{HOME}/file/{{name}}", "console.draft_file", show_file, CONSOLE, key="programme"),
    post(f"{HOME}/file/{{name}}", "console.draft_file_save", save_file, CLERKS, key="programme"),
    get(f"{HOME}/new/{{part}}", "console.draft_new", new, CLERKS, key="programme"),
    post(f"{HOME}/new/{{part}}", "console.draft_create", create, CLERKS, key="programme"),
    get(f"{HOME}/{{part}}/{{key}}", "console.draft_item", show, CONSOLE, key="programme"),
    post(f"{HOME}/{{part}}/{{key}}", "console.draft_item_save", save, CLERKS, key="programme"),
    post(f"{HOME}/{{part}}/{{key}}/yaml", "console.draft_item_yaml", save_yaml, CLERKS, key="programme"),
    post(f"{HOME}/{{part}}/{{key}}/remove", "console.draft_item_remove", remove, CLERKS, key="programme"),
)
