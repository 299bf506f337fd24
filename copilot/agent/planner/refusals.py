"""What the planner does not plan: what is not allowed, what speaks past its instructions, what is none of its business.

Invariant: a refusal is decided on the user's own words alone, before anything is looked up; it says what can be done
instead, in the language of the conversation.
"""

import re

from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.subjects import says
from copilot.domain.access import Role, Viewer
from copilot.domain.plans import Refusal, RefusalReason


def refusal_for(reading: Reading, viewer: Viewer) -> Refusal | None:
    """Why the message is not planned; None if it may be."""
    plain = re.sub(r"[¿?¡!.,;:\s]+", " ", reading.work).strip()
    for name in ("greeting", "thanks"):
        if _talks(plain, name):
            return _refused(reading, RefusalReason.HELP, name)
    if reading.has("instruction", section="refuse"):
        return _refused(reading, RefusalReason.INSTRUCTION, "instruction")
    if _is_not_allowed(reading, viewer):
        return _refused(reading, RefusalReason.NOT_ALLOWED, "not_allowed")
    if _talks(plain, "help"):
        return _refused(reading, RefusalReason.HELP, "help")
    known = reading.accounts or reading.people
    if not known and reading.has("out_of_scope", section="refuse"):
        return _refused(reading, RefusalReason.OUT_OF_SCOPE, "out_of_scope")
    return None


def _talks(plain: str, name: str) -> bool:
    return cue("intents", "talk", name).search(plain) is not None


def _is_not_allowed(reading: Reading, viewer: Viewer) -> bool:
    if _owned_by_another(reading, viewer):
        return True
    # To take something off the list that was shown changes no record.
    asked = mark("from_list").sub("", reading.plain)
    if not cue("intents", "refuse", "not_allowed").search(asked):
        return False
    return (
        not mark("drafting").search(reading.work)
        or bool(mark("bypassing").search(reading.work))
        or _is_personal(reading.work)
    )


def _is_personal(work: str) -> bool:
    return bool(
        mark("personal").search(
            work,
        )
    )


def _owned_by_another(reading: Reading, viewer: Viewer) -> bool:
    """Another person's accounts, asked by somebody who does not lead them."""
    others = [
        person
        for mention in reading.people
        if not mention.contacts
        for person in mention.colleagues
        if person.email.lower() != viewer.email.lower()
    ]
    return bool(others) and viewer.role not in {Role.MANAGER, Role.ADMIN} and bool(mark("owned").search(reading.work))


def _refused(reading: Reading, reason: RefusalReason, text: str) -> Refusal:
    return Refusal(reason=reason, text=says(reading.language, text))
