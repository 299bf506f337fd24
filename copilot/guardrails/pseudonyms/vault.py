"""What stands for whom in one conversation.

Invariant 7: what the policy masks leaves only as a placeholder, the same for the same value in the whole conversation;
what it blocks is removed for good; a value comes back only for a reader who may see a source that it was read from.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints
from copilot.domain.pseudonyms import KnownPerson, PseudonymChanges, PseudonymEntry, PseudonymState
from copilot.guardrails.policy import GuardrailPolicy, Handling, default_guardrail_policy
from copilot.guardrails.pseudonyms import labels
from copilot.guardrails.pseudonyms.json_text import change_text
from copilot.guardrails.pseudonyms.known import Found, KnownPeople
from copilot.guardrails.pseudonyms.placeholders import KINDS, QUOTED, SEAM, Placeholder, found
from copilot.guardrails.pseudonyms.spans import personal_stretches

ViewerMaySee = Callable[[str], bool]
"""Whether the reader may see what comes from a source (see `PseudonymEntry.sources`)."""
_NO_HINTS = Hints()
_EMPTY = PseudonymState()
_SIGNS = re.compile(r"(?:[^\w@.%]|_)+")
_NUMBERS_APART = frozenset({DataClass.DATE_OF_BIRTH, DataClass.ADDRESS})


@dataclass(frozen=True, slots=True)
class Restored:
    """A text of a model with values in it again."""

    text: str
    unknown: tuple[str, ...]
    """Placeholders that were never given out: the model made somebody up. They stand as the model wrote them."""
    withheld: tuple[str, ...]
    """Placeholders whose value this reader may not see; a label stands in their place."""


class Vault:
    """Masks and restores the texts of one conversation. Safe to use from several threads."""

    def __init__(
        self,
        people: Iterable[KnownPerson] = (),
        *,
        policy: GuardrailPolicy | None = None,
        state: PseudonymState = _EMPTY,
        hints: Hints = _NO_HINTS,
        language: Language = Language.EN,
    ) -> None:
        """`state` is what earlier turns left; `language` is that of the labels."""
        self._policy = (policy or default_guardrail_policy()).privacy
        self._hints = hints
        self._language = language
        self._known = KnownPeople(people, organisations=hints.organisations)
        self._lock = threading.Lock()
        self._entries = {entry.placeholder: entry for entry in state.entries}
        self._before = dict(self._entries)
        self._by_key = {_key(entry.data_class, entry.value): entry.placeholder for entry in state.entries}
        self._numbers: dict[int, int] = {}
        self._last_number = max([state.last_number, *map(_number, self._entries)])
        self._masked: Counter[str] = Counter()
        self._made_up: set[str] = set()
        """What the model wrote and nobody had given it."""
        self._echoes: set[str] = set()
        """Quoted only because the model had made it up before: its own answer, or our complaint about it."""

    def mask(self, text: str, *, source: str | None = None, trusted: bool = False) -> str:
        """Replace what must not leave. `source` says where the text was read.

        Only in `trusted` text, which nobody outside had a hand in, placeholders may be spoken of by their name.
        """
        with self._lock:
            return change_text(text, lambda part: self._mask(part, source=source, trusted=trusted))

    def restore(
        self, text: str, *, viewer_may_see: ViewerMaySee, written_as: Callable[[str], str] = lambda value: value
    ) -> Restored:
        """Put values back where the reader may see them, whatever case, joint or ending the model gave a placeholder.

        `written_as` is how a value is spelled where it is put, e.g. escaped inside JSON.
        """
        pieces: list[str] = []
        unknown: set[str] = set()
        withheld: set[str] = set()
        position = 0
        for item in found(text):
            entry = self._entries.get(item.canonical)
            if entry is None:
                unknown.add(item.canonical)
                continue
            shown = self._shown(entry, viewer_may_see)
            if shown is None and entry.data_class is not None:
                withheld.add(item.canonical)
                shown = labels.withheld(entry.data_class, self._language)
            start, end = _with_seams(text, item)
            pieces += [text[position:start], written_as(shown or ""), item.ending]
            position = end
        with self._lock:
            self._made_up |= unknown
        return Restored("".join([*pieces, text[position:]]), tuple(sorted(unknown)), tuple(sorted(withheld)))

    def unknown(self, text: str) -> list[str]:
        """Placeholders in a restored text that were never given out, and that nobody but the model was quoted with."""
        quoted = {
            flat(entry.value)
            for key, entry in self._entries.items()
            if entry.data_class is None and key not in self._echoes
        }
        return sorted(
            {item.canonical for item in found(text) if flat(text[item.start : item.end]) not in quoted}
            - self._entries.keys()
        )

    def sources(self) -> frozenset[str]:
        """Every source that any value came from."""
        return frozenset(source for entry in self._entries.values() for source in entry.sources)

    def masked(self) -> dict[str, int]:
        """How many times each class of data was masked or removed since this object was made. No values."""
        return dict(sorted(self._masked.items()))

    def changes(self) -> PseudonymChanges:
        """What to save of this turn."""
        with self._lock:
            before = self._before
            return PseudonymChanges(
                added=tuple(entry for key, entry in self._entries.items() if key not in before),
                seen_again=tuple(entry for key, entry in self._entries.items() if before.get(key, entry) != entry),
                last_number=self._last_number,
                masked=dict(self._masked),
            )

    def _mask(self, text: str, *, source: str | None, trusted: bool) -> str:
        pieces: list[str] = []
        position = 0
        for item in personal_stretches(
            text, self._known, policy=self._policy, hints=self._hints, quote_look_alikes=not trusted
        ):
            written = text[item.start : item.end]
            self._masked[item.data_class.value if item.data_class else "quoted"] += 1
            if item.data_class and self._policy[item.data_class] is Handling.BLOCK:
                token = labels.removed(item.data_class)
            else:
                token = self._placeholder(item, written, source)
            before, after = text[: item.start][-1:], text[item.end : item.end + 1]
            pieces += [text[position : item.start], SEAM if before.isalnum() else "", token]
            pieces.append(SEAM if after.isalnum() else "")
            position = item.end
        return "".join([*pieces, text[position:]])

    def _placeholder(self, item: Found, written: str, source: str | None) -> str:
        value, sources = self._value(item, written)
        key = _key(item.data_class, value)
        placeholder = self._by_key.get(key)
        if placeholder is None:
            kind = KINDS[item.data_class] if item.data_class else QUOTED
            placeholder = f"{kind}_{self._number_for(item, kind)}"
            self._by_key[key] = placeholder
            self._entries[placeholder] = PseudonymEntry(placeholder, item.data_class, value, sources)
            if item.data_class is None and any(one.canonical in self._made_up for one in found(value)):
                self._echoes.add(placeholder)
        entry = self._entries[placeholder]
        # Part of a name tells nobody the whole: only where all of it stood may it be read again.
        seen = {source} if source is not None and _key(item.data_class, written) == key else set()
        if not (sources | seen) <= entry.sources:
            self._entries[placeholder] = PseudonymEntry(
                placeholder, entry.data_class, entry.value, entry.sources | sources | seen
            )
        return placeholder

    def _value(self, item: Found, written: str) -> tuple[str, frozenset[str]]:
        """What the placeholder stands for, and where the records have it from."""
        if item.person is None:
            return written, frozenset()
        person = self._known.people[item.person]
        values = {DataClass.EMAIL: person.emails, DataClass.PHONE: person.phones}
        return values.get(item.data_class or DataClass.PERSON, (person.name,))[item.detail], person.sources

    def _number_for(self, item: Found, kind: str) -> int:
        """A person's own number for their name and their first address and telephone number, else the next one."""
        if item.person is not None:
            number = self._numbers.get(item.person) or self._number_before(item.person)
            if number and f"{kind}_{number}" not in self._entries:
                return number
        self._last_number += 1
        if item.person is not None:
            self._numbers.setdefault(item.person, self._last_number)
        return self._last_number

    def _number_before(self, index: int) -> int | None:
        """The number that this person has from earlier turns."""
        person = self._known.people[index]
        for data_class, values in (
            (DataClass.PERSON, (person.name,)),
            (DataClass.EMAIL, person.emails),
            (DataClass.PHONE, person.phones),
        ):
            for value in values:
                placeholder = self._by_key.get(_key(data_class, value))
                if placeholder is not None:
                    return self._numbers.setdefault(index, _number(placeholder))
        return None

    def _shown(self, entry: PseudonymEntry, viewer_may_see: ViewerMaySee) -> str | None:
        if entry.data_class is None or any(viewer_may_see(source) for source in sorted(entry.sources)):
            return entry.value
        return None


def _key(data_class: DataClass | None, value: str) -> tuple[DataClass | None, str]:
    """Spellings of one value have one key; of what is only quoted, each is its own."""
    if data_class is None:
        return data_class, value
    # Of a date or an address the signs say where one number ends: 1/11 is not 11/1.
    between = " " if data_class in _NUMBERS_APART else ""
    return data_class, _SIGNS.sub(between, flat(value)).strip() or value


def _number(placeholder: str) -> int:
    return int(placeholder.rpartition("_")[2])


def _with_seams(text: str, item: Placeholder) -> tuple[int, int]:
    start, end = item.start, item.end
    if text[start - 1 : start] == SEAM and text[: start - 1][-1:].isalnum():
        start -= 1
    if text[end : end + 1] == SEAM and text[end + 1 : end + 2].isalnum():
        end += 1
    return start, end
