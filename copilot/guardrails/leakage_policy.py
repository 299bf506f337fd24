"""What never leaves the company, whatever a policy says, and what a policy adds to it.

Invariant: a policy adds; it cannot take away.
"""

from pydantic import BaseModel, ConfigDict

_OWN_USE = {
    "account": ("description", "lifecycle", "segment"),
    "contact": ("do_not_contact", "stance"),
    "opportunity": ("lost_reason", "next_step", "owner_name", "probability", "stage*"),
}
INTERNAL_FIELDS = tuple(f"{record_type}.{field}" for record_type, fields in _OWN_USE.items() for field in fields)
"""`<record type>.<field>`, `*` for any ending: how we see the customer and the deal."""
INTERNAL_METRICS = (
    "*health*",
    "*risk*",
    "*score*",
    "*_mentions_*",
    "ces_*",
    "champions_left_*",
    "churn*",
    "complaints_*",
    "csat_*",
    "days_since_last_inbound",
    "expansion_*",
    "inbound_*",
    "invoices_paid_late_*",
    "last_activity",
    "nps_*",
    "open_opportunities",
    "open_pipeline",
    "overdue_opportunities",
    "people_heard_*",
    "praise_*",
    "promises_broken_*",
    "reply_days_*",
    "stakeholders_left_*",
)


class LeakageRules(BaseModel):
    """The section `[leakage]` of the guardrail policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    internal_fields: tuple[str, ...] = ()
    """More fields for our own use, `<record type>.<field>`; `*` stands for any letters."""
    internal_metrics: tuple[str, ...] = ()
    internal_documents: tuple[str, ...] = ()
    """Paths of shared documents that every colleague may read and no customer, lower case without accents."""
