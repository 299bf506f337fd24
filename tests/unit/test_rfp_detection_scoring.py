"""The measure of detection tells right from wrong: what is missing, what is no question, and a wrong place."""

from collections.abc import Iterator
from datetime import date

import pytest

from copilot.domain.language import Language
from copilot.domain.questionnaires import Choice, Place, Question, Questionnaire, QuestionnaireFormat
from evals.rfp import detection
from evals.rfp.layouts import Label, Made, made

LABELS = (
    Label("Are backups tested?", (Place(address="B2", part="S"),)),
    Label("Are logs kept?", (Place(address="B3", part="S"),)),
)


def question(text: str, address: str, answer: str | None) -> Question:
    place = Place(address=answer, part="S") if answer else None
    at = Place(address=address, part="S")
    return Question(id=address, text=text, place=at, answer_place=place, language=Language.EN)


def counted(monkeypatch: pytest.MonkeyPatch, *questions: Question, deadline: date | None = None) -> dict[str, float]:
    read = Questionnaire(
        title="-", format=QuestionnaireFormat.XLSX, language=Language.EN, questions=questions, deadline=deadline
    )
    monkeypatch.setattr(detection, "read_questionnaire", lambda *_, **__: read)
    counts = detection.counts_of([Made("one.xlsx", Language.EN, b"", LABELS)])
    return {measure: count.hits / count.cases for (measure, _), count in counts.items()}


def test_a_right_reading_has_full_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch, question("1. Are backups tested?", "A2", "B2"), question("Are logs kept?", "A3", "B3"))
    assert found == {"recall": 1.0, "precision": 1.0, "answer_place": 1.0, "deadline": 1.0, "language": 1.0}


def test_what_is_missing_and_what_is_no_question_count(monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch, question("Are backups tested?", "A2", "B2"), question("Security", "A1", None))
    assert (found["recall"], found["precision"], found["answer_place"]) == (0.5, 0.5, 1.0)


def test_the_same_question_twice_is_right_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch, *(question("Are logs kept?", address, "B3") for address in ("A3", "A4")))
    assert (found["recall"], found["precision"]) == (0.5, 0.5)


@pytest.mark.parametrize("answer", ["C2", "B3", None])
def test_another_place_is_wrong(answer: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(monkeypatch, question("Are backups tested?", "A2", answer))["answer_place"] == 0.0


def test_a_deadline_that_is_not_there_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(monkeypatch, question("Are logs kept?", "A3", "B3"), deadline=date(2026, 12, 1))["deadline"] == 0.0


@pytest.mark.parametrize(("letters", "right"), [("CD", True), ("CE", False), ("C", False)])
def test_columns_to_be_ticked_must_all_be_right(letters: str, *, right: bool) -> None:
    label = Label("Are logs kept?", tuple(Place(address=f"{letter}3", part="S") for letter in "CD"))
    choices = tuple(Choice(key=each, text=each, place=Place(address=f"{each}3", part="S")) for each in letters)
    ticked = question("Are logs kept?", "A3", None).model_copy(update={"choices": choices})
    assert detection._is_right(label, ticked) is right


def _labels() -> Iterator[tuple[str, str]]:
    yield from ((file.name, label.text) for file in made() for label in file.labels)


def test_the_projects_own_files_are_as_many_in_both_languages_and_ask_nothing_twice() -> None:
    files = list(made())
    languages = [file.language for file in files]
    assert languages.count(Language.ES) == languages.count(Language.EN) >= 8
    assert len(set(_labels())) == len(list(_labels()))
