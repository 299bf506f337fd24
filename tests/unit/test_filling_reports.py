"""The appendix that leaves, and the report on gaps that does not."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.language import Language
from copilot.domain.questionnaires import Choice, Place, Question, QuestionnaireFormat
from copilot.domain.rfp_answers import Expert, Notice, NoticeCode, RfpAnswer, Route, ShortForm
from copilot.domain.rfp_projects import Progress, Project, ProjectQuestion, ProjectState, QuestionState
from copilot.workflows.rfp.filling import appendix, gaps_report
from tests.filling_builders import SOURCE, answer


def question(number: str, **changes: Any) -> Question:
    asked = Question(
        id=f"q{number}",
        text=f"Question {number}?",
        number=number,
        section=("Security", "Access"),
        place=Place(address=f"B{number}"),
        answer_place=Place(address=f"C{number}"),
        language=Language.EN,
    )
    return asked.model_copy(update=changes)


def item(
    number: str, state: QuestionState, given: RfpAnswer | None = None, *, asked: Question | None = None, **changes: Any
) -> ProjectQuestion:
    return ProjectQuestion(question=asked or question(number), state=state, answer=given, **changes)


def project(*questions: ProjectQuestion) -> Project:
    return Project(
        id="rfp_1",
        title="Tormes 2026",
        account_id=None,
        owner_id="user_1",
        state=ProjectState.REVIEW,
        language=Language.EN,
        format=QuestionnaireFormat.XLSX,
        file_name="q.xlsx",
        deadline=None,
        created_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        progress=Progress(total=len(questions), worked_on=len(questions), by_state={}),
        questions=questions,
        checklist=(),
    )


def rows(content: bytes) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]


def test_the_appendix_has_every_question_with_its_approved_answer() -> None:
    made = project(
        item("1", QuestionState.APPROVED, answer("q1", "All data are encrypted [1].", short=ShortForm.YES)),
        item("2", QuestionState.ANSWERED, answer("q2", "Not approved.")),
        item("3", QuestionState.NOT_ASKED),
        item("4", QuestionState.EXCLUDED),
        item(
            "5",
            QuestionState.APPROVED,
            answer("q5", "=1+1", chosen=("a",)),
            asked=question("5", choices=(Choice(key="a", text="AES"),)),
        ),
    )
    source = "Encryption policy (1 May 2026): “All data are encrypted.”"
    assert rows(appendix(made, language=Language.EN)) == [
        ["No.", "Section", "Question", "Short answer", "Answer", "Sources"],
        ["1", "Security · Access", "Question 1?", "Yes", "All data are encrypted.", source],
        ["2", "Security · Access", "Question 2?", "", "No approved answer.", ""],
        ["3", "Security · Access", "Question 3?", "", "Not answered: it depends on another answer.", ""],
        ["5", "Security · Access", "Question 5?", "AES", "=1+1", source],
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": "acc_1", "visibility": None},
        {"visibility": "managers"},
        {"visibility": None},
        {"kind": EvidenceKind.METRIC},
        {"kind": EvidenceKind.RECORD},
        {"origin": Origin.CUSTOMER},
        {"origin": Origin.WEB},
    ],
    ids=["account", "managers", "no-class", "metric", "record", "customer", "web"],
)
def test_what_may_not_leave_is_neither_named_nor_quoted(changes: dict[str, Any]) -> None:
    secret = SOURCE.model_copy(update={"label": "Secret plan", "text": "Hidden words.", **changes})
    made = project(item("1", QuestionState.APPROVED, answer("q1", "An answer.", evidence=(secret,))))
    content = appendix(made, language=Language.EN)
    assert b"Secret" not in content
    assert b"Hidden" not in content
    assert b"An answer." in content


def test_of_a_long_source_the_cited_sentences_are_quoted_with_a_little_around_them() -> None:
    before = [f"Section {number} describes how requests of kind {number} reach us." for number in range(1, 6)]
    after = [f"Article {number} names who keeps the register of kind {number}." for number in range(1, 6)]
    cited = "Backups are encrypted with AES-256 and kept for 30 days."
    long = " ".join([*before, cited, *after])
    source = SOURCE.model_copy(update={"text": long})
    given = answer("q1", cited).model_copy(update={"evidence": (source,)})
    _, row = rows(appendix(project(item("1", QuestionState.APPROVED, given)), language=Language.EN))
    assert f"“[…] {before[-1]} {cited} {after[0]} […]”" in row[5]


def test_what_the_caller_keeps_back_is_not_quoted() -> None:
    made = project(item("1", QuestionState.APPROVED, answer("q1", "An answer.")))
    assert b"Encryption policy" not in appendix(made, language=Language.EN, quotable=lambda _: False)


def test_nothing_internal_is_in_the_appendix() -> None:
    given = answer("q1", "An answer.").model_copy(
        update={
            "notices": (Notice(code=NoticeCode.STALE, detail="2020-01-01"),),
            "expert": Expert(name="Irene Vidal"),
            "closest": (SOURCE.model_copy(update={"label": "Closest"}),),
            "category": "secret-category",
        }
    )
    content = appendix(project(item("1", QuestionState.APPROVED, given, assigned_to="user_7")), language=Language.ES)
    for word in (b"2020-01-01", b"Irene", b"Closest", b"secret-category", b"user_7", b"0.9", b"high"):
        assert word not in content


@pytest.mark.parametrize("make", [appendix, gaps_report])
def test_the_same_project_gives_the_same_bytes_in_each_language(make: Any) -> None:
    made = project(item("1", QuestionState.APPROVED, answer("q1", "An answer.")))
    assert make(made, language=Language.ES) == make(made, language=Language.ES)
    assert make(made, language=Language.ES) != make(made, language=Language.EN)


def test_the_report_names_every_gap() -> None:
    near = Evidence(
        id="passage:psg_9",
        kind=EvidenceKind.PASSAGE,
        text="Backups are described " + "x" * 400,
        label="Backup guide",
        as_of=date(2026, 1, 2),
        visibility="staff",
    )
    nothing = answer("q1", evidence=(), route=Route.NO_SOURCE).model_copy(
        update={"closest": (near,), "expert": Expert(name="Irene Vidal")}
    )
    noted = answer("q2", "Text.", route=Route.EXPERT).model_copy(
        update={
            "notices": (
                Notice(code=NoticeCode.STALE, detail="2025-12-31"),
                Notice(code=NoticeCode.CONTRADICTS_ANSWER, question_id="q4"),
                Notice(code=NoticeCode.OTHER_LANGUAGE),
            )
        }
    )
    made = project(
        item("1", QuestionState.NO_SOURCE, nothing, assigned_to="user_7"),
        item("2", QuestionState.ANSWERED, noted),
        item("3", QuestionState.FAILED, failure="TimeoutError"),
        item("4", QuestionState.APPROVED, answer("q4", "Fine."), asked=question("4", answer_place=None)),
        item("5", QuestionState.EXCLUDED, noted),
        item("6", QuestionState.APPROVED, answer("q6", "Fine.")),
        item("7", QuestionState.APPROVED, noted),
    )
    content = gaps_report(made, language=Language.EN, unplaced=("q6",), people={"user_7": "Marta Gil"})
    head, *found = rows(content)
    assert head[3:] == ["What is missing", "Details", "Who may know", "Assigned to", "Closest material"]
    assert [(row[0], row[3], row[4]) for row in found] == [
        ("1", "No source", ""),
        ("2", "Needs somebody who knows", ""),
        ("2", "Past its review date", "2025-12-31"),
        ("2", "Contradicts another answer", "4"),
        ("3", "Could not be worked on", "TimeoutError"),
        ("4", "No place in the file for all of it: it is in the appendix", ""),
        ("6", "No place in the file for all of it: it is in the appendix", ""),
    ]
    assert found[0][5:7] == ["Irene Vidal", "Marta Gil"]
    assert found[0][7].startswith("Backup guide (2 January 2026): “Backups are described")
    assert len(found[0][7]) < 360


@pytest.mark.parametrize("code", list(NoticeCode))
def test_every_notice_but_that_of_language_is_a_gap_in_words(code: NoticeCode) -> None:
    given = answer("q1", "Text.").model_copy(update={"notices": (Notice(code=code),)})
    for language in Language:
        found = rows(gaps_report(project(item("1", QuestionState.ANSWERED, given)), language=language))
        assert len(found) == 2
        assert (found[1][0] == "1") is (code is not NoticeCode.OTHER_LANGUAGE)


def test_without_gaps_it_says_so() -> None:
    made = project(item("1", QuestionState.APPROVED, answer("q1", "Fine.")))
    assert rows(gaps_report(made, language=Language.ES))[1][3] == "Nada pendiente."
