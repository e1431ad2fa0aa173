"""Editing YAML in place: what is asked for changes, and comments, order and style of the rest stay."""

import pytest

from jifen.programs.loading import load_texts
from jifen.programs.yaml_editing import Way, add, put, take
from jifen.programs.yaml_reading import page_of

TEXT = """\
# The village's rules.
rules:
  grace_days: 7   # a week
  validity: {type: rolling, months: 6}
  rules:
    # What everybody gets.
    - type: flat
      id: one
      points: 1
    - {type: flat, id: two, points: 2}

    # At the end.
    - type: flat
      id: three
      when:
        minimum_fen: 300
      points: 3
  headings_en: {粮油: Staples}
"""
FILES = {"rules.yaml": TEXT, "programme.yaml": "code: village\nname: 村\n"}
RULES: Way = ("rules", "rules")


def values(files: dict[str, str]) -> dict[str, object]:
    """The values of the rules' file."""
    page = page_of("rules.yaml", files["rules.yaml"].encode())
    assert page.findings == []
    found: dict[str, object] = page.values["rules"]
    return found


def lines_changed(files: dict[str, str]) -> set[str]:
    """The lines that are there now or were before, but not both."""
    return set(TEXT.splitlines()) ^ set(files["rules.yaml"].splitlines())


def test_a_number_changes_in_its_line_and_its_comment_stays() -> None:
    """Nothing else of the file moves."""
    made = put(FILES, ("rules", "grace_days"), 9)
    assert lines_changed(made) == {"  grace_days: 7   # a week", "  grace_days: 9   # a week"}
    assert made["programme.yaml"] == FILES["programme.yaml"]


def test_a_field_of_a_block_and_of_a_line_change() -> None:
    """Each in the style in which it is written; a new field stands at the end of its object."""
    made = put(put(FILES, (*RULES, 2, "points"), 30), (*RULES, 1, "points"), 20)
    assert lines_changed(made) == {
        "      points: 3", "      points: 30",
        "    - {type: flat, id: two, points: 2}", "    - {type: flat, id: two, points: 20}",
    }  # fmt: skip
    more = put(FILES, (*RULES, 2, "once"), "ever")
    assert lines_changed(more) == {"      once: ever"}


def test_an_item_is_added_and_taken_away() -> None:
    """With the comments of its neighbours left where they are."""
    made = add(FILES, RULES, {"type": "flat", "id": "four", "points": 4})
    assert [one["id"] for one in values(made)["rules"]] == ["one", "two", "three", "four"]  # type: ignore[attr-defined]
    assert "# At the end." in made["rules.yaml"]
    gone = take(FILES, (*RULES, 1))
    assert [one["id"] for one in values(gone)["rules"]] == ["one", "three"]  # type: ignore[attr-defined]
    assert lines_changed(gone) == {"    - {type: flat, id: two, points: 2}"}


def test_a_list_that_is_not_there_is_begun() -> None:
    """In the object that it belongs to."""
    made = add(FILES, ("rules", "campaigns"), {"code": "spring", "title": "年货季"})
    assert values(made)["campaigns"] == [{"code": "spring", "title": "年货季"}]
    assert lines_changed(made) == {"  campaigns:", "  - code: spring", "    title: 年货季"}


@pytest.mark.parametrize(
    "value", ["a: b", "yes", "007", "# no comment", "- item", "a\nb", "", "{points}", "“引号”", "1.5", "null"]
)
@pytest.mark.parametrize("way", [(*RULES, 0, "title"), (*RULES, 1, "id"), (*RULES, 2, "id")], ids=str)
def test_any_text_is_read_back_as_it_is(value: str, way: Way) -> None:
    """Whatever YAML would make of it: where it cannot be put in place, the file is written anew."""
    made = put(FILES, way, value)
    rules = values(made)["rules"]
    assert rules[way[2]][way[3]] == value  # type: ignore[index]
    others = [one for place, one in enumerate(rules) if place != way[2]]  # type: ignore[arg-type, var-annotated]
    before = [one for place, one in enumerate(values(FILES)["rules"]) if place != way[2]]  # type: ignore[arg-type, var-annotated]
    assert others == before


def test_what_no_file_holds_is_refused() -> None:
    """There is no place to write it."""
    with pytest.raises(ValueError, match="write it by hand"):
        put(FILES, ("terms", "operator"), "us")


def test_texts_are_loaded_as_a_folder_is() -> None:
    """Findings name the file and the line."""
    loaded = load_texts({**FILES, "rules.yaml": TEXT.replace("points: 3", "points: three")})
    assert loaded.programme is None
    wrong = next(one for one in loaded.findings if one.path == "rules.rules[2].points")
    assert (wrong.file, wrong.line) == ("rules.yaml", 17)


def test_what_cannot_be_put_in_place_is_written_anew() -> None:
    """Into an object on one line nothing is squeezed: the values are right, and the comments are gone."""
    made = put(FILES, ("rules", "headings_en", "美妆"), "Beauty")
    assert values(made)["headings_en"] == {"粮油": "Staples", "美妆": "Beauty"}
    assert values(made)["rules"] == values(FILES)["rules"]
    assert "# What everybody gets." not in made["rules.yaml"]
