"""One message that survives one redirect, kept in a cookie.

Invariant: the cookie holds a code of ours and short values; the words come from the catalogue and are escaped,
so that a forged cookie can say nothing of its own.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from api.localisation import mark as _
from api.localisation import translate
from copilot.domain.language import Language

COOKIE = "sc_flash"
_LONGEST_VALUE = 120

_MESSAGES: dict[str, tuple[str, str]] = {
    "signed_out": ("success", _("You are signed out.")),
    "brief_made": ("success", _("The brief is written and waits in the queue for approval.")),
    "follow_up_made": ("success", _("The follow-up is written and waits in the queue. Nothing was sent.")),
    "meeting_prepared": ("success", _("The preparation is written and waits in the queue for approval.")),
    "meeting_summed_up": (
        "success",
        _("The summary is written and waits in the queue. It changes nothing in the CRM."),
    ),
    "meeting_summed_up_with_updates": (
        "success",
        _("The summary is written. The CRM updates it calls for wait in the queue, each on its own."),
    ),
    "approved": ("success", _("Approved. The files will be released in a moment.")),
    "approved_undo": ("success", _("Approved. It leaves after the time to recall it, unless a rule makes it wait.")),
    "approved_stays": ("success", _("Approved. It stays here; nothing leaves.")),
    "approved_on_its_way": ("success", _("Approved. It is on its way, unless a rule makes it wait.")),
    "approved_too_fast": (
        "warning",
        _("Approved. You approved several drafts faster than they can be read; managers see how often that happens."),
    ),
    "was_a_test": ("info", _("This was a test item. What was wrong in it stands below.")),
    "rejected": ("success", _("Rejected. The requester sees your comment.")),
    "approved_in_part": ("success", _("Your approval counts. Others have to approve it too.")),
    "sent_back": ("success", _("Sent back. Whoever asked for it sees what to change.")),
    "claimed": ("success", _("You have taken it on. Others see that.")),
    "given_back": ("success", _("It is given back. Anybody who may can take it on.")),
    "assigned": ("success", _("Asked. Anybody else who may can still decide.")),
    "unassigned": ("success", _("Nobody in particular is asked any more.")),
    "commented": ("success", _("Your comment is added.")),
    "withdrawn": ("success", _("Withdrawn. You can submit it again.")),
    "recalled": ("success", _("Recalled. Nothing left; you can submit it again.")),
    "recalled_for": ("success", _("Recalled. Nothing left; %(name)s, who asked for it, can submit it again.")),
    "withdrawn_for": ("success", _("Withdrawn. %(name)s, who asked for it, can submit it again.")),
    "session_ended": ("warning", _("Your session had ended; nothing was saved. Sign in, then send it again.")),
    "retried": ("success", _("The release is tried again.")),
    "submitted_again": ("success", _("Submitted again as a new version, checked from the beginning.")),
    "redrafted": ("success", _("Drafted again. This is the new version, checked from the beginning.")),
    "resolved": ("success", _("Recorded what happened.")),
    "last_of_list": ("info", _("That was the last one of this list.")),
    "first_of_list": ("info", _("That was the first one of this list.")),
    "repeated": ("success", _("You had decided this before; nothing changed.")),
    "edited": ("success", _("Your edit is a new version, checked again. Earlier votes no longer count.")),
    "decided_before": ("warning", _("%(name)s decided this first; it is now: %(state)s. Your decision was not used.")),
    "decided_without_name": ("warning", _("This was settled first: %(state)s. Your decision was not used.")),
    "view_saved": ("success", _("The view “%(name)s” is saved. It is a tab above the list.")),
    "view_changed": ("success", _("The view “%(name)s” is changed.")),
    "view_deleted": ("success", _("The view “%(name)s” is deleted.")),
    "view_default": ("success", _("The queue now opens with “%(name)s”.")),
    "view_no_default": ("success", _("The queue no longer opens with “%(name)s”.")),
    "delegation_made": ("success", _("%(name)s stands in for you on these days.")),
    "delegation_ended": (
        "success",
        _("It has ended. Votes given with it on drafts that have not left no longer count."),
    ),
    "notifications_saved": ("success", _("Saved. This is how you hear from now on.")),
    "style_changed": ("success", _("Changed. It counts from the next draft on.")),
    "style_rolled_back": ("success", _("Back to version %(number)s. What came later is switched off.")),
    "proposal_accepted": ("success", _("Accepted. Nothing changes by itself: the text to start from is below.")),
    "proposal_declined": ("success", _("Declined. It comes back only with new corrections.")),
    "answer_accepted": ("success", _("Accepted. The answer is approved in the queue under your name.")),
    "answer_corrected": ("success", _("Your words are in. They are checked from the beginning, as a new version.")),
    "answer_reported": ("success", _("Reported. Whoever looks after answers reads why.")),
    "chat_renamed": ("success", _("The conversation has a new name.")),
    "chat_deleted": ("success", _("The conversation is deleted. What it put into the queue is still there.")),
    "rfp_created": ("success", _("Read. Look at what was found before you have it answered.")),
    "rfp_corrected": ("success", _("Corrected.")),
    "rfp_started": ("success", _("The answers are being written in the background. You can leave this page.")),
    "rfp_stopped": ("success", _("It stops after the question that is worked on. What is answered stays.")),
    "rfp_declined": ("success", _("Declined. Nothing more is answered or put into the queue.")),
    "rfp_reopened": ("success", _("Open again, where it was.")),
    "rfp_deleted": ("success", _("Deleted. What it put into the queue is still there.")),
    "rfp_assigned": ("success", _("Assigned. Whoever was asked is told.")),
    "rfp_unassigned": ("success", _("Nobody in particular is asked any more.")),
    "rfp_edited": ("success", _("Your words are the answer now. They still have to be approved in the queue.")),
    "rfp_again": ("success", _("Written anew, from what is known now.")),
    "rfp_filed": ("success", _("Entries put into the queue: %(number)s. Somebody else has to approve them.")),
    "rfp_filing": ("success", _("The answers go to the queue in the background. You can leave this page.")),
    "rfp_included": ("success", _("Included: %(number)s. “Leave them out again” takes it back.")),
    "rfp_left_out": ("success", _("As it was before: %(number)s left out again.")),
    "rfp_none_safe": (
        "info",
        _("No answer is safe enough to be put into the queue unread. Choose them yourself."),
    ),
    "rfp_none_chosen": ("warning", _("No question was chosen.")),
    "rfp_checked": ("success", _("Noted.")),
    "rfp_packaged": ("success", _("The filled file and its appendix wait in the queue. Nothing was sent.")),
    "library_imported": (
        "success",
        _(
            "New, waiting for approval: %(added)s. There already: %(known)s. "
            "Without a question or an answer: %(unusable)s."
        ),
    ),
    "library_approved_all": ("success", _("Approved: %(number)s. Questionnaires are answered from them now.")),
    "library_none_chosen": ("warning", _("No entry was chosen.")),
    "library_approved": ("success", _("Approved. Questionnaires are answered from it now.")),
    "library_retired": ("success", _("Retired. Nothing is answered from it any more.")),
    "library_rejected": ("success", _("Left as it is.")),
    "alert_snoozed": ("success", _("Snoozed. It comes back on the day, or when the account gets a lot worse.")),
    "alert_dismissed": ("success", _("Dismissed. “Reopen” takes it back.")),
    "alert_closed": ("success", _("Closed. What came of it counts in how good alerts are; “Reopen” takes it back.")),
    "alert_reopened": ("success", _("Open again.")),
    "alert_step": ("success", _("Noted.")),
    "alert_noted": ("success", _("The note is written and waits in the queue for approval.")),
    "newer_version": ("warning", _("A newer version of this draft exists. This is it; read it before you decide.")),
}


@dataclass(frozen=True, slots=True)
class Flash:
    """A message to show once."""

    level: str
    text: str


def leave(response: Response, code: str, *, secure: bool, **values: str) -> None:
    """Show the message with this code on the next page."""
    content = json.dumps([code, {name: value[:_LONGEST_VALUE] for name, value in values.items()}])
    encoded = base64.urlsafe_b64encode(content.encode()).decode()
    response.set_cookie(COOKIE, encoded, max_age=60, httponly=True, samesite="lax", secure=secure, path="/")


def words(code: str, values: Mapping[str, str], *, language: Language) -> str:
    """What the message with this code says; values that the catalogue knows are said in the language too."""
    known = {name: translate(value, language=language) for name, value in values.items()}
    return translate(_MESSAGES[code][1], language=language) % known


def read(request: Request, *, language: Language) -> Flash | None:
    """The message left by the page before, if any."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        code, values = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        values = {str(name): str(value)[:_LONGEST_VALUE] for name, value in values.items()}
        return Flash(level=_MESSAGES[code][0], text=words(code, values, language=language))
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        return None
