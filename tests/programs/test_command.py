"""The command line: plan, apply, approve, withdraw, show, terms, export, as an operator types them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jifen.cli.main import main
from jifen.programs.definition import Programme
from jifen.programs.loading import load
from jifen.programs.schema import schema_text
from jifen.programs.writing import write_folder
from jifen.values.periods import local_day

from .villages import shorter, village, with_terms

TODAY = local_day(datetime.now(UTC), "Asia/Shanghai")


class Shell:
    """Types commands on a database of its own, and reads what they print."""

    def __init__(self, where: Path, out: pytest.CaptureFixture[str]) -> None:
        self.where = where
        self.out = out
        self.count = 0

    def folder(self, programme: Programme) -> str:
        """A folder that holds a programme."""
        self.count += 1
        path = self.where / f"definition-{self.count}"
        write_folder(programme, path)
        return str(path)

    def type(self, *words: str) -> tuple[int, str]:
        """The exit code and everything that was printed."""
        code = main([*words, "--folder", str(self.where / "installation")])
        caught = self.out.readouterr()
        return code, caught.out + caught.err


@pytest.fixture
def shell(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """An operator at the command line."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("JIFEN_AS", "ann")
    return Shell(tmp_path, capsys)


def test_plan_works_where_nothing_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that it compares with nothing, and leaves nothing behind."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("JIFEN_FOLDER", raising=False)
    write_folder(village(), tmp_path / "village")
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "village"]) == 0
    said = capsys.readouterr().out
    assert "compared with nothing: there is no installation here" in said
    assert "+ rules.rules[base]" in said
    assert "clean: 0 errors" in said
    assert not (tmp_path / ".jifen").exists()


def test_apply_publishes_and_a_repeat_says_that_nothing_changed(shell: Shell) -> None:
    """Then show lists it, terms prints it, and export writes it back."""
    folder = shell.folder(village())
    code, said = shell.type("plan", folder, "--json")
    plan = json.loads(said)
    assert (code, plan["version"], plan["refused"]) == (0, 1, False)
    assert plan["rebates"][0]["percent"] == "1 %"
    code, said = shell.type("apply", folder)
    assert code == 0
    assert "version 1 of village holds from" in said
    code, said = shell.type("apply", folder)
    assert (code, said) == (0, "nothing changed: village is as version 1 says\n")
    code, said = shell.type("show", "village")
    assert "version 1 in force" in said
    assert "by ann" in said
    code, said = shell.type("terms", "village")
    assert "青禾村 会员积分条款" in said
    back = shell.where / "back"
    code, said = shell.type("export", "village", str(back))
    assert code == 0
    assert load(back).programme == village()
    assert shell.type("export", "village", str(back))[0] == 1


def test_apply_refuses_what_is_not_lawful_yet(shell: Shell) -> None:
    """With its place in the file and the earliest lawful date; exit code 1, and nothing published."""
    shell.type("apply", shell.folder(village()))
    folder = shell.folder(shorter(village()))
    early, lawful = TODAY + timedelta(days=30), TODAY + timedelta(days=31)
    for command in ("plan", "apply"):
        code, said = shell.type(command, folder, "--from", early.isoformat())
        assert code == 1
        assert "error notice_too_short at" in said
        assert f"the earliest lawful date is {lawful}" in said
    code, said = shell.type("apply", folder, "--from", lawful.isoformat())
    assert code == 0
    code, said = shell.type("show", "village", "--json")
    assert [one["state"] for one in json.loads(said)["versions"]] == ["scheduled", "in force"]
    code, said = shell.type("terms", "village", "--version", "2", "--changes")
    assert "- 积分自获得之日起12个月内有效" in said
    assert "+ 积分自获得之日起9个月内有效" in said
    code, said = shell.type("withdraw", "village", "2")
    assert (code, said) == (0, "version 2 is withdrawn: version 3 stands in its place\n")


def test_two_eyes_at_the_command_line(shell: Shell) -> None:
    """Ann applies, bob approves; ann's own approval is refused."""
    code, said = shell.type("apply", shell.folder(with_terms(village(), two_eyes=True)))
    assert code == 0
    proposal = said.split("`jifen approve village ")[1].split("`")[0]
    assert f"proposal {proposal} by ann waits" in shell.type("show", "village")[1]
    code, said = shell.type("approve", "village", proposal)
    assert code == 1
    assert "somebody else has to approve it" in said
    code, said = shell.type("approve", "village", proposal, "--as", "bob")
    assert code == 0
    assert "approved by bob" in shell.type("show", "village")[1]


def test_what_cannot_be_read_names_file_and_line(shell: Shell) -> None:
    """As text and as JSON; a time without zone and an unknown programme are told of too."""
    folder = Path(shell.folder(village()))
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("fen: 100", "fenn: 100"), encoding="utf-8")
    code, said = shell.type("plan", str(folder))
    assert code == 1
    assert "error unknown_field at rules.yaml:" in said
    assert "did you mean 'fen'?" in said
    code, said = shell.type("plan", str(folder), "--json")
    assert json.loads(said)["findings"][0]["file"] == "rules.yaml"
    code, said = shell.type("plan", shell.folder(village()), "--from", "2030-01-01T00:00:00")
    assert code == 1
    assert "has no zone" in said
    code, said = shell.type("show", "nowhere")
    assert (code, "there is no programme 'nowhere'" in said) == (1, True)


def test_schema_prints_the_schema(shell: Shell) -> None:
    """The very text that is stored."""
    assert shell.type("schema") == (0, schema_text())


def test_eligibility_is_refused_by_default(shell: Shell) -> None:
    """S20: nothing is printed but why."""
    shell.type("apply", shell.folder(village()))
    code, said = shell.type("eligibility", "village")
    assert code == 1
    assert "names no legal opinion" in said
