"""What the network can hear in a message: one intent, for figures one subject and one measure, and any of the marks.

Invariant: the order of these names is the order of the network's outputs; the training data use exactly these names.
"""

INTENTS = (
    "figures", "search", "knowledge", "timeline", "brief", "compare", "risks", "follow_up", "meeting_prep",
    "after_meeting", "rfp", "explain_score", "refuse_act", "refuse_private", "refuse_instruction", "out_of_scope",
    "help",
)  # fmt: skip
SUBJECTS = ("accounts", "opportunities", "tickets", "surveys", "activities", "contacts")
MEASURES = ("list", "count", "sum", "mean")
MARKS = (
    "customer", "prospect", "churned", "no_renewal_date", "quiet", "with_tickets", "with_p1", "with_pipeline",
    "no_pipeline", "open", "won", "lost", "renewal_deal", "expansion", "new_business", "overdue", "no_next_step",
    "ticket_open", "ticket_closed", "ticket_pending", "p1", "p2", "p3", "p4", "left", "still_there", "do_not_contact",
    "champion", "supporter", "neutral", "sceptic", "blocker", "decides", "nps", "csat", "ces", "detractor", "promoter",
    "email", "call", "meeting", "note", "inbound", "outbound",
    "by_stage", "by_owner", "by_account", "by_country", "by_industry", "by_segment", "by_kind", "by_status",
    "by_priority", "by_category", "by_product", "by_currency", "mine", "team",
    "f_arr", "f_renewal_date", "f_seats", "f_users", "f_utilisation", "f_usage_change", "f_nps", "f_csat",
    "f_tickets_open", "f_pipeline", "f_employees", "f_revenue", "f_since", "f_owner", "f_last_activity",
    "f_last_inbound", "f_industry", "f_country", "f_parent", "f_segment", "f_currency",
    "f_amount", "f_stage", "f_close", "f_next_step", "f_probability", "f_lost_reason", "f_product", "f_created",
    "f_stage_changed", "f_email", "f_phone", "f_title", "f_stance",
    "most", "least", "latest", "oldest", "soonest", "one",
    "a_amount", "a_arr", "a_probability", "a_seats", "a_employees", "a_score", "a_utilisation", "a_revenue",
    "a_count", "a_top", "a_days",
    "w_close", "w_created", "w_stage_changed", "w_renewal", "w_opened", "w_closed", "w_answered", "w_occurred",
    "w_since", "w_left", "prior", "needs_account",
)  # fmt: skip
TAGS = (*INTENTS, *SUBJECTS, *MEASURES, *MARKS)
