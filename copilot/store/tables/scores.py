"""What was computed of accounts by day: signals out of texts, snapshots, scores, models, alerts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Identity, Index, Numeric, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base
from copilot.store.tables.records import MONEY


class TextSignalRow(Base):
    """One sentence that is a sign of something. Goes with its account, and with its document when that is removed."""

    __tablename__ = "text_signals"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(primary_key=True)
    """What the citation opens: the sentence of a passage, or the field of a ticket or survey."""
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    """When it was said; of a broken promise, the day from which it was one."""
    until: Mapped[date | None]
    """Of a promise that was kept late: the day of the text that says so. From then on it is no broken one."""
    subject: Mapped[str | None]
    """Name of the competitor."""

    __table_args__ = (Index("ix_text_signals_account_id_day", "account_id", "day"),)


class TextsReadRow(Base):
    """Up to which texts an account's signals were read, so that nothing is read twice."""

    __tablename__ = "texts_read"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    """Over the texts and the day-dependent parts; another one means: read again."""
    first_day: Mapped[date | None]
    """Of the oldest text: before it nothing is known of what they say. None: there is no text."""


class SignalSnapshotRow(Base):
    """What was known of an account on a day, kept on that day."""

    __tablename__ = "signal_snapshots"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]]
    """What no record tells for a past day: known undated signals (`renewal_date` for the days to it), and `arr`,
    `currency`, `segment` as they were. A row is written when they change, and every week."""


class AccountSignalsRow(Base):
    """All signals of an account on a day that it is compared on: today, and a few days long past.

    Another change to its records takes the row away, see `copilot.store.signals_kept`.
    """

    __tablename__ = "account_signals"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    values: Mapped[list[float]] = mapped_column(ARRAY(Float))
    """In the order of `Signal`; NaN where one is not known."""
    segment: Mapped[str | None]
    industry: Mapped[str | None]
    country: Mapped[str | None]
    arr: Mapped[float | None]
    currency: Mapped[str | None]
    reader: Mapped[str]
    """Names the statements that computed it; by other ones it is worth nothing."""
    recorded: Mapped[str]
    """Of which kinds anything was recorded by the day, whosever it is: what makes a count known."""


class ScoreModelRow(Base):
    """A trained model, or a refusal, with its report. Of a kind the one that somebody chose by hand is in use, else the
    one that was put in use last."""

    __tablename__ = "score_models"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    trained_at: Mapped[datetime]
    trained_on: Mapped[date]
    refusal: Mapped[str | None]
    model: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any]]
    used_from: Mapped[datetime | None]
    """When it was put in use; None: never."""
    chosen_by: Mapped[str | None]
    """Who chose it by hand; None: nobody did, or that was taken back. No foreign key: a choice outlives its maker."""
    chosen_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_score_models_kind_trained_at", "kind", "trained_at"),)


class AccountScoreRow(Base):
    """A score from a day on: a row is written only when the score is another one than the account's latest."""

    __tablename__ = "account_scores"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    band: Mapped[str | None]
    missing: Mapped[str | None]
    base: Mapped[float]
    parts: Mapped[list[Any]]
    """`[name, value, effect]` each."""
    version: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)
    """By the server's clock: what was written since alerts were last looked for."""

    __table_args__ = (Index("ix_account_scores_latest", "kind", "account_id", text("day desc")),)


class AccountStandingRow(Base):
    """What sums over a portfolio need of an account, in one narrow row, see `copilot.store.standing`."""

    __tablename__ = "account_standing"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    owner: Mapped[str | None]
    """Email of the owner, lower case. From here to `churned_on` triggers copy what the account's record says."""
    segment: Mapped[str | None]
    lifecycle: Mapped[str | None]
    arr: Mapped[Decimal | None] = mapped_column(MONEY)
    currency: Mapped[str | None]
    customer_since: Mapped[date | None] = mapped_column(index=True)
    renewal_date: Mapped[date | None] = mapped_column(index=True)
    churned_on: Mapped[date | None] = mapped_column(index=True)
    day: Mapped[date] = mapped_column(server_default=text("'0001-01-01'"), index=True)
    """Of which day the rest tells what the scores say; of no other day it says anything."""
    health: Mapped[float | None] = mapped_column(index=True)
    health_band: Mapped[str | None]
    compared: Mapped[int | None] = mapped_column(SmallInteger)
    """With the health a week before: see `copilot.domain.portfolio.Compared`."""
    steps: Mapped[int | None] = mapped_column(SmallInteger)
    """Bands that the health fell by since then; negative: rose."""
    change: Mapped[float | None]
    """Points that it rose by since then; None: it cannot be compared."""
    churn_30: Mapped[float | None]
    churn_30_before: Mapped[float | None]
    churn_30_before_by: Mapped[str | None]
    """The version that made the one of a week before."""
    churn_90: Mapped[float | None]
    churn_90_before: Mapped[float | None]
    churn_90_before_by: Mapped[str | None]
    churn_180: Mapped[float | None]
    churn_180_before: Mapped[float | None]
    churn_180_before_by: Mapped[str | None]
    expansion: Mapped[float | None]
    expansion_band: Mapped[str | None]
    is_customer: Mapped[bool | None]
    """On that day, as `copilot.store.customers` says; so what follows."""
    is_prospect: Mapped[bool | None]
    in_currency: Mapped[str | None]
    """Of the sums that its revenue is in; None: it is in none."""
    leaves: Mapped[int | None] = mapped_column(SmallInteger)
    """Within which of the times that are looked at they have said that they leave, see `copilot.store.standing`."""
    place: Mapped[int | None] = mapped_column(SmallInteger)
    """In the calendar of renewals."""
    name_key: Mapped[str | None] = mapped_column(String(collation="C"))
    """The folded name, whatever the day; None: it was not folded since it changed."""
    open_expansions: Mapped[int] = mapped_column(server_default=text("0"))
    """How many there are, whatever the day: triggers count them."""

    __table_args__ = (
        Index("ix_account_standing_moves", text("steps desc"), "change"),
        Index("ix_account_standing_owner", "owner"),
        Index("ix_account_standing_names", "name_key", "account_id"),
        Index(
            "ix_account_standing_strays",
            "account_id",
            postgresql_where=text("open_expansions > 0 and is_customer is not true"),
        ),
    )


class StandingSumRow(Base):
    """How many rows of `account_standing` that have a day stand alike: the sum over all rows that say so.

    Triggers write a row for what a statement changed, see migration 0031; `copilot.store.standing_sums` reads them.
    """

    __tablename__ = "standing_sums"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    about: Mapped[str]
    """Which columns tell them apart, see `copilot.store.standing_sums.About`; the others are empty."""
    day: Mapped[date]
    segment: Mapped[str | None]
    is_customer: Mapped[bool | None]
    owner: Mapped[str | None]
    is_prospect: Mapped[bool | None]
    is_unclear: Mapped[bool | None]
    """The record does not say whether it is a customer."""
    health_band: Mapped[str | None]
    currency: Mapped[str | None]
    in_currency: Mapped[str | None]
    compared: Mapped[int | None] = mapped_column(SmallInteger)
    way: Mapped[int | None] = mapped_column(SmallInteger)
    """1: the health fell by a band or more; -1: rose."""
    leaves: Mapped[int | None] = mapped_column(SmallInteger)
    told_30: Mapped[bool | None]
    """There is a probability to leave within so many days."""
    told_90: Mapped[bool | None]
    told_180: Mapped[bool | None]
    expansion_band: Mapped[str | None]
    is_ranked: Mapped[bool | None]
    """There is a probability to buy more."""
    has_open: Mapped[bool | None]
    """An open expansion."""
    place: Mapped[int | None] = mapped_column(SmallInteger)
    accounts: Mapped[int] = mapped_column(BigInteger)
    """Negative where rows went or changed."""
    revenue: Mapped[Decimal] = mapped_column(Numeric)


class DealSumRow(Base):
    """Open deals of accounts that are alike, and what names all deals: the sum over all rows that say so.

    Triggers write a row for what a statement changed, see migration 0031; `copilot.store.deal_sums` reads them.
    """

    __tablename__ = "deal_sums"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    about: Mapped[str]
    """See `copilot.store.deal_sums.About`."""
    kind: Mapped[str | None]
    currency: Mapped[str | None]
    close_date: Mapped[date | None]
    has_start: Mapped[bool | None]
    """A day on which it began, which may be still to come."""
    has_amount: Mapped[bool | None]
    has_probability: Mapped[bool | None]
    deals: Mapped[int] = mapped_column(BigInteger)
    """Negative where deals went or changed."""
    amount: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    stated: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    """Amount times the probability that the owner states, in hundredths."""
    hash_0: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    """Sums of hashes of 64 bits of what is told of each deal."""
    hash_1: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))


class ScoresDueRow(Base):
    """An account whose records changed since its scores were computed; a row for each change, see migration 0025."""

    __tablename__ = "scores_due"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    since: Mapped[date] = mapped_column(server_default=text("'0001-01-01'"))
    """The first day that the change says anything about; without one, every day."""


class AlertRow(Base):
    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str]
    cause: Mapped[str]
    score_kind: Mapped[str]
    before: Mapped[float | None]
    before_day: Mapped[date | None]
    now: Mapped[float]
    day: Mapped[date]
    moved: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """What moved the score, as it was on the day."""
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    playbook: Mapped[str]
    state: Mapped[str]
    snoozed_until: Mapped[date | None]
    reason: Mapped[str | None]
    outcome: Mapped[str | None]
    steps_done: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    item_id: Mapped[str | None]
    outreach_item_id: Mapped[str | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]

    __table_args__ = (
        Index("ix_alerts_account_id", "account_id", "kind", "opened_at"),
        # While one is open there is no second.
        Index(
            "uq_alerts_one_open",
            "account_id",
            "kind",
            unique=True,
            postgresql_where=text("state in ('open', 'snoozed')"),
        ),
    )


class DealStageRow(Base):
    """The stage of a deal from a day on, kept while it was open: an export says only the present one."""

    __tablename__ = "deal_stages"

    opportunity_id: Mapped[str] = mapped_column(ForeignKey("opportunities.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    stage: Mapped[str]


class AlertsHeldRow(Base):
    """How many changes of a day had to wait because their owner had enough alerts."""

    __tablename__ = "alerts_held"

    day: Mapped[date] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(primary_key=True)
    """Empty: of accounts without an owner here."""
    held: Mapped[int]
