"""Words and meaning in one score."""

from copilot.retrieval.fusion import fuse, standard


def test_agreement_of_both_wins() -> None:
    fused = fuse({"a": 9.0, "b": 8.0}, {"a": 0.9, "c": 0.91, "d": 0.1}, lexical_share=0.5)
    assert max(fused, key=lambda key: fused[key]) == "a"


def test_one_side_alone_decides() -> None:
    assert fuse({"a": 2.0}, {}, lexical_share=0.5) == {"a": 2.0}
    assert fuse({}, {"a": 0.2}, lexical_share=0.5) == {"a": 0.2}


def test_another_language_is_not_punished_for_its_words() -> None:
    lexical = {"same": 1.0, "other_same": 0.5}
    dense = {"foreign": 0.95, "same": 0.5, "other_same": 0.4, "far": 0.1}
    assert fuse(lexical, dense, lexical_share=0.5)["foreign"] < fuse(lexical, dense, lexical_share=0.5)["same"]
    fused = fuse(lexical, dense, lexical_share=0.5, foreign={"foreign"})
    assert max(fused, key=lambda key: fused[key]) == "foreign"


def test_share_shifts_the_balance() -> None:
    lexical, dense = {"words": 5.0}, {"meaning": 0.9, "words": 0.2, "none": 0.1}
    by_words = fuse(lexical, dense, lexical_share=0.9)
    by_meaning = fuse(lexical, dense, lexical_share=0.1)
    assert by_words["words"] > by_words["meaning"]
    assert by_meaning["meaning"] > by_meaning["words"]


def test_equal_scores_do_not_divide_by_zero() -> None:
    assert standard([0.5, 0.5]).of(0.5) == 0.0
    assert standard([]).of(3.0) == 3.0
