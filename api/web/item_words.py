"""What the page of one draft calls things. English here is the key; Spanish is in the catalogue.

Invariant: every support, comparison and reason that can occur has a word; a colour never stands alone.
"""

from api.localisation import mark as _

SUPPORTS = {
    "supported": _("Supported"),
    "weak": _("Weakly supported"),
    "unsupported": _("Not supported"),
    "accepted": _("Accepted by name"),
    "no_fact": _("States no fact"),
}
SUPPORT_MEANINGS = {
    "supported": _("The checks found what it says in the sources it cites."),
    "weak": _("Something about its sources is doubtful: read them."),
    "unsupported": _("Its sources do not say it, or it has none."),
    "accepted": _("Not supported; somebody who approved answers for it."),
    "no_fact": _("A lead-in; nothing in it could be true or false."),
}
ACTIONS_TO_TAKE = {
    "allow": _("Nothing to do; good to know."),
    "redact": _("Edit the sentence and take it out."),
    "flag": _("Compare with the source, then decide."),
    "hold": _("Check it before you approve: edit it, or answer for it."),
    "block": _("It cannot be approved like this: edit it or have it drafted again."),
}
"""What to do about a finding, by its action."""

TODAY = {
    "changed": _("Changed since it was cited."),
    "gone": _("It is no longer there, or you may not see it. What is shown is what the draft was written from."),
}

DETAILS = {
    "title": _("Title"),
    "audience": _("Audience"),
    "destination": _("Where it goes"),
    "from": _("Sender"),
    "to": _("To"),
    "cc": _("Copy to"),
    "subject": _("Subject"),
    "attachments": _("Attachments"),
    "crm_field": _("Field in the CRM"),
    "crm_value": _("New value"),
}
"""What is compared besides sentences, see `copilot.approvals.comparison`."""

DESTINATIONS = {
    "files": _("Files to download"),
    "email": _("Email"),
    "crm": _("CRM"),
    "here": _("It stays here; nothing leaves"),
}

NOT_COMPARED = {
    "hidden": _("It cites sources that you may not read, so it is not shown."),
    "emptied": _("Its text is no longer kept."),
    "language": _("It is in the other language, so word by word says nothing."),
}

STATE_REASONS = {
    "evidence_changed": _("A source changed or disappeared after this was written."),
    "policy_changed": _("The policy it was approved under changed before it left."),
    "approver_not_entitled": _("Whoever approved it lost the right to before it left."),
    "personal_data_erased": _("Personal data in it was erased."),
    "test_item": _("It was a test item; nothing of it is ever released."),
}

FAULTS = {
    "negation": _("a statement was turned into its contrary"),
    "certainty": _("a wish was turned into an agreement"),
    "opposite": _("a word was turned into its opposite"),
    "swapped_figures": _("two figures were exchanged"),
}

VOID_REASONS = {
    "entitlement_changed": _("they may no longer approve it"),
    "step_reopened": _("a step before it is open again"),
    "policy_changed": _("the policy changed"),
    "superseded": _("a newer version replaced this one"),
    "changes_requested": _("changes were requested"),
    "rejected": _("it was rejected"),
    "withdrawn": _("it was withdrawn"),
    "expired": _("the time to decide was over"),
    "stale": _("a source or the policy changed"),
    "recalled": _("it was recalled"),
}
"""Why an approval no longer counts."""

COMMENT_KINDS = {
    "comment": _("Comment"),
    "change_request": _("Change request"),
    "rejection": _("Rejection"),
}

TABLES: dict[str, dict[str, str]] = {
    "support": SUPPORTS,
    "support_meaning": SUPPORT_MEANINGS,
    "to_do": ACTIONS_TO_TAKE,
    "today": TODAY,
    "detail": DETAILS,
    "destination": DESTINATIONS,
    "not_compared": NOT_COMPARED,
    "state_reason": STATE_REASONS,
    "fault": FAULTS,
    "comment_kind": COMMENT_KINDS,
    "void_reason": VOID_REASONS,
}
