"""Everything in a text that must not leave as it is, settled into stretches that do not overlap.

Invariant: every character that anything found lies in one of the stretches; what must be removed is removed whole, also
where something else reaches into it.
"""

import re
from collections.abc import Collection, Iterable

from copilot.domain.folding import flat
from copilot.domain.personal_data import DataClass, Hints
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.guardrails.policy import Handling
from copilot.guardrails.pseudonyms.known import Found, KnownPeople
from copilot.guardrails.pseudonyms.placeholders import look_alikes
from copilot.guardrails.pseudonyms.spelling import comparable

_PHONE = re.compile(
    r"(?<![\w.,/$€£-])(?:\(\d{2,4}\)[\s.-]?\d{3,4}[\s.-]?\d{3,4}|(?:\+\d{1,3}[\s.-]?)?\d{1,4}(?:[\s.-]\d{2,4}){2,5})"
    r"(?![\w%/]|[.,]\d)"
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FEWEST_PHONE_DIGITS = 9
_TITLE = re.compile(r"(?:mr|mrs|ms|miss|dr|dra|sr|sra|srta|don|dona|ing|lic)\.?\s{1,2}")


def personal_stretches(
    text: str,
    people: KnownPeople,
    *,
    policy: dict[DataClass, Handling],
    hints: Hints,
    quote_look_alikes: bool,
) -> list[Found]:
    """What to replace in `text`, in reading order."""
    plain = comparable(text)
    known = list(people.find(plain))
    others = [Found(span.start, span.end, span.data_class) for span in find_personal_data(text, hints=hints)]
    others += _telephone_like(text)
    kept: list[Found] = []
    allowed: list[Found] = []
    for item in [*known, *others]:
        (allowed if _may_pass(item, people, policy) else kept).append(item)
    # What a recogniser sees in the name of a business contact who may be named is that same name.
    kept = [item for item in kept if item.person is not None or not _inside(item, allowed)]
    if quote_look_alikes:
        kept += [Found(start, end, None) for start, end in look_alikes(plain)]
    removed = {data_class for data_class, handling in policy.items() if handling is Handling.BLOCK}
    return [_settled(group, text, removed) for group in _overlapping(kept)]


def _may_pass(item: Found, people: KnownPeople, policy: dict[DataClass, Handling]) -> bool:
    handling = policy[item.data_class] if item.data_class else Handling.MASK
    if handling is Handling.ALLOW_BUSINESS:
        return item.person is not None and people.people[item.person].is_contact
    return handling is Handling.ALLOW


def _inside(item: Found, allowed: Iterable[Found]) -> bool:
    return any(other.start <= item.start and item.end <= other.end for other in allowed if other.person is not None)


def _telephone_like(text: str) -> Iterable[Found]:
    """Numbers written like telephone numbers, real or not."""
    for match in _PHONE.finditer(text):
        digits = sum(char.isdigit() for char in match.group())
        if digits >= _FEWEST_PHONE_DIGITS and not _ISO_DATE.search(match.group()):
            yield Found(match.start(), match.end(), DataClass.PHONE)


def _overlapping(found: Iterable[Found]) -> Iterable[list[Found]]:
    group: list[Found] = []
    end = -1
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        if group and item.start >= end:
            yield group
            group = []
        group.append(item)
        end = max(item.end, end) if len(group) > 1 else item.end
    if group:
        yield group


def _settled(group: list[Found], text: str, removed: Collection[DataClass]) -> Found:
    """One stretch for all of the group: removed if any is; else what the longest of them is, known people first."""
    start, end = min(item.start for item in group), max(item.end for item in group)
    for item in group:
        if item.data_class in removed:
            return Found(start, end, item.data_class)
    # A look-alike may be given back to anybody: it never decides over what is personal.
    longest = max(
        [item for item in group if item.data_class] or group,
        key=lambda item: (item.end - item.start, item.person is not None),
    )
    if (longest.start, longest.end) != (start, end):
        return Found(start, end, longest.data_class)
    for item in group:
        title = flat(text[start : item.start])
        if item.person is not None and item.end == end and _TITLE.fullmatch(title):
            return Found(start, end, item.data_class, item.person, item.detail)
    return longest
