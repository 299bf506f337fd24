"""What codes are called on the pages for administrators. English here is the key; Spanish is in the catalogue.

Invariant: every finding about data, detector, stage, class of personal data and reason has a word (a test walks them).
"""

from api.localisation import mark as _

ISSUES = {
    "reference.no_account": _("No account named"),
    "reference.unknown_account": _("Unknown account"),
    "reference.ambiguous_account": _("Several accounts of that name"),
    "reference.several_accounts": _("Several accounts named"),
    "reference.unknown_product": _("Product that is not in the catalogue"),
    "reference.unknown_parent": _("Unknown parent company"),
    "reference.unknown_owner": _("Owner who is no user here"),
    "value.misspelt_industry": _("Sector that looks misspelt"),
    "value.unknown_country": _("Country that is not recognised"),
    "value.invalid_number": _("Not a number"),
    "value.invalid_date": _("Not a date"),
    "value.invalid_email": _("Not an email address"),
    "value.unusual_email": _("Address without a complete domain"),
    "value.unknown_choice": _("Unknown value in a list"),
    "value.unknown_currency": _("Currency that is not recognised"),
    "value.unknown_language": _("Language that is not recognised"),
    "value.invalid_boolean": _("Neither yes nor no"),
    "value.out_of_range": _("Value out of range"),
    "value.unlikely_score": _("Score that does not fit its scale"),
    "value.amount_without_currency": _("Amount without a currency"),
    "value.future_date": _("Date later than the data"),
    "record.duplicate_id": _("One id with different contents"),
    "row.too_short": _("Row with too few cells"),
    "record.skipped": _("Row without a required field"),
    "account.possible_duplicate": _("Possible duplicate account"),
    "account.renewal_before_start": _("Renewal before the start as a customer"),
    "account.left_before_start": _("Left before the start as a customer"),
    "account.left_but_customer": _("Left, and still listed as a customer"),
    "opportunity.closed_before_created": _("Deal closed before it was created"),
    "opportunity.negative_amount": _("Deal with a negative amount"),
    "opportunity.won_without_amount": _("Won deal without an amount"),
    "opportunity.without_account": _("Deal of no account"),
    "opportunity.unknown_stage": _("Unknown stage of a deal"),
    "ticket.closed_before_opened": _("Ticket closed before it was opened"),
    "ticket.closed_without_date": _("Closed ticket without a date"),
    "invoice.due_before_issued": _("Invoice due before it was issued"),
    "invoice.paid_before_issued": _("Invoice paid before it was issued"),
    "invoice.negative_amount": _("Invoice with a negative amount"),
    "invoice.paid_without_date": _("Paid invoice without a date"),
    "invoice.open_though_paid": _("Invoice both open and paid"),
    "invoice.without_due_date": _("Open invoice without a due date"),
    "assumed.decimal_sign": _("Decimal sign assumed"),
    "assumed.date_order": _("Order of day and month assumed"),
    "assumed.time_zone": _("Time zone assumed"),
    "assumed.currency_unknown": _("Amounts of unknown currency"),
    "assumed.currency_mixed": _("Amounts of mixed currencies"),
    "assumed.stage_open": _("Unknown stage taken as open"),
    "table.no_account_column": _("Table that does not name accounts"),
    "document.unassigned": _("Document of no known account"),
    "document.warning": _("Doubt about reading a document"),
    "person.erased": _("Row of an erased person"),
}
"""Findings about data, as kinds."""

UPLOAD_PHASES = {
    "checking": _("being checked"),
    "checked": _("waiting for your confirmation"),
    "refused": _("not imported"),
    "importing": _("being imported"),
    "imported": _("imported"),
}
MODEL_ROLES = {"planner": _("Planner"), "writer": _("Writer"), "judge": _("Judge")}
MODEL_ROLE_WORK = {
    "planner": _("turns a chat question into steps"),
    "writer": _("words drafts and answers"),
    "judge": _("doubts answers to questionnaires whose source does not answer"),
}
FITNESS = {
    "planner_and_writer": _("may plan and write"),
    "writer_only": _("may write; plans worse than the rules"),
    "not_usable": _("not used: it does not answer in the form or language asked for"),
}
BUDGET_SCOPES = {"user": _("Person"), "team": _("Team"), "workspace": _("Whole company")}
ERASURE_REASONS = {
    "request": _("The person asked for it"),
    "consent_withdrawn": _("Consent was withdrawn"),
    "objection": _("The person objected"),
    "no_longer_needed": _("No longer needed"),
    "unlawful": _("It should not have been kept"),
}
ERASURE_STATES = {
    "waiting": _("Waiting"),
    "under_way": _("Under way"),
    "failed": _("Failed"),
    "done": _("Done"),
}
RETENTION = {
    "draft_days": _("Texts of decided drafts"),
    "import_report_days": _("Reports of imports"),
    "conversation_days": _("Chat conversations"),
    "questionnaire_days": _("Questionnaires of customers"),
    "login_attempt_days": _("Failed sign-ins"),
    "alert_days": _("Alerts that ended"),
    "signal_snapshot_days": _("What was kept of accounts on past days"),
    "text_signal_days": _("What was found in texts"),
    "model_call_days": _("Record of model calls"),
    "drafts": _("Texts of decided drafts"),
    "import_reports": _("Reports of imports"),
    "conversations": _("Chat conversations"),
    "questionnaires": _("Questionnaires of customers"),
}
STAGES = {
    "input": _("What a person types"),
    "context": _("What a model is given to read"),
    "output": _("A draft, before it enters the queue"),
    "action": _("An approved draft, before it leaves"),
}
DETECTORS = {
    "evidence": _("sources that are gone or have changed"),
    "citations": _("sentences without a source"),
    "figures": _("figures, dates and amounts that the sources do not say"),
    "grounding": _("statements that the sources do not carry"),
    "language": _("text in another language than asked for"),
    "injection": _("instructions to the assistant hidden in texts"),
    "leakage": _("what belongs to other customers or stays inside the company"),
    "contact-rules": _("people who must not be written to, or not now"),
    "personal-data": _("personal data and secrets"),
    "commitments": _("promises: prices, discounts, dates, legal terms"),
    "tone": _("tone, and words against competitors"),
    "freshness": _("sources that are too old"),
    "links": _("links that lead elsewhere than they say"),
    "notes": _("what went differently while it was written"),
}
DATA_CLASSES = {
    "person": _("Names of people"),
    "email": _("Email addresses"),
    "phone": _("Telephone numbers"),
    "address": _("Postal addresses"),
    "date_of_birth": _("Dates of birth"),
    "national_id": _("Identity and tax numbers"),
    "passport": _("Passport numbers"),
    "bank_account": _("Bank accounts"),
    "card": _("Payment cards"),
    "ip_address": _("IP addresses"),
    "credential": _("Passwords and keys"),
}
HANDLING = {
    "mask": _("goes to a model as a pseudonym only"),
    "allow_business": _("goes to a model as it is if it is a business contact's, else as a pseudonym"),
    "allow": _("goes to a model as it is"),
    "block": _("never goes to a model: the text is stopped"),
}
WEEKDAYS = {
    "monday": _("Monday"),
    "tuesday": _("Tuesday"),
    "wednesday": _("Wednesday"),
    "thursday": _("Thursday"),
    "friday": _("Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}
WHOSE = {
    "ours": _("our own people"),
    "of_account": _("the account itself"),
    "of_another": _("another account"),
    "unknown": _("nobody who is known"),
}
COMMITMENTS = {
    "price": _("Prices"),
    "discount": _("Discounts"),
    "delivery": _("Delivery dates"),
    "sla": _("Service levels"),
    "roadmap": _("Future features"),
    "legal": _("Legal terms"),
    "security": _("Security"),
}
SOURCE_KINDS = {
    "record": _("Fields of the CRM"),
    "metric": _("Computed figures"),
    "email": _("Emails"),
    "transcript": _("Calls"),
    "note": _("Notes"),
    "knowledge": _("Shared knowledge"),
    "contract": _("Contracts"),
}

TABLES: dict[str, dict[str, str]] = {
    "issue_code": ISSUES,
    "upload_phase": UPLOAD_PHASES,
    "model_role": MODEL_ROLES,
    "model_role_work": MODEL_ROLE_WORK,
    "fitness": FITNESS,
    "budget_scope": BUDGET_SCOPES,
    "erasure_reason": ERASURE_REASONS,
    "erasure_state": ERASURE_STATES,
    "retention": RETENTION,
    "guardrail_stage": STAGES,
    "detector": DETECTORS,
    "data_class": DATA_CLASSES,
    "handling": HANDLING,
    "policy_weekday": WEEKDAYS,
    "whose": WHOSE,
    "commitment": COMMITMENTS,
    "source_kind": SOURCE_KINDS,
}
