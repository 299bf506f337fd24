"""Accounts as the API answers with them. Money is a decimal string with its currency beside it."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from copilot.domain.account_facts import AccountFacts, DataIssue, Metric
from copilot.domain.data_issues import describe
from copilot.domain.facts import metric_evidence_id
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.records import Account, Activity, Contact, Opportunity, Survey, Ticket


class AccountSummary(BaseModel):
    """One line of the account list."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    country: str | None
    industry: str | None
    segment: str | None
    lifecycle: str | None
    arr: Decimal | None
    currency: str | None
    renewal_date: date | None
    owner_email: str | None
    owner_name: str | None
    website: str | None
    open_opportunities: int


class AccountList(BaseModel):
    """A page of accounts by name. `next_cursor` is null on the last page, `total` counts all that match."""

    accounts: list[AccountSummary]
    next_cursor: str | None
    total: int


class AccountMetric(BaseModel):
    """A computed figure and its evidence. `value` is null when it cannot be computed."""

    name: str
    value: Decimal | date | None
    text: str
    formula: str
    evidence_id: str
    inputs: list[str]

    @classmethod
    def of(cls, metric: Metric, *, account_id: str, language: Language) -> "AccountMetric":
        """A metric with how it is computed, in words."""
        return cls(
            name=metric.name,
            value=metric.value,
            text=metric.text,
            formula=metric_formula(metric.name, language=language),
            evidence_id=metric_evidence_id(metric.name, account_id),
            inputs=list(metric.inputs),
        )


class AccountIssue(BaseModel):
    """Something the import noticed about the data, in words."""

    id: str
    code: str
    record_type: str | None
    record_id: str | None
    text: str

    @classmethod
    def of(cls, issue: DataIssue, *, language: Language) -> "AccountIssue":
        """An issue in the reader's language."""
        return cls(
            id=issue.id,
            code=issue.code,
            record_type=issue.record_type,
            record_id=issue.record_id,
            text=describe(issue.code, issue.details, language=language),
        )


class AccountDetail(BaseModel):
    """An account with its records and figures on `today`. Lists are limited; see `AccountFacts`."""

    id: str
    today: date
    account: Account
    metrics: list[AccountMetric]
    contacts: list[Contact]
    opportunities: list[Opportunity]
    tickets: list[Ticket]
    surveys: list[Survey]
    activities: list[Activity]
    issues: list[AccountIssue]

    @classmethod
    def of(cls, facts: AccountFacts, *, language: Language) -> "AccountDetail":
        """Everything the records say, in one answer."""
        account_id = facts.account.id
        return cls(
            id=account_id,
            today=facts.today,
            account=facts.account,
            metrics=[
                AccountMetric.of(item, account_id=account_id, language=language) for item in facts.metrics.values()
            ],
            contacts=list(facts.contacts),
            opportunities=list(facts.opportunities),
            tickets=list(facts.tickets),
            surveys=list(facts.surveys),
            activities=list(facts.activities),
            issues=[AccountIssue.of(item, language=language) for item in facts.issues],
        )
