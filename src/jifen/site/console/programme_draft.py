"""The draft as it stands, for every page that shows it: with its plan and what it is compared with."""

import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.programs.definition import Programme
from jifen.programs.loading import Loaded, load_texts
from jifen.programs.publications import Publication, publications
from jifen.programs.regulation import regulation
from jifen.programs.splitting import LIGHT
from jifen.programs.terms.writing import marked, written
from jifen.programs.writing import files_of
from jifen.site.console.programme_findings import Told, told
from jifen.site.console.programme_view import Beside
from jifen.site.console.programme_words import Said, Spans, bare, compared, plain
from jifen.site.inside import No
from jifen.site.visit import Stop, Visit
from jifen.values.periods import local_day

DRAFT = "/v1/programmes/draft"
MANY = 4
"""Changes alike of so many things are told of in one line."""

HOME = "/console/programme/draft"

OWN_SECTIONS = ("如何获得积分", "兑换", "How points are earned", "Rewards")
"""Sections of the terms that say what a table shows already."""


class Clause(msgspec.Struct, frozen=True):
    """A section of the terms: its title and its paragraphs, each with what is struck or new."""

    title: str
    lines: tuple[Spans, ...]
    changed: bool
    old: tuple[str, ...]
    new: tuple[str, ...]


class ChangeTold(msgspec.Struct, frozen=True):
    """A change in words. look: better, worse or plain; days: of notice."""

    look: str
    weight: str
    said: str
    days: int
    article: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The draft with all that its pages show. plan None: it cannot be read, or does not fit together."""

    draft: Mapping[str, Any]
    loaded: Loaded
    base: Publication | None
    versions: tuple[Publication, ...]
    plan: Mapping[str, Any] | None
    worst: Mapping[str, Any] | None
    findings: tuple[Told, ...]
    changes: tuple[ChangeTold, ...]

    @property
    def revision(self) -> int:
        """What a form must send back."""
        return int(self.draft["revision"])

    @property
    def refused(self) -> bool:
        """Whether it may not be handed in."""
        return any(one.error for one in self.findings)

    @property
    def touched(self) -> int:
        """How many things are not as in the version it is compared with."""
        if self.plan is None:
            return 0
        return len({thing_of(one["path"]) for one in self.plan["differences"]})

    @property
    def light(self) -> tuple[ChangeTold, ...]:
        """What is no worse for members and needs days or none."""
        return tuple(one for one in self.changes if one.weight in LIGHT)

    @property
    def separable(self) -> bool:
        """Whether something may go before the rest."""
        return 0 < len(self.light) < len(self.changes)

    def next_version(self) -> int:
        """The number that it will have."""
        if self.plan is not None:
            return int(self.plan["version"])
        return (self.versions[-1].version if self.versions else 0) + 1


async def opened(visit: Visit) -> Opened:
    """The draft.

    Raises:
        Stop: there is none.
    """
    try:
        draft = await visit.api.get(DRAFT)
    except No as no:
        if no.code == "draft_unknown":
            raise Stop("draft_unknown", 404, back="/console/programme") from None
        raise
    seen = await visit.api.get(f"{DRAFT}/plan")
    loaded = load_texts(draft["files"])
    versions = await publications(visit.house.pool, visit.program.id)
    plan = seen["plan"]
    number = plan["base"] if plan is not None and plan["base"] else None
    base = next((one for one in versions if one.version == number), versions[-1] if versions else None)
    found = [*seen["findings"], *(plan["findings"] if plan else ())]
    names = loaded.programme or (base.definition if base else None)
    return Opened(
        draft=draft,
        loaded=loaded,
        base=base,
        versions=versions,
        plan=plan,
        worst=seen["worst"],
        findings=told(found, loaded.values, visit.words),
        changes=changes_told(plan["changes"] if plan else (), names, visit),
    )


def said_of(visit: Visit, programme: Programme) -> Said:
    """A programme with the words of this page."""
    return Said(programme, visit.program, visit.words)


def beside(visit: Visit, new: Programme, old: Programme | None) -> Beside:
    """A programme beside another."""
    return Beside(said_of(visit, new), None if old is None else said_of(visit, old))


def thing_of(path: str) -> str:
    """What a difference is of: `rules.rules[base].rate` is of the rule `rules.rules[base]`."""
    if "]" in path:
        return path[: path.index("]") + 1]
    return ".".join(path.split(".")[:2])


def changes_told(
    changes: Sequence[Mapping[str, Any]], programme: Programme | None, visit: Visit
) -> tuple[ChangeTold, ...]:
    """The changes as the law weighs them, in words."""
    words = visit.words
    found = []
    alike = Counter(_alike(change) for change in changes)
    for change in changes:
        if alike[_alike(change)] >= MANY:
            continue
        kind = words.named("decide.what", change["kind"])
        name = _name_of(change, programme, visit) if programme else change["code"]
        term = change.get("term", "")
        said = kind if change["kind"] == "programme" else words.t("decide.change.named", kind=kind, name=name)
        if term:
            said = words.t("decide.change.of", thing=said, term=_term(term, visit))
        found.append(_line(change, said, visit))
    for key, count in alike.items():
        if count >= MANY:
            change = next(one for one in changes if _alike(one) == key)
            kind = words.named("decide.what", change["kind"])
            term = _term(change.get("term", ""), visit)
            said = words.t("decide.change.many", count, count=count, kind=kind, term=term)
            found.append(_line(change, said, visit))
    return tuple(found)


def _alike(change: Mapping[str, Any]) -> tuple[Any, ...]:
    """What changes of several things have in common; those of many are told of in one line."""
    return tuple(change.get(name) for name in ("kind", "term", "how", "weight", "days"))


def _line(change: Mapping[str, Any], said: Markup, visit: Visit) -> ChangeTold:
    ending = visit.words.t(f"decide.how.{change['how']}", day=change.get("until", "") or "")
    look = {"favourable": "better", "adverse": "worse", "major": "worse"}.get(change["weight"], "plain")
    line = visit.words.t("decide.change.line", thing=said, how=ending)
    return ChangeTold(look, change["weight"], bare(line), change.get("days", 0), change.get("article", ""))


def _term(term: str, visit: Visit) -> str:
    for key in (term, term.rpartition(".")[2], term.partition(".")[0]):
        if visit.words.has(f"decide.term.{key}"):
            return bare(visit.words.t(f"decide.term.{key}"))
    return term


def _name_of(change: Mapping[str, Any], programme: Programme, visit: Visit) -> str:
    said, code = said_of(visit, programme), str(change["code"])
    rules = programme.rules
    levels = rules.tiers.levels if rules.tiers else ()
    lists: dict[str, Sequence[Any]] = {
        "reward": rules.rewards,
        "tier": levels,
        "budget": rules.budgets,
        "act": rules.acts,
    }
    if change["kind"] == "rule":
        rule = next((one for one in rules.rules if one.id == code), None)
        return said.title(rule) if rule else code
    if change["kind"] == "merchant":
        return said.merchant(code)
    if change["kind"] == "unit":
        return said.unit(code)
    if change["kind"] in ("till", "households", "referral"):
        return ""
    item = next((one for one in lists.get(change["kind"], ()) if one.code == code), None)
    english = getattr(item, "title_en", "") if visit.words.language == "en" else ""
    return english or getattr(item, "title", "") or code


def clauses(visit: Visit, new: Programme, old: Programme | None) -> tuple[Clause, ...]:
    """The terms that members read, section by section, beside those before."""
    after = sections(_text(visit, new, visit.today))
    before = dict(sections(_text(visit, old, visit.today))) if old is not None else None
    found = []
    for title, lines in after:
        if before is None:
            laid = tuple(plain(line) for line in lines)
            found.append(Clause(title, laid, False, (), tuple(lines)))
            continue
        was = before.get(title, [])
        found.append(Clause(title, laid_out(was, lines), was != lines, tuple(was), tuple(lines)))
    return tuple(found)


def laid_out(was: Sequence[str], becomes: Sequence[str]) -> tuple[Spans, ...]:
    """Paragraphs beside those before; one that only changed in part is one paragraph."""
    found: list[Spans] = []
    gone: list[str] = []
    for line in marked("\n".join(was), "\n".join(becomes)):
        if line.mark == "removed":
            gone.append(line.text)
        elif line.mark == "added" and gone:
            found.append(compared(gone.pop(0), line.text))
        else:
            found += [compared(one, None) for one in gone]
            gone = []
            found.append(compared(None, line.text) if line.mark == "added" else plain(line.text))
    return (*found, *(compared(one, None) for one in gone))


def sections(text: str) -> list[tuple[str, list[str]]]:
    """The sections of a text of terms: title and paragraphs, without numbers, which shift."""
    found: list[tuple[str, list[str]]] = []
    for block in text.strip().split("\n\n")[1:]:
        title, *lines = block.split("\n")
        for mark in ("、", ". "):
            head, cut, rest = title.partition(mark)
            if cut and len(head) <= 3:
                title = rest
                break
        found.append((title, lines))
    return found


def _text(visit: Visit, programme: Programme, on: date) -> str:
    terms = written(programme, regulation(), on)
    return terms.en if visit.words.language == "en" else terms.zh


async def people(visit: Visit) -> dict[str, str]:
    """What staff are called, by the label under which they act."""
    staff = await visit.reception.staff.list(visit.program.id)
    return {f"@staff/{one.login}": one.name for one in staff}


def packed(visit: Visit, files: Mapping[str, str], name: str) -> Response[bytes]:
    """The files of a programme as one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(file, date_time=visit.now.timetuple()[:6]), text)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(out.getvalue(), headers=headers, media_type="application/zip")


def files_published(one: Publication) -> dict[str, str]:
    """A published version as files again."""
    return files_of(one.definition)


def day_of(visit: Visit, text: str) -> date:
    """The local day of an instant of the interface."""
    return local_day(datetime.fromisoformat(text), visit.program.zone)


__all__ = [
    "DRAFT",
    "HOME",
    "OWN_SECTIONS",
    "ChangeTold",
    "Opened",
    "beside",
    "changes_told",
    "clauses",
    "day_of",
    "files_published",
    "opened",
    "packed",
    "people",
    "said_of",
    "sections",
    "thing_of",
]
