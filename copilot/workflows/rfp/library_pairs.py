"""Entries of the answer library that a person should look at together.

Invariant: only questions of one language that are alike are paired, and each pair once.
"""

from collections.abc import Sequence

from copilot.domain.answer_library import LibraryEntry, LibraryFinding
from copilot.workflows.rfp.likeness import figures_differ, likeness, oppose, pairs_to_compare


def pairs_among(listed: Sequence[LibraryEntry], *, alike_from: float) -> tuple[LibraryFinding, ...]:
    """The same question twice: conflicts first, then duplicates, the most alike first."""
    entries = {entry.id: entry for entry in listed}
    texts = {entry.id: (entry.question, entry.language) for entry in listed}
    found = (_pair(entries[one], entries[other], alike_from=alike_from) for one, other in pairs_to_compare(texts))
    return tuple(sorted(filter(None, found), key=lambda each: (each.kind, -each.likeness, each.first, each.second)))


def _pair(one: LibraryEntry, other: LibraryEntry, *, alike_from: float) -> LibraryFinding | None:
    if one.language is not other.language:
        return None
    score = likeness(one.question, other.question, language=one.language)
    if score < alike_from:
        return None
    differ = oppose(one.short, other.short) or figures_differ(one.answer, other.answer, language=one.language)
    kind = "conflict" if differ else "duplicate"
    return LibraryFinding(kind=kind, first=one.id, second=other.id, likeness=score)
