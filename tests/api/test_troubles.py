"""When the house is not well: full, closing, without its database, or at fault."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings, from_environment
from jifen.engine.command import Busy, Closed, Command, Faulty, Unavailable
from jifen.store import embedded
from tests.api.alliance import Alliance, client_of, founded, problem, running
from tests.databases import execute, name_of, passable_folder

PURCHASE = {"key": "p1", "member": "ann", "store": "air-1", "amount": 100}


@pytest.mark.parametrize(
    ("fault", "code", "status", "retry_after"),
    [
        (Busy(20_000), "busy", 503, "1"),
        (Closed("it is shutting down: send this again"), "shutting_down", 503, "1"),
        (Unavailable("it cannot be reached: send this again"), "database_unavailable", 503, "2"),
        (ConnectionRefusedError("x"), "database_unavailable", 503, "2"),
        (asyncpg.TooManyConnectionsError("x"), "database_unavailable", 503, "2"),
    ],
)
async def test_what_may_pass_is_told_to_be_tried_again(
    alliance: Alliance,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    code: str,
    status: int,
    retry_after: str,
) -> None:
    """503 with Retry-After; and then it is granted under the same key."""

    async def failing(command: Command) -> Any:
        raise fault

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(alliance.house.engine, "submit", failing)
        answer = await alliance.operator.post("/v1/purchases", **PURCHASE)
    told = problem(answer, code)
    assert (answer.status_code, answer.headers["retry-after"], told["retry"]) == (status, retry_after, True)
    assert (await alliance.operator.post("/v1/purchases", **PURCHASE)).status_code == 201


@pytest.mark.parametrize(
    "fault", [Faulty("the database refused it"), ZeroDivisionError("x"), KeyError("secret")]
)
async def test_a_fault_of_ours_has_a_number_and_no_details(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    """The caller gets an incident, the log the rest."""

    async def failing(command: Command) -> Any:
        raise fault

    monkeypatch.setattr(alliance.house.engine, "submit", failing)
    with caplog.at_level(logging.ERROR, "jifen.api"):
        answer = await alliance.operator.post("/v1/purchases", **PURCHASE)
    told = problem(answer, "internal")
    assert answer.status_code == 500
    assert "nothing moved" in told["detail"]
    assert str(fault) not in answer.text
    assert told["incident"] in caplog.text


async def test_alive_and_ready(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alive without a database, ready only with one."""
    assert (await alliance.stranger.get("/healthz")).json() == {"status": "alive"}
    assert (await alliance.stranger.get("/readyz")).json() == {"status": "ready"}

    async def lost() -> bool:
        return False

    monkeypatch.setattr(alliance.house, "ready", lost)
    answer = await alliance.stranger.get("/readyz")
    assert problem(answer, "database_unavailable")["retry"] is True
    assert (await alliance.stranger.get("/healthz")).status_code == 200


async def test_lost_connections_come_back(server: str, database: str, settings: Settings) -> None:
    """All connections are cut in the middle of work: callers wait a moment and get their answer, once."""
    name = name_of(database)
    own = Settings(database_url=database, secret=settings.secret)
    async with running(create_app(own)) as app, founded(app) as alliance:
        for number in range(3):
            cut = execute(
                server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
            facts = [
                alliance.operator.post("/v1/purchases", **{**PURCHASE, "key": f"p{number}-{one}"})
                for one in range(20)
            ]
            answers, _ = await asyncio.gather(asyncio.gather(*facts), cut)
            assert all(answer.status_code in (201, 503) for answer in answers)
            for answer in answers:
                if answer.status_code == 503:
                    assert answer.json()["code"] == "database_unavailable"
        for number in range(3):
            for one in range(20):
                await alliance.operator.done("/v1/purchases", **{**PURCHASE, "key": f"p{number}-{one}"})
        assert await alliance.operator.available("ann") == 60


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the user of an embedded server may pass through, unlike pytest's own."""
    above = passable_folder()
    yield above
    shutil.rmtree(above)


async def test_our_own_server_is_brought_back(settings: Settings, reachable: Path) -> None:
    """It is killed: a booking waits for it to come back, a read is told to come again, then answered."""
    folder = reachable / "jifen"
    own = Settings(folder=folder, secret=settings.secret)
    try:
        async with running(create_app(own)) as app, founded(app) as alliance:
            await alliance.operator.done("/v1/purchases", **PURCHASE)
            await embedded.stop(folder, mode="immediate")
            booked = await alliance.operator.done("/v1/purchases", **{**PURCHASE, "key": "p2"})
            assert booked["no"] == 2
            await embedded.stop(folder, mode="immediate")
            problem(await alliance.operator.get("/v1/members/ann/balance"), "database_unavailable")
            for _ in range(300):
                if (await alliance.operator.get("/v1/members/ann/balance")).status_code == 200:
                    break
                await asyncio.sleep(0.1)
            assert await alliance.operator.available("ann") == 2
    finally:
        await embedded.remove(folder)


async def test_a_shutdown_answers_what_was_accepted(database: str, settings: Settings) -> None:
    """Requests on their way are booked and answered; those after are told to go elsewhere."""
    own = Settings(database_url=database, secret=settings.secret)
    app: Litestar = create_app(own)
    async with running(app), founded(app) as alliance:
        many = [
            asyncio.create_task(alliance.operator.post("/v1/purchases", **{**PURCHASE, "key": f"p{one}"}))
            for one in range(300)
        ]
        await asyncio.sleep(0.05)
        await alliance.house.engine.close()
        answers = await asyncio.gather(*many)
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {201, 503}
        problem(await alliance.operator.post("/v1/purchases", **PURCHASE), "shutting_down")
        booked = await alliance.house.pool.fetchval("SELECT count(*) FROM entry")
        assert booked == sum(answer.status_code == 201 for answer in answers)
    async with client_of(app) as client:
        problem(await client.get("/v1/program"), "shutting_down")


def test_settings_come_from_the_environment() -> None:
    """What is empty counts as not given."""
    given = from_environment({"JIFEN_FOLDER": "somewhere", "DATABASE_URL": "", "JIFEN_SECRET": "22" * 32})
    assert (str(given.folder), given.database_url, given.secret) == ("somewhere", None, "22" * 32)
    assert str(from_environment({}).folder) == ".jifen"
