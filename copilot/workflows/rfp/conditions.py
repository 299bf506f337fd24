"""Which questions follow from the answers to others.

Invariant: a question is left out only if the answers to all questions that its condition looks at are known and the
condition does not hold; a doubt asks it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.domain.question_conditions import depends_on, holds
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.domain.rfp_projects import QuestionState

_YES, _NO = ("_yes", "/yes"), ("_no", "/no")
_OPEN = frozenset({QuestionState.WAITING, QuestionState.EXCLUDED, QuestionState.FAILED})
"""Of a question in one of these states no answer is known."""
_FOLLOWS = frozenset(
    {
        QuestionState.WAITING,
        QuestionState.NOT_ASKED,
        QuestionState.ANSWERED,
        QuestionState.NO_SOURCE,
        QuestionState.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A question with what is known of its answer."""

    question: Question
    state: QuestionState
    answer: RfpAnswer | None
    fixed: bool = False
    """A person wrote its answer, or it is filed: its state does not follow from others."""


def parents_of(questions: Sequence[Question]) -> Mapping[str, frozenset[str]]:
    """Question id -> ids of the questions that its condition looks at."""
    owners = {choice.key: question.id for question in questions for choice in question.choices}
    return {
        question.id: frozenset(owners[key] for key in _keys(question.condition) if key in owners) - {question.id}
        for question in questions
    }


def in_order(questions: Sequence[Question]) -> tuple[str, ...]:
    """Ids of the questions, parents before children, else as they stand; a circle is cut where it begins."""
    parents, places = parents_of(questions), {question.id: place for place, question in enumerate(questions)}
    ordered: dict[str, None] = {}
    begun: set[str] = set()
    for question in questions:
        waiting = [question.id]
        while waiting:
            current = waiting[-1]
            begun.add(current)
            before = sorted((parent for parent in parents[current] if parent not in begun), key=places.__getitem__)
            if before:
                waiting.extend(reversed(before))
            else:
                ordered.setdefault(waiting.pop())
    return tuple(ordered)


def is_asked(question: Question, standing: Mapping[str, Standing]) -> bool:
    """Whether the question is to be answered, as far as `standing` (by question id) says."""
    keys = _keys(question.condition)
    if not keys:
        return True
    # Its own answer says nothing of whether it is asked: left out for it, it would have none, and be asked again.
    known = _known(each for each in standing.values() if each.question.id != question.id)
    if not keys <= known.keys():
        return True
    return holds(question.condition, chosen=frozenset(key for key in keys if known[key]))


def consequences(standing: Sequence[Standing]) -> Mapping[str, QuestionState]:
    """Question id -> its new state, for every question whose state does not follow any more from the answers."""
    now = {each.question.id: each for each in standing}
    changed: dict[str, QuestionState] = {}
    for question_id in in_order([each.question for each in standing]):
        each = now[question_id]
        if each.fixed or each.state not in _FOLLOWS or not each.question.condition:
            continue
        asked = is_asked(each.question, now)
        if asked == (each.state is not QuestionState.NOT_ASKED):
            continue
        changed[question_id] = QuestionState.WAITING if asked else QuestionState.NOT_ASKED
        now[question_id] = replace(each, state=changed[question_id], answer=None)
    return changed


def _keys(condition: str) -> frozenset[str]:
    try:
        return depends_on(condition) if condition else frozenset()
    except ValueError:
        return frozenset()  # what cannot be read leaves nothing out


def _known(standing: Iterable[Standing]) -> dict[str, bool]:
    """Key of a choice -> whether it is taken, of the questions whose answer is known."""
    known: dict[str, bool] = {}
    for each in standing:
        taken = _taken(each)
        if taken is not None:
            known |= {choice.key: choice.key in taken for choice in each.question.choices}
    return known


def _taken(each: Standing) -> frozenset[str] | None:
    """Keys of the choices taken; None: not known."""
    if each.state is QuestionState.NOT_ASKED:
        return frozenset()
    if each.state in _OPEN or each.answer is None:
        return None
    if each.answer.chosen:
        return frozenset(each.answer.chosen)
    match each.answer.short:
        case ShortForm.YES:
            return _ending(each.question, _YES)
        case ShortForm.NO:
            return _ending(each.question, _NO)
        case ShortForm.NOT_APPLICABLE:
            return frozenset()
        case _:
            return None


def _ending(question: Question, ends: tuple[str, str]) -> frozenset[str] | None:
    taken = frozenset(choice.key for choice in question.choices if choice.key.endswith(ends))
    return taken or None
