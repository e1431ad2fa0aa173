"""The linter refuses what the law forbids, names the article, and lets lawful neighbours pass."""

from pathlib import Path
from time import process_time

import msgspec
import pytest

from jifen.programs.linter.law import articles
from jifen.programs.linter.linting import Score, found_in, lint, score

SENTENCES = Path(__file__).with_name("sentences")


def unlawful(name: str) -> list[tuple[str, str]]:
    classes = msgspec.yaml.decode((SENTENCES / name).read_bytes(), type=dict[str, list[str]])
    return [(kind, text) for kind, texts in classes.items() for text in texts]


def lawful(name: str) -> list[str]:
    return msgspec.yaml.decode((SENTENCES / name).read_bytes(), type=list[str])


def of_set(name: str) -> Score:
    return score(unlawful(f"{name}unlawful.yaml"), lawful(f"{name}lawful.yaml"))


@pytest.mark.parametrize(("kind", "text"), unlawful("unlawful.yaml"))
def test_what_is_unlawful_is_refused_with_its_article_and_a_wording(kind: str, text: str) -> None:
    """Paraphrases, spaces and signs within words, traditional characters, full width, pinyin, English."""
    found = lint(text, "zh", path="here", expiry_sms=kind == "link_in_expiry")
    refused = [one for one in found if one.code == f"says_{kind}"]
    assert refused, [str(one) for one in found]
    article = articles()[kind]
    assert refused[0].severity == "error"
    assert refused[0].source == article.article
    assert article.wording in refused[0].remedy


@pytest.mark.parametrize("text", lawful("lawful.yaml"))
def test_what_is_near_to_it_and_lawful_passes(text: str) -> None:
    assert found_in(text) == []


def test_the_first_sets_are_large_and_wholly_right() -> None:
    """At least 80 of each; printed with -s."""
    result = of_set("")
    print(f"\nfirst set: {result}")
    assert result.unlawful >= 80
    assert result.lawful >= 80
    assert not result.missed
    assert not result.mistaken


@pytest.mark.parametrize("name", ["held_out_", "second_"])
def test_sets_that_were_held_out_and_then_learnt_from(name: str) -> None:
    """What they showed when they were new stands in docs/linter.md; here they guard against falling back."""
    result = of_set(name)
    print(f"\n{name}: {result}")
    assert result.unlawful >= 30
    assert result.lawful >= 30
    assert not result.missed
    assert not result.mistaken


def test_a_set_that_was_never_learnt_from() -> None:
    """The honest rate: sentences that the grammar has not been tuned to. Printed with -s."""
    result = of_set("unseen_")
    print(f"\nunseen: {result}; missed {result.missed}; mistaken {result.mistaken}")
    assert result.unlawful >= 30
    assert result.lawful >= 30
    assert result.refused * 10 >= result.unlawful * 6
    assert result.passed * 10 >= result.lawful * 9


def test_every_class_has_sentences_and_every_sentence_a_class() -> None:
    kinds = {kind for kind, _ in unlawful("unlawful.yaml")}
    assert kinds == set(articles())


def test_the_very_words_and_their_place_are_told() -> None:
    """Counted in the text as it was written, disguise and all."""
    text = "欢迎参加！最 終​解·釋 權歸本店所有。"
    [hit] = found_in(text)
    assert text[hit.start : hit.end] == hit.words
    assert hit.words.startswith("最 終") or hit.words.startswith("解")
    [told] = lint(text)
    assert f"characters {hit.start + 1} to {hit.end}" in told.what


def test_both_sentences_of_the_scenario_are_refused() -> None:
    """S28, in Chinese and English."""
    for text in (
        "积分有效期内未使用概不退还",
        "兑换商品后一律不支持退换",
        "unused points are never refunded",
        "no returns after redemption",
    ):
        [one] = lint(text)
        assert one.code == "says_no_returns"
        assert "消费者权益保护法" in one.source


def test_the_wording_that_is_proposed_is_itself_lawful() -> None:
    """In both languages, also as a short message on expiry."""
    for kind, article in articles().items():
        assert found_in(article.wording, expiry_sms=True) == [], kind
        assert found_in(article.wording_en, expiry_sms=True) == [], kind


def test_the_wording_is_in_the_language_that_is_asked_for() -> None:
    [one] = lint("No refunds.", "en")
    assert articles()["no_returns"].wording_en in one.remedy


def test_a_link_is_refused_only_in_messages_of_expiry() -> None:
    text = "详情见 https://qinghe.example.com/a"
    assert found_in(text) == []
    assert {hit.kind for hit in found_in(text, expiry_sms=True)} == {"link_in_expiry"}


def test_a_denial_reaches_as_far_as_its_clause_and_no_further() -> None:
    """一句话否认了前一项，并不否认后一项。"""
    assert found_in("积分不可提现，不可转卖") == []
    assert [hit.kind for hit in found_in("积分不可转卖，但可随时提现")] == ["cash_out"]
    assert [hit.kind for hit in found_in("本店不收费。最终解释权归本店")] == ["sole_interpretation"]
    assert [hit.kind for hit in found_in("积分不仅可以购物，还能提现")] == ["cash_out"]


@pytest.mark.parametrize(
    "piece",
    [
        "不得对向就在因的和或", "公司有权随时", "最、", "一律不予任何形式的办理", "不再另行事先提前",
        "视为您会员对此已", "有权将对积分", "we may not be at any time without notice ", "never ", "no-",
        "1,000 ", "a.", "价值约", "原价原",
    ],
)  # fmt: skip
def test_no_text_makes_it_slow(piece: str) -> None:
    """A text of 2 000 letters, made of the words that phrases wait for, takes a moment and not for ever.

    It did: a repeated choice among gaps of several lengths tried them all, in a time that doubled with each.
    """
    began = process_time()
    found_in((piece * 2000)[:2000])
    assert process_time() - began < 3
