"""What a model is given to write a brief from: numbered lines, most telling first, within a token budget.

Invariant: each line is one JSON object in which no character can end the block it stands in; instructions found in
third-party text are not among them; the same evidence has the same number throughout one question.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.records import Record
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.contradictions import contradictions
from copilot.workflows.brief.offline import WRITERS
from copilot.workflows.brief.sections.commitments import due_cite
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Topic

BUDGET_TOKENS = 12_000
_ENDS_BLOCK = re.compile(r"[<>\x7f-\x9f\u2028\u2029]|(?<=BEGIN )E|(?<=END )E", re.IGNORECASE)
"""Brackets, what some readers take for the end of a line, and the first letter after the words of a mark."""
_TOPICS = tuple(topic for topic in Topic if topic is not Topic.INSTRUCTION)
_STATUS_WORDS = {
    CommitmentStatus.KEPT: "kept",
    CommitmentStatus.OPEN: "open, not due yet",
    CommitmentStatus.NO_EVIDENCE: "its day has passed and nothing in the texts shows that it was kept",
    CommitmentStatus.MISSED: "not kept, according to a text",
}


@dataclass(frozen=True, slots=True)
class NumberedEvidence:
    """The lines, and which evidence each number is."""

    text: str
    ids: tuple[str, ...]
    left_out: int
    """Items that did not fit the budget."""

    def id_of(self, number: int) -> str | None:
        """The evidence behind a number, None if there is no such number."""
        return self.ids[number - 1] if 1 <= number <= len(self.ids) else None


def numbered_evidence(
    context: BriefContext,
    *,
    count: Callable[[str], int],
    admits: Callable[[Evidence], bool] = lambda _: True,
) -> NumberedEvidence:
    """Number the evidence that `admits` lets through, in the order of its worth, until the budget is spent."""
    lines: list[str] = []
    ids: list[str] = []
    spent = left_out = 0
    for evidence_id in dict.fromkeys(_in_order(context)):
        item = context.book[evidence_id]
        line = evidence_line(item, number=len(ids) + 1, language=context.language)
        tokens = count(line)
        if spent + tokens > BUDGET_TOKENS:
            left_out += 1
            continue
        if not admits(item):
            continue
        spent += tokens
        lines.append(line)
        ids.append(evidence_id)
    return NumberedEvidence(text="\n".join(lines), ids=tuple(ids), left_out=left_out)


def _in_order(context: BriefContext) -> Iterator[str]:
    """Account, figures, deals, promises; then what the rules would cite; then everything else said."""
    facts = context.facts
    yield from _fields(context, facts.account)
    yield from (context.metric(name) for name in facts.metrics)
    for opportunity in facts.open_opportunities:
        yield from _fields(context, opportunity)
    for item in context.reading.commitments:
        yield from _promise(context, item)
    for found in contradictions(context):
        yield from found.cites
    for key, write in WRITERS.items():
        if key != "data_problems":
            yield from (cite for line in write(context) for cite in line.evidence_ids)
    for contact in facts.contacts:
        yield from _fields(context, contact)
    yield from (context.sentence(item.sentence) for item in context.reading.about(*_TOPICS))


def _fields(context: BriefContext, record: Record) -> Iterator[str]:
    skipped = {"source_system", "source_id", "as_of", "account_source_id", "website", "phone", "email", "language"}
    for field in type(record).model_fields:
        if field not in skipped and getattr(record, field) not in (None, "", False):
            yield context.record(record, field)


def _promise(context: BriefContext, item: Commitment) -> Iterator[str]:
    sentence = context.sentence(item.sentence)
    yield sentence
    yield from due_cite(context, item)
    proof = context.sentence(item.proof) if item.proof else None
    if proof:
        yield proof
    name = f"commitment_{item.sentence.passage_id}_{item.sentence.start}"
    done = f" ({item.proof.day.isoformat()})" if item.proof else ""
    yield context.book.computed(
        name,
        text=f"{name}: {_STATUS_WORDS[item.status]}{done}",
        inputs=(sentence, proof) if proof else (sentence,),
        formula=context.say(
            es="comparación de la promesa con los textos posteriores", en="comparison of the promise with later texts"
        ),
    )


def evidence_line(item: Evidence, *, number: int, language: Language) -> str:
    """One numbered line of JSON in which nothing can look like the end of the block it stands in."""
    kind = {EvidenceKind.RECORD: "record", EvidenceKind.METRIC: "computed", EvidenceKind.PASSAGE: "text"}[item.kind]
    payload = {
        "n": number,
        "kind": kind,
        "written_by": item.origin.value,
        "date": Formatter(language).day(item.as_of),
        "source": item.label,
        "text": item.text,
    }
    if item.formula and item.kind is EvidenceKind.METRIC:
        payload["how"] = item.formula
    # No angle brackets, no line breaks of any kind, no marks: nothing inside can look like the end of the block.
    return _ENDS_BLOCK.sub(_as_escapes, json.dumps(payload, ensure_ascii=False))


def _as_escapes(match: re.Match[str]) -> str:
    """The same characters, written as JSON writes those that it cannot show."""
    return "".join(f"\\u{ord(character):04x}" for character in match.group())
