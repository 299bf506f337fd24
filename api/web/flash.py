"""One message that survives one redirect, kept in a cookie, perhaps with a way to undo what it tells.

Invariants: the cookie holds a code of ours and short values; the words come from the catalogue and are escaped, and so
does the address of an undo, so that a forged cookie can say nothing of its own and lead nowhere else. A message is for
the tab that acted: the address that this tab is sent to names it, and no other tab has that address.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Request, Response

from api.localisation import mark as _
from api.localisation import translate
from copilot.domain.language import Language

COOKIE = "sc_flash"
"""Name of the cookie up to the message's own part."""
PARAMETER = "told"
"""Of the address that the tab is sent to: which message is its own."""
_SECONDS = 60
_LONGEST_VALUE = 120
_LONGEST_UNDO = 1_500
"""Characters of what an undo sends; what needs more has none. Browsers keep about 4,000 in a cookie."""
_KEY = re.compile(r"[A-Za-z0-9_-]{12}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_MESSAGES: dict[str, tuple[str, str]] = {
    "signed_out": ("success", _("You are signed out.")),
    "signed_out_there": (
        "success",
        _("You are signed out here, and your identity provider was asked to sign you out as well."),
    ),
    "brief_schedule_saved": ("success", _("Kept. What comes of it stands in the list below.")),
    "brief_schedule_on": ("success", _("It is on again, from now on.")),
    "brief_schedule_off": ("success", _("It is off. Briefs that were made stay.")),
    "brief_schedule_removed": ("success", _("Removed. Briefs that were made stay.")),
    "briefs_asked": ("success", _("Accounts whose briefs are being made in the background: %(number)s.")),
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
    "table_default": ("success", _("The table now opens with “%(name)s”.")),
    "table_no_default": ("success", _("The table no longer opens with “%(name)s”.")),
    "table_view_deleted": ("success", _("The view “%(name)s” is deleted.")),
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
    "chat_restored": ("success", _("The conversation is back.")),
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
    "rfp_passage": (
        "success",
        _("The passage is the answer now, with its source. It still has to be approved in the queue."),
    ),
    "rfp_passage_back": ("success", _("Taken back. Nothing answers the question, as before.")),
    "rfp_again": ("success", _("Written anew, from what is known now.")),
    "rfp_filed": ("success", _("Entries put into the queue: %(number)s. Somebody else has to approve them.")),
    "rfp_filing": ("success", _("The answers go to the queue in the background. You can leave this page.")),
    "rfp_included": ("success", _("Included: %(number)s. “Leave them out again” takes it back.")),
    "rfp_left_out": ("success", _("As it was before: %(number)s left out again.")),
    "rfp_none_safe": (
        "info",
        _("No answer is safe enough to be put into the queue unread. Choose them yourself."),
    ),
    "rfp_none_chosen": ("warning", _("No question was chosen. Tick those you mean, then press again.")),
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
    "alert_noted": ("success", _("The note is written; it is in the queue.")),
    "password_chosen": ("success", _("Your new password counts from now on. Sign in with it.")),
    "token_revoked": ("success", _("The token “%(name)s” is revoked. Whatever used it is turned away from now on.")),
    "session_closed": ("success", _("That browser is signed out.")),
    "identity_unlinked": (
        "success",
        _("The link is undone; the next sign-in makes a new one. Sessions that ended: %(number)s."),
    ),
    "sessions_closed": ("success", _("Other browsers signed out: %(number)s.")),
    "person_changed": ("success", _("Saved. It counts at once.")),
    "person_left": (
        "success",
        _(
            "%(name)s is out, on every way in. Handed over: %(given)s. "
            "Open to whoever may take it on: %(free)s. Standing in ended: %(ended)s."
        ),
    ),
    "person_back": ("success", _("%(name)s may come in again. Sessions and tokens of before stay ended.")),
    "account_opened": ("success", _("%(name)s is open to this person now.")),
    "account_closed": ("success", _("%(name)s is no longer opened to this person.")),
    "team_made": ("success", _("The team “%(name)s” is there. Now put people into it.")),
    "team_renamed": ("success", _("The team has a new name.")),
    "team_deleted": ("success", _("The team “%(name)s” is deleted.")),
    "upload_stopping": (
        "success",
        _("Asked to stop. It ends within seconds, unless it is over before: then this page says what was done."),
    ),
    "upload_discarded": ("success", _("Discarded. The files are deleted, and nothing was imported.")),
    "erasure_withdrawn": ("success", _("The request is withdrawn. Nothing was erased.")),
    "model_chosen": ("success", _("This model makes the scores from now on. They are computed in the background.")),
    "model_held": ("success", _("This model stays in use until an administrator takes that back.")),
    "choice_taken_back": ("success", _("Retraining decides again. This model makes the scores until then.")),
    "newer_version": ("warning", _("A newer version of this draft exists. This is it; read it before you decide.")),
}


_UNDO: dict[str, str] = {
    "alert_snoozed": "/alerts/{id}/reopen",
    "alert_dismissed": "/alerts/{id}/reopen",
    "alert_closed": "/alerts/{id}/reopen",
    "chat_deleted": "/chat/{id}/restore",
    "view_deleted": "/queue/views",
    "rfp_passage": "/rfps/{id}/passages/undo",
}
"""Where what a message tells is taken back, by a form that says which."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes back what was done: a form of ours with these fields."""

    address: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flash:
    """A message to show once."""

    level: str
    text: str
    undo: Undo | None = None


def leave(response: Response, code: str, *, secure: bool, **values: str) -> None:
    """Show the message with this code on the page that the response leads to.

    A response that leads nowhere shows it on the page that is opened next, in any tab.
    """
    _leave(response, [code, _short(values)], secure=secure)


def leave_with_undo(response: Response, code: str, undo: Mapping[str, str], *, secure: bool, **values: str) -> None:
    """The same with a form that takes back what was done.

    `undo`: what the form sends; `id` stands in its address instead. What is too long for a cookie has no undo.
    """
    fits = sum(map(len, undo.values())) <= _LONGEST_UNDO
    _leave(response, [code, _short(values), *([dict(undo)] if fits else [])], secure=secure)


def _short(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value[:_LONGEST_VALUE] for name, value in values.items()}


def _leave(response: Response, content: list[object], *, secure: bool) -> None:
    encoded = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    name = f"{COOKIE}{_named(response)}"
    response.set_cookie(name, encoded, max_age=_SECONDS, httponly=True, samesite="lax", secure=secure, path="/")


def _named(response: Response) -> str:
    """Put the message's own part into the address that the response leads to, and return it as the cookie's ending."""
    address = response.headers.get("location")
    if address is None:
        return ""
    key, parts = secrets.token_urlsafe(9), urlsplit(address)
    query = "&".join(filter(None, [parts.query, urlencode({PARAMETER: key})]))
    response.headers["location"] = urlunsplit(parts._replace(query=query))
    return f"_{key}"


def words(code: str, values: Mapping[str, str], *, language: Language) -> str:
    """What the message with this code says; values that the catalogue knows are said in the language too."""
    known = {name: translate(value, language=language) for name, value in values.items()}
    return translate(_MESSAGES[code][1], language=language) % known


def cookie_of(request: Request) -> str:
    """Name of the cookie with the message for this request's tab."""
    key = request.query_params.get(PARAMETER, "")
    return f"{COOKIE}_{key}" if _KEY.fullmatch(key) else COOKIE


def read(request: Request, *, language: Language) -> Flash | None:
    """The message left for this tab, if any."""
    cookie = request.cookies.get(cookie_of(request))
    if not cookie:
        return None
    try:
        code, values, *more = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        values = {str(name): str(value)[:_LONGEST_VALUE] for name, value in values.items()}
        text = words(code, values, language=language)
        return Flash(level=_MESSAGES[code][0], text=text, undo=_undo(code, more[0]) if more else None)
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        return None


def _undo(code: str, sent: Mapping[str, object]) -> Undo | None:
    """The form that takes it back. Raises KeyError, TypeError or ValueError for what is none of ours."""
    known = {str(name): str(value) for name, value in dict(sent).items()}
    identifier = known.pop("id", "")
    if identifier and not _ID.fullmatch(identifier):
        raise ValueError(identifier)
    return Undo(address=_UNDO[code].format(id=identifier), fields=known)
