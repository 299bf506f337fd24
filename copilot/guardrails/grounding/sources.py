"""What a sentence rests on, prepared once: texts, words, names, speakers.

Invariant: built from the cited evidence alone (and who is on record as having said it); nothing of the rest of the
draft or of other sources can support a sentence.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.figure_field_words import value_in_words
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.guardrails.grounding.words import Word, sentences, words_of
from copilot.store.voices import Voice

_MOST_CHARACTERS = 20_000
"""Of one source. What follows supports nothing, so a hostile document can only make a draft look worse."""


_CODE = re.compile(r"\b(country|language):? ([A-Za-z]{2})\b")
_MARKUP = str.maketrans("", "", "*_`#>|")


@dataclass(frozen=True)
class Sources:
    """The evidence of one sentence."""

    evidence: tuple[Evidence, ...]
    voices: Mapping[str, Voice] = field(default_factory=dict)
    own_names: frozenset[str] = frozenset()
    """Names that need no source: the account's own, as the draft has it."""
    people: frozenset[str] = frozenset()
    """Full names known around the account. One that a source shortens ("Teresa") may be written out."""

    @cached_property
    def passages(self) -> tuple[Evidence, ...]:
        """What people wrote, as against records and metrics."""
        return tuple(item for item in self.evidence if item.kind is EvidenceKind.PASSAGE)

    @cached_property
    def statements(self) -> tuple[tuple[Word, ...], ...]:
        """Words of each sentence of each passage."""
        return tuple(
            words_of(sentence) for item in self.passages for sentence in sentences(item.text[:_MOST_CHARACTERS])
        )

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Everything that may be quoted, spaces made single: texts and labels."""
        texts = [part for item in self.evidence for part in (item.text[:_MOST_CHARACTERS], item.label)]
        joined = " ".join(item.text[:_MOST_CHARACTERS] for item in _in_reading_order(self.passages))
        return tuple(unmarked(text) for text in (*texts, joined))

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Folded words that a name may be made of."""
        return frozenset(word for text in self._all_names for word in _parts(text))

    @cached_property
    def name_pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand next to each other, or with one word between: parts of one name."""
        pairs: set[tuple[str, str]] = set()
        for text in self._all_names:
            parts = _parts(text)
            for distance in (1, 2, 3):
                pairs.update(zip(parts, parts[distance:], strict=False))
        return frozenset(pairs)

    def speakers_of(self, items: Sequence[Evidence]) -> frozenset[str] | None:
        """Who said all this; None when that is on record for none of it."""
        found = [self.voices[item.id].speakers for item in items if item.id in self.voices]
        known = [names for names in found if names]
        return frozenset().union(*known) if known and len(known) == len(items) else None

    @cached_property
    def _all_names(self) -> tuple[str, ...]:
        texts = tuple(self._texts_with_names())
        there = {word for text in texts for word in _parts(text)}
        full = {parts for person in self.people if len(parts := _parts(person)) > 1}
        shortened = {parts[:length] for parts in full for length in range(2, len(parts))}
        firsts = Counter(parts[0] for parts in full - shortened)
        meant = (
            " ".join(parts)
            for parts in sorted(full)
            if parts[0] in there and (firsts[parts[0]] == 1 or there & set(parts[1:]))
        )
        return (*texts, *meant)

    def _texts_with_names(self) -> Iterator[str]:
        for item in self.evidence:
            yield item.text[:_MOST_CHARACTERS]
            yield item.label
            yield from _called_by_code(item)
            voice = self.voices.get(item.id)
            if voice is not None and voice.speakers:
                yield from voice.speakers
            elif voice is not None:
                yield from voice.people
                yield voice.opening
        yield from self.own_names


def _called_by_code(item: Evidence) -> Iterator[str]:
    """Countries and languages that a record states by their code may be called by their names, in both languages."""
    if item.kind is not EvidenceKind.PASSAGE:
        for field, code in _CODE.findall(item.text[:_MOST_CHARACTERS]):
            yield from (value_in_words(field, code, language=language) for language in Language)


def _parts(text: str) -> tuple[str, ...]:
    """Folded words, also those joined by a sign: `marjorie.stahl@example.com`, `nps_latest`."""
    loose = "".join(char if char.isalnum() or char == "'" else " " for char in flat(text))
    return tuple(part.removesuffix("'s") for part in loose.split())


name_parts = _parts


def unmarked(text: str) -> str:
    """Folded, spaces made single, without the signs of simple markup: what a quotation is compared by."""
    return " ".join(flat(text).translate(_MARKUP).split())


def _in_reading_order(passages: tuple[Evidence, ...]) -> list[Evidence]:
    return sorted(passages, key=lambda item: (item.document_id or "", item.start or 0))
