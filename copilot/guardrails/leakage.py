"""Does the draft carry what belongs to another account, or what must not leave the company?

Invariant: a finding quotes nothing but the draft's own words, whatever was found elsewhere; names that the account's
own sources mention are at home and raise nothing inside the company.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Audience, Segment
from copilot.domain.elsewhere import Elsewhere, ElsewhereKind
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import parse_evidence_id
from copilot.domain.figures import Figure, extract_figures, says_the_same
from copilot.domain.findings import Action, Finding, Severity
from copilot.domain.folding import flat
from copilot.guardrails.detector import Context, finding
from copilot.guardrails.figures import evidence_figures
from copilot.guardrails.leakage_policy import INTERNAL_FIELDS, INTERNAL_METRICS, LeakageRules
from copilot.guardrails.leakage_sought import comparable, values_of

_RULES = {
    ElsewhereKind.ACCOUNT: "leak.other_account_name",
    ElsewhereKind.PERSON: "leak.other_account_person",
    ElsewhereKind.EMAIL: "leak.other_account_address",
    ElsewhereKind.PHONE: "leak.other_account_address",
}
_MOST_ACCOUNTS_WITH_AMOUNT = 3
"""An amount that more accounts have points at none of them."""
_SHARED_WORDS = 6
"""In a row. Fewer meet by chance in texts about the same business."""
_WORD = re.compile(r"[^\W_]{1,60}")
_Foreign = tuple[Segment, Figure]
_SENTENCE_START = re.compile(r"(?:^|[.!?:;•\n-])[\s«“\"'(¿¡*-]{0,4}$")
_EVERYDAY_WORDS = """
adelante alfa alianza alpha apple apex atlas aurora avance banco base beta box bridge capital central centro clave
click compass concept contacto core crecer delta digital dinamo direct dispatch eco edge energia enlace escala
express faro first focus forum fusion futuro gap general global gold grupo horizon horizonte impacto impulso innova
insight integra key level link logic logistica master matrix meta metro motor natura next norte nova office one open
optima orange orbit origen pacific partner plan plus point power premium prima prime prisma progreso proyecto puente
punto quality quest red renovables salud sector seguridad senda servicios sigma signal smart solar solid soluciones
sol sprint square star summit sur target team tecnica terra total trust union unity urban vector vertex via vision
vital web wave
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
"""Words of everyday business that companies are called by: at the start of a sentence they say nothing."""


class LeakageDetector:
    """See the module docstring."""

    name = "leakage"

    def __init__(self, rules: LeakageRules | None = None) -> None:
        self._rules = rules or LeakageRules()

    def inspect(self, context: Context) -> Iterable[Finding]:
        """Names and addresses, amounts, and for what leaves the company internal sources and their words."""
        if not context.surroundings.elsewhere_complete:
            yield finding("leak.too_much_to_check", Severity.HIGH, Action.HOLD)
        said = comparable(" \n ".join(f"{item.text} \n {item.label}" for item in _own_sources(context)))
        elsewhere = context.surroundings.elsewhere
        foreign = _foreign_figures(context) if any(item.kind is ElsewhereKind.AMOUNT for item in elsewhere) else ()
        yield from _longest(found for item in elsewhere for found in _seen(item, context, said, foreign))
        if context.draft.audience is Audience.EXTERNAL:
            yield from self._internal(context)

    def _internal(self, context: Context) -> Iterator[Finding]:
        for segment in context.draft.segments():
            for source in context.cited(segment):
                what = self._why_internal(source, context)
                if what is not None:
                    yield finding(
                        "leak.internal_source", Severity.CRITICAL, Action.BLOCK,
                        segment=segment, evidence_id=source.id, values={"what.es": what[0], "what.en": what[1]},
                    )  # fmt: skip
        yield from self._internal_words(context)

    def _internal_words(self, context: Context) -> Iterator[Finding]:
        """Six words in a row of a note to ourselves, which nothing that may go out says too."""
        texts = context.surroundings.internal_texts
        if not texts:
            return
        internal = {words for item in texts for words in _stretches(item.text)}
        outside = [item.text for item in _own_sources(context) if self._why_internal(item, context) is None]
        internal -= {words for text in outside for words in _stretches(text)}
        for segment in context.draft.segments():
            found = [span for words, span in _placed_stretches(segment.text) if words in internal]
            if found:
                span = found[0][0], found[-1][1] if found[-1][0] <= found[0][1] else found[0][1]
                yield finding(
                    "leak.internal_words", Severity.HIGH, Action.HOLD,
                    segment=segment, span=span, values={"quote": segment.text[span[0] : span[1]]},
                )  # fmt: skip

    def _why_internal(self, source: Evidence, context: Context) -> tuple[str, str] | None:
        """In both languages what makes a source internal, or None."""
        address = parse_evidence_id(source.id)
        if address is None:
            return None
        if source.kind is EvidenceKind.METRIC:
            names = (*INTERNAL_METRICS, *self._rules.internal_metrics)
            return _METRIC if any(fnmatchcase(address.name, item) for item in names) else None
        if source.kind is EvidenceKind.RECORD:
            field = f"{address.record_type}.{address.name}"
            names = (*INTERNAL_FIELDS, *self._rules.internal_fields)
            internal = any(fnmatchcase(field, item) for item in names)
            return _FIELD if internal or address.subject_id in _internal_ids(context) else None
        return self._why_internal_document(source, context)

    def _why_internal_document(self, source: Evidence, context: Context) -> tuple[str, str] | None:
        if source.visibility not in {None, "staff"}:
            return _RESTRICTED
        document = context.surroundings.cited_documents.get(source.document_id or "")
        if source.document_id in _internal_ids(context) or (document and document.kind is DocumentKind.NOTE):
            return _NOTE
        if document is None or source.account_id is not None:
            return None
        path = flat(document.path)
        return _GUIDE if any(fnmatchcase(path, item) for item in self._rules.internal_documents) else None


_METRIC = ("una cifra de nuestro seguimiento", "a figure of our own follow-up")
_FIELD = ("un campo del CRM para uso propio", "a CRM field for our own use")
_NOTE = ("una nota interna", "an internal note")
_RESTRICTED = ("un documento de acceso restringido", "a restricted document")
_GUIDE = ("una guía interna de ventas", "an internal sales guide")


def _internal_ids(context: Context) -> frozenset[str]:
    return frozenset(item.source_id for item in context.surroundings.internal_texts if not item.of_opportunity)


def _own_sources(context: Context) -> tuple[Evidence, ...]:
    """Sources of the draft that are this account's or everybody's, as they are now.

    An answer inside the company over several accounts belongs to none: its own are then all those that its reader may
    read now.
    """
    about = context.draft.account_id
    if about is None and context.draft.audience is Audience.INTERNAL:
        return tuple(context.current.values())
    known = {**context.snapshot, **context.current}
    return tuple(item for item in known.values() if item.account_id in {None, about})


def _seen(item: Elsewhere, context: Context, said: str, foreign: Sequence[_Foreign]) -> Iterator[Finding]:
    if item.kind is ElsewhereKind.AMOUNT:
        yield from _amount(item, foreign)
        return
    outgoing = context.draft.audience is Audience.EXTERNAL
    at_home = item.at_home or comparable(item.text) in said
    if at_home and not (outgoing and item.kind is ElsewhereKind.ACCOUNT):
        return
    rule, severity, action = _RULES[item.kind], Severity.HIGH, Action.HOLD
    if at_home:
        rule, severity, action = "leak.customer_named", Severity.MEDIUM, Action.FLAG
    elif outgoing:
        severity, action = Severity.CRITICAL, Action.BLOCK
    for segment in context.draft.segments():
        for start in _places(item.text, segment.text):
            end = start + len(item.text)
            if item.kind is not ElsewhereKind.ACCOUNT or _is_a_name(item, segment, start, context):
                yield finding(
                    rule, severity, action, segment=segment, span=(start, end), values={"quote": item.text}
                )  # fmt: skip


def _longest(found: Iterable[Finding]) -> Iterator[Finding]:
    """Without those inside another one: half of a name that is found whole tells nothing more."""
    kept: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for item in sorted(found, key=lambda item: (item.start or 0) - (item.end or 0)):
        start, end = item.start or 0, item.end or 0
        if not any(first <= start and end <= last for first, last in kept[item.segment_id]):
            kept[item.segment_id].append((start, end))
            yield item


def _places(wanted: str, text: str) -> Iterator[int]:
    """Where `wanted` stands as whole words."""
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start
        start = text.find(wanted, end)


def _is_a_name(item: Elsewhere, segment: Segment, start: int, context: Context) -> bool:
    """Whether a company is meant. A single word may be any word, unless it stands like a name."""
    words = _WORD.findall(item.text)
    if len(words) > 1:
        return True
    if not item.as_written or flat(item.text).isdigit() or _is_a_word_here(item.text, context):
        return False
    at_start = _SENTENCE_START.search(segment.text[max(0, start - 8) : start]) is not None or start == 0
    return not (at_start and flat(item.text) in _EVERYDAY)


def _is_a_word_here(word: str, context: Context) -> bool:
    """Whether the draft or its own sources use it as a word, in lower case and not inside an address."""
    lowered = re.compile(rf"(?<![\w@./-]){re.escape(word.lower())}(?![\w@/-]|\.\w)")
    texts = (*(item.text for item in _own_sources(context)), *(item.text for item in context.draft.segments()))
    return any(lowered.search(text) for text in texts)


def _amount(item: Elsewhere, foreign: Iterable[_Foreign]) -> Iterator[Finding]:
    if len(item.accounts) > _MOST_ACCOUNTS_WITH_AMOUNT:
        return
    for segment, figure in foreign:
        currencies = {code.upper() for code in figure.currencies}
        if currencies and item.currencies and not currencies & item.currencies:
            continue
        if any(str(value) == item.text or f"{value:f}" == item.text for value in values_of(figure)):
            yield finding(
                "leak.other_account_amount", Severity.HIGH, Action.HOLD,
                segment=segment, span=(figure.start, figure.end), values={"quote": figure.text.strip()},
            )  # fmt: skip


def _foreign_figures(context: Context) -> tuple[_Foreign, ...]:
    """Amounts that no source of their segment carries. That a source is another account's is a finding of its own."""
    return tuple(
        (segment, figure)
        for segment in context.draft.segments()
        for figure in extract_figures(segment.text, language=context.draft.language)
        if values_of(figure)
        and not any(
            says_the_same(figure, item) for source in context.cited(segment) for item in evidence_figures(source)
        )
    )


def _stretches(text: str) -> Iterator[tuple[str, ...]]:
    words = [match.group() for match in _WORD.finditer(flat(text))]
    for place in range(len(words) - _SHARED_WORDS + 1):
        yield tuple(words[place : place + _SHARED_WORDS])


def _placed_stretches(text: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    words = list(_WORD.finditer(flat(text)))
    for place in range(len(words) - _SHARED_WORDS + 1):
        part = words[place : place + _SHARED_WORDS]
        yield tuple(match.group() for match in part), (part[0].start(), part[-1].end())
