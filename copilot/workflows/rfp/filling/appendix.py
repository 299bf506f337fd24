"""The appendix that goes to the customer with a filled questionnaire: every answer with what it rests on.

Invariant: only approved answers are in it, and only quotes of documents that every colleague may read and that belong
to no customer; nothing of how sure the copilot is, of notes or of people. The same project gives the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence

from copilot.domain.access import Visibility
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.ooxml import Properties
from copilot.domain.questionnaires import Question
from copilot.domain.rendering_xlsx import Sheet, workbook
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import Project, ProjectQuestion, QuestionState
from copilot.workflows.rfp.filling.quoting import cited_part
from copilot.workflows.rfp.filling.saying import prose
from copilot.workflows.rfp.filling.wording import label, short_word

_WIDTHS = (8, 30, 60, 18, 80, 70)


def may_leave(source: Evidence) -> bool:
    """Whether a source may be quoted outside, as far as it says so itself.

    The guardrails look at more (notes, internal guides) before an answer that cites it is approved.
    """
    shared = source.account_id is None and source.visibility == Visibility.STAFF.value
    return shared and source.kind is EvidenceKind.PASSAGE and source.origin is Origin.INTERNAL


def appendix(project: Project, *, language: Language, quotable: Callable[[Evidence], bool] = may_leave) -> bytes:
    """A workbook with one row for each question. `quotable`: which sources may be named and quoted outside."""
    sheet = Sheet(label("answers", language=language), _lines(project, language, quotable), _WIDTHS)
    title = label("title_appendix", language=language).format(title=project.title)
    return workbook([sheet], properties=Properties(title, language, project.created_at))


def _lines(project: Project, language: Language, quotable: Callable[[Evidence], bool]) -> Iterator[Sequence[str]]:
    names = ("number", "section", "question", "short", "answer", "sources")
    yield tuple(label(name, language=language) for name in names)
    for item in project.questions:
        if item.state is not QuestionState.EXCLUDED:
            yield _line(item, language=language, quotable=quotable)


def _line(item: ProjectQuestion, *, language: Language, quotable: Callable[[Evidence], bool]) -> Sequence[str]:
    question = item.question
    asked = (question.number, " · ".join(question.section), question.text)
    if item.state is not QuestionState.APPROVED or item.answer is None:
        why = "not_asked" if item.state is QuestionState.NOT_ASKED else "open"
        return (*asked, "", label(why, language=language), "")
    sources = (source for source in item.answer.evidence if quotable(source))
    told = "\n".join(_source(source, item.answer, language=language) for source in sources)
    return (*asked, short_answer(question, item.answer), prose(item.answer), told)


def short_answer(question: Question, answer: RfpAnswer) -> str:
    """The values chosen, or the short form, in the question's words."""
    chosen = [choice.text for choice in question.choices if choice.key in answer.chosen]
    if chosen:
        return "; ".join(chosen)
    return "" if answer.short is None else short_word(answer.short, language=question.language)


def _source(source: Evidence, answer: RfpAnswer, *, language: Language) -> str:
    said = [segment.text for segment in answer.segments if source.id in segment.evidence_ids]
    quote = cited_part(source.text, said or [segment.text for segment in answer.segments])
    return f"{source.label} ({Formatter(language).day(source.as_of)}): “{quote}”"
