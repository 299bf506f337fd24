"""Where the records and the texts say different things about the same fact.

Invariant: a contradiction shows both sides and their sources and decides for neither.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.records import Opportunity, Record
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.types import Claim


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`record`'s `field` against what `claim` says, both ready to show."""

    field: str
    record: Record
    recorded: str
    claimed: str
    claim: Claim
    cites: tuple[str, ...]


def contradictions(context: BriefContext) -> list[Contradiction]:
    """The latest contradicting statement per field and value, newest first."""
    latest: dict[tuple[str, str], Claim] = {}
    for claim in sorted(context.reading.claims, key=lambda item: item.sentence.order):
        latest[(claim.about, claim.value)] = claim
    found = [_compare(context, claim) for claim in latest.values()]
    kept = [item for item in found if item is not None]
    return sorted(kept, key=lambda item: -item.claim.sentence.order)


def _compare(context: BriefContext, claim: Claim) -> Contradiction | None:
    match claim.about:
        case "renewal_date":
            return _against_date(context, claim)
        case "seats_licensed" | "arr":
            return _against_number(context, claim)
        case _:
            return None


def _against_date(context: BriefContext, claim: Claim) -> Contradiction | None:
    account, claimed = context.facts.account, date.fromisoformat(claim.value)
    if account.renewal_date is None or account.renewal_date == claimed:
        return None
    return _contradiction(context, claim, recorded=context.day(account.renewal_date), claimed=context.day(claimed))


def _against_number(context: BriefContext, claim: Claim) -> Contradiction | None:
    account = context.facts.account
    recorded, claimed = getattr(account, claim.about), Decimal(claim.value)
    if recorded is None or Decimal(recorded) == claimed:
        return None
    if claim.about == "arr":
        shown = context.money(Decimal(recorded), account.currency), context.money(claimed, account.currency)
    else:
        shown = context.number(recorded), context.number(claimed)
    return _contradiction(context, claim, recorded=shown[0], claimed=shown[1])


def _contradiction(context: BriefContext, claim: Claim, *, recorded: str, claimed: str) -> Contradiction:
    account = context.facts.account
    cites = (context.record(account, claim.about), context.sentence(claim.sentence))
    return Contradiction(
        field=claim.about, record=account, recorded=recorded, claimed=claimed, claim=claim, cites=cites
    )


def opportunity_of(context: BriefContext, name: str) -> Opportunity | None:
    """The opportunity with this name."""
    return next((item for item in context.facts.opportunities if item.name == name), None)
