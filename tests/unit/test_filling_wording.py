"""What customers call yes and no, and what is written in which language."""

import pytest

from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Choice, Limit, Place, Question
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.saying import in_open_place
from copilot.workflows.rfp.filling.wording import fitting, meaning, short_word
from tests.filling_builders import answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", ShortForm.YES), ("Sí", ShortForm.YES), ("SI", ShortForm.YES), ("S", ShortForm.YES),
        ("Y", ShortForm.YES),
        ("Conforme", ShortForm.YES), ("Compliant", ShortForm.YES), ("Fully compliant", ShortForm.YES),
        ("Yes - fully implemented", ShortForm.YES), ("Sí, con comentarios", ShortForm.YES), ("Yes.", ShortForm.YES),
        ("No", ShortForm.NO), ("N", ShortForm.NO), ("Non-compliant", ShortForm.NO), ("No conforme", ShortForm.NO),
        ("No cumple", ShortForm.NO), ("No (explain)", ShortForm.NO), ("Not compliant", ShortForm.NO),
        ("Partial", ShortForm.PARTIAL), ("Parcialmente", ShortForm.PARTIAL), ("Partially compliant", ShortForm.PARTIAL),
        ("N/A", ShortForm.NOT_APPLICABLE), ("n.a.", ShortForm.NOT_APPLICABLE), ("No aplica", ShortForm.NOT_APPLICABLE),
        ("No procede", ShortForm.NOT_APPLICABLE), ("Not applicable (explain)", ShortForm.NOT_APPLICABLE),
        ("Yes/No", None), ("S/N", None), ("Maybe", None), ("Planned", None), ("No idea", None), ("Yes we can", None),
        ("No - not applicable", None), ("", None), ("Nothing", None), ("Parcial / Sí", None), ("Partially - yes", None),
    ],
)  # fmt: skip
def test_what_a_value_means(text: str, expected: ShortForm | None) -> None:
    assert meaning(text) is expected


@pytest.mark.parametrize(
    ("short", "allowed", "expected"),
    [
        (ShortForm.YES, ["Yes", "No"], 0),
        (ShortForm.YES, ["No conforme", "Conforme"], 1),
        (ShortForm.PARTIAL, ["Yes", "No"], None),
        (ShortForm.YES, ["Yes", "Yes, with comments", "No"], 0),
        (ShortForm.YES, ["Yes, by us", "Yes, by others", "No"], None),
        (ShortForm.NOT_APPLICABLE, ["Sí", "No", "N/A"], 2),
        (ShortForm.NO, ["1", "2"], None),
    ],
)
def test_the_one_value_that_means_it_is_taken(short: ShortForm, allowed: list[str], expected: int | None) -> None:
    assert fitting(short, allowed) == expected


def question(
    *, choices: tuple[str, ...] = (), limit: Limit | None = None, language: Language = Language.EN
) -> Question:
    return Question(
        id="q",
        text="Do you?",
        place=Place(address="A1"),
        form=AnswerForm.YES_NO,
        choices=tuple(Choice(key=text, text=text) for text in choices),
        limit=limit or Limit(),
        language=language,
    )


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("short", list(ShortForm))
def test_every_short_form_has_its_word_and_the_word_means_it(short: ShortForm, language: Language) -> None:
    assert meaning(short_word(short, language=language)) is short


def test_one_place_has_the_short_form_and_the_sentences() -> None:
    given = answer("q", "We do.", short=ShortForm.PARTIAL)
    assert in_open_place(question(), given, own_comment=False).value == "Partially. We do."
    spanish = question(language=Language.ES)
    assert in_open_place(spanish, given, own_comment=False).value == "Parcialmente. We do."


@pytest.mark.parametrize("text", ["Yes, we do.", "Yes. We do.", "yes: always"])
def test_the_short_form_is_not_said_twice(text: str) -> None:
    assert in_open_place(question(), answer("q", text, short=ShortForm.YES), own_comment=False).value == text


def test_two_places_have_one_each() -> None:
    said = in_open_place(question(), answer("q", "We do.", short=ShortForm.YES), own_comment=True)
    assert (said.value, said.comment) == ("Yes", "We do.")
    said = in_open_place(question(), answer("q", "We do."), own_comment=True)
    assert (said.value, said.comment) == ("We do.", "")


def test_the_files_own_words_win() -> None:
    given = answer("q", "We do.", short=ShortForm.YES)
    assert in_open_place(question(choices=("Cumple", "No cumple")), given, own_comment=True).value == "Cumple"


def test_a_word_that_the_file_does_not_have_is_not_written() -> None:
    given = answer("q", "We do half.", short=ShortForm.PARTIAL)
    with pytest.raises(Unwritable):
        in_open_place(question(choices=("Yes", "No")), given, own_comment=True)
    assert in_open_place(question(choices=("Yes", "No")), given, own_comment=False).value == "We do half."


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(words=4), "Yes. We always do."),
        (Limit(words=3), "We always do."),
        (Limit(words=2), "Yes"),
        (Limit(characters=13), "We always do."),
        (Limit(characters=3), "Yes"),
    ],
    ids=["whole", "sentence", "word", "characters", "few-characters"],
)
def test_what_fits_the_limit_is_written(limit: Limit, expected: str) -> None:
    given = answer("q", "We always do.", short=ShortForm.YES)
    assert in_open_place(question(limit=limit), given, own_comment=False).value == expected
    with pytest.raises(Unwritable):
        in_open_place(question(limit=Limit(characters=2)), given, own_comment=False)


def test_only_marks_of_citations_are_taken_out() -> None:
    given = answer("q", "As [1] says: see [2] and list[1](x), a[1].")
    assert in_open_place(question(), given, own_comment=False).value == "As says: see [2] and list[1](x), a."
