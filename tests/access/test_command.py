"""`jifen staff`: who may sign in, as an operator types it."""

import asyncio
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from jifen.cli.main import main
from jifen.cli.opening import opened
from jifen.parties.audit import Audit
from jifen.parties.staff import SignInRefused, StaffBook

PASSWORD = "three plain words"
NOW = datetime.now(UTC)


class Shell:
    """Types commands on a database of its own, and reads what they print."""

    def __init__(self, where: Path, out: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.where = where
        self.out = out
        self.patch = patch

    def type(self, *words: str, password: str = PASSWORD) -> tuple[int, str]:
        """The exit code and everything that was printed; the password comes by a pipe."""
        self.patch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        code = main(["staff", *words, "--folder", str(self.where)])
        caught = self.out.readouterr()
        return code, caught.out + caught.err


@pytest.fixture
def shell(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """An operator at the command line, of a programme with a merchant."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("JIFEN_AS", "ann")

    async def found() -> None:
        async with opened(tmp_path) as at_hand:
            made = await at_hand.catalog.add_program("qinghe", "青禾联盟", "Asia/Shanghai", NOW)
            made = await at_hand.catalog.add_merchant(made.id, "hetian", "禾田超市", NOW)
            await at_hand.catalog.add_store(made.id, made.merchants["hetian"].id, "S367", "柳河镇店")

    asyncio.run(found())
    return Shell(tmp_path, capsys, monkeypatch)


def signs_in(shell: Shell, login: str, password: str, code: str = "") -> str:
    """Why somebody may not sign in; '': in."""

    async def run() -> str:
        async with opened(shell.where) as at_hand:
            try:
                await StaffBook(at_hand.pool, at_hand.vault).check(login, password, code, NOW)
            except SignInRefused as refused:
                return refused.why
            return ""

    return asyncio.run(run())


def test_somebody_is_added_and_signs_in_by_what_was_printed(shell: Shell) -> None:
    """The authenticator's secret is shown this once; the password was read from a pipe."""
    code, said = shell.type("add", "qinghe", "wang", "--name", "王敏", "--role", "approver")
    assert code == 0, said
    assert "wang may sign in as approver" in said
    uri = said.split("shown this once: ", 1)[1].strip()
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    assert signs_in(shell, "wang", PASSWORD, pyotp.TOTP(secret).at(NOW)) == ""
    _, said = shell.type("list", "qinghe", "--json")
    assert json.loads(said)["staff"] == [
        {
            "login": "wang",
            "name": "王敏",
            "role": "approver",
            "merchant": None,
            "store": None,
            "codes": True,
            "disabled": False,
        }
    ]


def test_a_cashier_belongs_to_a_store(shell: Shell) -> None:
    """Of a merchant that is there; else it is said which are."""
    add = ("add", "qinghe", "zhou", "--name", "周敏", "--role", "cashier", "--without-codes")
    for wrong, said in (
        ((), "is no merchant: name one of hetian"),
        (("--merchant", "nobody"), "is no merchant: name one of hetian"),
        (("--merchant", "hetian", "--store", "S1"), "is no store of the merchant"),
    ):
        code, told = shell.type(*add, *wrong)
        assert code == 1
        assert said in told
    code, told = shell.type(*add, "--merchant", "hetian", "--store", "S367")
    assert code == 0, told
    assert "authenticator" not in told
    _, listed = shell.type("list", "qinghe")
    assert "S367" in listed
    assert "password alone" in listed


def test_what_cannot_be_is_said(shell: Shell) -> None:
    """A weak password, a login twice, a programme or a person that are not there."""
    add = ("add", "qinghe", "wang", "--name", "王敏", "--role", "clerk")
    assert "choose one of 10 or more" in shell.type(*add, password="short")[1]
    assert shell.type(*add)[0] == 0
    assert "the login 'wang' is taken" in shell.type(*add)[1]
    assert "there is no programme 'nowhere'" in shell.type("list", "nowhere")[1]
    assert "there is nobody of the login 'li'" in shell.type("disable", "li")[1]


def test_somebody_is_disabled_enabled_and_gets_new_secrets(shell: Shell) -> None:
    """Each stands in the audit log under who typed it."""
    shell.type("add", "qinghe", "wang", "--name", "王敏", "--role", "clerk")
    assert shell.type("disable", "wang")[0] == 0
    assert signs_in(shell, "wang", PASSWORD) == "disabled"
    assert shell.type("enable", "wang")[0] == 0
    assert shell.type("password", "wang", password="quite another one")[0] == 0
    assert signs_in(shell, "wang", PASSWORD) == "wrong"
    assert signs_in(shell, "wang", "quite another one") == "code_needed"
    code, said = shell.type("codes", "wang")
    assert code == 0
    assert "otpauth://totp/" in said

    async def read() -> list[tuple[str, str, str, str]]:
        async with opened(shell.where) as at_hand:
            program = await at_hand.catalog.by_code("qinghe")
            assert program is not None
            audit = Audit(at_hand.pool, at_hand.vault)
            assert await audit.fault(program.id) == ""
            lines = await audit.page(program.id)
            return [(line.actor, line.role, line.action, line.target) for line in reversed(lines)]

    doings = ("add", "disable", "enable", "password", "codes")
    assert asyncio.run(read()) == [("ann", "shell", f"staff_{doing}", "wang") for doing in doings]
