"""Editing a draft as a text file: every sentence below its name.

Invariant: a file of another form is refused, never guessed at.
"""

import re
import unicodedata

from copilot.approvals.service import ReviewView
from copilot.cli.queue_words import say
from copilot.domain.access import Viewer
from copilot.errors import InputError

_BLOCK = re.compile(r"\[([\w.-]{1,100})\]\s*")


def edit_template(view: ReviewView, *, viewer: Viewer) -> str:
    """Every text below its segment's name, to be changed by hand."""
    blocks = [f"[{segment.id}]\n{_editable(segment.text)}\n" for segment in view.draft.segments()]
    return "\n".join([say("edit_help", viewer) + "\n", *blocks])


def _editable(text: str) -> str:
    """On one line and without what an editor would not show: a mark in its place would be saved as text."""
    spaced = "".join(" " if char in "\n\r\t" else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})


def read_edit(written: str, *, viewer: Viewer) -> dict[str, str]:
    """Segment id -> text, from what `edit_template` gave. Raises InputError for another form."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in written.splitlines():
        if current is None and line.startswith("#"):
            continue
        block = _BLOCK.fullmatch(line)
        if block:
            if block[1] in found:
                raise InputError(say("edit_twice", viewer, name=block[1]))
            current = found[block[1]] = []
        elif current is not None:
            current.append(line.strip())
        elif line.strip():
            raise InputError(say("edit_form", viewer))
    if not found:
        raise InputError(say("edit_form", viewer))
    return {name: " ".join(part for part in lines if part) for name, lines in found.items()}
