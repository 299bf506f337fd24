"""What a questionnaire still lacks, for colleagues: what has no source, failed, is stale or contradicts itself.

Invariant: internal; it names people and closest material. A question is listed as often as something is missing of it,
and what nobody has to look at is not.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from copilot.domain.evidence import Evidence
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.ooxml import Properties
from copilot.domain.rendering_xlsx import Sheet, workbook
from copilot.domain.rfp_answers import Notice, NoticeCode, Route
from copilot.domain.rfp_projects import Project, ProjectQuestion, QuestionState
from copilot.workflows.rfp.filling.wording import label, reason

_WIDTHS = (8, 26, 60, 30, 30, 24, 24, 80)
_NOBODY_LOOKS = frozenset({QuestionState.EXCLUDED, QuestionState.NOT_ASKED})
_CLOSEST = 3
_LONGEST_QUOTE = 300
_BY_STATE = {
    QuestionState.FAILED: "failed",
    QuestionState.NO_SOURCE: "no_source",
    QuestionState.SENT_BACK: "sent_back",
}
_NO_PEOPLE: Mapping[str, str] = {}


def gaps_report(
    project: Project,
    *,
    language: Language,
    unplaced: Collection[str] = (),
    people: Mapping[str, str] = _NO_PEOPLE,
) -> bytes:
    """A workbook with one row for each gap.

    `unplaced`: ids of questions whose answer found no place in the file, besides those that have none.
    `people`: names by user id.
    """
    sheet = Sheet(label("gaps", language=language), _lines(project, language, unplaced, people), _WIDTHS)
    title = label("title_gaps", language=language).format(title=project.title)
    return workbook([sheet], properties=Properties(title, language, project.created_at))


def _lines(
    project: Project, language: Language, unplaced: Collection[str], people: Mapping[str, str]
) -> Iterator[Sequence[str]]:
    names = ("number", "section", "question", "why", "details", "expert", "assigned", "closest")
    yield tuple(label(name, language=language) for name in names)
    numbers = {item.question.id: item.question.number or item.question.id for item in project.questions}
    missing = 0
    for item in project.questions:
        for why, details in _gaps(item, numbers=numbers, unplaced=unplaced):
            words = reason(why, language=language)
            if words is not None:
                missing += 1
                yield _line(item, words, details, language=language, people=people)
    if not missing:
        yield ("", "", "", label("none", language=language), "", "", "", "")


def _gaps(item: ProjectQuestion, *, numbers: Mapping[str, str], unplaced: Collection[str]) -> Iterator[tuple[str, str]]:
    """Codes of what is missing, each with its details."""
    if item.state in _NOBODY_LOOKS:
        return
    if item.state in _BY_STATE:
        yield _BY_STATE[item.state], item.failure
    answer = item.answer
    if answer is not None and item.state is not QuestionState.APPROVED:
        if answer.route is Route.EXPERT:
            yield "expert", ""
        for notice in answer.notices:
            yield notice.code.value, _details(notice, numbers)
    has_no_place = item.question.answer_place is None and not any(choice.place for choice in item.question.choices)
    if item.question.id in unplaced or (has_no_place and answer is not None):
        yield "unplaced", ""


def _details(notice: Notice, numbers: Mapping[str, str]) -> str:
    other = numbers.get(notice.question_id or "", "")
    found = [other] if notice.code is NoticeCode.CONTRADICTS_ANSWER else []
    return " · ".join(text for text in (*found, notice.detail) if text)


def _line(
    item: ProjectQuestion, why: str, details: str, *, language: Language, people: Mapping[str, str]
) -> Sequence[str]:
    question, answer = item.question, item.answer
    expert = answer.expert.name if answer is not None and answer.expert is not None else ""
    assigned = people.get(item.assigned_to, item.assigned_to) if item.assigned_to else ""
    closest = (answer.closest or answer.evidence)[:_CLOSEST] if answer is not None else ()
    told = "\n".join(_material(source, language=language) for source in closest)
    return (question.number, " · ".join(question.section), question.text, why, details, expert, assigned, told)


def _material(source: Evidence, *, language: Language) -> str:
    quote = " ".join(source.text.split())
    shown = quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1]}…"
    return f"{source.label} ({Formatter(language).day(source.as_of)}): “{shown}”"
