"""Says which personal data a text should not carry.

Invariant: an explanation never repeats what it warns of: at most the last characters of it are shown, and of a
password none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.domain.drafts import Segment
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.guardrails.personal_data.places import digits_of

_MOST_FINDINGS = 50
"""Of one text. The rest is counted in one finding."""
_SENSITIVE: dict[DataClass, tuple[str, Severity]] = {
    DataClass.CREDENTIAL: ("personal.credential", Severity.HIGH),
    DataClass.CARD: ("personal.card", Severity.HIGH),
    DataClass.BANK_ACCOUNT: ("personal.bank_account", Severity.MEDIUM),
    DataClass.NATIONAL_ID: ("personal.national_id", Severity.MEDIUM),
    DataClass.PASSPORT: ("personal.passport", Severity.MEDIUM),
    DataClass.DATE_OF_BIRTH: ("personal.date_of_birth", Severity.MEDIUM),
}
_SUBSCRIBER_DIGITS = 8
"""The end of a number is the same with and without the country's prefix."""
_CONTACT = frozenset({DataClass.EMAIL, DataClass.PHONE})
_OF_COMPANIES = frozenset({"es.cif", "br.cnpj", "us.ein"})
"""Tax numbers that only companies have; on a quote or a contract they are in their place."""


class PersonalDataDetector:
    """Names, emails and telephones are everyday matter in sales; what is sensitive is not."""

    name = "personal-data"

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """Sensitive data in a text: what a person typed is stopped if it is a secret, a source is redacted."""
        spans = [span for span in find_personal_data(text.content, hints=text.hints) if _is_sensitive(span)]
        for span in spans[:_MOST_FINDINGS]:
            yield _finding(span, _action(span, text.stage))
        yield from _the_rest(spans, text.stage)

    def inspect(self, context: Context) -> Iterable[Finding]:
        """Sensitive data in a draft, and contact details that nothing it rests on knows."""
        known = _Known.of(context)
        for segment in context.draft.segments():
            spans = [
                span
                for span in find_personal_data(segment.text, hints=_hints(context))
                if _is_sensitive(span) or (span.data_class in _CONTACT and not known.has(span))
            ]
            for span in spans[:_MOST_FINDINGS]:
                yield _finding(span, _action(span, context.stage), segment=segment)
            yield from _the_rest(spans, context.stage, segment=segment)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sources of a draft say, and whose addresses are our own."""

    text: str
    digits: str
    domains: frozenset[str]

    @classmethod
    def of(cls, context: Context) -> "_Known":
        sources = {**context.snapshot, **context.current}
        text = "\n".join(item.text for item in sources.values())
        return cls(text=text.casefold(), digits=digits_of(text), domains=context.surroundings.own_domains)

    def has(self, span: PersonalSpan) -> bool:
        """Whether a contact detail is of our own or stands in a source."""
        if span.data_class is DataClass.EMAIL:
            return span.value.casefold() in self.text or span.value.casefold().rpartition("@")[2] in self.domains
        return digits_of(span.value)[-_SUBSCRIBER_DIGITS:] in self.digits


def masked(span: PersonalSpan) -> str:
    """The last characters of a value, as a reader needs them to find it; none of a secret, a date or a short one."""
    says_it_all = span.data_class in {DataClass.CREDENTIAL, DataClass.DATE_OF_BIRTH} or len(span.value) < 6
    shown = 0 if says_it_all else 2 if len(span.value) < 12 else 4
    return "…" + (span.value[-shown:] if shown else "")


def _is_sensitive(span: PersonalSpan) -> bool:
    return span.data_class in _SENSITIVE and span.scheme not in _OF_COMPANIES


def _hints(context: Context) -> Hints:
    around = context.surroundings
    return Hints(
        language=context.draft.language,
        countries=around.countries,
        known_names=around.known_names,
        organisations=around.organisations,
    )


def _action(span: PersonalSpan, stage: Stage) -> Action:
    if span.data_class in _CONTACT:
        return Action.FLAG
    if span.data_class is DataClass.CREDENTIAL:
        return Action.REDACT if stage is Stage.CONTEXT else Action.BLOCK
    return Action.REDACT if stage in (Stage.INPUT, Stage.CONTEXT) else Action.HOLD


def _finding(span: PersonalSpan, action: Action, *, segment: Segment | None = None) -> Finding:
    rule, severity = _SENSITIVE.get(span.data_class, ("personal.contact_detail", Severity.LOW))
    return finding(
        rule,
        severity,
        action,
        segment=segment,
        span=(span.start, span.end),
        values={"masked": masked(span)},
        score=span.score,
    )


def _the_rest(spans: list[PersonalSpan], stage: Stage, *, segment: Segment | None = None) -> Iterator[Finding]:
    """One finding for all that are too many to list, as heavy as the heaviest of them."""
    rest = [_finding(span, _action(span, stage)) for span in spans[_MOST_FINDINGS:]]
    if rest:
        heaviest = max(rest, key=lambda item: item.severity.rank)
        count = {"count": str(len(rest))}
        yield finding("personal.more", heaviest.severity, heaviest.action, segment=segment, values=count)
