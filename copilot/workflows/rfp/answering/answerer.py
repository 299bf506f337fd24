"""Answers one question of a questionnaire: what is said, on what it rests, and how far it can be trusted.

Invariant: no text of any account is read, so what one customer is told never comes from another; an answer that claims
anything cites what it rests on; where nothing answers, that is the answer, with the closest material and who to ask.
"""

from collections.abc import Sequence

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer
from copilot.domain.drafts import Segment
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Question
from copilot.domain.rfp_answers import Confidence, Dimension, Notice, NoticeCode, RfpAnswer, Route, ShortForm
from copilot.retrieval.service import RetrievalService
from copilot.store.database import UnitOfWork
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.candidates import said_with
from copilot.workflows.rfp.answering.categories import Category, category_of
from copilot.workflows.rfp.answering.choosing import chosen_by_short, chosen_by_words
from copilot.workflows.rfp.answering.claims import FACTS, Claim
from copilot.workflows.rfp.answering.confidence import NOTHING, confidence_of, route_of
from copilot.workflows.rfp.answering.contract import LibraryMatch, LibraryReader
from copilot.workflows.rfp.answering.enquiry import Enquiry, enquiry_of
from copilot.workflows.rfp.answering.experts import expert_for
from copilot.workflows.rfp.answering.library_answers import Exact, evidence_of, exact_entry, sentences_of
from copilot.workflows.rfp.answering.looking import MOST_CLOSEST, Found, Looker
from copilot.workflows.rfp.answering.looking import evidence_of as evidence_of_found
from copilot.workflows.rfp.answering.prose import Chosen, segments_of, within
from copilot.workflows.rfp.answering.second_opinion import SecondOpinion
from copilot.workflows.rfp.answering.weighing import dimensions_of, is_whole, notices_of
from copilot.workflows.rfp.answering.whether import offers_yes_and_no
from copilot.workflows.rfp.answering.wording import Worded, Wording

_WORD_FOR_WORD = 0.99
"""The confidence of an approved, current answer to the same question; a person approved it."""
_NEEDS_A_LOOK = 0.6
_SHORT_FORMS = frozenset({AnswerForm.YES_NO, AnswerForm.CHOICE, AnswerForm.CHOICES})


class QuestionAnswerer:
    """Keeps what passages say from one question to the next. Safe to call from several threads."""

    def __init__(
        self,
        retrieval: RetrievalService,
        *,
        library: LibraryReader,
        wording: Wording | None = None,
        opinion: SecondOpinion | None = None,
        rules: RfpRules | None = None,
    ) -> None:
        """`wording`: who may word answers beside the rules; none: the rules do. `opinion`: who may doubt them."""
        self._library = library
        self._wording = wording
        self._opinion = opinion
        self._rules = rules or RfpRules()
        self._looker = Looker(retrieval, rules=self._rules)

    def answer(
        self,
        question: Question,
        *,
        questionnaire_language: Language,  # noqa: ARG002 - an answer is in its question's language
        account_id: str | None,  # noqa: ARG002 - no account's texts are read for an answer
        viewer: Viewer,
        uow: UnitOfWork,
        context: tuple[str, ...] = (),
    ) -> RfpAnswer:
        """Answer, or say that nothing does. `context`: headings and the question above, outermost first."""
        scene = Scene(
            viewer=viewer, uow=uow, today=uow.clock.today(), language=question.language, message=question.text
        )
        category = category_of(question.text, headings=(*context, *question.section))
        matches = self._library.candidates(question.text, language=question.language, viewer=viewer, uow=uow)
        exact = exact_entry(question, matches, today=scene.today)
        if exact is not None and question.form is not AnswerForm.FILE:
            return self._from_library(question, exact, category=category, scene=scene)
        enquiry = enquiry_of(question, context=context)
        found = [self._looker.look(part, topic=enquiry.topic, matches=matches, scene=scene) for part in enquiry.parts]
        if not any(item.chosen for item in found) or question.form is AnswerForm.FILE:
            return _without_source(question, enquiry, found, matches, category=category, scene=scene)
        return self._from_texts(question, enquiry, found, matches, category=category, scene=scene)

    def _from_library(self, question: Question, exact: Exact, *, category: Category, scene: Scene) -> RfpAnswer:
        entry = exact.match.entry
        evidence = evidence_of(entry, today=scene.today)
        said = tuple(
            Segment(id=f"{question.id}.{place}", text=text, evidence_ids=(evidence.id,))
            for place, text in enumerate(sentences_of(entry), start=1)
        )
        kept, cut = within(said, question.limit)
        notices = (*exact.notices, *((Notice(code=NoticeCode.TOO_LONG),) if cut else ()))
        short = entry.short if question.form in _SHORT_FORMS else None
        dimensions = dict.fromkeys(Dimension, 1.0)
        for code, dimension in _LOWERED.items():
            if any(notice.code is code for notice in notices):
                dimensions[dimension] = _NEEDS_A_LOOK
        return RfpAnswer(
            question_id=question.id,
            language=question.language,
            short=short,
            chosen=chosen_by_short(question.choices, short),
            segments=kept,
            evidence=(evidence,),
            confidence=Confidence(value=_NEEDS_A_LOOK if notices else _WORD_FOR_WORD, dimensions=dimensions),
            route=Route.EXPERT if notices else Route.APPROVED,
            category=category.key,
            notices=notices,
            expert=expert_for((), (exact.match,), category=category, scene=scene) if notices else None,
            library_entry_id=entry.id,
        )

    def _from_texts(
        self,
        question: Question,
        enquiry: Enquiry,
        found: Sequence[Found],
        matches: Sequence[LibraryMatch],
        *,
        category: Category,
        scene: Scene,
    ) -> RfpAnswer:
        used = [item for part in found for item in part.chosen]
        said = _once([Chosen(item.told, item.reading, said_with(item)) for item in used])
        worded = self._worded(question, said, scene)
        segments, cut = within(worded.segments, question.limit)
        short, chosen = _form_of(question, found)
        cited = {key for segment in segments for key in segment.evidence_ids}
        evidence = tuple(item for item in evidence_of_found(used) if item.id in cited)
        notices = notices_of(found, enquiry, question=question, scene=scene, cut=cut)
        notices += self._opinion.of(question, said, scene) if self._opinion is not None else ()
        dimensions = dimensions_of(found, segments, evidence, asked=question, short=short, today=scene.today, cut=cut)
        confidence = confidence_of(dimensions)
        whole = is_whole(found, language=question.language)
        route = route_of(confidence.value, notices, rules=self._rules, whole=whole)
        return RfpAnswer(
            question_id=question.id,
            language=question.language,
            short=short,
            chosen=chosen,
            segments=segments,
            evidence=evidence,
            confidence=confidence,
            route=route,
            category=category.key,
            notices=notices,
            expert=None if route is Route.HIGH else expert_for(used, matches, category=category, scene=scene),
            provenance=worded.provenance,
        )

    def _worded(self, question: Question, said: Sequence[Chosen], scene: Scene) -> Worded:
        if self._wording is None:
            return Worded(segments_of(said, language=question.language, key=question.id))
        return self._wording.word(question, said, scene)


_LOWERED = {
    NoticeCode.STALE: Dimension.FRESHNESS,
    NoticeCode.SOURCE_CHANGED: Dimension.FRESHNESS,
    NoticeCode.TOO_LONG: Dimension.COMPLETENESS,
    NoticeCode.OTHER_LANGUAGE: Dimension.SUPPORT,
}


def _without_source(
    question: Question,
    enquiry: Enquiry,
    found: Sequence[Found],
    matches: Sequence[LibraryMatch],
    *,
    category: Category,
    scene: Scene,
) -> RfpAnswer:
    closest = [item for part in found for item in part.closest]
    evidence = evidence_of_found(closest)[:MOST_CLOSEST]
    return RfpAnswer(
        question_id=question.id,
        language=question.language,
        closest=evidence,
        confidence=NOTHING,
        route=Route.NO_SOURCE,
        category=category.key,
        notices=notices_of(found, enquiry, question=question, scene=scene, cut=False),
        expert=expert_for(closest, matches, category=category, scene=scene),
    )


def _form_of(question: Question, found: Sequence[Found]) -> tuple[ShortForm | None, tuple[str, ...]]:
    """The short form and the values. A rule is a yes, or a value, only where it is written that it is a rule."""
    used = [item for part in found for item in part.chosen]
    short = _short_of(question, found)
    can_be_told = not question.choices or question.comment_place is not None
    rests_on_rule = any(Claim.INTENTION in item.reading.all for item in used)
    if short is ShortForm.YES and rests_on_rule and not can_be_told:
        short = None
    chosen = chosen_by_short(question.choices, short, texts=[item.told.text for item in used])
    if chosen or offers_yes_and_no(question.choices):
        return short, chosen
    firm = FACTS | {Claim.INTENTION} if can_be_told else FACTS
    return short, chosen_by_words(question, [item.told.text for item in used if item.reading.claim in firm])


def _short_of(question: Question, found: Sequence[Found]) -> ShortForm | None:
    """One short form for all parts that yes or no answers; none where one of them has none."""
    asked = [item for item in found if item.part.yes_no]
    wants = question.form in _SHORT_FORMS or len(asked) == len(found)
    if not asked or not wants or any(item.short is None for item in asked):
        return None
    said = {item.short for item in asked}
    return asked[0].short if len(said) == 1 else ShortForm.PARTIAL


def _once(said: Sequence[Chosen]) -> list[Chosen]:
    return list({item.told.evidence.id: item for item in said}.values())
