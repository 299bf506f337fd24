"""The evidence of one brief: what was gathered, under the ids that sentences cite.

Invariant: an id is handed out only together with the evidence behind it; instructions found in third-party
text get an id so that they can be shown, and are kept out of what a model reads.
"""

from datetime import date

from copilot.domain.account_facts import AccountFacts
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import (
    canonical_text,
    metric_evidence_id,
    passage_evidence_id,
    record_evidence_id,
)
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.records import Activity, Direction, Record
from copilot.domain.source_systems import system_name
from copilot.workflows.brief.words import RECORD_TYPES, pick
from copilot.workflows.reading.types import Sentence

_FROM_OUTSIDE = frozenset({("ticket", "subject"), ("ticket", "body"), ("survey", "comment")})
_NOT_FACTS = frozenset({"source_system", "source_id", "as_of", "account_source_id", "opportunity_source_id"})


class EvidenceBook:
    """Hands out evidence ids for the facts of one account, in one language's labels."""

    def __init__(self, facts: AccountFacts, *, language: Language) -> None:
        self._facts = facts
        self._language = language
        self._found: dict[str, Evidence] = {}

    @property
    def account_id(self) -> str:
        return self._facts.account.id

    def __getitem__(self, evidence_id: str) -> Evidence:
        return self._found[evidence_id]

    def all(self) -> dict[str, Evidence]:
        """Everything gathered so far, by id."""
        return dict(self._found)

    def record(self, record: Record, field: str) -> str:
        """Cite one field of a record (also an empty one: the gap is the fact)."""
        evidence_id = record_evidence_id(record.id, field)
        if evidence_id not in self._found:
            text = canonical_text(field, getattr(record, field), currency=getattr(record, "currency", None))
            self._found[evidence_id] = Evidence(
                id=evidence_id,
                kind=EvidenceKind.RECORD,
                text=text,
                label=self._record_label(record),
                as_of=record.as_of,
                origin=_record_origin(record, field),
                account_id=self.account_id,
            )
        return evidence_id

    def metric(self, name: str) -> str:
        """Cite a metric of the account. KeyError if there is none of this name."""
        metric = self._facts.metrics[name]
        return self.computed(
            name, text=metric.text, inputs=metric.inputs, formula=metric_formula(name, language=self._language)
        )

    def computed(self, name: str, *, text: str, inputs: tuple[str, ...], formula: str) -> str:
        """Cite a figure computed from other evidence; `text` is canonical and starts with the name."""
        evidence_id = metric_evidence_id(name, self.account_id)
        self._found.setdefault(
            evidence_id,
            Evidence(
                id=evidence_id,
                kind=EvidenceKind.METRIC,
                text=text,
                label=pick(("Cálculo", "Computed"), language=self._language),
                as_of=self._facts.today,
                account_id=self.account_id,
                inputs=inputs,
                formula=formula,
            ),
        )
        return evidence_id

    def sentence(self, sentence: Sentence) -> str:
        """Cite one sentence of a text."""
        evidence_id = passage_evidence_id(sentence.passage_id, span=(sentence.start, sentence.end))
        self._found.setdefault(
            evidence_id,
            Evidence(
                id=evidence_id,
                kind=EvidenceKind.PASSAGE,
                text=sentence.text,
                label=sentence.title,
                as_of=sentence.day,
                origin=sentence.origin,
                account_id=self.account_id,
                document_id=sentence.document_id,
                start=sentence.start,
                end=sentence.end,
            ),
        )
        return evidence_id

    def gather(self) -> None:
        """Take in every filled field of every record and every metric, cited or not."""
        facts = self._facts
        for record in (facts.account, *facts.contacts, *facts.opportunities, *facts.tickets, *facts.surveys):
            for field in type(record).model_fields:
                if field not in _NOT_FACTS and getattr(record, field) not in (None, "", ()):
                    self.record(record, field)
        for name in facts.metrics:
            self.metric(name)

    def _record_label(self, record: Record) -> str:
        kind = pick(RECORD_TYPES.get(record.record_type, ("Registro", "Record")), language=self._language)
        name = next(
            (str(value) for field in ("name", "subject", "kind") if (value := getattr(record, field, None))), ""
        )
        quoted = f"«{name}»" if self._language is Language.ES else f"“{name}”"
        return f"{system_name(record.source_system)} · {kind} {quoted}"


def _record_origin(record: Record, field: str) -> Origin:
    inbound = isinstance(record, Activity) and record.direction is Direction.INBOUND and field in {"subject", "body"}
    return Origin.CUSTOMER if inbound or (record.record_type, field) in _FROM_OUTSIDE else Origin.INTERNAL


def days_between(later: date, earlier: date) -> int:
    """Whole days from `earlier` to `later`."""
    return (later - earlier).days
