"""Answers for the tests of filling."""

from datetime import date

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.domain.rfp_answers import Confidence, Dimension, RfpAnswer, Route, ShortForm

SOURCE = Evidence(
    id="passage:psg_1:0-20",
    kind=EvidenceKind.PASSAGE,
    text="All data are encrypted.",
    label="Encryption policy",
    as_of=date(2026, 5, 1),
    visibility="staff",
    document_id="doc_1",
    start=0,
    end=20,
)


def answer(
    question_id: str = "q1",
    text: str = "",
    *,
    short: ShortForm | None = None,
    chosen: tuple[str, ...] = (),
    language: Language = Language.EN,
    evidence: tuple[Evidence, ...] = (SOURCE,),
    route: Route = Route.HIGH,
) -> RfpAnswer:
    """An answer of one sentence with one source."""
    cited = tuple(item.id for item in evidence)
    segments = (Segment(id=f"{question_id}.1", text=text, evidence_ids=cited),) if text else ()
    return RfpAnswer(
        question_id=question_id,
        language=language,
        short=short,
        chosen=chosen,
        segments=segments,
        evidence=evidence,
        confidence=Confidence(value=0.9, dimensions=dict.fromkeys(Dimension, 0.9)),
        route=route,
        category="security",
    )
