"""Which text of an account tells of the meeting.

Invariant: only texts of the account that the viewer may see; what was asked for by id is that text or nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.workflows.reading.sentences import day_of
from copilot.workflows.reading.text import stems

_TELLS = frozenset({DocumentKind.TRANSCRIPT, DocumentKind.NOTE})
_SAME_TALK = timedelta(days=1)
_NOTE_WORDS = frozenset({"nota", "notas", "apuntes", "note", "notes"})
_CALL_WORDS = frozenset({"llamada", "transcripcion", "call", "transcript"})


def talk_of(
    documents: Sequence[StoredDocument],
    facts: AccountFacts,
    *,
    document_id: str | None,
    activity_id: str | None,
    request: str,
) -> StoredDocument:
    """The text asked for; else, of transcripts and notes, the one the request speaks of; else the latest transcript.

    Raises InputError if there is none.
    """
    if document_id is not None:
        return _required(item for item in documents if item.id == document_id)
    told = sorted(
        (item for item in documents if item.kind in _TELLS and day_of(item) <= facts.today),
        key=lambda item: (day_of(item), item.kind is DocumentKind.TRANSCRIPT, item.id),
        reverse=True,
    )
    if activity_id is not None:
        days = [item.occurred_at.date() for item in facts.activities if item.id == activity_id]
        return _required(item for item in told for day in days if abs(day_of(item) - day) <= _SAME_TALK)
    if not told:
        raise _nothing()
    # `told` is newest first, and of equals the first is taken.
    return max(told, key=lambda item: _shared(request, item, facts))


def _required(found: Iterable[StoredDocument]) -> StoredDocument:
    document = next(iter(found), None)
    if document is None:
        raise _nothing()
    return document


def _shared(request: str, document: StoredDocument, facts: AccountFacts) -> int:
    account = {stem for language in Language for stem in stems(facts.account.name, language)}
    asked = {stem for language in Language for stem in stems(request, language)} - account
    titled = {stem for language in Language for stem in stems(document.title, language)}
    plain = frozenset(flat(request).split())
    wanted = _NOTE_WORDS if document.kind is DocumentKind.NOTE else _CALL_WORDS
    return 2 * len(asked & titled) + int(bool(plain & wanted))


def _nothing() -> InputError:
    return InputError(
        "There is no transcript or note of that meeting.", hint="Import it or paste your notes, then ask again."
    )
