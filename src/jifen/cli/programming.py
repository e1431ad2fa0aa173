"""jifen plan, apply, approve, withdraw, show, terms, export, schema and eligibility: programmes as code."""

import argparse
import asyncio
import getpass
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from jifen.cli.opening import Opened, folder_of, opened
from jifen.cli.planned import lines_of
from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.eligibility import export as eligibility_export
from jifen.programs.loading import Loaded, load
from jifen.programs.planning import Before, Plan
from jifen.programs.proposing import Proposals
from jifen.programs.publications import Publication, in_force, publications
from jifen.programs.publishing import Applied, Publisher, Refused, plan_of
from jifen.programs.receipts import told
from jifen.programs.restoring import withdraw
from jifen.programs.schema import schema_text
from jifen.programs.terms.writing import marked
from jifen.programs.writing import write_folder
from jifen.values.periods import start_of_day


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of them."""
    for name, run, said in (
        ("plan", _plan, "what applying a folder would change, and what speaks against it"),
        ("apply", _apply, "publish a folder as the next version of its programme"),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("dir", type=Path, help="a folder of YAML")
        command.add_argument(
            "--from", dest="since", help="from when it holds: a day, or a time with its zone"
        )
        command.add_argument("--json", action="store_true", help="one object")
        command.set_defaults(run=run)
        if name == "plan":
            command.add_argument("--offline", action="store_true", help="compare with nothing")
        else:
            _author(command)
    for name, run, said in (
        ("approve", _approve, "publish what somebody else proposed"),
        ("decline", _decline, "say no to a proposal"),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("program", help="the programme's code")
        command.add_argument("proposal", type=UUID, help="the id that apply answered")
        if name == "decline":
            command.add_argument("--reason", required=True)
        _author(command)
        command.set_defaults(run=run)
    withdrawing = commands.add_parser("withdraw", help="take back a scheduled version before it holds")
    withdrawing.add_argument("program", help="the programme's code")
    withdrawing.add_argument("version", type=int)
    _author(withdrawing)
    withdrawing.set_defaults(run=_withdraw)
    _reading(commands)


def _reading(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    showing = commands.add_parser("show", help="the versions of a programme, its proposals and notices")
    showing.add_argument("program", help="the programme's code")
    showing.add_argument("--json", action="store_true", help="one object")
    showing.set_defaults(run=_show)
    terms = commands.add_parser("terms", help="the terms that members read, with what changed")
    terms.add_argument("program", help="the programme's code")
    terms.add_argument("--version", dest="number", type=int, help="none: the one in force")
    terms.add_argument("--language", choices=("zh", "en"), default="zh")
    terms.add_argument("--changes", action="store_true", help="mark what changed against the version before")
    terms.set_defaults(run=_terms)
    exporting = commands.add_parser("export", help="write a published programme back as a folder of YAML")
    exporting.add_argument("program", help="the programme's code")
    exporting.add_argument("dir", type=Path)
    exporting.add_argument("--version", dest="number", type=int, help="none: the newest")
    exporting.set_defaults(run=_export)
    schema = commands.add_parser("schema", help="print the JSON Schema of a programme's files")
    schema.set_defaults(run=_schema)
    eligible = commands.add_parser(
        "eligibility", help="member numbers for a use outside, where it is allowed"
    )
    eligible.add_argument("program", help="the programme's code")
    _author(eligible)
    eligible.set_defaults(run=_eligibility)


def _author(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as", dest="author", default=os.environ.get("JIFEN_AS") or getpass.getuser(),
        help="who does it (JIFEN_AS, else the account)",
    )  # fmt: skip


def _plan(asked: argparse.Namespace) -> int:
    loaded = load(asked.dir)
    if loaded.programme is None:
        return _unreadable(asked, loaded)
    programme = loaded.programme

    async def run() -> Plan:
        now = datetime.now(UTC)
        if asked.offline or not _installed(asked):
            return plan_of(programme, Before(offline=True), now, _since(asked, programme.zone))
        async with opened(folder_of(asked.folder)) as at_hand:
            publisher = Publisher(at_hand.pool, at_hand.catalog)
            at = _now(await at_hand.catalog.by_code(programme.code))
            return await publisher.plan(programme, at, _since(asked, programme.zone))

    plan = _located(asyncio.run(run()), loaded)
    _tell(asked, plan)
    return 1 if plan.refused else 0


def _apply(asked: argparse.Namespace) -> int:
    loaded = load(asked.dir)
    if loaded.programme is None:
        return _unreadable(asked, loaded)
    programme = loaded.programme

    async def run() -> Applied:
        async with opened(folder_of(asked.folder)) as at_hand:
            proposals = Proposals(Publisher(at_hand.pool, at_hand.catalog))
            at = _now(await at_hand.catalog.by_code(programme.code))
            return await proposals.apply(programme, asked.author, at, _since(asked, programme.zone))

    try:
        done = asyncio.run(run())
    except Refused as refused:
        _tell(asked, _located(refused.plan, loaded))
        return 1
    done = msgspec.structs.replace(done, plan=_located(done.plan, loaded))
    if asked.json:
        _json(done)
    else:
        _say_applied(done)
    return 0


def _say_applied(done: Applied) -> None:
    if done.proposal:
        for line in lines_of(done.plan):
            print(line)
        print(
            "it needs two eyes: somebody else approves it with "
            f"`jifen approve {done.plan.code} {done.proposal}`"
        )
    elif not done.changed:
        print(f"nothing changed: {done.plan.code} is as version {done.version} says")
    else:
        for line in lines_of(done.plan):
            print(line)
        notice = f"; a notice is put out to {done.told:,} members" if done.told else ""
        begins = done.plan.valid_from.isoformat()
        print(f"version {done.version} of {done.plan.code} holds from {begins}{notice}")


def _approve(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        proposals = Proposals(Publisher(at_hand.pool, at_hand.catalog))
        try:
            done = await proposals.approve(program, asked.proposal, asked.author, _now(program))
        except Refused as refused:
            for line in lines_of(refused.plan):
                print(line)
            return 1
        _say_applied(done)
        return 0

    return _within(asked, run)


def _decline(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        proposals = Proposals(Publisher(at_hand.pool, at_hand.catalog))
        await proposals.decline(program, asked.proposal, asked.author, _now(program), asked.reason)
        print(f"the proposal {asked.proposal} is declined")
        return 0

    return _within(asked, run)


def _withdraw(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        publisher = Publisher(at_hand.pool, at_hand.catalog)
        done = await withdraw(publisher, program, asked.version, asked.author, _now(program))
        print(f"version {asked.version} is withdrawn: version {done.version} stands in its place")
        return 0

    return _within(asked, run)


def _show(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        now = _now(program)
        versions = await publications(at_hand.pool, program.id)
        waiting = await Proposals(Publisher(at_hand.pool, at_hand.catalog)).listed(program.id)
        holding = in_force(versions, now)
        rows = []
        for one in reversed(versions):
            state = "in force" if one is holding else "scheduled" if one.valid_from > now else "past"
            receipts = await told(at_hand.pool, program.id, one)
            rows.append({**_facts(one), "state": state, "notices": msgspec.to_builtins(receipts)})
        if asked.json:
            _json({"program": program.code, "versions": rows, "proposals": waiting})
            return 0
        print(f"{program.code}: {program.name}, zone {program.zone}, {len(versions)} versions")
        for row in rows:
            print(
                f"  version {row['version']} {row['state']}, from {row['valid_from'].isoformat()}: "
                f"{row['weight']}, by {row['author']}"
                + (f", approved by {row['approver']}" if row["approver"] else "")
            )
            if row["notices"]:
                told_of = row["notices"]
                states = ", ".join(f"{count:,} {state}" for state, count in told_of["states"].items())
                print(
                    f"    notices: {told_of['put']:,} put ({states}); {told_of['untold_members']:,} members "
                    "have no delivered one"
                )
        for proposal in waiting:
            print(f"  proposal {proposal.id} by {proposal.author} waits for somebody else's approval")
        return 0

    return _within(asked, run)


def _terms(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        versions = await publications(at_hand.pool, program.id)
        one = _version(versions, asked.number, in_force(versions, _now(program)))
        text = one.terms_zh if asked.language == "zh" else one.terms_en
        print(f"version {one.version}, from {one.valid_from.isoformat()}, hash {one.terms_hash.hex()}\n")
        if not asked.changes:
            print(text)
            return 0
        earlier = [other for other in versions if other.version < one.version]
        before = (earlier[-1].terms_zh if asked.language == "zh" else earlier[-1].terms_en) if earlier else ""
        for line in marked(before, text):
            print({"same": "  ", "added": "+ ", "removed": "- "}[line.mark] + line.text)
        return 0

    return _within(asked, run)


def _export(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        versions = await publications(at_hand.pool, program.id)
        one = _version(versions, asked.number, versions[-1] if versions else None)
        try:
            made = write_folder(one.definition, asked.dir)
        except FileExistsError as present:
            raise Conflict("dir", str(present)) from present
        print(f"version {one.version} of {program.code}: {', '.join(path.name for path in made)}")
        return 0

    return _within(asked, run)


def _schema(asked: argparse.Namespace) -> int:
    print(schema_text(), end="")
    return 0


def _eligibility(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, program: Program) -> int:
        done, numbers = await eligibility_export(at_hand.pool, program, asked.author, _now(program))
        for number in numbers:
            print(number)
        print(
            f"{done.members:,} members, asked by {done.asked_by} at {done.asked_at.isoformat()}, "
            f"for: {done.purpose}",
            file=sys.stderr,
        )
        return 0

    return _within(asked, run)


def _within(asked: argparse.Namespace, run: Any) -> int:
    async def opening() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            program = await at_hand.catalog.by_code(asked.program)
            if program is None:
                said = f"there is no programme {asked.program!r}: check the code, or apply its folder"
                raise Conflict("program", said)
            code: int = await run(at_hand, program)
            return code

    return asyncio.run(opening())


def _version(
    versions: tuple[Publication, ...], number: int | None, otherwise: Publication | None
) -> Publication:
    found = otherwise if number is None else next((one for one in versions if one.version == number), None)
    if found is None:
        known = ", ".join(str(one.version) for one in versions) or "none yet"
        what = "none is in force" if number is None else f"there is no version {number}"
        raise Conflict("version", f"{what}: versions are {known}")
    return found


def _facts(one: Publication) -> dict[str, Any]:
    fields = (
        "version",
        "valid_from",
        "published_at",
        "author",
        "approver",
        "weight",
        "notice_days",
        "withdraws",
    )
    return {name: getattr(one, name) for name in fields} | {
        "definition_hash": one.definition_hash.hex(),
        "terms_hash": one.terms_hash.hex(),
    }


def _installed(asked: argparse.Namespace) -> bool:
    """Whether there is anything to compare with: a database that is named, or a folder that holds one."""
    return bool(os.environ.get("DATABASE_URL")) or (folder_of(asked.folder) / "data").exists()


def _now(program: Program | None) -> datetime:
    """The time in a programme: that of its test clock, or the system's."""
    return (program.test_clock if program else None) or datetime.now(UTC)


def _since(asked: argparse.Namespace, zone: str) -> datetime | None:
    """The instant that --from names; a day is its first instant in the programme's zone."""
    if asked.since is None:
        return None
    try:
        return start_of_day(date.fromisoformat(asked.since), zone)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(asked.since)
    except ValueError as wrong:
        said = f"{asked.since!r} is no time: write a day such as 2026-12-01, or 2026-12-01T08:00:00+08:00"
        raise Conflict("from", said) from wrong
    if at.tzinfo is None:
        raise Conflict("from", f"{asked.since!r} has no zone: write {asked.since}+08:00")
    return at


def _located(plan: Plan, loaded: Loaded) -> Plan:
    found = tuple(loaded.located(one) for one in (*loaded.findings, *plan.findings))
    return msgspec.structs.replace(plan, findings=found)


def _unreadable(asked: argparse.Namespace, loaded: Loaded) -> int:
    if asked.json:
        _json({"refused": True, "findings": loaded.findings})
    else:
        for finding in loaded.findings:
            print(finding)
        print(f"{asked.dir} cannot be read: {len(loaded.findings)} findings")
    return 1


def _tell(asked: argparse.Namespace, plan: Plan) -> None:
    if asked.json:
        _json(plan)
    else:
        for line in lines_of(plan):
            print(line)


def _json(value: Any) -> None:
    print(msgspec.json.encode(value).decode())
