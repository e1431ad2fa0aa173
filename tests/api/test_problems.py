"""Problems: the list in the documents is the list in the code, and every refusal has its place in it."""

import re
from pathlib import Path

from jifen.api.problems import KINDS, Problem, refused, shown
from jifen.books.refusals import Code, Refusal

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"
ROW = re.compile(
    r"^\| `(?P<code>[a-z_]+)` \| (?P<status>\d{3}) \| (?P<retry>yes|no) \| (?P<title>.+) \| (?P<remedy>.+) \|"
)


def test_the_page_lists_what_the_code_knows() -> None:
    """Code, status, whether to try again, meaning and remedy, in the code's order."""
    rows = [found.groupdict() for line in PAGE.read_text().splitlines() if (found := ROW.match(line))]
    assert rows == [
        {
            "code": str(code),
            "status": str(kind.status),
            "retry": "yes" if kind.retry else "no",
            "title": kind.title,
            "remedy": kind.remedy,
        }
        for code, kind in KINDS.items()
    ]


def test_every_refusal_of_the_books_has_a_status() -> None:
    """A new reason to refuse cannot be forgotten here."""
    assert {str(code) for code in Code} <= {str(code) for code in KINDS}


def test_only_our_own_state_is_worth_a_retry() -> None:
    """What the caller sent stays wrong; what waits or is down may pass."""
    retried = {str(code) for code, kind in KINDS.items() if kind.retry}
    assert retried == {"busy", "shutting_down", "database_unavailable", "internal", "hold_running"}
    assert all(kind.status >= 500 for code, kind in KINDS.items() if kind.retry and code != "hold_running")


def test_facts_do_not_overwrite_what_a_problem_is() -> None:
    """A fact of the name of a member of the problem is left out."""
    problem = refused(Refusal(Code.NOTHING_LEFT, "x", {"status": 200, "left": 3}))
    assert isinstance(problem, Problem)
    assert b'"status":409' in problem.body()
    assert b'"left":3' in problem.body()


def test_values_are_shown_short_and_exact() -> None:
    """What no reader keeps exact is a text, what is long is cut, what cannot be written is named."""
    assert shown(2**53 - 1) == 9_007_199_254_740_991
    assert shown(2**53) == "9007199254740992"
    assert shown(10**100) == str(10**100)[:79] + "…"
    assert shown("x" * 100) == "x" * 79 + "…"
    assert shown("\ud800") == "?"
    assert shown({"a": [1]}) == '{"a":[1]}'
    assert shown(True) is True
    assert shown(object()) == "object"
