"""What each mark means for a query: conditions, groups, fields, what is compared, which day.

Invariant: every field named here is one of its kind of record (tested).
"""

from copilot.domain.figure_queries import Condition, Operator, Subject

_IS, _EMPTY, _FILLED = Operator.IS, Operator.IS_EMPTY, Operator.IS_FILLED
OPEN_TICKET = Condition(field="status", operator=Operator.IS_NOT, values=("closed",))
OPEN_DEAL = Condition(field="status", operator=_IS, values=("open",))
_NPS = Condition(field="kind", operator=_IS, values=("NPS",))
SAID: dict[Subject, dict[str, tuple[Condition, ...]]] = {
    Subject.ACCOUNTS: {
        "customer": (Condition(field="lifecycle", operator=_IS, values=("customer",)),),
        "prospect": (Condition(field="lifecycle", operator=_IS, values=("prospect",)),),
        "churned": (Condition(field="lifecycle", operator=_IS, values=("churned",)),),
        "no_renewal_date": (Condition(field="renewal_date", operator=_EMPTY),),
    },
    Subject.OPPORTUNITIES: {
        "open": (OPEN_DEAL,),
        "won": (Condition(field="status", operator=_IS, values=("won",)),),
        "lost": (Condition(field="status", operator=_IS, values=("lost",)),),
        "renewal_deal": (Condition(field="kind", operator=_IS, values=("renewal",)),),
        "expansion": (Condition(field="kind", operator=_IS, values=("expansion",)),),
        "new_business": (Condition(field="kind", operator=_IS, values=("new_business",)),),
        "no_next_step": (Condition(field="next_step", operator=_EMPTY),),
    },
    Subject.TICKETS: {
        "ticket_open": (OPEN_TICKET,),
        "ticket_closed": (Condition(field="status", operator=_IS, values=("closed",)),),
        "ticket_pending": (Condition(field="status", operator=_IS, values=("pending",)),),
        **{f"p{level}": (Condition(field="priority", operator=_IS, values=(f"P{level}",)),) for level in range(1, 5)},
    },
    Subject.CONTACTS: {
        "left": (Condition(field="left_on", operator=_FILLED),),
        "still_there": (Condition(field="left_on", operator=_EMPTY),),
        "do_not_contact": (Condition(field="do_not_contact", operator=_IS, values=(True,)),),
        **{
            name: (Condition(field="stance", operator=_IS, values=(name,)),)
            for name in ("champion", "supporter", "neutral", "sceptic", "blocker")
        },
    },
    Subject.SURVEYS: {
        "nps": (_NPS,),
        "csat": (Condition(field="kind", operator=_IS, values=("CSAT",)),),
        "ces": (Condition(field="kind", operator=_IS, values=("CES",)),),
        "detractor": (_NPS, Condition(field="score", operator=Operator.AT_MOST, values=(6,))),
        "promoter": (_NPS, Condition(field="score", operator=Operator.AT_LEAST, values=(9,))),
    },
    Subject.ACTIVITIES: {
        **{
            name: (Condition(field="kind", operator=_IS, values=(name,)),)
            for name in ("email", "call", "meeting", "note")
        },
        "inbound": (Condition(field="direction", operator=_IS, values=("inbound",)),),
        "outbound": (Condition(field="direction", operator=_IS, values=("outbound",)),),
    },
}
OF_ACCOUNTS = frozenset({"country", "industry", "segment", "language", "lifecycle"})
"""What is said of accounts where other records are asked for."""
GROUPS: dict[str, tuple[str, ...]] = {
    "stage": ("stage",),
    "owner": ("owner_name", "owner_email"),
    "account": ("account.name",),
    "country": ("country",),
    "industry": ("industry",),
    "segment": ("segment",),
    "kind": ("kind",),
    "status": ("status", "lifecycle"),
    "priority": ("priority",),
    "category": ("category",),
    "product": ("product_name",),
    "currency": ("currency",),
}
SHOWN: dict[str, tuple[str, ...]] = {
    "arr": ("arr",),
    "renewal_date": ("renewal_date",),
    "seats": ("seats_licensed",),
    "users": ("active_users_recent",),
    "utilisation": ("seat_utilisation_pct",),
    "usage_change": ("active_users_recent", "active_users_prior", "active_users_change_pct"),
    "nps": ("nps_latest",),
    "csat": ("csat_mean_180d",),
    "tickets_open": ("tickets_open",),
    "pipeline": ("open_pipeline",),
    "employees": ("employees",),
    "revenue": ("annual_revenue",),
    "since": ("customer_since",),
    "owner": ("owner_email", "owner_name"),
    "last_activity": ("last_activity",),
    "last_inbound": ("days_since_last_inbound",),
    "industry": ("industry",),
    "country": ("country",),
    "parent": ("parent_name",),
    "segment": ("segment",),
    "currency": ("currency",),
    "amount": ("amount",),
    "stage": ("stage",),
    "close": ("close_date",),
    "next_step": ("next_step",),
    "probability": ("probability",),
    "lost_reason": ("lost_reason",),
    "product": ("product_name",),
    "created": ("created_on",),
    "stage_changed": ("stage_changed_on",),
    "email": ("email", "phone", "title"),
    "phone": ("phone", "email", "title"),
    "title": ("title",),
    "stance": ("stance",),
}
"""Fields and computed figures by mark; each kind of record takes those that it has."""
RANKED = {"usage_change": "active_users_change_pct"}
AMOUNTS = {
    "amount": (Subject.OPPORTUNITIES, "amount", True),
    "arr": (Subject.ACCOUNTS, "arr", True),
    "probability": (Subject.OPPORTUNITIES, "probability", False),
    "seats": (Subject.ACCOUNTS, "seats_licensed", False),
    "employees": (Subject.ACCOUNTS, "employees", False),
    "score": (Subject.SURVEYS, "score", False),
    "revenue": (Subject.ACCOUNTS, "annual_revenue", True),
}
DAYS = {
    "close": "close_date",
    "created": "created_on",
    "stage_changed": "stage_changed_on",
    "renewal": "renewal_date",
    "opened": "opened_at",
    "closed": "closed_at",
    "answered": "answered_on",
    "occurred": "occurred_at",
    "since": "customer_since",
    "left": "left_on",
}
