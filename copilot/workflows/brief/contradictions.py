"""Where the records and the texts say different things about the same fact.

Invariant: a contradiction shows both sides and their sources and decides for neither.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.records import Account, Opportunity, OpportunityKind
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.names import mentions
from copilot.workflows.reading.types import Claim, Sentence, Side


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`record`'s `field` against what `claim` says, both ready to show."""

    field: str
    record: Account | Opportunity
    recorded: str
    claimed: str
    claim: Claim
    cites: tuple[str, ...]
    in_texts: bool = False
    """Both sides are texts; `recorded` is then what the earlier one says."""


def contradictions(context: BriefContext) -> list[Contradiction]:
    """The contradicting statement per field and value: the customer's own, else the latest. Newest first."""
    latest: dict[tuple[str, str], Claim] = {}
    by_weight = sorted(
        context.reading.claims, key=lambda item: (item.sentence.side is Side.CUSTOMER, item.sentence.order)
    )
    for claim in by_weight:
        latest[(claim.about, claim.value)] = claim
    found = [_compare(context, claim) for claim in latest.values()]
    kept = [item for item in found if item is not None] + _deciders(context, list(latest.values()))
    return sorted(kept, key=lambda item: -item.claim.sentence.order)


def _deciders(context: BriefContext, claims: list[Claim]) -> list[Contradiction]:
    """Texts that name different people as the one who decides: the latest against the one before."""
    named = sorted((item for item in claims if item.about == "decision_maker"), key=lambda item: item.sentence.order)
    if len(named) < 2:
        return []
    before, latest = named[-2], named[-1]
    cites = (context.sentence(before.sentence), context.sentence(latest.sentence))
    return [
        Contradiction(
            field="decision_maker", record=context.facts.account, recorded=before.value, claimed=latest.value,
            claim=latest, cites=cites, in_texts=True,
        )
    ]  # fmt: skip


def _compare(context: BriefContext, claim: Claim) -> Contradiction | None:
    match claim.about:
        case "renewal_date":
            return _against_date(context, claim)
        case "seats_licensed" | "arr":
            return _against_number(context, claim)
        case "amount":
            return _against_amount(context, claim)
        case "close_date":
            return _against_closing(context, claim)
        case _:
            return None


def _against_date(context: BriefContext, claim: Claim) -> Contradiction | None:
    account, claimed = context.facts.account, date.fromisoformat(claim.value)
    if account.renewal_date is None or account.renewal_date == claimed:
        return None
    return _contradiction(
        context, claim, recorded=context.format.day(account.renewal_date), claimed=context.format.day(claimed)
    )


def _against_number(context: BriefContext, claim: Claim) -> Contradiction | None:
    account = context.facts.account
    number, _, currency = claim.value.partition(" ")
    recorded, claimed = getattr(account, claim.about), Decimal(number)
    same_currency = not currency or account.currency in {None, currency}
    if recorded is None or (Decimal(recorded) == claimed and same_currency):
        return None
    if claim.about == "arr":
        shown = context.money(Decimal(recorded), account.currency), context.money(claimed, currency or account.currency)
    else:
        shown = context.number(recorded), context.number(claimed)
    return _contradiction(context, claim, recorded=shown[0], claimed=shown[1])


def _against_amount(context: BriefContext, claim: Claim) -> Contradiction | None:
    amount, currency = claim.value.split(" ")
    main = main_opportunity(context, said=claim.sentence)
    if main is None or main.amount is None or main.currency != currency or main.amount == Decimal(amount):
        return None
    recorded, claimed = context.money(main.amount, currency), context.money(Decimal(amount), currency)
    return _contradiction(context, claim, recorded=recorded, claimed=claimed, record=main)


def _against_closing(context: BriefContext, claim: Claim) -> Contradiction | None:
    main, claimed = main_opportunity(context, said=claim.sentence), date.fromisoformat(claim.value)
    if main is None or main.close_date is None or main.close_date >= claimed:
        return None
    recorded = context.format.day(main.close_date)
    return _contradiction(context, claim, recorded=recorded, claimed=context.format.day(claimed), record=main)


def names_opportunity(context: BriefContext, text: str, opportunity: Opportunity) -> bool:
    """Whether a text has a telling word of the opportunity: not one of the account's own name."""
    return mentions(text, f"{opportunity.name} {opportunity.product_name or ''}", besides=context.facts.account.name)


def main_opportunity(context: BriefContext, *, said: Sentence) -> Opportunity | None:
    """The open opportunity that a statement without a name is about: the one it names, else the largest."""
    candidates = [
        item for item in context.facts.open_opportunities if item.created_on is None or item.created_on <= said.day
    ]
    named = [item for item in candidates if names_opportunity(context, said.text, item)]
    if named:
        return named[0]
    deals = [item for item in candidates if item.kind is not OpportunityKind.EXPANSION] or candidates
    return max(deals, key=lambda item: (item.amount or Decimal(0), item.id), default=None)


def _contradiction(
    context: BriefContext, claim: Claim, *, recorded: str, claimed: str, record: Opportunity | None = None
) -> Contradiction:
    owner = record or context.facts.account
    cites = [context.record(owner, claim.about), context.sentence(claim.sentence)]
    if record is not None:
        cites.append(context.record(record, "name"))
    return Contradiction(
        field=claim.about, record=owner, recorded=recorded, claimed=claimed, claim=claim, cites=tuple(cites)
    )
