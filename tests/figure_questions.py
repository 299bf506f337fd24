"""Questions about figures that people ask of the demo company, as queries."""

from collections.abc import Callable

from copilot.domain.figure_queries import Condition, FigureQuery, Measure, Operator, Related, Subject
from copilot.domain.plans import StepKind

AccountIds = dict[str, str]
"""By the first word of the account's name."""
Question = tuple[StepKind, Callable[[AccountIds], FigureQuery]]


def where(field: str, operator: Operator, *values: object, currency: str | None = None) -> Condition:
    """One condition."""
    return Condition.model_validate(
        {"field": field, "operator": operator, "values": values, "currency": currency}
    )  # fmt: skip


OPEN = where("status", Operator.IS, "open")
P1 = where("priority", Operator.IS, "P1")
CUSTOMER = where("lifecycle", Operator.IS, "customer")
THIS_QUARTER = (
    where("close_date", Operator.AT_LEAST, "2026-10-01"),
    where("close_date", Operator.AT_MOST, "2026-12-31"),
)
NEXT_90_DAYS = (
    where("renewal_date", Operator.AT_LEAST, "2026-11-16"),
    where("renewal_date", Operator.AT_MOST, "2027-02-14"),
)
SPAIN = where("country", Operator.IS, "ES")
PIPELINE = FigureQuery(
    subject=Subject.OPPORTUNITIES, measure=Measure.SUM, field="amount", conditions=(OPEN, *THIS_QUARTER),
    of_account=(SPAIN,),
)  # fmt: skip
RENEWALS_WITH_P1 = FigureQuery(
    subject=Subject.ACCOUNTS,
    conditions=(*NEXT_90_DAYS, where("arr", Operator.MORE_THAN, 50000, currency="USD")),
    related=(Related(subject=Subject.TICKETS, conditions=(OPEN, P1)),),
)

QUESTIONS: dict[str, Question] = {
    "pipeline-in-spain-this-quarter": (StepKind.PIPELINE, lambda _: PIPELINE),
    "renewals-with-open-p1": (StepKind.RENEWALS, lambda _: RENEWALS_WITH_P1),
    "renewals-over-50k": (
        StepKind.RENEWALS,
        lambda _: FigureQuery(
            subject=Subject.ACCOUNTS, conditions=(*NEXT_90_DAYS, where("arr", Operator.AT_LEAST, 50000))
        ),
    ),
    "fallen-use-or-little-of-it": (
        StepKind.FIND_ACCOUNTS,
        lambda _: FigureQuery(
            subject=Subject.ACCOUNTS,
            conditions=(CUSTOMER,),
            computed=(
                where("active_users_change_pct", Operator.LESS_THAN, -5),
                where("seat_utilisation_pct", Operator.LESS_THAN, 90),
            ),
        ),
    ),
    "arr-by-country": (
        StepKind.FIGURES,
        lambda _: FigureQuery(
            subject=Subject.ACCOUNTS, measure=Measure.SUM, field="arr", group_by="country", conditions=(CUSTOMER,)
        ),
    ),
    "open-tickets-by-country": (
        StepKind.FIGURES,
        lambda _: FigureQuery(
            subject=Subject.TICKETS, measure=Measure.COUNT, group_by="account.country", conditions=(OPEN,)
        ),
    ),
    "mean-score": (
        StepKind.FIGURES,
        lambda _: FigureQuery(subject=Subject.SURVEYS, measure=Measure.MEAN, field="score"),
    ),
    "detractors": (
        StepKind.FIGURES,
        lambda _: FigureQuery(
            subject=Subject.SURVEYS, show=("score", "comment", "answered_on"),
            conditions=(where("kind", Operator.IS, "NPS"), where("score", Operator.AT_MOST, 6)),
        ),
    ),
    "large-deals": (
        StepKind.PIPELINE,
        lambda _: FigureQuery(
            subject=Subject.OPPORTUNITIES, show=("amount", "close_date", "next_step"), order_by="amount",
            descending=True, limit=5, conditions=(OPEN, where("amount", Operator.AT_LEAST, 50000)),
        ),
    ),
    "most-open-tickets": (
        StepKind.FIND_ACCOUNTS,
        lambda _: FigureQuery(subject=Subject.ACCOUNTS, order_by="tickets_open", descending=True, limit=5),
    ),
    "least-used": (
        StepKind.FIND_ACCOUNTS,
        lambda _: FigureQuery(
            subject=Subject.ACCOUNTS, order_by="seat_utilisation_pct", limit=5, conditions=(CUSTOMER,),
            metrics=("nps_latest", "csat_mean_180d", "last_activity"),
        ),
    ),
    "silent-customers": (
        StepKind.FIND_ACCOUNTS,
        lambda _: FigureQuery(
            subject=Subject.ACCOUNTS,
            conditions=(CUSTOMER,),
            related=(
                Related(
                    subject=Subject.ACTIVITIES,
                    at_least=0,
                    conditions=(where("occurred_at", Operator.AT_LEAST, "2026-09-01"),),
                ),
            ),
        ),
    ),
    "champions": (
        StepKind.FIGURES,
        lambda ids: FigureQuery(
            subject=Subject.CONTACTS, account_ids=(ids["Harbourline"],),
            conditions=(where("stance", Operator.IS, "champion"),),
        ),
    ),
    "who-left": (
        StepKind.FIGURES,
        lambda _: FigureQuery(
            subject=Subject.CONTACTS, show=("title", "left_on"), conditions=(where("left_on", Operator.IS_FILLED),)
        ),
    ),
    "facts-of-one": (
        StepKind.FIGURES,
        lambda ids: FigureQuery(
            subject=Subject.ACCOUNTS, account_ids=(ids["Naviera"],),
            show=("arr", "country", "language", "renewal_date", "parent_name", "seats_licensed", "industry"),
            metrics=("nps_latest", "seat_utilisation_pct", "days_to_renewal"),
        ),
    ),
    "activities-of-one": (
        StepKind.FIGURES,
        lambda ids: FigureQuery(subject=Subject.ACTIVITIES, account_ids=(ids["Pinecrest"],), limit=6),
    ),
    "no-such-contact": (
        StepKind.FIGURES,
        lambda ids: FigureQuery(
            subject=Subject.CONTACTS, account_ids=(ids["Naviera"],),
            conditions=(where("title", Operator.CONTAINS, "astronauta"),),
        ),
    ),
}  # fmt: skip
"""By a name for the test's id."""
