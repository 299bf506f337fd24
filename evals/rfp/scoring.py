"""Holds an answer against its label: right, wrong, or rightly or wrongly left out, and whether it says too much.

Invariant: every answer has exactly one outcome; an answer is right only if its short form and choices are allowed, a
rule is not passed off as a fact, and at least half of its cited sentences rest on labelled passages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence
from copilot.domain.rfp_answers import NoticeCode, RfpAnswer, Route, ShortForm
from evals.rfp.labels import Label, plain

_SENTENCE_ID = re.compile(r":\d+-\d+$")
_ATTRIBUTED = re.compile(
    r"\b(?:according to|under|as (?:stated|set out|laid down) in|per|our|its|written)\s(?:[\w’']+\s){0,4}"
    r"polic(?:y|ies)\b"
    r"|\bpolic(?:y|ies)\b[^.]{0,40}\b(?:requires?|states?|says?|provides?|calls?)\b"
    r"|\b(?:según|conforme a|de acuerdo con)\b[^.]{0,40}\bpolíticas?\b"
    r"|\bpolíticas?\b[^.]{0,40}\b(?:exigen?|establecen?|dicen?|prevén?|prevé|requieren?|indican?)\b",
    re.IGNORECASE,
)
_HALF = 0.5


class Outcome(StrEnum):
    """What became of one question."""

    ANSWERED_RIGHT = "answered_right"
    WRONG = "wrong"
    ABSTAINED_RIGHT = "abstained_right"
    ABSTAINED_WRONG = "abstained_wrong"


class Excess(StrEnum):
    """How an answer claims more than its source."""

    BEYOND = "beyond"
    """A short form or choice that the texts do not support."""
    RULE_AS_FACT = "rule_as_fact"
    """Yes, or a choice, where the texts state a rule and the answer does not say that it is one."""
    STRAY = "stray"
    """A sentence that rests on a passage which does not answer the question."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer and what is to be thought of it."""

    label: Label
    answer: RfpAnswer
    outcome: Outcome
    excess: frozenset[Excess] = frozenset()
    strays: tuple[str, ...] = field(default=())

    @property
    def claims(self) -> bool:
        """Whether anything was answered."""
        return self.outcome in (Outcome.ANSWERED_RIGHT, Outcome.WRONG)

    @property
    def is_right(self) -> bool:
        """Whether a person who knows would accept it as it is."""
        return self.outcome is Outcome.ANSWERED_RIGHT

    @property
    def is_high(self) -> bool:
        """Whether policy sends it on without an expert."""
        return self.claims and self.answer.route in (Route.APPROVED, Route.HIGH)

    @property
    def in_form(self) -> bool | None:
        """Whether the short form or choice was given; None where the texts support none."""
        if not self.label.short and not self.label.choices:
            return None
        return self.answer.short is not None or bool(self.answer.chosen)


def judge(answer: RfpAnswer, label: Label, *, files: Mapping[str, str]) -> Judged:
    """Compare. `files`: the file of each document of the knowledge base, by the document's id."""
    cited = [segment for segment in answer.segments if segment.evidence_ids]
    if answer.short is None and not answer.chosen and not cited:
        right = label.verdict == "none"
        return Judged(label, answer, Outcome.ABSTAINED_RIGHT if right else Outcome.ABSTAINED_WRONG)
    if label.verdict == "none" and _says_only_not_applicable(answer, label, cited):
        return Judged(label, answer, Outcome.ABSTAINED_RIGHT)
    evidence = {item.id: item for item in answer.evidence}
    strays = [segment.text for segment in cited if not _rests(segment, evidence, label=label, files=files)]
    excess = set(_beyond(answer, label))
    if strays:
        excess.add(Excess.STRAY)
    right = (
        not excess - {Excess.STRAY}
        and _in_allowed_form(answer, label)
        and bool(cited)
        and len(strays) <= _HALF * len(cited)
    )
    outcome = Outcome.ANSWERED_RIGHT if right else Outcome.WRONG
    return Judged(label, answer, outcome, frozenset(excess), tuple(strays))


def top_fifth(judged: Sequence[Judged]) -> list[Judged]:
    """The fifth of the answers that claim something with the highest confidence; ties at its end come along."""
    ranked = sorted((item for item in judged if item.claims), key=lambda item: -item.answer.confidence.value)
    if not ranked:
        return []
    last = ranked[max(1, round(len(ranked) / 5)) - 1].answer.confidence.value
    return [item for item in ranked if item.answer.confidence.value >= last]


def _says_only_not_applicable(answer: RfpAnswer, label: Label, cited: Sequence[Segment]) -> bool:
    only = answer.short is ShortForm.NOT_APPLICABLE and not answer.chosen and not cited
    return only and ShortForm.NOT_APPLICABLE in label.short


def _in_allowed_form(answer: RfpAnswer, label: Label) -> bool:
    short = answer.short is None or answer.short in label.short
    return short and set(answer.chosen) <= label.choices


def _beyond(answer: RfpAnswer, label: Label) -> list[Excess]:
    found = []
    # To say less than the texts allow is wrong, and no excess.
    says_less = answer.short is ShortForm.PARTIAL and ShortForm.YES in label.short
    unsupported = answer.short is not None and answer.short not in label.short and not says_less
    if unsupported or not set(answer.chosen) <= label.choices:
        found.append(Excess.BEYOND)
    states = answer.short is ShortForm.YES or bool(answer.chosen)
    if label.strict == "rule" and states and not _says_that_it_is_a_rule(answer):
        found.append(Excess.RULE_AS_FACT)
    return found


def _says_that_it_is_a_rule(answer: RfpAnswer) -> bool:
    noticed = any(notice.code is NoticeCode.INTENTION for notice in answer.notices)
    return noticed or bool(_ATTRIBUTED.search(answer.text))


def _rests(segment: Segment, evidence: Mapping[str, Evidence], *, label: Label, files: Mapping[str, str]) -> bool:
    for identifier in segment.evidence_ids:
        item = evidence.get(identifier)
        file = files.get(item.document_id or "") if item else None
        if item is None or file is None:
            continue
        if label.is_answered_by(_what_is_said(segment, item), file=file):
            return True
    return False


def _what_is_said(segment: Segment, item: Evidence) -> str:
    """The cited sentence; of a whole passage only the stretch that the answer quotes, if it quotes."""
    if not _SENTENCE_ID.search(item.id) and plain(segment.text) in plain(item.text):
        return segment.text
    return item.text
