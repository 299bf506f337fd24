"""A passage that a person takes as the answer, out of the closest that were found.

Invariant: what is taken says today, and to whoever takes it, what it said when it was found; the answer is the source's
own sentences, told and cited like those of an answer from documents. It is a person's answer: no figure of ours stands
behind it, and taking it back leaves what was there before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import EvidenceAddress, parse_evidence_id
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import Notice, NoticeCode, RfpAnswer, Route, ShortForm
from copilot.errors import Conflict, NotFound
from copilot.retrieval.search import shared_hits
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.told import Told, tell
from copilot.workflows.rfp.answering.claims import Claim, read_claim
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.answering.library_answers import told_of
from copilot.workflows.rfp.answering.prose import Chosen, segments_of, title_of
from copilot.workflows.rfp.answering.review_dates import review_due
from copilot.workflows.rfp.filed_answers import claims
from copilot.workflows.rfp.library import AnswerLibrary

_OF_THE_SOURCE = frozenset({NoticeCode.INTENTION, NoticeCode.STALE, NoticeCode.OTHER_LANGUAGE})
"""Notices that come with a passage; where nothing answers, there are none of these."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Which of the closest passages, and the value that the person chose with it."""

    evidence_id: str
    short: ShortForm | None = None
    chosen: tuple[str, ...] = ()


def taken(
    before: RfpAnswer, question: Question, wanted: Taking, *, library: AnswerLibrary, viewer: Viewer, uow: UnitOfWork
) -> RfpAnswer:
    """The answer that the passage is. `before`: as far as the viewer may read it.

    Raises NotFound (none of the closest), or Conflict: something is answered, or the source is another by now.
    """
    if claims(before):
        raise Conflict("This question has an answer already.", hint="Take it back or empty it, then use the passage.")
    found = next((item for item in before.closest if item.id == wanted.evidence_id), None)
    if found is None:
        raise NotFound("This passage is not among those found for the question.", hint="Open the questionnaire again.")
    scene = Scene(viewer=viewer, uow=uow, today=uow.clock.today(), language=question.language, message=question.text)
    said = _as_it_was(found, library=library, scene=scene)
    if not said:
        raise Conflict(
            "This passage was changed or removed since it was found.",
            hint="Have the question answered again, then choose from what is found now.",
        )
    others = tuple(notice for notice in before.notices if notice.code not in _OF_THE_SOURCE)
    return before.model_copy(
        update={
            "short": wanted.short,
            "chosen": wanted.chosen,
            "segments": segments_of(said, language=question.language, key=question.id),
            "evidence": tuple({item.told.evidence.id: item.told.evidence for item in said}.values()),
            "notices": (*others, *dict.fromkeys(chain.from_iterable(_notices(item, scene) for item in said))),
            "route": Route.EXPERT,
            "edited": True,
            "taken": found.id,
        }
    )


def left(answer: RfpAnswer) -> RfpAnswer:
    """Nothing answers, as before a passage was taken. Raises Conflict if the answer is no passage as it was taken."""
    if answer.taken is None:
        raise Conflict(
            "This answer is no longer the passage that was taken.", hint="Look at it as it is now, then change it."
        )
    return answer.model_copy(
        update={
            "short": None,
            "chosen": (),
            "segments": (),
            "evidence": (),
            "notices": tuple(notice for notice in answer.notices if notice.code not in _OF_THE_SOURCE),
            "route": Route.NO_SOURCE,
            "edited": False,
            "taken": None,
            "visibility": None,
        }
    )


def _as_it_was(found: Evidence, *, library: AnswerLibrary, scene: Scene) -> tuple[Chosen, ...]:
    """Its sentences, ready to be told; none: it reads differently today, or not at all for this viewer."""
    now = EvidenceRepository(scene.uow).read([found.id], viewer=scene.viewer).get(found.id)
    address = parse_evidence_id(found.id)
    if now is None or address is None or now.text != found.text:
        return ()
    told = (
        _of_library(address, library, scene) if found.kind is EvidenceKind.RECORD else _of_passage(now, address, scene)
    )
    return tuple(Chosen(item, read_claim(item.text, title=f"{item.heading} {item.title}")) for item in told)


def _of_passage(found: Evidence, address: EvidenceAddress, scene: Scene) -> Iterator[Told]:
    """The sentences within it, but for those that try to instruct an assistant."""
    start, end = found.start or 0, found.end or 0
    for item in tell(shared_hits([address.subject_id], viewer=scene.viewer, uow=scene.uow), scene).sentences:
        if start <= (item.evidence.start or 0) and (item.evidence.end or 0) <= end:
            yield item


def _of_library(address: EvidenceAddress, library: AnswerLibrary, scene: Scene) -> Iterator[Told]:
    """The sentences of an approved answer, without the question that it answers."""
    entry = library.get(address.subject_id, viewer=scene.viewer, uow=scene.uow)
    match = LibraryMatch(entry=entry, likeness=1.0, source_changed=False)
    for item in told_of([match], today=scene.today, rank=0, first=0):
        if item.text != entry.question:
            yield item


def _notices(item: Chosen, scene: Scene) -> Iterator[Notice]:
    """What a reviewer should know about the source."""
    told, evidence_id = item.told, item.told.evidence.id
    due = review_due(told)
    if Claim.INTENTION in item.reading.all:
        yield Notice(code=NoticeCode.INTENTION, evidence_id=evidence_id, detail=title_of(told))
    if due is not None and scene.today > due:
        yield Notice(code=NoticeCode.STALE, evidence_id=evidence_id, detail=due.isoformat())
    if told.language is not scene.language:
        yield Notice(code=NoticeCode.OTHER_LANGUAGE, evidence_id=evidence_id, detail=told.language.value)
