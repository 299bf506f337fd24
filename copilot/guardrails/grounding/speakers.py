"""Who said what: a quotation put in the mouth of somebody else.

Invariant: only where it is on record who wrote or said the cited passage; where it is not, nothing is claimed.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.guardrails.grounding.names import Name, names_in
from copilot.guardrails.grounding.sources import Sources, name_parts, unmarked
from copilot.guardrails.grounding.words import quotations

_LEAD = 140
"""Characters before a quotation in which the name of its author stands."""
_SAID = re.compile(
    r"\b(?:said|says|wrote|writes|asked|asks|told|tells|commented|comments|replied|points out|pointed out|according to|"
    r"dijo|dice|escribio|escribe|pidio|pide|comento|comenta|respondio|avisa|aviso|segun|explico|explica)\b"
)
_ENDS = re.compile(r"[»”]|[.!?;\n](?=\s)")
_OF_ANOTHER = re.compile(r"\b(?:el texto|the text|it was said|se dijo)\b")
"""The quotation is about the person named, not by them."""
_LONG_ENOUGH = 3
"""Words. A shorter quotation is a title or a term that many may use."""


def wrong_speakers(text: str, sources: Sources, *, people: Iterable[str]) -> Iterator[Name]:
    """Names given as the author of a quotation that is on record as somebody else's."""
    everybody = tuple(people)
    known = frozenset(part for person in everybody for part in name_parts(person))
    names = [name for name in names_in(text) if all(part in known for part in name_parts(name.text)[:1])]
    for start, end in quotations(text):
        quoted_in = _carriers(text[start:end], sources)
        speakers = sources.speakers_of(quoted_in) if quoted_in else None
        author = _author(text, start, names)
        about = author is not None and name_parts(author.text)[0] in name_parts(text[start:end])
        if speakers and author and not about and not _is_one_of(author.text, speakers, known):
            yield author


def _author(text: str, start: int, names: list[Name]) -> Name | None:
    """The name that a lead-in to a quotation gives: the last one before it, led in by a colon or a verb of saying."""
    lead = _ENDS.split(text[max(0, start - _LEAD) : start - 1])[-1]
    before = [name for name in names if name.end <= start and name.start >= start - 1 - len(lead)]
    if (
        not before
        or _OF_ANOTHER.search(flat(lead))
        or not (lead.rstrip(' «“"').endswith(":") or _SAID.search(flat(lead)))
    ):
        return None
    return before[-1] if len(before) == 1 or _SAID.search(flat(lead)) is None else before[0]


def _carriers(quoted: str, sources: Sources) -> list[Evidence]:
    plain = unmarked(quoted.rstrip("…. "))
    if len(plain.split()) < _LONG_ENOUGH:
        return []
    return [item for item in sources.passages if plain in unmarked(item.text)]


def _is_one_of(name: str, speakers: Iterable[str], known: frozenset[str]) -> bool:
    """Whether names share a word. An address in which nobody's name can be read may be anybody's."""
    wanted = set(name_parts(name))
    for speaker in speakers:
        parts = set(name_parts(speaker))
        if wanted & parts or ("@" in speaker and not parts & known):
            return True
    return False
