"""The demo and the import: real baskets through the bulk path, and nothing twice."""

import asyncio
import json
import re
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jifen.api.ordering import STATES
from jifen.cli.demo.cases import INVITED
from jifen.cli.demo.desk import Desk
from jifen.cli.demo.keyring import Keyring
from jifen.cli.demo.log_ins import STAFF
from jifen.cli.demo.people import CHUNSHENG, MINXIA, XIAOMAN, phone_of
from jifen.cli.opening import opened
from jifen.cli.serving import running
from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.parties.members import Joining, Members
from jifen.parties.programs import Unit
from jifen.parties.roles import STAFF_ROLES
from jifen.parties.secrets import Vault
from jifen.parties.staff import SignInRefused, StaffBook
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.store.backup import restore
from jifen.store.database import connect_pool
from jifen.store.migrate import with_database
from tests.databases import execute
from tests.demo import DEMO, Demo, demo, jifen

__all__ = ["demo"]

NUMBER = re.compile(r"[0-9][0-9,]*")
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def url(server: str, demo: Demo) -> AsyncIterator[str]:
    """A database with what the first run left, restored from a backup."""
    assert demo.code == 0, demo.out + demo.err
    await execute(server, "CREATE DATABASE demo")
    url = with_database(server, "demo")
    await restore(url, demo.whole)
    yield url
    await execute(server, "DROP DATABASE demo WITH (FORCE)")


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the first run, for this file alone."""
    return Path(shutil.copytree(demo.folder, tmp_path_factory.mktemp("demo") / "demo"))


@pytest.fixture(scope="module")
def desk(folder: Path, url: str) -> Iterator[Desk]:
    """Somebody who asks the demo's server as its operator."""
    with running(folder, folder / "server.log", url=url, jobs=False) as server:
        asks = Desk(server.address, Keyring(folder).kept)
        yield asks
        asks.close()


def test_the_demo_books_real_baskets(demo: Demo) -> None:
    """Three days of the year, all of the cast's, and the story beside them; the books are proven."""
    assert demo.code == 0, demo.out + demo.err
    facts = json.loads(demo.out.splitlines()[-1])["facts"]
    booked, of_the_data, _ = (int(word.replace(",", "")) for word in NUMBER.findall(facts["baskets"]))
    assert booked > of_the_data > 1000
    assert facts["verify"] == "no finding"


def test_a_second_run_books_nothing(demo: Demo, folder: Path, url: str) -> None:
    """On the restored backup it finds the baskets and the story, and what it sends again is known."""
    before = json.loads(demo.out.splitlines()[-1])["facts"]
    second = jifen(*DEMO, "--folder", str(folder), url=url)
    assert second.returncode == 0, second.stdout + second.stderr
    again = json.loads(second.stdout.splitlines()[-1])["facts"]
    assert again["replayed now"].startswith("0 baskets, 0 facts")
    assert again["booked before"].endswith("were known and 0 booked")
    assert again["baskets"] == before["baskets"]


async def test_each_role_can_sign_in(demo: Demo, folder: Path, url: str) -> None:
    """The table names a log-in for each role; the passwords are in a file that nobody else may read."""
    keyring = Keyring(folder)
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    said = demo.err
    roles = set()
    async with opened(folder, dsn=url) as at_hand:
        book = StaffBook(at_hand.pool, at_hand.vault)
        for one in STAFF:
            password = keyring.password(one.login)
            assert password in said
            roles.add((await book.check(one.login, password, "", START)).role)
            with pytest.raises(SignInRefused):
                await book.check(one.login, f"not {password}", "", START)
    assert roles == set(STAFF_ROLES)
    for member in (XIAOMAN, CHUNSHENG):
        assert phone_of(member.household) in said


def test_orders_are_in_every_state(desk: Desk) -> None:
    """From placed to failed, each state has an order, and one is booked for tomorrow."""
    for state in STATES:
        assert desk.ask("GET", f"/v1/orders?state={state}")["orders"], state
    tomorrow = desk.ask("GET", "/v1/orders?slots_on=2026-11-22")["orders"]
    assert {order["state"] for order in tomorrow} >= {"confirmed", "placed"}
    failed = desk.ask("GET", "/v1/orders?state=failed")["orders"]
    number = failed[0]["member"]
    kinds = [entry["kind"] for entry in desk.ask("GET", f"/v1/members/{number}/entries")["entries"]]
    assert "return" in kinds or "order" in kinds or "compensate" in kinds


def test_members_have_names_balances_and_a_family(desk: Desk) -> None:
    """Xiaoman has points to spend, some held, green ones by evidence, and a share of a pool."""
    number = XIAOMAN.number
    assert desk.ask("GET", f"/v1/members/{number}")["name"] == "林小满"
    balances = desk.ask("GET", f"/v1/members/{number}/balance")["balances"]
    point = balances["point"]
    assert point["available"] > 1000
    assert point["held"] == 600
    assert point["pending"] > 0, "a night at the hotel matures after 14 days"
    assert any(lapse["last_day"] == "2026-11-30" for lapse in point["lapsing"])
    assert balances["green"]["available"] > 0
    family = desk.ask("GET", f"/v1/members/{number}/household")
    assert family["number"] == "林家"
    assert len(family["members"]) == 3
    assert (
        desk.ask("GET", f"/v1/members/{CHUNSHENG.number}/balance")["balances"]["point"]["available"] > 10_000
    )
    owing = desk.ask("GET", f"/v1/members/{INVITED[3][0]}/balance")["balances"]["point"]
    assert owing["owed"] > 0, "what came back was spent already"
    consent = desk.ask("GET", f"/v1/members/{number}/consents/marketing")
    assert not consent["holds"]


def test_things_wait_for_a_person(desk: Desk) -> None:
    """An appeal, suggestions, a version of the programme, a dead letter, a refused referral."""
    assert [one["member"] for one in desk.ask("GET", "/v1/appeals")["appeals"]] == [MINXIA.number]
    assert len(desk.ask("GET", "/v1/proposals")["proposals"]) == 3
    assert len(desk.ask("GET", "/v1/adjustment-proposals")["adjustments"]) == 2
    waiting = desk.ask("GET", "/v1/programmes/proposals")["proposals"]
    assert [one["state"] for one in waiting] == ["waiting"]
    weights = [one["weight"] for one in desk.ask("GET", "/v1/programmes/publications")["publications"]]
    assert len(weights) == 4
    assert "adverse" in weights
    assert desk.ask("GET", "/v1/messages?state=dead")["messages"]
    lapsed = desk.ask("GET", "/v1/referrals?state=lapsed")["referrals"]
    assert [(one["reason"], one["shared"]) for one in lapsed] == [("linked", ["device"])]
    assert desk.ask("GET", "/v1/referrals?state=paid")["referrals"]
    assert desk.ask("GET", "/v1/outages")["outages"]


async def test_an_import_sends_a_file_line_by_line(database: str, tmp_path: Path) -> None:
    """Good lines are booked though a bad one stands between them; a second time all are known."""
    pool = await connect_pool(database, size=2)
    catalog = Catalog(pool)
    program = await catalog.add_program("qinghe", "青禾联盟", "Asia/Shanghai", START)
    await catalog.add_unit(program.id, Unit("point", "积分", 100, 100))
    program = await catalog.add_merchant(program.id, "hetian", "禾田超市", START)
    await catalog.add_store(program.id, program.merchants["hetian"].id, "liuhe", "柳河镇店")
    rules = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),))
    await catalog.publish(program.id, rules, START - timedelta(days=1), START)
    await Members(pool, Vault(b"0" * 32)).enrol(program.id, Joining("A001"), START)
    key = await Keys(pool).make(program.id, None, "operator", START)
    await pool.close()
    line = '{"type":"purchase","key":"k%d","member":"A001","store":"liuhe","amount":%d}'
    file = tmp_path / "facts.ndjson"
    file.write_text("\n".join([line % (1, 500), line % (2, -5), "", line % (3, 700)]))
    with running(tmp_path, tmp_path / "server.log", url=database) as server:
        words = ("import", str(file), "--server", server.address, "--key", key, "--json")
        runs = [await asyncio.to_thread(jifen, *words) for _ in range(2)]
    first, second = (json.loads(run.stdout.splitlines()[-1]) for run in runs)
    assert first == {"booked": 2, "known": 0, "refused": {"invalid_request": 1}}
    assert second == {"booked": 0, "known": 2, "refused": {"invalid_request": 1}}
    assert [run.returncode for run in runs] == [1, 1], "a line that is no fact is told by the exit code"
