"""Answers are held to their labels as a careful person would hold them, and confidences to what came true."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.domain.questionnaires import Choice, Place, Question
from copilot.domain.rfp_answers import (
    Confidence,
    Dimension,
    Notice,
    NoticeCode,
    RfpAnswer,
    Route,
    ShortForm,
)
from evals.rfp.calibration import bins, calibration_error, curve, error_by_chance, error_interval
from evals.rfp.labels import Label, Source, find, place_of, read_labels
from evals.rfp.outcomes import figures_of, reliability
from evals.rfp.scoring import Excess, Judged, Outcome, judge, top_fifth

YES, NO, PARTIAL, NOT_APPLICABLE = ShortForm.YES, ShortForm.NO, ShortForm.PARTIAL, ShortForm.NOT_APPLICABLE
FILES = {"doc_a": "backups.md", "doc_b": "people.md"}
BACKUPS = "Backups are **taken** daily and kept for a year."
RULE = "Backups shall be tested every year."
PEOPLE = "Visitors are escorted."


def label(verdict: str = "answered", **given: Any) -> Label:
    chosen = {"short": ["yes"], "sources": [Source(file="backups.md", span="taken daily")], **given}
    return Label.model_validate({"file": "vsaq.json", "id": "backups", "verdict": verdict, **chosen})


def cited(text: str, *, document: str = "doc_a", number: int = 1) -> tuple[Segment, Evidence]:
    identifier = f"passage:p{number}:0-{len(text)}"
    evidence = Evidence(
        id=identifier,
        kind=EvidenceKind.PASSAGE,
        text=text,
        label="Policy",
        as_of=date(2026, 11, 16),
        document_id=document,
        start=0,
        end=len(text),
    )
    return Segment(id=f"backups.{number}", text=text, evidence_ids=(identifier,)), evidence


def answer(*said: tuple[Segment, Evidence], confidence: float = 0.9, **given: Any) -> RfpAnswer:
    claims = bool(said) or given.get("short") is not None or bool(given.get("chosen"))
    return RfpAnswer.model_validate(
        {
            "question_id": "backups",
            "language": Language.EN,
            "segments": [segment for segment, _ in said],
            "evidence": [evidence for _, evidence in said],
            "confidence": Confidence(value=confidence, dimensions=dict.fromkeys(Dimension, confidence)),
            "route": Route.HIGH if claims else Route.NO_SOURCE,
            "category": "general",
            **given,
        }
    )


def outcome_of(given: RfpAnswer, held_to: Label) -> Outcome:
    return judge(given, held_to, files=FILES).outcome


def excess_of(given: RfpAnswer, held_to: Label) -> frozenset[Excess]:
    return judge(given, held_to, files=FILES).excess


def test_an_answer_from_the_labelled_passage_in_an_allowed_form_is_right() -> None:
    judged = judge(answer(cited(BACKUPS), short=YES), label(), files=FILES)
    assert judged.outcome is Outcome.ANSWERED_RIGHT
    assert judged.excess == frozenset()
    assert judged.in_form is True
    assert judged.is_high


def test_prose_alone_is_right_and_is_told_apart_from_an_answer_in_form() -> None:
    judged = judge(answer(cited(BACKUPS)), label(), files=FILES)
    assert judged.is_right
    assert judged.in_form is False


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("answered", Outcome.ABSTAINED_WRONG),
        ("partly", Outcome.ABSTAINED_WRONG),
        ("none", Outcome.ABSTAINED_RIGHT),
    ],
    ids=["answered", "partly", "none"],
)
def test_an_abstention_is_right_only_where_nothing_answers(verdict: str, expected: Outcome) -> None:
    assert outcome_of(answer(), label(verdict)) is expected


def test_a_lead_in_without_a_source_claims_nothing() -> None:
    lead_in = Segment(id="backups.1", text="Nothing says so.", uncited_reason="lead_in")
    assert outcome_of(answer(segments=[lead_in], route=Route.EXPERT), label("none")) is Outcome.ABSTAINED_RIGHT


def test_yes_where_nothing_answers_is_wrong_and_claims_more() -> None:
    given = answer(cited(PEOPLE, document="doc_b"), short=YES)
    nothing = label("none", short=[], sources=[])
    assert outcome_of(given, nothing) is Outcome.WRONG
    assert excess_of(given, nothing) == {Excess.BEYOND, Excess.STRAY}


def test_where_nothing_answers_what_is_related_may_be_told_from_the_labelled_passage() -> None:
    related = label("none", short=["partial"])
    assert outcome_of(answer(cited(BACKUPS)), related) is Outcome.ANSWERED_RIGHT
    assert outcome_of(answer(cited(BACKUPS), short=YES), related) is Outcome.WRONG


def test_not_applicable_counts_as_leaving_out_only_where_the_label_allows_it() -> None:
    assert outcome_of(answer(short=NOT_APPLICABLE), label("none", short=["not_applicable"])) is Outcome.ABSTAINED_RIGHT
    assert outcome_of(answer(short=NOT_APPLICABLE), label("none", short=[])) is Outcome.WRONG


@pytest.mark.parametrize(
    ("short", "allowed", "excess"),
    [
        (YES, ["partial"], {Excess.BEYOND}),
        (NO, ["yes"], {Excess.BEYOND}),
        (PARTIAL, ["yes"], set()),
        (YES, [], {Excess.BEYOND}),
    ],
    ids=["yes-for-partial", "no-for-yes", "partial-for-yes", "yes-where-no-form-fits"],
)
def test_another_short_form_is_wrong_and_claims_more_unless_it_says_less(
    short: ShortForm, allowed: list[str], excess: set[Excess]
) -> None:
    held_to = label(short=allowed)
    assert outcome_of(answer(cited(BACKUPS), short=short), held_to) is Outcome.WRONG
    assert excess_of(answer(cited(BACKUPS), short=short), held_to) == excess


@pytest.mark.parametrize(
    ("chosen", "right"),
    [(("a",), True), (("a", "b"), True), (("a", "c"), False), ((), True)],
    ids=["one", "all", "one-too-many", "none"],
)
def test_choices_are_right_as_long_as_all_are_supported(chosen: tuple[str, ...], *, right: bool) -> None:
    given = answer(cited(BACKUPS), chosen=chosen)
    held_to = label(short=[], choices=["a", "b"])
    assert judge(given, held_to, files=FILES).is_right is right
    assert (Excess.BEYOND in excess_of(given, held_to)) is not right


def rule() -> Label:
    return label(strict="rule", sources=[Source(file="backups.md", span="shall be tested")])


def test_a_rule_is_not_a_fact() -> None:
    assert excess_of(answer(cited(RULE), short=YES), rule()) == {Excess.RULE_AS_FACT}
    assert outcome_of(answer(cited(RULE), short=YES), rule()) is Outcome.WRONG
    assert outcome_of(answer(cited(RULE), chosen=("backups_yes",)), rule()) is Outcome.WRONG


def test_a_rule_that_is_named_as_one_may_be_given_with_yes() -> None:
    noticed = answer(cited(RULE), short=YES, notices=[Notice(code=NoticeCode.INTENTION)])
    assert outcome_of(noticed, rule()) is Outcome.ANSWERED_RIGHT
    lead_in = Segment(id="backups.0", text="According to our backup policy:", uncited_reason="lead_in")
    segment, evidence = cited(RULE)
    told = answer(segments=[lead_in, segment], evidence=[evidence], short=YES, route=Route.HIGH)
    assert outcome_of(told, rule()) is Outcome.ANSWERED_RIGHT


def test_a_rule_quoted_without_yes_states_nothing() -> None:
    assert excess_of(answer(cited(RULE)), rule()) == frozenset()


def test_the_same_words_in_another_file_are_another_source() -> None:
    judged = judge(answer(cited(BACKUPS, document="doc_b"), short=YES), label(), files=FILES)
    assert judged.outcome is Outcome.WRONG
    assert judged.excess == {Excess.STRAY}


def test_one_stray_sentence_beside_a_right_one_claims_more_but_is_not_yet_wrong() -> None:
    given = answer(cited(BACKUPS), cited(PEOPLE, document="doc_b", number=2), short=YES)
    judged = judge(given, label(), files=FILES)
    assert judged.is_right
    assert judged.strays == (PEOPLE,)
    more = cited("Doors are locked.", document="doc_b", number=3)
    mostly = answer(cited(BACKUPS), cited(PEOPLE, document="doc_b", number=2), more, short=YES)
    assert outcome_of(mostly, label()) is Outcome.WRONG


def test_of_a_whole_passage_only_the_sentence_quoted_counts() -> None:
    segment, evidence = cited(PEOPLE)
    whole = evidence.model_copy(update={"id": "passage:p1", "text": f"{BACKUPS} {PEOPLE}"})
    quoting = answer((segment.model_copy(update={"evidence_ids": ("passage:p1",)}), whole))
    assert excess_of(quoting, label()) == {Excess.STRAY}
    saying = segment.model_copy(update={"text": "Copies are made every day.", "evidence_ids": ("passage:p1",)})
    assert outcome_of(answer((saying, whole)), label()) is Outcome.ANSWERED_RIGHT


def test_a_label_without_words_takes_any_passage_of_its_file() -> None:
    anywhere = label(sources=[Source(file="backups.md", span="")])
    assert outcome_of(answer(cited(RULE), short=YES), anywhere) is Outcome.ANSWERED_RIGHT


def judged_with(confidence: float, *, right: bool) -> Judged:
    text = BACKUPS if right else PEOPLE
    return judge(answer(cited(text), short=YES, confidence=confidence), label(), files=FILES)


def test_the_top_fifth_is_of_answers_and_takes_ties_along() -> None:
    answers = [judged_with(value / 10, right=True) for value in range(10)]
    left_out = judge(answer(), label("none"), files=FILES)
    assert [item.answer.confidence.value for item in top_fifth([*answers, left_out])] == [0.9, 0.8]
    tied = [judged_with(0.9, right=True) for _ in range(4)]
    assert len(top_fifth(tied)) == 4
    assert top_fifth([left_out]) == []


def test_the_figures_count_every_question_once() -> None:
    judged = [
        judged_with(0.9, right=True),
        judged_with(0.8, right=False),
        judge(answer(), label("none"), files=FILES),
        judge(answer(), label(), files=FILES),
    ]
    figures = {item.name: item for item in figures_of(judged, name="x", command="run", note="")}
    assert sum(figures[f"x.{outcome.value}"].value for outcome in Outcome) == 1
    assert figures["x.answerable_answered"].value == pytest.approx(1 / 3)
    assert figures["x.answerable_answered"].n == 3
    assert (figures["x.wrong_of_high"].value, figures["x.wrong_of_high"].n) == (0.5, 2)
    assert figures["x.wrong_of_high"].met is False
    assert (figures["x.claims_more"].value, figures["x.claims_more_stray"].value) == (0.5, 0.5)
    assert figures["x.calibration_error"].value == pytest.approx((0.1 + 0.8) / 2)
    assert "| 0.900 – 0.900 | 0.900 | 1 | 1 |" in reliability(judged, command="run")


def test_a_share_of_nothing_meets_no_goal() -> None:
    nothing = judge(answer(), label("none"), files=FILES)
    figures = {item.name: item for item in figures_of([nothing], name="x", command="run", note="")}
    assert (figures["x.wrong_of_high"].n, figures["x.wrong_of_high"].met) == (0, None)
    assert "no cases" in figures["x.wrong_of_high"].note
    assert "x.calibration_error" not in figures


def test_bins_are_of_equal_size_and_in_order() -> None:
    made = bins([0.9, 0.1, 0.5, 0.3, 0.7], [True, False, True, False, True], count=2)
    assert [(item.lowest, item.highest, item.hits, item.cases) for item in made] == [(0.1, 0.5, 1, 3), (0.7, 0.9, 2, 2)]
    assert bins([], []) == []


def test_the_error_is_the_mean_distance_weighted_by_size() -> None:
    confidences = [0.5] * 10 + [0.9] * 10
    right = [True, False] * 5 + [True] * 8 + [False] * 2
    two = bins(confidences, right, count=2)
    assert [round(abs(item.share - item.confidence), 6) for item in two] == [0, 0.1]
    assert calibration_error([1.0] * 20, [True] * 20) == 0
    assert calibration_error([0.0] * 20, [True] * 20) == 1
    with pytest.raises(ValueError, match="no answers"):
        calibration_error([], [])


def test_the_interval_holds_the_error_and_chance_alone_makes_some() -> None:
    confidences = [0.2, 0.4, 0.6, 0.8] * 10
    right = [False, False, True, True] * 10
    low, high = error_interval(confidences, right)
    assert 0 <= low <= high <= 1
    assert error_by_chance([1.0] * 20, draws=20) == 0
    assert 0 < error_by_chance(confidences, draws=200) < error_by_chance(confidences[:10], draws=200)
    assert len(curve(confidences, right)) == 12


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labels.toml"
    path.write_text(text, encoding="utf-8")
    return path


ENTRY = (
    '[[question]]\nfile = "v.json"\nid = "a"\nverdict = "answered"\nsources = [{ file = "backups.md", span = "%s" }]\n'
)


def test_labels_name_passages_that_are_there(tmp_path: Path) -> None:
    texts = {"backups.md": BACKUPS}
    assert read_labels(written(tmp_path, ENTRY % "are taken daily"), texts=texts)[0].name == "v.json/a"
    with pytest.raises(ValueError, match="does not say"):
        read_labels(written(tmp_path, ENTRY % "are taken hourly"), texts=texts)
    with pytest.raises(ValueError, match="twice"):
        read_labels(written(tmp_path, ENTRY % "" + ENTRY % ""), texts=texts)


def test_an_item_without_an_id_is_found_by_its_first_choice() -> None:
    choices = (Choice(key="wpa2", text="WPA2"), Choice(key="none", text="None"))
    question = Question(id="#40", text="How?", place=Place(address="#40"), choices=choices, language=Language.EN)
    assert find("wpa2", (question,)) is question
    assert find("#40", (question,)) is question
    with pytest.raises(KeyError):
        find("none", (question,))


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_committed_labels_are_enough_and_balanced(split: str) -> None:
    place = place_of(None, split=split)
    if place.missing:
        pytest.skip("the benchmark is absent")
    texts = {path.name: path.read_text(encoding="utf-8") for path in place.policies.glob("*.md")}
    labels = read_labels(place.labels, texts=texts)
    shares = {verdict: sum(item.verdict == verdict for item in labels) for verdict in ("answered", "partly", "none")}
    assert len(labels) >= 100
    assert all(count >= 10 for count in shares.values())
