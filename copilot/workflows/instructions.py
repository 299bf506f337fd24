"""What a colleague asks of the next version, as far as rules can read it.

Invariant: nothing is followed in silence or dropped in silence. A clause that the rules do not read is handed back, so
that the draft can say it was not followed; a clause with a negation in it is never read as its opposite.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from copilot.domain.drafts import Section
from copilot.domain.folding import flat
from copilot.domain.language import Language

_CLAUSES = re.compile(
    r"[.;\n!]+|,\s*(?=(?:y|and|pero|but|quit|elimin|remove|drop|solo|only|hazlo|make)\b)", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(?:no|nunca|tampoco|not|never|don't|dont|do not)\b(?! (?:hace|es) falta)(?=.{0,20}\b(?:quit|elimin|borr|suprim|"
    r"omit|sac|acort|resum|remov|drop|delet|leav|cut|shorten|traduc|translat))"
)
_LEAVE_OUT = re.compile(
    r"\b(?:quit\w*|elimin\w*|suprim\w*|omit\w*|borr\w*|sac\w{1,4}|sin|sobra\w*|remov\w*|drop\w*|leav\w* out|without|"
    r"delet\w*|cut(?: out)?|skip|no (?:hace|es) falta)\b"
)
_KEEP_ONLY = re.compile(r"\b(?:solo|solamente|unicamente|nada mas que|deja\w* solo|only|just|nothing but|keep only)\b")
_SHORTER = re.compile(
    r"\b(?:mas cort[oa]s?|mas breves?|acort\w*|resum\w*|abrevi\w*|demasiado larg[oa]|muy larg[oa]|shorter|shorten\w*|"
    r"briefer|condense\w*|too long|trim|more concise|mas concis[oa])\b"
)
_LANGUAGES = {
    Language.ES: re.compile(r"\b(?:en (?:espanol|castellano)|al (?:espanol|castellano)|in(?:to)? spanish)\b"),
    Language.EN: re.compile(r"\b(?:en ingles|al ingles|in(?:to)? english)\b"),
}
_LONGEST_CLAUSE = 200


@dataclass(frozen=True, slots=True)
class Instruction:
    """A request for changes and what the rules understood of it."""

    text: str
    leave_out: frozenset[str] = frozenset()
    """Keys of sections."""
    keep_only: frozenset[str] = frozenset()
    shorter: bool = False
    language: Language | None = None
    not_understood: tuple[str, ...] = ()

    def honoured_in(self, sections: Iterable[Section]) -> tuple[Section, ...]:
        """The sections that are wanted; all of them if nothing would be left."""
        given = tuple(sections)
        wanted = tuple(
            section
            for section in given
            if section.key not in self.leave_out and (not self.keep_only or section.key in self.keep_only)
        )
        return wanted or given


def read_instruction(text: str, *, names: Mapping[str, Iterable[str]]) -> Instruction:
    """Read a request. `names`: key of a section -> folded words and phrases by which people call it."""
    leave_out: set[str] = set()
    keep_only: set[str] = set()
    shorter, language, unread = False, None, []
    for clause in (part.strip() for part in _CLAUSES.split(text)):
        if not clause:
            continue
        folded = flat(clause)
        negated = _NEGATED.search(folded) is not None
        sections = _sections_named(folded, names) if not negated else frozenset()
        short = not negated and _SHORTER.search(folded) is not None
        wanted = next((item for item, pattern in _LANGUAGES.items() if not negated and pattern.search(folded)), None)
        out = bool(sections) and _LEAVE_OUT.search(folded) is not None
        only = bool(sections) and not out and _KEEP_ONLY.search(folded) is not None
        leave_out |= sections if out else set()
        keep_only |= sections if only else set()
        shorter, language = shorter or short, wanted or language
        if not (out or only or short or wanted):
            unread.append(clause[:_LONGEST_CLAUSE])
    return Instruction(
        text=text,
        leave_out=frozenset(leave_out),
        keep_only=frozenset(keep_only) - leave_out,
        shorter=shorter,
        language=language,
        not_understood=tuple(unread),
    )


def shortened(sections: Iterable[Section], *, whole: frozenset[str]) -> tuple[Section, ...]:
    """The first half of every section, at least one sentence; those named in `whole` stay as they are."""
    return tuple(
        section
        if section.key in whole
        else section.model_copy(update={"segments": section.segments[: (len(section.segments) + 1) // 2]})
        for section in sections
    )


def _sections_named(folded: str, names: Mapping[str, Iterable[str]]) -> frozenset[str]:
    return frozenset(
        key for key, words in names.items() if any(re.search(rf"\b{re.escape(word)}\b", folded) for word in words)
    )
