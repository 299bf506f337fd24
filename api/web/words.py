"""What codes are called on pages. English here is the key; Spanish is in the catalogue.

Invariant: every member of the enumerations shown on a page has a word (a test walks them); an unknown code is
shown as it is, never left out.
"""

import re

from api.localisation import mark as _
from api.web import (
    admin_words,
    alert_words,
    brief_words,
    item_words,
    portfolio_words,
    rfp_words,
    score_words,
    value_words,
)

STATES = {
    "pending": _("Waiting"),
    "in_review": _("In review"),
    "changes_requested": _("Changes requested"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "superseded": _("Replaced by an edit"),
    "expired": _("Expired"),
    "stale": _("Out of date: a source or the policy changed"),
    "released": _("Released"),
    "release_failed": _("Release failed"),
    "recalled": _("Recalled"),
}

RISKS = {"low": _("Low risk"), "medium": _("Medium risk"), "high": _("High risk"), "critical": _("Critical risk")}

SEVERITIES = {
    "info": _("For information"),
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "critical": _("Critical"),
}

ACTIONS = {
    "allow": _("allowed"),
    "redact": _("to be blacked out"),
    "flag": _("to be checked"),
    "hold": _("held"),
    "block": _("blocked"),
}

FINDING_FAMILIES = {
    "grounding": _("Not carried by its sources"),
    "evidence": _("Sources gone or changed"),
    "freshness": _("Old sources"),
    "commitment": _("Commitments"),
    "leak": _("Data of others or internal"),
    "personal": _("Personal data"),
    "contact": _("Contact rules"),
    "injection": _("Instructions to the assistant"),
    "links": _("Links"),
    "tone": _("Tone"),
    "language": _("Language"),
    "text": _("Hidden characters"),
    "draft": _("Notes"),
    "guardrail": _("Failed checks"),
}
"""First part of a rule's name; a test compares them with the rules there are."""

DRAFT_KINDS = {
    "brief": _("Account brief"),
    "meeting_prep": _("Meeting preparation"),
    "follow_up": _("Follow-up email"),
    "rfp_answer": _("RFP answer"),
    "churn_alert": _("Account alert"),
    "after_meeting": _("Meeting summary"),
    "crm_update": _("CRM update"),
    "chat_answer": _("Chat answer"),
}

ANSWER_VERDICTS = {
    "accepted": _("You accepted it"),
    "corrected": _("You corrected it"),
    "reported": _("You reported it"),
}

AUDIENCES = {"internal": _("Internal"), "external": _("External")}
ROLES = {
    "ae": _("Account executive"),
    "csm": _("Customer success manager"),
    "manager": _("Manager"),
    "admin": _("Administrator"),
}
LIFECYCLES = {"prospect": _("Prospect"), "customer": _("Customer"), "churned": _("Churned")}
ORIGINS = {"internal": _("Internal"), "customer": _("Customer"), "web": _("Web")}
LANGUAGES = {"es": _("Spanish"), "en": _("English")}
REGISTERS = {
    "tu": _("Spanish, tú"),
    "usted": _("Spanish, usted"),
    "informal": _("English, informal"),
    "formal": _("English, formal"),
}
"""Forms of address of a follow-up."""
EMAIL_PARTS = {
    "greeting": _("Greeting"),
    "recap": _("What was said"),
    "theirs": _("What the customer owes"),
    "ours": _("What we owe"),
    "answers": _("Answers"),
    "open_points": _("Open questions"),
    "next_step": _("Next step"),
    "closing": _("Closing"),
}
"""Parts of an email, which has no headings of its own: reviewers need names for them."""
VARIANTS = {"plain": _("Plain"), "shorter": _("Shorter"), "warmer": _("Warmer"), "firmer": _("Firmer")}
DOCUMENT_KINDS = {
    "knowledge": _("Knowledge"),
    "email": _("Email"),
    "transcript": _("Call transcript"),
    "note": _("Note"),
    "contract": _("Contract"),
}
DOCUMENT = _("Document")
"""A file of an account, whatever it is about."""

ACTIVITY_KINDS = {"email": _("Email"), "call": _("Call"), "meeting": _("Meeting"), "note": _("Note")}
DIRECTIONS = {"inbound": _("Received"), "outbound": _("Sent"), "internal": _("Internal")}
OPPORTUNITY_KINDS = {"new_business": _("New business"), "renewal": _("Renewal"), "expansion": _("Expansion")}
OPPORTUNITY_STATUSES = {"open": _("Open"), "won": _("Won"), "lost": _("Lost")}
STANCES = {
    "champion": _("Champion"),
    "supporter": _("Supporter"),
    "neutral": _("Neutral"),
    "sceptic": _("Sceptic"),
    "blocker": _("Blocker"),
}
VISIBILITIES = {"staff": _("All staff"), "managers": _("Managers"), "admins": _("Administrators")}

RECORD_TYPES = {
    "account": _("Account"),
    "contact": _("Contact"),
    "opportunity": _("Opportunity"),
    "activity": _("Activity"),
    "ticket": _("Ticket"),
    "usage_point": _("Usage"),
    "survey": _("Survey"),
    "invoice": _("Invoice"),
    "product": _("Product"),
    "price_book_entry": _("Price"),
}

FIELDS = {
    "account_source_id": _("Account id in the source"),
    "amount": _("Amount"),
    "annual_revenue": _("Annual revenue"),
    "answered_on": _("Answered on"),
    "arr": _("ARR"),
    "as_of": _("As of"),
    "author": _("Author"),
    "body": _("Text"),
    "category": _("Category"),
    "churned_on": _("Customer until"),
    "close_date": _("Close date"),
    "closed_at": _("Closed at"),
    "comment": _("Comment"),
    "contact_name": _("Contact"),
    "country": _("Country"),
    "created_on": _("Created on"),
    "currency": _("Currency"),
    "customer_since": _("Customer since"),
    "description": _("Description"),
    "direction": _("Direction"),
    "do_not_contact": _("Do not contact"),
    "due_on": _("Due on"),
    "email": _("Email"),
    "employees": _("Employees"),
    "family": _("Family"),
    "industry": _("Sector"),
    "issued_on": _("Issued on"),
    "kind": _("Kind"),
    "language": _("Language"),
    "left_on": _("Left on"),
    "lifecycle": _("Lifecycle"),
    "list_price": _("List price"),
    "lost_reason": _("Reason for losing"),
    "metric": _("Measure"),
    "name": _("Name"),
    "next_step": _("Next step"),
    "number": _("Number"),
    "occurred_at": _("When"),
    "opened_at": _("Opened at"),
    "opportunity_source_id": _("Opportunity id in the source"),
    "owner_email": _("Owner"),
    "owner_name": _("Owner"),
    "paid_on": _("Paid on"),
    "parent_name": _("Parent company"),
    "participants": _("Participants"),
    "period_start": _("Period starts"),
    "phone": _("Phone"),
    "price_book": _("Price book"),
    "priority": _("Priority"),
    "probability": _("Probability in percent"),
    "product_name": _("Product"),
    "renewal_date": _("Renewal date"),
    "score": _("Score"),
    "seats_licensed": _("Licensed seats"),
    "segment": _("Segment"),
    "source_id": _("Id in the source"),
    "source_system": _("Source system"),
    "stage": _("Stage"),
    "stage_changed_on": _("Stage changed on"),
    "stance": _("Stance"),
    "status": _("Status"),
    "subject": _("Subject"),
    "title": _("Job title"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "value": _("Value"),
    "website": _("Website"),
}

PLACES_IN_FILES = (
    (
        re.compile(r"t(?P<table>\d+)r(?P<row>\d+)c(?P<column>\d+)"),
        0,
        _("table %(table)s, row %(row)s, column %(column)s"),
    ),
    (re.compile(r"p(?P<paragraph>\d+)"), 0, _("paragraph %(paragraph)s")),
    (re.compile(r"(?P<page>\d+):(?P<line>\d+)"), 1, _("page %(page)s, line %(line)s")),
    (re.compile(r"(?P<line>\d+)"), 1, _("line %(line)s")),
)
"""Addresses of `copilot.domain.questionnaires.Place` that are no cells: how they are written, what they count from."""
METRICS = {
    "churn_90_move": _("Probability of leaving within 90 days, before and now"),
    "health_move": _("Health, before and now"),
    "expansion_move": _("Probability of buying more within 180 days, before and now"),
    "days_to_renewal": _("Days to renewal"),
    "open_opportunities": _("Open opportunities"),
    "open_pipeline": _("Open pipeline"),
    "overdue_opportunities": _("Opportunities past their close date"),
    "tickets_open": _("Open tickets"),
    "tickets_open_p1": _("Open P1 tickets"),
    "tickets_opened_90d": _("Tickets opened in the last 90 days"),
    "tickets_opened_prev_90d": _("Tickets opened in the 90 days before"),
    "median_days_to_close_180d": _("Median days to close a ticket (180 days)"),
    "seat_utilisation_pct": _("Share of licensed seats in use"),
    "active_users_recent": _("Active users, recent mean"),
    "active_users_prior": _("Active users, mean 13 weeks earlier"),
    "active_users_change_pct": _("Change in active users"),
    "nps_latest": _("Latest NPS answer"),
    "nps_previous": _("NPS answer before"),
    "csat_mean_180d": _("Mean CSAT (180 days)"),
    "last_activity": _("Last activity"),
    "days_since_last_inbound": _("Days since they last wrote or called"),
}

USAGE = {
    "_recent": _("Usage “%(name)s”, recent weekly mean"),
    "_prior": _("Usage “%(name)s”, weekly mean 13 weeks earlier"),
    "_change_pct": _("Usage “%(name)s”, change"),
}
"""Figures of measures that only an export knows, by the ending of their name."""


def is_named(name: str) -> bool:
    """Whether there is a word for this field or figure."""
    return name in METRICS or name in FIELDS or name.endswith(tuple(USAGE))


RELEASE_PROBLEMS = {
    "not_approved": _("The approval no longer stands."),
    "expired": _("The approval expired before the files went out. Make the draft again."),
    "approver_not_entitled": _("Whoever approved it may no longer do so. Make the draft again."),
    "digest_mismatch": _("What is stored is not what was approved, so nothing was sent. Tell the administrator."),
    "evidence_changed": _("A source changed after the approval, so nothing was sent. Make the draft again."),
    "may_not_be_contacted": _("A recipient may not be written to any more, so nothing was sent. Make the draft again."),
    "guardrail_blocks": _("A check stopped the files as they went out, so nothing was sent. Make the draft again."),
    "guardrail_holds": _(
        "A check found something new as the files went out, so nothing was sent. Make the draft again."
    ),
    "storage_full": _("The disk is full. Free space and try the release again."),
    "outcome_unknown": _("It is not known whether the files went out. Look before you send them again."),
    "connection_lost": _("The mail server fell silent, so it is not known whether the email went out."),
    "policy_changed": _("The policy changed after the approval, so nothing was sent. File it again."),
    "recipient_changed": _("The address of a recipient changed, so nothing was sent. Make the draft again."),
    "sender_changed": _("Whoever the email is from works here no more, so nothing was sent. Make the draft again."),
    "mail_refused": _("The mail server refused the email, so nothing was sent. Check the addresses."),
    "mail_unavailable": _("The mail server took no mail in many tries, so nothing was sent. Try again later."),
    "test_item": _("This was a test of the review, which is never sent."),
}
"""Why a release failed, by its error code."""

RELEASE_FAILED = _("The files could not be released. Try again, or tell the administrator.")
FILES = {
    "md": _("Text (Markdown)"),
    "html": _("Page (HTML)"),
    "json": _("Data (JSON)"),
    "docx": _("Document (Word)"),
    "xlsx": _("Workbook (Excel)"),
    "eml": _("Email (EML)"),
}

UNKNOWN = _("cannot be computed")
ANSWERS = _("answers: %(number)s")
YES, NO, EMPTY = _("Yes"), _("No"), _("(empty)")

TABLES: dict[str, dict[str, str]] = {
    "state": STATES,
    "risk": RISKS,
    "severity": SEVERITIES,
    "action": ACTIONS,
    "finding_family": FINDING_FAMILIES,
    "draft_kind": DRAFT_KINDS,
    "verdict_on_answer": ANSWER_VERDICTS,
    "audience": AUDIENCES,
    "role": ROLES,
    "lifecycle": LIFECYCLES,
    "origin": ORIGINS,
    "language": LANGUAGES,
    "register": REGISTERS,
    "variant": VARIANTS,
    "email_part": EMAIL_PARTS,
    "document_kind": DOCUMENT_KINDS,
    "activity_kind": ACTIVITY_KINDS,
    "direction": DIRECTIONS,
    "opportunity_kind": OPPORTUNITY_KINDS,
    "opportunity_status": OPPORTUNITY_STATUSES,
    "stance": STANCES,
    "visibility": VISIBILITIES,
    "record_type": RECORD_TYPES,
    "field": FIELDS,
    "metric": METRICS,
    "release_problem": RELEASE_PROBLEMS,
    "file": FILES,
    **admin_words.TABLES,
    **alert_words.TABLES,
    **brief_words.TABLES,
    **item_words.TABLES,
    **portfolio_words.TABLES,
    **rfp_words.TABLES,
    **score_words.TABLES,
    **value_words.TABLES,
    "output_kind": DRAFT_KINDS | value_words.KINDS,
}
