"""Is what a sentence says about today carried by a source that is recent enough for its kind?

Invariant: a sentence that tells when its source is from is history and never stale; a source that says itself until
when it holds is not used after that day.
"""

import re
from collections.abc import Iterable
from datetime import date

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import parse_evidence_id
from copilot.domain.figure_dates import Moment
from copilot.domain.figures import Figure, FigureKind, extract_figures, says_the_same
from copilot.domain.findings import Action, Finding, Severity
from copilot.domain.folding import flat
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.guardrails.detector import Context, finding
from copilot.guardrails.freshness_rules import FreshnessRules

_HOLDS_UNTIL = re.compile(
    r"\b(?:valid (?:until|through|to)|valid_to|expir(?:es|y|ed|ation)(?: date)?(?: on| in)?|in force until|good until|"
    r"valid[oa]s? hasta|vigentes? hasta|en vigor hasta|caduca(?:n)? (?:el|en)|fecha de caducidad|vence el|"
    r"validez hasta|hasta el fin de su vigencia)\b[\s:]{0,3}"
)
_DATE_LENGTH = 40
_SCAN = 20_000
"""Characters of a sentence or source that are looked at; both are far shorter."""
_KINDS_OF_OURS = frozenset({DocumentKind.KNOWLEDGE, DocumentKind.CONTRACT})


class FreshnessDetector:
    """Compares the day of what is cited with the day of the draft."""

    name = "freshness"

    def __init__(self, rules: FreshnessRules | None = None) -> None:
        self._rules = rules or FreshnessRules()

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        for segment in context.draft.segments():
            cited = context.cited(segment)
            stale = self._stale(cited, context)
            expired = [(item, day) for item in cited if (day := _no_longer_valid(item, context)) is not None]
            if stale is None and not expired:
                continue
            told = _days_told(segment, context.draft.language)
            if stale is not None and not any(_tells(told, item.as_of) for item in cited):
                yield self._too_old(segment, stale, context)
            for item, day in expired:
                if not _tells(told, day):
                    yield _expired(segment, item, day)

    def _stale(self, cited: tuple[Evidence, ...], context: Context) -> Evidence | None:
        """The newest source, if all are too old: one that is recent carries the sentence."""
        if any((context.draft.as_of - item.as_of).days <= self._allowed(item, context) for item in cited):
            return None
        return max(cited, key=lambda item: (item.as_of, item.id), default=None)

    def _too_old(self, segment: Segment, item: Evidence, context: Context) -> Finding:
        age = (context.draft.as_of - item.as_of).days
        values = {"days": str(age), "allowed": str(self._allowed(item, context)), "label": item.label}
        severity = Severity.MEDIUM if _is_of_ours(item, context) else Severity.LOW
        return finding(
            "freshness.stale_evidence",
            severity,
            Action.FLAG,
            segment=segment,
            evidence_id=item.id,
            values=values | _days(item.as_of),
        )

    def _allowed(self, item: Evidence, context: Context) -> int:
        """Days that a source of its kind may be old."""
        if item.kind is EvidenceKind.RECORD:
            return self._rules.record
        if item.kind is EvidenceKind.METRIC:
            return self._rules.metric
        document = context.surroundings.cited_documents.get(item.document_id or "")
        kind = document.kind if document else DocumentKind.KNOWLEDGE if item.visibility else DocumentKind.EMAIL
        days: int = getattr(self._rules, kind.value)
        return days


def _days_told(segment: Segment, language: Language) -> tuple[Figure, ...]:
    figures = extract_figures(segment.text[:_SCAN], language=language)
    return tuple(item for item in figures if item.kind is FigureKind.DATE)


def _tells(told: Iterable[Figure], day: date) -> bool:
    """Whether one of the dates of a sentence is this day, or the month or year it lies in."""
    moment = Moment(year=day.year, months=(day.month, day.month), day=day.day)
    own = Figure(kind=FigureKind.DATE, text="", start=0, end=0, readings=(moment,))
    return any(says_the_same(item, own) for item in told)


def _no_longer_valid(item: Evidence, context: Context) -> date | None:
    """The last day a source held, if that is past on the day of the draft."""
    last = _end_of_price(item, context) if item.kind is EvidenceKind.RECORD else _end_of_text(item, context)
    return last if last is not None and last < context.draft.as_of else None


def _end_of_price(item: Evidence, context: Context) -> date | None:
    address = parse_evidence_id(item.id)
    lines = (line for line in context.surroundings.price_list if address and line.record_id == address.subject_id)
    return next((line.valid_to for line in lines), None)


def _end_of_text(item: Evidence, context: Context) -> date | None:
    """The latest day until which a document of ours says that it holds."""
    if not _is_of_ours(item, context):
        return None
    ends = []
    plain = flat(item.text[:_SCAN])
    for match in _HOLDS_UNTIL.finditer(plain):
        window = item.text[match.end() : match.end() + _DATE_LENGTH]
        figures = (figure for figure in extract_figures(window, language=None) if figure.kind is FigureKind.DATE)
        first = next(figures, None)
        if first is not None and isinstance(first.value, date):
            ends.append(first.value)
    return max(ends, default=None)


def _is_of_ours(item: Evidence, context: Context) -> bool:
    document = context.surroundings.cited_documents.get(item.document_id or "")
    return document is not None and document.kind in _KINDS_OF_OURS and item.origin is Origin.INTERNAL


def _expired(segment: Segment, item: Evidence, day: date) -> Finding:
    return finding(
        "freshness.expired_evidence",
        Severity.MEDIUM,
        Action.FLAG,
        segment=segment,
        evidence_id=item.id,
        values={"label": item.label} | _days(day),
    )


def _days(day: date) -> dict[str, str]:
    return {f"day.{language.value}": Formatter(language).day(day) for language in Language}
