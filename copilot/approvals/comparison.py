"""What changed between two texts, and between two drafts, word by word.

Invariant: the parts that were kept and taken out, put together, are the text before; those kept and put in are the
text after. Nothing that will be released is left out of a comparison of drafts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from copilot.domain.destinations import Attachment, Mailbox
from copilot.domain.drafts import Draft, Segment

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w")
_MOST_TOKENS = 20_000
"""Of one text. Longer ones are shown whole, as taken out and put in."""
_ALIKE = 45.0
"""Likeness in percent from which two sentences are two wordings of one."""
_SAME_ID = 10.0
_REWRITTEN = 40.0
"""Likeness in percent below which the words two sentences share are there by chance."""
_MOST_PAIRS = 4_000
"""Pairs of sentences that are weighed for likeness; beyond it only sentences with the same id are paired."""
_LONGEST_WEIGHED = 2_000


class Change(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Part:
    """Words that were kept, taken out or put in."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A sentence, or something about the draft as a whole, that is not as it was."""

    place: str
    """Title of the section, or the name of what changed: see `DETAILS`."""
    segment_id: str | None
    """Of the sentence as it is now; None if it is gone or it is no sentence."""
    parts: tuple[Part, ...]
    other_sources: bool = False
    """It rests on other sources than before."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two drafts side by side: only what differs."""

    details: tuple[ChangedLine, ...]
    lines: tuple[ChangedLine, ...]
    unchanged: int
    """Sentences that are as they were, with the same sources."""

    @property
    def same(self) -> bool:
        """Whether nothing differs that would be released."""
        return not self.details and not self.lines


DETAILS = ("title", "audience", "destination", "from", "to", "cc", "subject", "attachments", "crm_field", "crm_value")
"""What is compared besides the sentences."""


def word_diff(before: str, after: str) -> tuple[Part, ...]:
    """The words of two texts, in order."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > _MOST_TOKENS:
        return _parts([(old, new)] if old != new else [(old,)])
    groups: list[tuple[list[str], list[str]] | tuple[list[str]]] = []
    for step in Indel.opcodes(old, new):
        removed, added = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        if step.tag == "equal":
            groups.append((removed,))
        elif groups and len(groups[-1]) == 2:
            groups[-1] = ([*groups[-1][0], *removed], [*groups[-1][1], *added])
        else:
            groups.append((removed, added))
    return _parts(_joined(groups))


def compare(before: Draft, after: Draft) -> Comparison:
    """What `after` says that `before` did not, and the other way round."""
    details = tuple(_changed_details(before, after))
    lines: list[ChangedLine] = []
    unchanged = 0
    for title, old, new in _sections(before, after):
        for left, right in _paired(old, new):
            if left is not None and right is not None and left.text == right.text and _cites(left) == _cites(right):
                unchanged += 1
                continue
            lines.append(
                ChangedLine(
                    place=title,
                    segment_id=right.id if right else None,
                    parts=_changed_words(left.text if left else "", right.text if right else ""),
                    other_sources=left is not None and right is not None and _cites(left) != _cites(right),
                )
            )
    return Comparison(details=details, lines=tuple(lines), unchanged=unchanged)


def _parts(groups: Sequence[tuple[list[str], list[str]] | tuple[list[str]]]) -> tuple[Part, ...]:
    found: list[Part] = []
    for group in groups:
        if len(group) == 1:
            found.append(Part(Change.KEPT, "".join(group[0])))
        else:
            found += [Part(Change.REMOVED, "".join(group[0])), Part(Change.ADDED, "".join(group[1]))]
    return tuple(part for part in found if part.text)


def _joined(
    groups: Sequence[tuple[list[str], list[str]] | tuple[list[str]]],
) -> list[tuple[list[str], list[str]] | tuple[list[str]]]:
    """Changes with only spaces or marks between them as one, so that a phrase reads as a phrase."""
    found: list[tuple[list[str], list[str]] | tuple[list[str]]] = []
    for place, group in enumerate(groups):
        inner = len(group) == 1 and 0 < place < len(groups) - 1 and not any(map(_WORD.search, group[0]))
        if inner or (found and len(group) == 2 and len(found[-1]) == 2):
            removed, added = (group[0], group[0]) if len(group) == 1 else group
            last = found.pop()
            before, now = last if len(last) == 2 else (last[0], last[0])
            found.append(([*before, *removed], [*now, *added]))
        else:
            found.append(group)
    return found


def _sections(before: Draft, after: Draft) -> Iterator[tuple[str, Sequence[Segment], Sequence[Segment]]]:
    """Title, sentences before and after, section by section; what is gone comes last."""
    old = {section.key: section for section in before.sections}
    for section in after.sections:
        former = old.pop(section.key, None)
        yield section.title, former.segments if former else (), section.segments
    for section in old.values():
        yield section.title, section.segments, ()


def _paired(old: Sequence[Segment], new: Sequence[Segment]) -> Iterator[tuple[Segment | None, Segment | None]]:
    """Sentences and what became of them, in the new order; what was taken out stands where it stood."""
    steps = Indel.opcodes([item.text for item in old], [item.text for item in new])
    left: list[Segment] = []
    right: list[Segment] = []
    for step in steps:
        if step.tag == "equal":
            yield from _alike(left, right)
            left, right = [], []
            yield from zip(old[step.src_start : step.src_end], new[step.dest_start : step.dest_end], strict=True)
        else:
            left += old[step.src_start : step.src_end]
            right += new[step.dest_start : step.dest_end]
    yield from _alike(left, right)


def _alike(old: list[Segment], new: list[Segment]) -> Iterator[tuple[Segment | None, Segment | None]]:
    """Each new sentence with the one it is another wording of: the most alike, else the one of the same id."""
    left = list(old)
    weighed = len(old) * len(new) <= _MOST_PAIRS
    found = {item.id: _take(left, _most_alike(item, left)) for item in new} if weighed else {}
    for segment in new:
        former = found.get(segment.id) or _take(left, next((item for item in left if item.id == segment.id), None))
        yield former, segment
    for gone in left:
        yield gone, None


def _take(left: list[Segment], chosen: Segment | None) -> Segment | None:
    if chosen is not None:
        left.remove(chosen)
    return chosen


def _most_alike(segment: Segment, candidates: Sequence[Segment]) -> Segment | None:
    weighed = [(_likeness(segment.text, item.text) + _SAME_ID * (item.id == segment.id), item) for item in candidates]
    likeness, best = max(weighed, key=lambda pair: pair[0], default=(0.0, None))
    return best if likeness > _ALIKE else None


def _likeness(one: str, other: str) -> float:
    """Percent."""
    return fuzz.ratio(one[:_LONGEST_WEIGHED], other[:_LONGEST_WEIGHED])


def _changed_words(before: str, after: str) -> tuple[Part, ...]:
    """Word by word; a sentence that says something else altogether as a whole."""
    if before and after and _likeness(before, after) < _REWRITTEN:
        return (Part(Change.REMOVED, before), Part(Change.ADDED, after))
    return word_diff(before, after)


def _cites(segment: Segment) -> frozenset[str]:
    return frozenset(segment.evidence_ids)


def _changed_details(before: Draft, after: Draft) -> Iterator[ChangedLine]:
    old, new = _details(before), _details(after)
    for name in DETAILS:
        if old.get(name, "") != new.get(name, ""):
            parts = word_diff(old.get(name, ""), new.get(name, ""))
            yield ChangedLine(place=name, segment_id=None, parts=parts)


def _details(draft: Draft) -> dict[str, str]:
    found = {"title": draft.title, "audience": draft.audience.value, "destination": draft.destination.value}
    if draft.files:
        found["attachments"] = _files(draft.files)
    if draft.email is not None:
        email = draft.email
        found |= {
            "from": _address(email.sender),
            "to": ", ".join(map(_address, email.to)),
            "cc": ", ".join(map(_address, email.cc)),
            "subject": email.subject,
            "attachments": _files(email.attachments),
        }
    if draft.crm is not None:
        record = f"{draft.crm.source_system} {draft.crm.record_type} {draft.crm.source_id}"
        found |= {"crm_field": f"{record} {draft.crm.field or ''}".strip(), "crm_value": draft.crm.value or ""}
    return found


def _files(files: Iterable[Attachment]) -> str:
    return ", ".join(f"{item.name} ({item.sha256[:8]})" for item in files)


def _address(mailbox: Mailbox) -> str:
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address
