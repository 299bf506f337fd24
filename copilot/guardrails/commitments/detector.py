"""Does every promise in our name rest on the price book, a contract or an approved answer?

Invariant: in a text for somebody outside, a clause that commits us and cites none of these is held for the person
who may make the promise; a text for ourselves may report what its sources say. What the customer said, quoted as theirs
and borne out by the source, is no promise of ours; what we said to them, quoted so, is told as promised already.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.drafts import Audience, Draft, DraftKind, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.figures import Figure
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.prices import ListedPrice
from copilot.guardrails.commitments import prices, sources
from copilot.guardrails.commitments.kinds import ALREADY_PROMISED, WITHOUT_EVIDENCE, Clause, CommitmentKind, Stance
from copilot.guardrails.commitments.quoted import Side, side_quoted
from copilot.guardrails.commitments.reading import clauses_in, speaks_of
from copilot.guardrails.commitments.rules import MANAGER, CommitmentRules
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.texts.commitments import KIND_NAMES

_QUOTED = re.compile(r"«[^«»]{0,2000}»|“[^“”]{0,2000}”|\"[^\"]{0,2000}\"")
_QUOTE_LENGTH = 160
_MOST_LISTED = 3
_HELD = (Severity.HIGH, Action.HOLD)
_ONLY_BY_THE_BOOK = frozenset({CommitmentKind.PRICE, CommitmentKind.DISCOUNT})
"""Having said it before is no ground to say it again: every time it needs the price book or who may give it."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One clause that commits us, beside what it cites."""

    clause: Clause
    words: str
    segment: Segment
    context: Context
    cited: tuple[Evidence, ...]
    approved: tuple[Evidence, ...]

    @property
    def language(self) -> Language:
        return self.context.draft.language


class CommitmentsDetector:
    """Prices, discounts, dates, service levels, roadmap, legal and security promises without what they must rest on."""

    name = "commitments"

    def __init__(self, rules: CommitmentRules | None = None) -> None:
        self._rules = rules or CommitmentRules()

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        for segment in context.draft.segments():
            if context.draft.audience is Audience.INTERNAL:
                yield from self._in_our_own_papers(segment, context)
            else:
                yield from self._to_outsiders(segment, context)

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """Promises in a text by itself, which cites nothing: heavy once it is a text that leaves."""
        leaves = text.stage in {Stage.OUTPUT, Stage.ACTION}
        severity, action = (Severity.HIGH, Action.HOLD) if leaves else (Severity.LOW, Action.FLAG)
        for clause in clauses_in(text.content):
            if clause.commits and (leaves or clause.stance is Stance.OURS):
                for kind in clause.kinds:
                    yield self._finding(
                        WITHOUT_EVIDENCE[kind],
                        kind,
                        text.content[clause.start : clause.end],
                        span=(clause.start, clause.end),
                        weight=(severity, action),
                    )

    def _to_outsiders(self, segment: Segment, context: Context) -> Iterator[Finding]:
        cited = context.cited(segment)
        approved = sources.approved(cited, context, self._rules)
        clauses = clauses_in(segment.text)
        said_by = side_quoted(segment, context) if any(clause.commits for clause in clauses) else None
        for clause in clauses:
            if not clause.commits or said_by is Side.CUSTOMER:
                continue
            words = segment.text[clause.start : clause.end]
            case = _Case(clause, words, segment, context, cited, approved)
            for kind in clause.kinds:
                if said_by is Side.US and kind not in _ONLY_BY_THE_BOOK:
                    yield self._of(ALREADY_PROMISED, kind, case, weight=(Severity.LOW, Action.FLAG))
                else:
                    yield from self._judged(kind, case)
        if not clauses and not approved and _answers(segment, context.draft):
            values = {"quote": _shortened(segment.text), "approver.es": MANAGER.es, "approver.en": MANAGER.en}
            rule = "commitment.answer_without_evidence"
            yield finding(rule, Severity.HIGH, Action.HOLD, segment=segment, values=values)

    def _in_our_own_papers(self, segment: Segment, context: Context) -> Iterator[Finding]:
        """Only promises in so many words, outside quotations, of which no source cited speaks."""
        own = _QUOTED.sub(lambda match: " " * len(match.group()), segment.text)
        cited = context.cited(segment)
        for clause in clauses_in(own):
            if clause.stance is not Stance.OURS:
                continue
            for kind in clause.kinds:
                if not any(speaks_of(item.text, kind) for item in cited):
                    yield self._finding(
                        WITHOUT_EVIDENCE[kind],
                        kind,
                        segment.text[clause.start : clause.end],
                        segment=segment,
                        span=(clause.start, clause.end),
                    )

    def _judged(self, kind: CommitmentKind, case: _Case) -> Iterator[Finding]:
        match kind:
            case CommitmentKind.PRICE:
                yield from self._price(case)
            case CommitmentKind.DISCOUNT:
                yield from self._discount(case)
            case _:
                if not any(sources.carries(item, kind, case.words) for item in case.approved):
                    yield self._of(WITHOUT_EVIDENCE[kind], kind, case)

    def _price(self, case: _Case) -> Iterator[Finding]:
        """Every amount of the clause against the book; a promise about prices without an amount needs a document."""
        kind = CommitmentKind.PRICE
        amounts = prices.amounts_in(case.words, language=case.language)
        if not amounts and not any(sources.carries(item, kind, case.words) for item in case.approved):
            yield self._of(WITHOUT_EVIDENCE[kind], kind, case)
        for amount in amounts:
            if any(prices.said_by(amount, item.text) for item in case.approved) or _on_record(amount, case):
                continue
            known = _listed(amount, case)
            if not prices.derivable(amount, case.segment.text, known, language=case.language):
                named = prices.named_products(case.segment.text, case.context.surroundings.price_list)
                if named:
                    yield self._of("commitment.price_not_in_price_book", kind, case, _told(amount, known))
                else:
                    yield self._of(WITHOUT_EVIDENCE[kind], kind, case)
            elif not sources.price_records(case.cited):
                yield self._of(WITHOUT_EVIDENCE[kind], kind, case)

    def _discount(self, case: _Case) -> Iterator[Finding]:
        kind = CommitmentKind.DISCOUNT
        shares = prices.percentages_in(case.words, language=case.language)
        largest = max(shares, default=None)
        if largest is not None and largest > self._rules.discount_limit_percent:
            yield self._of("commitment.discount_over_limit", kind, case, self._limits(largest))
        elif largest is not None and largest > self._rules.discount_without_asking_percent:
            agreed = sources.contracts(case.cited, case.context, self._rules)
            if not any(largest in prices.percentages_in(item.text, language=None) for item in agreed):
                yield self._of("commitment.discount_needs_approval", kind, case, self._limits(largest))
        elif not sources.price_records(case.cited) and not any(
            sources.carries(item, kind, case.words) for item in case.approved
        ):
            yield self._of(WITHOUT_EVIDENCE[kind], kind, case)

    def _limits(self, share: Decimal) -> dict[str, str]:
        values: dict[str, str] = {}
        for language in Language:
            write = Formatter(language)
            values |= {
                f"share.{language.value}": write.percent(share),
                f"limit.{language.value}": write.percent(self._rules.discount_limit_percent),
                f"free.{language.value}": write.percent(self._rules.discount_without_asking_percent),
            }
        return values

    def _of(
        self,
        rule: str,
        kind: CommitmentKind,
        case: _Case,
        values: dict[str, str] | None = None,
        *,
        weight: tuple[Severity, Action] = _HELD,
    ) -> Finding:
        span = (case.clause.start, case.clause.end)
        return self._finding(rule, kind, case.words, segment=case.segment, span=span, values=values, weight=weight)

    def _finding(
        self,
        rule: str,
        kind: CommitmentKind,
        words: str,
        *,
        span: tuple[int, int],
        segment: Segment | None = None,
        values: dict[str, str] | None = None,
        weight: tuple[Severity, Action] = _HELD,
    ) -> Finding:
        approver = self._rules.approver(kind)
        told = {
            "quote": _shortened(words),
            "approver.es": approver.es,
            "approver.en": approver.en,
            "kind.es": KIND_NAMES[kind.value]["es"],
            "kind.en": KIND_NAMES[kind.value]["en"],
            **(values or {}),
        }
        return finding(rule, *weight, segment=segment, span=span, values=told)


def _answers(segment: Segment, draft: Draft) -> bool:
    """Whether it answers a question of a tender: there even "Yes, every year" binds us."""
    return draft.kind is DraftKind.RFP_ANSWER and not segment.uncited_reason


def _on_record(amount: Figure, case: _Case) -> bool:
    """Whether it only repeats what a record says, e.g. what the customer pays today, and offers nothing."""
    if case.clause.stance is Stance.OURS:
        return False
    records = (item for item in case.cited if item.kind is EvidenceKind.RECORD and item.origin is Origin.INTERNAL)
    return any(prices.said_by(amount, item.text) for item in records)


def _listed(amount: Figure, case: _Case) -> tuple[ListedPrice, ...]:
    """Lines of the book that the amount may be: of the products named, else of those cited."""
    book = case.context.surroundings.price_list
    named = prices.named_products(case.segment.text, book)
    if not named:
        cited = sources.price_records(case.cited)
        book = tuple(item for item in book if item.record_id in cited)
    return prices.valid_prices(book, day=case.context.draft.as_of, currencies=amount.currencies, products=named)


def _told(amount: Figure, known: Sequence[ListedPrice]) -> dict[str, str]:
    """The amount, and what the book says instead."""
    values = {"amount": amount.text.strip()}
    nothing = {"es": "ninguno en esa moneda", "en": "none in that currency"}
    for language in Language:
        write = Formatter(language)
        lines = [f"{item.product}: {write.money(item.amount, currency=item.currency)}" for item in known[:_MOST_LISTED]]
        values[f"listed.{language.value}"] = "; ".join(lines) or nothing[language.value]
    return values


def _shortened(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= _QUOTE_LENGTH else f"{shown[: _QUOTE_LENGTH - 1].rstrip()}…"
