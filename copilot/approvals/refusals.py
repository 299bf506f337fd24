"""What the queue refuses, as typed errors in the reader's language.

Invariant: the same refusal is the same error wherever it comes from.
"""

from collections.abc import Mapping

from copilot.approvals import texts
from copilot.domain.access import Viewer
from copilot.domain.approvals import RefusalCode
from copilot.errors import Conflict, CopilotError, DigestMismatch, InputError, NotAllowed

_ERRORS: Mapping[RefusalCode, type[CopilotError]] = {
    "conflict": Conflict,
    "digest_mismatch": DigestMismatch,
    "not_allowed": NotAllowed,
    "not_your_turn": NotAllowed,
    "already_voted": Conflict,
    "delegation_over": NotAllowed,
    "own_draft": NotAllowed,
    "held": NotAllowed,
    "expired": Conflict,
    "comment_required": InputError,
    "unsupported_segments": InputError,
    "blocked": NotAllowed,
}


def refusal(code: RefusalCode, viewer: Viewer) -> CopilotError:
    """The error of a decision that does not hold."""
    words, hint = texts.refusal(code, language=viewer.language)
    return _ERRORS[code](words, hint=hint)


def error(kind: type[CopilotError], name: str, viewer: Viewer) -> CopilotError:
    """Any other error of the queue, by the name of its words."""
    words, hint = texts.message(name, language=viewer.language)
    return kind(words, hint=hint)
