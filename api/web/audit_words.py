"""What the events of the audit chain are called. English here is the key; Spanish is in the catalogue.

Invariant: an event without a word is shown by its code, never left out.
"""

from api.localisation import mark as _
from api.web import alert_words

AUDIT_ACTIONS = {
    **alert_words.EVENTS,
    "review.submitted": _("Filed"),
    "review.submitted_again": _("Submitted again"),
    "review.edited": _("New version: edited or drafted again"),
    "review.superseded": _("Replaced by a newer version"),
    "review.claimed": _("Taken on"),
    "review.given_back": _("Given back"),
    "review.assigned": _("Assigned"),
    "review.commented": _("Commented"),
    "review.voted": _("Approval given"),
    "review.vote_voided": _("An approval no longer counts"),
    "review.approved": _("Approved"),
    "review.rejected": _("Rejected"),
    "review.changes_requested": _("Changes requested"),
    "review.withdrawn": _("Withdrawn"),
    "review.recalled": _("Recalled"),
    "review.escalated": _("Passed on as overdue"),
    "review.expired": _("Expired"),
    "review.stale": _("Out of date"),
    "review.policy_applied": _("Another policy applied"),
    "approvals.policy_applied": _("A new policy took effect"),
    "release.released": _("Released"),
    "release.failed": _("Release failed"),
    "release.parked": _("Not known whether it went out"),
    "release.retried": _("Release tried again"),
    "release.resolved": _("What happened was recorded"),
    "release.copied": _("Copied"),
    "delegation.created": _("Somebody stands in"),
    "delegation.revoked": _("Standing in ended"),
    "quality.test_settled": _("Test item settled"),
    "chat.reported": _("Answer reported as wrong"),
    "chat.corrected": _("Answer corrected by its asker"),
    "rfp.created": _("Questionnaire taken in"),
    "rfp.corrected": _("Questions of a questionnaire corrected"),
    "rfp.started": _("Answering a questionnaire begun"),
    "rfp.stopped": _("Answering a questionnaire stopped"),
    "rfp.finished": _("Every question of a questionnaire worked on"),
    "rfp.assigned": _("Questions of a questionnaire assigned"),
    "rfp.edited": _("Answer to a questionnaire edited"),
    "rfp.answered_again": _("Answer to a questionnaire written again"),
    "rfp.checklist_answered": _("Go or no-go answered"),
    "rfp.declined": _("Questionnaire declined"),
    "rfp.reopened": _("Questionnaire reopened"),
    "rfp.filed": _("Answers to a questionnaire filed"),
    "rfp.packaged": _("Questionnaire filled in and filed"),
    "rfp.deleted": _("Questionnaire deleted"),
    "library.added": _("Entry added to the answer library"),
    "library.approved": _("Entry of the answer library approved"),
    "library.retired": _("Entry of the answer library retired"),
    "library.owner_changed": _("Entry of the answer library given to another owner"),
    "library.change_proposed": _("Change to the answer library proposed"),
    "library.change_approved": _("Change to the answer library approved"),
    "library.change_rejected": _("Change to the answer library rejected"),
    "audit.exported": _("Audit chain exported"),
    "audit.key_rotated": _("Signing key replaced in order"),
    "audit.key_replaced": _("Signing key replaced after a loss"),
    "privacy.erased": _("Personal data erased"),
    "privacy.exported": _("Personal data exported"),
}

FAMILIES = {
    "review": _("The queue"),
    "release": _("Releases"),
    "delegation": _("Standing in"),
    "approvals": _("Policy"),
    "quality": _("Test items"),
    "rfp": _("Questionnaires"),
    "library": _("Answer library"),
    "privacy": _("Personal data"),
    "audit": _("The audit chain itself"),
}
"""First part of an event's name."""

EVENT_FAULTS = {
    "unreadable": _("It cannot be read."),
    "out_of_order": _("It is not the one that is due there."),
    "changed": _("It was changed: its hash is not of what it says."),
    "not_as_signed": _("A checkpoint was signed for another event in its place."),
    "cut_off": _("The log ends before it."),
}
CHECKPOINT_FAULTS = {
    "unreadable": _("It cannot be read."),
    "out_of_order": _("One is missing or was added."),
    "signature": _("Its signature is wrong."),
    "unknown_key": _("It was signed with a key that is not trusted."),
    "other_copy": _("The copy kept outside differs."),
    "retired_key": _("It was signed with a key that had handed over."),
}
