"""Questions of a customer's questionnaire that are repeated to that customer, word for word.

Invariant: only what stands in the questionnaire exactly so, as it is now, and of no other account, counts as the
customer's question; with one character more it is a sentence of ours and is checked like any other.
"""

import dataclasses

from copilot.domain.drafts import DraftKind, Segment
from copilot.domain.evidence import Origin
from copilot.domain.facts import parse_evidence_id
from copilot.guardrails.citations import hides_characters
from copilot.guardrails.detector import Context

_QUESTIONNAIRE = "rfp_project"


def without_own_questions(context: Context) -> Context:
    """What there is to check: the draft without the questions that it only repeats. They state nothing of ours."""
    draft = context.draft
    if draft.kind is not DraftKind.RFP_ANSWER:
        return context
    repeated = {segment.id for segment in draft.segments() if _is_their_question(segment, context)}
    if not repeated:
        return context
    sections = tuple(
        section.model_copy(update={"segments": tuple(each for each in section.segments if each.id not in repeated)})
        for section in draft.sections
    )
    cited = {key for section in sections for segment in section.segments for key in segment.evidence_ids}
    questions = {key for each in draft.segments() if each.id in repeated for key in each.evidence_ids} - cited
    evidence = tuple(item for item in draft.evidence if item.id not in questions)
    return dataclasses.replace(context, draft=draft.model_copy(update={"sections": sections, "evidence": evidence}))


def _is_their_question(segment: Segment, context: Context) -> bool:
    if len(segment.evidence_ids) != 1 or hides_characters(segment.text):
        return False
    [key] = segment.evidence_ids
    address, now = parse_evidence_id(key), context.current.get(key)
    return (
        address is not None
        and address.record_type == _QUESTIONNAIRE
        and now is not None
        and key in context.snapshot
        and now.origin is Origin.CUSTOMER
        and now.account_id == context.draft.account_id
        and now.text == segment.text
    )
