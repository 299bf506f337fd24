"""What an answer from texts is worth, and what a reviewer should know about it.

Invariant: each dimension and each notice comes from the evidence that is cited; the worst source decides freshness and
support, because a reader trusts the whole answer.
"""

from collections.abc import Sequence
from datetime import date

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Question
from copilot.domain.rfp_answers import Notice, NoticeCode, ShortForm
from copilot.guardrails.grounding import Support, support
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.candidates import Candidate
from copilot.workflows.rfp.answering.claims import FACTS, Claim
from copilot.workflows.rfp.answering.confidence import Dimensions, freshness_of
from copilot.workflows.rfp.answering.enquiry import Enquiry
from copilot.workflows.rfp.answering.fitting import title_fits
from copilot.workflows.rfp.answering.looking import Found
from copilot.workflows.rfp.answering.prose import readable, title_of
from copilot.workflows.rfp.answering.review_dates import review_due

_WORTH = {
    Support.SUPPORTED: 1.0,
    Support.WEAKLY_SUPPORTED: 0.6,
    Support.UNSUPPORTED: 0.2,
    Support.CONTRADICTED: 0.0,
}
_LESS_THAN_FACT = {
    Claim.RECOMMENDED: 0.3,
    Claim.OTHER_PARTY: 0.3,
    Claim.INTENTION: 0.5,
    Claim.CONDITIONAL: 0.6,
    Claim.POSSIBLE: 0.7,
    Claim.PARTIAL: 0.8,
}
_SAID = 0.8
"""How near a word must be for the source to have it."""
_NO_SHORT_FORM = 0.7
"""Of a question that yes or no answers, and of which only the prose is given."""


def dimensions_of(
    found: Sequence[Found],
    segments: Sequence[Segment],
    evidence: Sequence[Evidence],
    *,
    asked: Question,
    short: ShortForm | None,
    today: date,
    cut: bool,
) -> Dimensions:
    """Relevance, support, freshness and completeness."""
    used = [item for part in found for item in part.chosen]
    answered = [part for part in found if part.chosen]
    complete = len(answered) / len(found)
    if short is None and any(part.part.yes_no for part in found):
        complete *= _NO_SHORT_FORM
    if cut:
        complete *= len(segments) / (len(segments) + 1)
    by_id = {item.id: item for item in evidence}
    carried = [_carried(segment, by_id, asked) for segment in segments]
    return Dimensions(
        relevance=min((part.chosen[0].alone for part in answered), default=0.0),
        support=min(carried, default=0.0) * min((_firmness(item) for item in used), default=0.0),
        freshness=min((_freshness(item, today=today) for item in used), default=0.0),
        completeness=complete,
    )


def is_whole(found: Sequence[Found], *, language: Language) -> bool:
    """Whether each part is answered by facts in its own language that have every word which an answer needs.

    A sentence that is like the question but for one word ("are the recordings of the *cameras* kept") tops every list.
    """
    return all(
        part.chosen
        and min(part.chosen[0].near.words, default=0.0) >= _SAID
        and all(item.reading.claim in FACTS and item.told.language is language for item in part.chosen)
        for part in found
    )


def notices_of(
    found: Sequence[Found], enquiry: Enquiry, *, question: Question, scene: Scene, cut: bool
) -> tuple[Notice, ...]:
    """Everything that a reviewer should know, each once."""
    used = [item for part in found for item in part.chosen]
    notices = [notice for item in used for notice in _of_source(item, question, scene)]
    if used and any(not part.chosen for part in found):
        notices.append(Notice(code=NoticeCode.PARTLY, detail=f"{sum(bool(p.chosen) for p in found)}/{len(found)}"))
    notices += [
        Notice(code=NoticeCode.BLANK, evidence_id=part.blank.told.evidence.id, detail=title_of(part.blank.told))
        for part in found
        if part.blank is not None and not part.chosen
    ]
    if cut:
        notices.append(Notice(code=NoticeCode.TOO_LONG))
    if enquiry.wants_file or question.form is AnswerForm.FILE:
        notices.append(_file(found, question))
    withheld = sum(part.withheld for part in found)
    if withheld:
        notices.append(Notice(code=NoticeCode.WITHHELD, detail=str(withheld)))
    if any(part.words_only for part in found):
        notices.append(Notice(code=NoticeCode.WORDS_ONLY))
    return tuple(dict.fromkeys(notices))


def _of_source(item: Candidate, question: Question, scene: Scene) -> list[Notice]:
    notices = []
    evidence_id = item.told.evidence.id
    if Claim.INTENTION in item.reading.all:
        notices.append(Notice(code=NoticeCode.INTENTION, evidence_id=evidence_id, detail=title_of(item.told)))
    due = review_due(item.told)
    if due is not None and scene.today > due:
        notices.append(Notice(code=NoticeCode.STALE, evidence_id=evidence_id, detail=due.isoformat()))
    if item.told.language is not question.language:
        detail = item.told.language.value
        notices.append(Notice(code=NoticeCode.OTHER_LANGUAGE, evidence_id=evidence_id, detail=detail))
    return notices


def _file(found: Sequence[Found], question: Question) -> Notice:
    """Which document could be attached, if one is called what is asked for."""
    for part in found:
        for item in (*part.chosen, *part.closest):
            if title_fits(question.text, title_of(item.told)):
                return Notice(
                    code=NoticeCode.ASKS_FOR_FILE, evidence_id=item.told.evidence.id, detail=title_of(item.told)
                )
    return Notice(code=NoticeCode.ASKS_FOR_FILE)


def _firmness(item: Candidate) -> float:
    return min((_LESS_THAN_FACT.get(claim, 1.0) for claim in item.reading.all), default=1.0)


def _freshness(item: Candidate, *, today: date) -> float:
    due = review_due(item.told)
    return freshness_of(item.told.day, today=today, stale=due is not None and today > due)


def _carried(segment: Segment, by_id: dict[str, Evidence], asked: Question) -> float:
    cited = tuple(by_id[key] for key in segment.evidence_ids if key in by_id)
    if segment.text in {readable(item.text) for item in cited}:
        return 1.0  # word for word what it cites: there is no wording of ours to judge
    return _WORTH[support(segment.text, cited, asked.language).support]
