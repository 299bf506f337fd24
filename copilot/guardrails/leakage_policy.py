"""What never leaves the company, whatever a policy says, and what a policy adds to it.

Invariant: a policy adds; it cannot take away.
"""

from pydantic import BaseModel, ConfigDict

INTERNAL_FIELDS = (
    "account.description",
    "account.lifecycle",
    "account.segment",
    "contact.do_not_contact",
    "contact.stance",
    "opportunity.lost_reason",
    "opportunity.next_step",
    "opportunity.owner_name",
    "opportunity.probability",
    "opportunity.stage*",
)
"""`<record type>.<field>`, `*` for any ending: how we see the customer and the deal."""
INTERNAL_METRICS = (
    "*health*",
    "*risk*",
    "*score*",
    "churn*",
    "csat_*",
    "days_since_last_inbound",
    "last_activity",
    "nps_*",
    "open_opportunities",
    "open_pipeline",
    "overdue_opportunities",
)


class LeakageRules(BaseModel):
    """The section `[leakage]` of the guardrail policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    internal_fields: tuple[str, ...] = ()
    """More fields for our own use, `<record type>.<field>`; `*` stands for any letters."""
    internal_metrics: tuple[str, ...] = ()
    internal_documents: tuple[str, ...] = ()
    """Paths of shared documents that every colleague may read and no customer, lower case without accents."""
