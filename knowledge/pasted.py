"""Notes of a meeting that somebody pastes: filed with the account like an imported note.

Invariant: they go through the import, so they are parsed, cut, checked and erasable like any other text, and every
sentence written from them can be looked up again. They are filed by the account's id: what else is called the same,
whoever may see it, changes nothing. One paste is one document; pasting again never replaces another.
"""

import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from copilot.domain.access import Viewer
from copilot.domain.folding import flat
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database, UnitOfWork
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.tasks import opens_task
from knowledge.importing import import_folder
from knowledge.parsers.transcripts import read_transcript
from knowledge.planning import ImportOptions

LONGEST, SHORTEST = 100_000, 20
"""Characters."""
_LABELLED_LINE = re.compile(r"^(?P<label>[^\W\d_][^\n:]{1,40}):[ \t]+(?P<said>\S.*)$", re.MULTILINE)
_ENOUGH_SPOKEN = 3
_NOTE_LABELS = ("task", "decision", "people", "no_person", "us", "customer")


def file_notes(
    text: str,
    *,
    account_id: str,
    viewer: Viewer,
    database: Database,
    day: date | None = None,
    after_import: Callable[[UnitOfWork], int],
) -> str:
    """File pasted notes or a pasted transcript with an account and return the document's id.

    `day`: when the meeting was, today if unset. Raises NotFound if the viewer may not see the account, InputError if
    the text is too short or too long, or holds nothing to read.
    """
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        raise _unusable(viewer)
    with database.unit_of_work() as uow:
        account = AccountRepository(uow).head(account_id, viewer=viewer)
    root = f"pasted:{database.clock.new_token()[:16]}"
    name = f"{_folder(text)}/{(day or database.clock.today()).isoformat()}-{_slug(account.name)}{_extension(text)}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        import_folder(
            Path(folder),
            database=database,
            actor_id=viewer.user_id,
            options=ImportOptions(max_bytes=8 * LONGEST, root_name=root, account_id=account_id),
            after_import=after_import,
        )
    return stable_id("document", root, name)


def _folder(text: str) -> str:
    return "calls" if _is_spoken(text) else "notes"


def _extension(text: str) -> str:
    """Names before a colon that return are read as a conversation in plain text; a list of tasks is none."""
    return ".md" if read_transcript(text) is not None and not _is_spoken(text) else ".txt"


def _is_spoken(text: str) -> bool:
    """Whether it is what people said, turn by turn: names that return, and not lines that mostly give them tasks."""
    lines = [
        (flat(match["label"]).strip(), match["said"])
        for match in _LABELLED_LINE.finditer(text)
        if not any(cue("notes", name).fullmatch(flat(match["label"]).strip()) for name in _NOTE_LABELS)
    ]
    given = [said for _, said in lines if opens_task(said, language=Language.ES)]
    if lines and 2 * len(given) >= len(lines):
        return False
    returning = len({label for label, _ in lines}) < len(lines)
    return read_transcript(text) is not None or (len(lines) >= _ENOUGH_SPOKEN and returning)


def _slug(name: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", name.lower())) or "notes"


def _unusable(viewer: Viewer) -> InputError:
    if viewer.language == Language.ES:
        return InputError(
            "Estas notas son demasiado cortas o demasiado largas.",
            hint=f"Pegue entre {SHORTEST} y {LONGEST} caracteres, o impórtelas como archivo.",
        )
    return InputError(
        "These notes are too short or too long.",
        hint=f"Paste between {SHORTEST} and {LONGEST} characters, or import them as a file.",
    )
