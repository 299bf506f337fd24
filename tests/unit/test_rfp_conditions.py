"""Which questions follow from others, how alike questions are, and answers as sections: without a database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.drafts import Section
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import RfpAnswer, Route, ShortForm
from copilot.domain.rfp_projects import QuestionState
from copilot.workflows.rfp.conditions import Standing, consequences, in_order, is_asked
from copilot.workflows.rfp.filed_answers import answer_of, rewritten, section_of
from copilot.workflows.rfp.likeness import figures_differ, likeness, oppose
from tests import approvals_builders as world
from tests.rfp_builders import answer, no_source, question, yes_no

EVIDENCE = Evidence(
    id="passage:psg_1",
    kind=EvidenceKind.PASSAGE,
    text="Customer data is encrypted at rest with AES-256.",
    label="Policy",
    as_of=world.TODAY,
)
KEYS = st.sampled_from([f"q{number}_{end}" for number in range(6) for end in ("yes", "no")])
CONDITIONS = st.one_of(
    st.just(""),
    KEYS,
    KEYS.map(lambda key: f"!{key}"),
    st.tuples(KEYS, KEYS).map(" && ".join),
    st.tuples(KEYS, KEYS).map(" || ".join),
)
ANSWERS = st.sampled_from([None, ShortForm.YES, ShortForm.NO, ShortForm.PARTIAL, ShortForm.NOT_APPLICABLE])
STATES = st.sampled_from([state for state in QuestionState if state is not QuestionState.EXCLUDED])


def standing(number: int, condition: str, state: QuestionState, short: ShortForm | None) -> Standing:
    has_answer = state is QuestionState.ANSWERED
    asked: Question = yes_no(number, condition=condition)
    return Standing(asked, state, answer(asked.id, (EVIDENCE,), short=short) if has_answer else None)


ALL = st.lists(st.tuples(CONDITIONS, STATES, ANSWERS), min_size=1, max_size=6).map(
    lambda rows: [standing(number, *row) for number, row in enumerate(rows)]
)


@given(ALL)
@settings(max_examples=150, deadline=None)
def test_consequences_settle_at_once_and_order_keeps_every_question(given_ones: list[Standing]) -> None:
    ordered = in_order([each.question for each in given_ones])
    assert sorted(ordered) == sorted(each.question.id for each in given_ones)
    changed = consequences(given_ones)
    assert set(changed.values()) <= {QuestionState.WAITING, QuestionState.NOT_ASKED}
    after = [
        Standing(each.question, changed.get(each.question.id, each.state), each.answer)
        if each.question.id not in changed
        else Standing(each.question, changed[each.question.id], None)
        for each in given_ones
    ]
    parents_first = {key: place for place, key in enumerate(ordered)}
    by_id = {each.question.id: each for each in after}
    for each in after:
        keys = {key.strip("! ").partition("_")[0] for key in each.question.condition.replace("&&", "||").split("||")}
        above = {key for key in keys if key in by_id and key != each.question.id}
        if (
            each.state is QuestionState.NOT_ASKED
            and each.question.condition
            and all(parents_first[key] < parents_first[each.question.id] for key in above)
        ):
            assert not is_asked(each.question, by_id), "only what certainly does not apply is left out"


@pytest.mark.parametrize("condition", ["!q0_yes", "q0_no"])
def test_no_question_is_left_out_for_its_own_answer(condition: str) -> None:
    answered = standing(0, condition, QuestionState.ANSWERED, ShortForm.YES)
    assert is_asked(answered.question, {"q0": answered})
    assert consequences([answered]) == {}


def test_what_a_person_wrote_or_filed_stays_whatever_its_parent_says() -> None:
    parent = standing(1, "", QuestionState.ANSWERED, ShortForm.NO)
    child = Standing(question(2, condition="q1_yes"), QuestionState.ANSWERED, answer("q2"), fixed=True)
    assert consequences([parent, child]) == {}
    loose = Standing(child.question, child.state, child.answer)
    assert consequences([parent, loose]) == {"q2": QuestionState.NOT_ASKED}


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Do you encrypt data at rest?", "do you encrypt DATA at rest", 1.0, 1.0),
        ("Do you encrypt data at rest?", "Is data encrypted at rest?", 0.9, 0.99),
        ("Do you encrypt data at rest?", "Is data not encrypted at rest?", 0.0, 0.8),
        ("Are backups kept for 30 days?", "Are backups kept for 90 days?", 0.0, 0.7),
        ("Do you encrypt data at rest?", "Where are your offices?", 0.0, 0.1),
    ],
    ids=["same words", "same question", "denied", "another figure", "another question"],
)
def test_likeness(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other, language=Language.EN) <= most
    assert likeness(one, other, language=Language.EN) == likeness(other, one, language=Language.EN)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Backups are kept for 30 days.", "Backups are kept for 90 days.", True),
        ("Backups are kept for one month.", "Backups are kept for 30 backups.", False),
        ("99.9 % uptime", "Uptime of 99.9 percent", False),
        ("We have 3 centres.", "We have 12 engineers.", False),
        ("We answer in 4 hours.", "We answer in 240 minutes.", False),
    ],
)
def test_figures_for_the_same_thing(one: str, other: str, differ: bool) -> None:
    assert figures_differ(one, other, language=Language.EN) is differ


def test_yes_and_no_oppose_and_partly_does_not_oppose_yes() -> None:
    assert oppose(ShortForm.YES, ShortForm.NO)
    assert not oppose(ShortForm.YES, ShortForm.PARTIAL)
    assert not oppose(None, ShortForm.NO)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("short", [None, *ShortForm])
def test_a_section_that_nobody_changed_is_the_answer(language: Language, short: ShortForm | None) -> None:
    asked = yes_no(1)
    filed = answer("q1", (EVIDENCE,), short=short, chosen=("q1_yes",), language=language)
    section = section_of(asked, filed)
    assert answer_of(section, question=asked, filed=filed, evidence={EVIDENCE.id: EVIDENCE}) is filed


def edited(section: Section, texts: dict[str, str]) -> Section:
    segments = (each.model_copy(update={"text": texts.get(each.id, each.text)}) for each in section.segments)
    return section.model_copy(update={"segments": tuple(each for each in segments if each.text)})


@pytest.mark.parametrize(
    ("texts", "short", "chosen", "said"),
    [
        ({"q1.short": "No."}, ShortForm.NO, ("q1_yes",), 1),
        ({"q1.short": "perhaps"}, None, ("q1_yes",), 2),
        ({"q1.chosen": "no"}, ShortForm.YES, ("q1_no",), 1),
        ({"q1.chosen": ""}, ShortForm.YES, (), 1),
        ({"q1.1": ""}, ShortForm.YES, ("q1_yes",), 0),
    ],
    ids=["short form", "words in its place", "another value", "no value", "no prose"],
)
def test_an_edited_section_is_read_back(
    texts: dict[str, str], short: ShortForm | None, chosen: tuple[str, ...], said: int
) -> None:
    asked = yes_no(1)
    filed = answer("q1", (EVIDENCE,), short=ShortForm.YES, chosen=("q1_yes",))
    found = answer_of(
        edited(section_of(asked, filed), texts), question=asked, filed=filed, evidence={EVIDENCE.id: EVIDENCE}
    )
    assert (found.short, found.chosen, len(found.segments), found.edited) == (short, chosen, said, True)
    assert found.evidence == (EVIDENCE,), "a yes cites what it rests on, as prose does"


def test_words_without_a_source_need_an_expert_and_no_words_have_none() -> None:
    given_words: RfpAnswer = rewritten(no_source("q1"), text="We do.", short=None, chosen=())
    assert (given_words.route, given_words.edited) == (Route.EXPERT, True)
    assert rewritten(given_words, text="", short=None, chosen=()).route is Route.NO_SOURCE
