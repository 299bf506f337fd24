"""Whether the answers of a project contradict each other, or what the customer was told before.

Invariant: only questions that are alike are compared; a contradiction is told at both of its ends, and a person's
words are never changed for it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.rfp_answers import Notice, NoticeCode, RfpAnswer
from copilot.domain.rfp_projects import QuestionState
from copilot.store.database import UnitOfWork
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.rfp.filed_answers import claims
from copilot.workflows.rfp.likeness import figures_differ, likeness, oppose, pairs_to_compare
from copilot.workflows.rfp.views import CONTRADICTIONS, Current, as_it_is

_NOW, _BEFORE = "now:", "before:"
_ANSWERED = frozenset(
    {
        QuestionState.ANSWERED,
        QuestionState.IN_QUEUE,
        QuestionState.APPROVED,
        QuestionState.SENT_BACK,
    }
)


def check_consistency(project: StoredProject, *, rules: RfpRules, uow: UnitOfWork) -> int:
    """Note at each answer what it contradicts, and no more what it no longer does; returns how many changed."""
    repository = RfpQuestionRepository(uow)
    current = [each for each in as_it_is(repository.of(project.id), uow=uow) if _says_something(each)]
    found = contradictions(current, alike_from=rules.alike_from)
    if project.account_id is not None:
        told = as_it_is(repository.told_before(project.id, account_id=project.account_id), uow=uow)
        for question_id, notices in against_earlier(current, told, alike_from=rules.alike_from).items():
            found[question_id] = (*found.get(question_id, ()), *notices)
    changed = 0
    for each in current:
        if each.stored.answer is None:
            continue
        noted = with_notices(each.stored.answer, found.get(each.id, ()))
        if noted != each.stored.answer:
            changed += repository.change(
                project.id, each.id, at=each.stored.version, answer=noted.model_dump(mode="json")
            )
    return changed


def contradictions(current: Sequence[Current], *, alike_from: float) -> dict[str, tuple[Notice, ...]]:
    """Question id -> what its answer contradicts among these."""
    by_id = {each.id: each for each in current}
    texts = {each.id: (each.stored.question.text, each.stored.question.language) for each in current}
    found: dict[str, list[Notice]] = defaultdict(list)
    for first, second in pairs_to_compare(texts):
        if _contradict(by_id[first], by_id[second], alike_from=alike_from):
            found[first].append(Notice(code=NoticeCode.CONTRADICTS_ANSWER, question_id=second))
            found[second].append(Notice(code=NoticeCode.CONTRADICTS_ANSWER, question_id=first))
    return {question_id: tuple(notices) for question_id, notices in found.items()}


def against_earlier(
    current: Sequence[Current], told: Sequence[Current], *, alike_from: float
) -> Mapping[str, tuple[Notice, ...]]:
    """Question id -> what its answer contradicts of what was told before; `detail`: how many times."""
    by_key = {f"{_NOW}{each.id}": each for each in current}
    by_key |= {f"{_BEFORE}{place}": each for place, each in enumerate(told)}
    texts = {key: (each.stored.question.text, each.stored.question.language) for key, each in by_key.items()}
    against: Counter[str] = Counter()
    for one, other in pairs_to_compare(texts):
        now, before = sorted((one, other), reverse=True)
        if now.startswith(_NOW) and before.startswith(_BEFORE):
            against[by_key[now].id] += _contradict(by_key[now], by_key[before], alike_from=alike_from)
    return {
        question_id: (Notice(code=NoticeCode.CONTRADICTS_EARLIER, detail=str(count)),)
        for question_id, count in against.items()
        if count
    }


def with_notices(answer: RfpAnswer, notices: tuple[Notice, ...]) -> RfpAnswer:
    """The answer with exactly these of the notices that are made here."""
    others = tuple(notice for notice in answer.notices if notice.code not in CONTRADICTIONS)
    return answer.model_copy(update={"notices": (*others, *notices)})


def _says_something(each: Current) -> bool:
    return each.state in _ANSWERED and claims(each.answer)


def _contradict(one: Current, other: Current, *, alike_from: float) -> bool:
    mine, theirs = one.stored.question, other.stored.question
    if one.answer is None or other.answer is None or mine.language is not theirs.language:
        return False
    if likeness(mine.text, theirs.text, language=mine.language) < alike_from:
        return False
    return oppose(one.answer.short, other.answer.short) or figures_differ(
        one.answer.text, other.answer.text, language=one.answer.language, other_language=other.answer.language
    )
