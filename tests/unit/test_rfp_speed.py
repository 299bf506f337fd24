"""How the time of a questionnaire is reckoned against bare retrieval."""

from copilot.domain.language import Language
from evals.rfp.speed import READ_ON, Pass, figures_of, questions_of
from knowledge.questionnaires import read_pasted


def test_what_is_loaded_counts_on_both_sides() -> None:
    timed = Pass(ours=(2.0, 4.0), bare=(1.0, 1.0), loading=2.0)
    assert timed.ratio == 2.0
    low, high = timed.interval()
    assert low <= timed.ratio <= high
    first, warm = figures_of(timed, Pass(ours=(3.0, 3.0), bare=(1.0, 1.0)))[:2]
    assert (first.value, first.met, warm.value, warm.n) == (2.0, True, 3.0, 2)


def test_no_question_is_asked_twice() -> None:
    one = read_pasted("Is data encrypted?\nWho is told of incidents?", today=READ_ON)
    other = read_pasted("Who is told of incidents?\nWhere is data kept?", today=READ_ON)
    assert one.language is Language.EN
    asked = [question.text for question in questions_of([one, other], most=9)]
    assert asked == ["Is data encrypted?", "Who is told of incidents?", "Where is data kept?"]
    assert len(questions_of([one, other], most=2)) == 2
