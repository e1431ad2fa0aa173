"""Exported programmes load to what they were."""

from pathlib import Path

import pytest

from jifen.programs.loading import load
from jifen.programs.writing import files_of, write_folder
from jifen.rules.definition import Flat, Multiplier
from jifen.values.periods import Never

from .villages import SINCE, village, with_rules

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/"))


def test_a_programme_is_written_and_loads_again(tmp_path: Path) -> None:
    """Factors stay texts, times keep their zone, words like `no` stay words."""
    tricky = with_rules(
        village(),
        rules=(
            *village().rules.rules,
            Multiplier(id="double", title="no", factor="2"),
            Flat(id="1e3", title="2026-12-01", points=1, acts=("on", "010")),
        ),
        validity=Never(),
    )
    made = write_folder(tricky, tmp_path)
    assert [path.name for path in made] == [
        "programme.yaml", "rules.yaml", "rewards.yaml", "programme.schema.json"
    ]  # fmt: skip
    loaded = load(tmp_path)
    assert loaded.findings == ()
    assert loaded.programme == tricky
    assert str(SINCE.year) in (tmp_path / "rules.yaml").read_text(encoding="utf-8")


def test_a_folder_that_holds_yaml_is_never_overwritten(tmp_path: Path) -> None:
    """Somebody's work may stand in it."""
    (tmp_path / "mine.yaml").write_text("code: mine\n")
    with pytest.raises(FileExistsError, match=r"mine\.yaml already"):
        write_folder(village(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml"]


def test_defaults_are_not_written() -> None:
    """What an operator did not say does not stand there as if it had been said."""
    text = "".join(files_of(village()).values())
    for name in ("own_points_first", "fallback", "two_eyes", "title_en", "later"):
        assert name not in text


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_every_example_comes_back_as_it_was(folder: Path, tmp_path: Path) -> None:
    """Through files and back."""
    loaded = load(folder)
    assert loaded.programme is not None, loaded.findings
    write_folder(loaded.programme, tmp_path)
    assert load(tmp_path).programme == loaded.programme
