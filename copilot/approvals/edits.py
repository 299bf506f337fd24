"""An edited draft: the same draft with other words in some of its segments.

Invariant: an edit changes words only. Citations stay with their segment, evidence that nothing cites any more
leaves the snapshot, and everything else is as it was written.
"""

from collections.abc import Mapping
from datetime import datetime

from copilot.approvals import texts
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, Section, cited_ids
from copilot.errors import InputError


def edited_draft(draft: Draft, new_texts: Mapping[str, str], *, viewer: Viewer, now: datetime) -> Draft:
    """Return the draft with `new_texts` (segment id -> text; empty: without the segment).

    Raises InputError if a segment does not exist, nothing changes or nothing is left.
    """
    known = {segment.id for segment in draft.segments()}
    unknown = sorted(set(new_texts) - known)
    if unknown:
        raise _problem("unknown_segment", viewer, names=", ".join(unknown))
    sections = tuple(_edited(section, new_texts) for section in draft.sections)
    if sections == draft.sections:
        raise _problem("nothing_changed", viewer)
    left = tuple(section for section in sections if section.segments)
    if not left:
        raise _problem("nothing_left", viewer)
    cited = set(cited_ids(left))
    return draft.model_copy(
        update={
            "sections": left,
            "evidence": tuple(item for item in draft.evidence if item.id in cited),
            "written_at": now,
        }
    )


def _edited(section: Section, new_texts: Mapping[str, str]) -> Section:
    segments = (
        segment.model_copy(update={"text": new_texts.get(segment.id, segment.text).strip()})
        for segment in section.segments
    )
    return section.model_copy(update={"segments": tuple(segment for segment in segments if segment.text)})


def _problem(name: str, viewer: Viewer, *, names: str = "") -> InputError:
    words, hint = texts.message(name, language=viewer.language)
    return InputError(words.format(names=names), hint=hint)
