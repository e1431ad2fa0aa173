"""jifen explain: why an entry moved its points, rule by rule."""

import argparse
import asyncio
import sys

import msgspec
from rich.console import Console
from rich.markup import escape

from jifen.api.explaining import ExplainedEntryView, explained_view, read_explaining
from jifen.books.entries import Entry
from jifen.cli.opening import Opened, folder_of, opened
from jifen.engine.command import entry_id
from jifen.engine.loading import load_entries
from jifen.pages import figures
from jifen.pages.words import LANGUAGES, Words, words
from jifen.values.ids import EntryId, parse_id


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser("explain", help="why an entry moved its points, rule by rule")
    command.add_argument("entry", nargs="?", help="the entry's id; or name the fact by the three below")
    command.add_argument("--program", help="the programme's code")
    command.add_argument("--source", help="who reported the fact")
    command.add_argument("--key", help="under which key")
    command.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    command.add_argument(
        "--all", action="store_true", help="also the rules that have nothing to do with the event"
    )
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_explain)


def _explain(asked: argparse.Namespace) -> int:
    named = (asked.program, asked.source, asked.key)
    if bool(asked.entry) == any(named) or (any(named) and not all(named)):
        print(
            "jifen: name the entry by its id, or by --program, --source and --key together", file=sys.stderr
        )
        return 2

    async def run() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            try:
                entry = await _find(at_hand, asked)
            except LookupError as unknown:
                print(f"jifen: {unknown.args[0]}", file=sys.stderr)
                return 1
            explaining = await read_explaining(at_hand.pool, at_hand.catalog, entry)
        view = explained_view(explaining, asked.lang, operator=True, every=asked.all)
        if asked.json:
            print(msgspec.json.encode(view).decode())
        else:
            _show(Console(soft_wrap=True, highlight=False), view, words(asked.lang))
        return 0

    return asyncio.run(run())


async def _find(at_hand: Opened, asked: argparse.Namespace) -> Entry:
    """The entry that was asked for.

    Raises:
        LookupError: there is none; says what was looked for.
    """
    if asked.entry:
        try:
            of = EntryId(parse_id(asked.entry))
        except ValueError:
            raise LookupError(f"{asked.entry!r} is no id: take one as the API answered it") from None
        said = f"there is no entry {of}: check the id"
    else:
        program = await at_hand.catalog.by_code(asked.program)
        if program is None:
            raise LookupError(f"there is no programme {asked.program!r}: check its code")
        of = entry_id(program.id, asked.source, asked.key)
        said = f"source {asked.source!r} reported nothing under key {asked.key!r}: check both"
    async with at_hand.pool.acquire() as conn:
        found = (await load_entries(conn, [of], reversals=False)).get(of)
    if found is None:
        raise LookupError(said)
    return found[0].entry


def _show(console: Console, view: ExplainedEntryView, said: Words) -> None:
    """The explanation as text: one line for each rule, and below it the sum or the reason."""

    def line(text: str, style: str | None = None) -> None:
        console.print(escape(text), style=style)

    line(f"{figures.numbered(view.no)} · {view.occurred_at.isoformat()} · {view.happened}", "bold")
    if view.reason:
        line(f"{said.t('entry.reason')}: {view.reason}")
    if view.reward is not None:
        line(f"{view.reward.title}: {view.reward.said}")
    if view.rules is None:
        return
    line(f"{said.t('entry.rules')}: {view.rules.said}")
    for given in view.given:
        line(f"{figures.signed(given.points):>9}  {given.title}  [{given.rule}]")
        paid = ", ".join(f"{one.party} {figures.whole(one.points)}" for one in given.funding or ())
        for told in (given.said, given.lives, paid):
            if told:
                line(f"{'':>9}  {told}")
    for missed in view.missed:
        line(f"{0:>9}  {missed.title}  [{missed.rule}: {missed.reason}]")
        line(f"{'':>9}  {missed.said}")
