"""A folder of YAML: everything that is wrong is told at once, with its place and what to do."""

from pathlib import Path

import pytest

from jifen.programs.findings import Finding
from jifen.programs.loading import Loaded, load

WHOLE = """\
code: village
name: 青禾村
units:
  - {code: point, name: 积分, offset_points: 100, offset_fen: 100}
terms:
  operator: 青禾合作社
  contact: 村委会一楼
rules:
  rules:
    - {type: per_amount, id: base, rate: {points: 1, fen: 100}}
"""


def folder(path: Path, **files: str) -> Loaded:
    """A folder of these files, loaded."""
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load(path)


def only(loaded: Loaded) -> Finding:
    """The one thing that was found."""
    assert loaded.programme is None
    assert len(loaded.findings) == 1, [str(one) for one in loaded.findings]
    return loaded.findings[0]


def test_a_programme_may_stand_in_one_file_or_in_several(tmp_path: Path) -> None:
    """Rules, terms and messages may be spread, each of their fields in one file."""
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    one = folder(tmp_path / "one", programme=WHOLE)
    head, _, rules = WHOLE.partition("rules:\n")
    many = folder(
        tmp_path / "many",
        programme=head,
        rules="rules:\n" + rules,
        validity="rules:\n  validity: {type: rolling, days: 30}\n",
    )
    assert one.findings == many.findings == ()
    assert one.programme == many.programme


def test_a_field_in_two_files_is_refused(tmp_path: Path) -> None:
    """Neither wins: the place of both is told."""
    found = only(folder(tmp_path, a=WHOLE, b="name: 另一个名字\n"))
    assert (found.code, found.file, found.line, found.path) == ("field_in_two_files", "b.yaml", 1, "name")
    assert "a.yaml already, in line 2" in found.what
    again = only(folder(tmp_path, b="rules:\n  rules: []\n"))
    assert (again.code, again.path) == ("field_in_two_files", "rules.rules")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """Each with line, column and field, in the order of the file."""
    loaded = folder(
        tmp_path,
        programme="""\
code: Village One
name: 青禾村
units:
  - {code: point, name: 积分, offset_points: 100, offset_fen: 1.50}
terms:
  operator: 青禾合作社
  contact: 4001
  two_eyes: yes
  close_on: 2026-12-31
rules:
  validity: {type: roling, months: 3}
  rules:
    - {type: per_amount, id: base, rate: {points: 1, fen: 0}, when: {weekdays: [8]}}
    - {type: flat, id: gift, points: 010}
    - {type: multiplier, id: double, factor: 2}
    - {type: flat, id: late, points: 1, when: {since: 2026-12-01}}
    - {type: flat, id: later, points: 1, when: {until: 2026-12-01T00:00:00}}
""",
    )
    assert [(one.code, one.path, one.line) for one in loaded.findings] == [
        ("wrong_form", "code", 1),
        ("fraction", "units[0].offset_fen", 4),
        ("wrong_type", "terms.contact", 7),
        ("ambiguous_value", "terms.two_eyes", 8),
        ("unknown_field", "terms.close_on", 9),
        ("unknown_value", "rules.validity.type", 11),
        ("out_of_range", "rules.rules[0].rate.fen", 13),
        ("out_of_range", "rules.rules[0].when.weekdays[0]", 13),
        ("ambiguous_value", "rules.rules[1].points", 14),
        ("wrong_type", "rules.rules[2].factor", 15),
        ("wrong_type", "rules.rules[3].when.since", 16),
        ("no_zone", "rules.rules[4].when.until", 17),
    ]
    assert loaded.programme is None
    told = {one.path: one.remedy for one in loaded.findings}
    assert told["terms.close_on"].startswith("did you mean 'closes_on'?")
    assert told["rules.validity.type"].startswith("did you mean 'rolling'?")
    assert told["rules.rules[2].factor"] == 'put it in quotes: "2"'
    assert told["rules.rules[3].when.since"].endswith("2026-12-01T00:00:00+08:00")
    weekday = next(one for one in loaded.findings if one.path.endswith("weekdays[0]"))
    assert weekday.column == WEEKDAY_COLUMN
    assert "8" in weekday.what


WEEKDAY_COLUMN = len("    - {type: per_amount, id: base, rate: {points: 1, fen: 0}, when: {weekdays: [") + 1


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("name: 甲\nname: 乙\n", "key_twice", "first in line 1"),
        ("name: &a 甲\n", "yaml_not_plain", "anchor or alias 'a'"),
        ("name: !!python/object:os.system 甲\n", "yaml_not_plain", "tag"),
        ("name: [\n", "yaml_malformed", "expected"),
        ("name: 甲\n---\nname: 乙\n", "yaml_malformed", "document"),
        ("- name\n", "not_a_mapping", "does not hold fields"),
        ('name: "甲\\u200b"\n', "unprintable", "U+200B"),
        ("name: " + "[" * 60 + "]" * 60 + "\n", "yaml_not_plain", "deep"),
        ("? [a, b]\n: 1\n", "key_not_plain", "list"),
    ],
)
def test_what_yaml_would_read_otherwise_is_refused(tmp_path: Path, text: str, code: str, said: str) -> None:
    """Aliases, tags, doubled keys, several documents: none of them means what it seems to."""
    loaded = folder(tmp_path, programme=text)
    found = next(one for one in loaded.findings if one.code == code)
    assert said in found.what
    assert found.file == "programme.yaml"
    assert found.line >= 1


def test_a_bomb_of_aliases_is_refused_before_it_grows(tmp_path: Path) -> None:
    """Nine lines that would stand for a thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    found = next(one for one in folder(tmp_path, bomb="\n".join(lines)).findings if one.file)
    assert (found.code, found.line) == ("yaml_not_plain", 1)


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "OFF", "True", "0x10", "1_000", "21:30", "+5", "1e3", ".inf"]
)
def test_words_that_may_be_something_else_are_refused_until_quoted(tmp_path: Path, word: str) -> None:
    """Beside it: in quotes it is the text that it seems to be."""
    loaded = folder(tmp_path, programme=WHOLE.replace("name: 青禾村", f"name: {word}"))
    assert only(loaded).code in ("ambiguous_value", "fraction")
    quoted = folder(tmp_path, programme=WHOLE.replace("name: 青禾村", f'name: "{word}"'))
    assert quoted.programme is not None
    assert quoted.programme.name == word


def test_a_folder_that_is_none_and_one_without_yaml(tmp_path: Path) -> None:
    """Both are told of; `.yml` is not read, and said so."""
    assert only(load(tmp_path / "nowhere")).code == "no_folder"
    (tmp_path / "programme.yml").write_text(WHOLE)
    loaded = load(tmp_path)
    assert [one.code for one in loaded.findings] == ["other_ending", "no_files"]
    assert loaded.findings[0].remedy == "rename it to programme.yaml"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Not UTF-8, and too large; a byte order mark and Windows line ends are taken."""
    (tmp_path / "programme.yaml").write_bytes(WHOLE.encode("gb18030"))
    assert only_of(load(tmp_path), "not_utf8").what == "byte 20 is no UTF-8"
    (tmp_path / "programme.yaml").write_bytes(b"#" * 2_000_001)
    assert only_of(load(tmp_path), "yaml_not_plain").remedy.startswith("split it")
    (tmp_path / "programme.yaml").write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load(tmp_path).programme is not None


def only_of(loaded: Loaded, code: str) -> Finding:
    """The one finding of a code."""
    (found,) = [one for one in loaded.findings if one.code == code]
    return found


def test_a_finding_without_a_place_gets_that_of_the_nearest_field(tmp_path: Path) -> None:
    """A field that is there by default stands where the field around it stands."""
    loaded = folder(tmp_path, programme=WHOLE)
    place = loaded.located(Finding(code="x", path="rules.rules[0].when.since", what="", remedy=""))
    assert (place.file, place.line, place.column) == ("programme.yaml", 10, 7)
    assert loaded.located(Finding(code="x", path="messages.quiet", what="", remedy="")).line == 1
