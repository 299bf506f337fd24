"""What the pages about accounts and briefs call things."""

from api.localisation import mark as _

OCCASIONS = {
    "meeting": _("Before a meeting"),
    "weekly": _("Every week"),
    "owner_change": _("On another owner"),
    "once": _("Asked for"),
}
OCCASION_OUTCOMES = {
    "made": _("Written"),
    "unchanged": _("Nothing changed since the last one"),
    "failed": _("Could not be written"),
    "begun": _("Being written"),
}
WEEKDAYS = {
    "0": _("Monday"),
    "1": _("Tuesday"),
    "2": _("Wednesday"),
    "3": _("Thursday"),
    "4": _("Friday"),
    "5": _("Saturday"),
    "6": _("Sunday"),
}
ENTRY_TYPES = {
    "activity": _("Conversations and notes"),
    "ticket": _("Tickets"),
    "deal": _("Opportunities"),
    "survey": _("Surveys"),
    "invoice": _("Invoices"),
    "alert": _("Alerts"),
    "draft": _("Drafts"),
    "document": _("Documents"),
}
HAPPENINGS = {
    "activity": _("Activity"),
    "ticket_opened": _("Ticket opened"),
    "ticket_closed": _("Ticket closed"),
    "deal_created": _("Opportunity created"),
    "deal_stage": _("New stage"),
    "deal_won": _("Opportunity won"),
    "deal_lost": _("Opportunity lost"),
    "survey": _("Survey answered"),
    "invoice_issued": _("Invoice issued"),
    "invoice_overdue": _("Invoice due and not paid"),
    "invoice_paid": _("Invoice paid"),
    "alert": _("Alert"),
    "draft_filed": _("Draft put into the queue"),
    "draft_released": _("Draft released"),
    "document": _("Document"),
}
DEPARTMENTS = {
    "management": _("Management"),
    "finance": _("Finance"),
    "purchasing": _("Purchasing"),
    "it": _("Information technology"),
    "operations": _("Operations and service"),
    "people": _("Human resources"),
    "legal": _("Legal"),
    "sales": _("Sales and marketing"),
    "other": _("Other work"),
    "unknown": _("No job title on record"),
}
INFLUENCES = {
    "decides": _("decides (by title)"),
    "leads": _("leads a team (by title)"),
    "works": _("has no leading title"),
    "unknown": _("influence not known"),
}
INVOICE_STATUSES = {"open": _("Open"), "paid": _("Paid"), "void": _("Cancelled")}
CUSTOMER_SORTS = {
    "at_stake": _("Most at stake first"),
    "health": _("Worst health first"),
    "revenue": _("Most revenue first"),
    "renewal": _("Nearest renewal first"),
    "name": _("By name"),
}
TABLES = {
    "customer_sort": CUSTOMER_SORTS,
    "brief_occasion": OCCASIONS,
    "brief_outcome": OCCASION_OUTCOMES,
    "weekday": WEEKDAYS,
    "entry_type": ENTRY_TYPES,
    "happening": HAPPENINGS,
    "department": DEPARTMENTS,
    "influence": INFLUENCES,
    "invoice_status": INVOICE_STATUSES,
}
