"""The sentences of an answer, from the sentences of its sources.

Invariant: what a source says is given in the source's own characters (marks of layout left out); a rule or a plan is
told as what a text states, and a text of another language is quoted as such. Nothing is cut within a sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.drafts import Segment
from copilot.domain.language import Language
from copilot.domain.questionnaires import Limit
from copilot.workflows.chat.told import Told
from copilot.workflows.rfp.answering.claims import Claim, Reading

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)|`")
_ITEM = re.compile(r"^\s*(?:[-•·–]|\(?\d{1,2}[.)])\s+")
_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*\.?\s+")
_LANGUAGES = {Language.ES: ("en español", "in Spanish"), Language.EN: ("en inglés", "in English")}
_NO_FACT = frozenset({Claim.INTENTION, Claim.RECOMMENDED, Claim.OTHER_PARTY, Claim.DEFINITION})
"""Told as what a text states, not as what is so."""
_POLICY = re.compile(r"\b(?:polic(?:y|ies)|política|standard|norma|procedure|procedimiento|plan)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence to be told, with what belongs to it."""

    told: Told
    reading: Reading
    more: tuple[Told, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """Ids of its evidence."""
        return tuple(dict.fromkeys(item.evidence.id for item in (self.told, *self.more)))


def segments_of(chosen: Sequence[Chosen], *, language: Language, key: str) -> tuple[Segment, ...]:
    """One segment for each sentence; `key`: of the section they will stand in."""
    return tuple(
        Segment(id=f"{key}.{place}", text=_text(item, language=language), evidence_ids=item.cites)
        for place, item in enumerate(chosen, start=1)
    )


def within(segments: Sequence[Segment], limit: Limit) -> tuple[tuple[Segment, ...], bool]:
    """As many whole sentences from the first as the limit allows, and whether any were left out."""
    kept: list[Segment] = []
    for segment in segments:
        text = " ".join([*(item.text for item in kept), segment.text])
        if limit.words is not None and len(text.split()) > limit.words:
            break
        if limit.characters is not None and len(text) > limit.characters:
            break
        kept.append(segment)
    return tuple(kept), len(kept) < len(segments)


def readable(text: str) -> str:
    """One line without marks of layout."""
    lines = [_ITEM.sub("", line) for line in _LINK.sub(r"\1", text).splitlines()]
    return " ".join(_EMPHASIS.sub("", " ".join(lines)).split())


def title_of(told: Told) -> str:
    """The document's title without its number."""
    return _NUMBER.sub("", readable(told.title))


def _text(item: Chosen, *, language: Language) -> str:
    said = " ".join(readable(part.text) for part in (item.told, *item.more))
    if item.told.language is not language:
        return _from_other_language(said, item.told, language=language)
    if item.reading.all & _NO_FACT:
        return _as_stated(said, item.told, language=language)
    return said


def _as_stated(said: str, told: Told, *, language: Language) -> str:
    title = title_of(told)
    if language is Language.ES:
        lead = f"Nuestra {title} establece" if title.casefold().startswith("política") else f"En «{title}» consta"
        return f"{lead}: «{said}»"
    return f"Our {title} states: “{said}”" if _POLICY.search(title) else f"“{title}” states: “{said}”"


def _from_other_language(said: str, told: Told, *, language: Language) -> str:
    spanish, english = _LANGUAGES[told.language]
    title = title_of(told)
    if language is Language.ES:
        return f"De «{title}» ({spanish}): «{said}»"
    return f"From “{title}” ({english}): “{said}”"
