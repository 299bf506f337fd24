"""What stands around a candidate, as a weight.

Invariant: nothing further than `REACH` characters away is looked at, except the e-mail addresses of the text.
"""

import re
from dataclasses import dataclass

from copilot.domain.language import Language
from copilot.guardrails.personal_data import names_cues as cues
from copilot.guardrails.personal_data.name_lists import COMPANY_WORDS, PHRASES
from copilot.guardrails.personal_data.names_shape import Candidate, shape_score
from copilot.guardrails.personal_data.names_words import Kind

ENOUGH = 1.5
"""Sum of weights from which a candidate is taken for a name."""
_TITLE, _LABEL, _GREETING, _INTRODUCTION, _CLOSING = 3.0, 2.6, 2.2, 2.0, 2.4
_SAID, _SPEAKER, _VOCATIVE, _IN_EMAIL, _PAST = 1.7, 1.6, 1.4, 2.2, 2.3
_WORD_AFTER, _WORD_BEFORE, _THING = -1.2, -0.5, -3.0
_ALONE_ON_LINE, _ABOVE_NUMBERS, _PLACE = 0.5, 0.6, -1.5
_A_BY_LANGUAGE: dict[Language | None, float] = {Language.ES: 0.6, Language.EN: -1.6}
_SENTENCE_ENDS = (".", "!", "?")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{2,64}(?=@[\w-])")
_PARTS = re.compile(r"[\W\d_]+")
_SHORTEST_PART = 3
_SHORTEST_GLUED = 4
_AMPERSAND = re.compile(r"[ \t]?&[ \t]?")
_GREETED_ENDS = ",:;!.—–-\n\r?"


_AFTER = (
    (cues.SAID_AFTER, 1.7),
    (cues.CONTACT_AFTER, 1.6),
    (cues.ROLE_AFTER, 1.6),
    (cues.IS_AFTER, 1.0),
    (cues.BEGAN_AFTER, 1.7),
    (cues.ASKED_AFTER, 1.3),
    (cues.KIN_AFTER, 1.6),
    (cues.QUOTED_AFTER, 0.8),
    (cues.OWNS_AFTER, 0.5),
    (cues.LIVES_AFTER, 0.4),
)


@dataclass(frozen=True, slots=True)
class Around:
    """A text, flat (without case and accents, of the same length), and the local parts of its e-mail addresses."""

    text: str
    flat: str
    mailboxes: frozenset[str]
    language: Language | None = None

    def weigh(self, candidate: Candidate) -> float:
        """The candidate's words and what stands around them, together; `ENOUGH` makes a name."""
        start, end = candidate.start, candidate.end
        before, after = self.flat[max(0, start - cues.REACH) : start], self.flat[end : end + cues.REACH]
        form_of_address = _form_of_address(before, after, candidate)
        opens = not form_of_address and bool(cues.SENTENCE_START.search(before))
        score = shape_score(candidate, first_in_sentence=opens)
        if _is_phrase(candidate) or (form_of_address < _TITLE and _is_thing(before, after, candidate)):
            candidate.refused = True
            return _THING
        score += form_of_address + self._after(after, candidate, before=before) + self._mailbox(candidate)
        if form_of_address <= 0:
            weight = _before(before, self.language)
            score += weight if weight > 0 or candidate.alone else weight / 2
        if candidate.cut_after is not None:
            score += _WORD_AFTER
        if candidate.cut_before is not None and form_of_address <= 0:
            score += _WORD_BEFORE
        return score

    def is_labelled(self, start: int) -> bool:
        """Whether a title or a label such as "Name:" stands before a place of the text."""
        before = self.flat[max(0, start - cues.REACH) : start]
        return bool(cues.TITLE.search(before) or cues.NAME_LABEL.search(before))

    def _after(self, after: str, candidate: Candidate, *, before: str) -> float:
        score = sum(weight for pattern, weight in _AFTER if pattern.match(after))
        if cues.HOUSE_NUMBER_AFTER.match(after) or cues.HOUSE_NUMBER_BEFORE.search(before):
            score += _PLACE
        if candidate.words[0].kind is Kind.AMBIGUOUS and cues.PAST_AFTER.match(after):
            score += _PAST
        if cues.LINE_START.search(before):
            score += _on_its_line(after, alone=candidate.alone)
        if _is_called(before, after):
            score += _VOCATIVE
        return score

    def _mailbox(self, candidate: Candidate) -> float:
        return _IN_EMAIL if any(word.folded in self.mailboxes for word in candidate.words) else 0.0


def _on_its_line(after: str, *, alone: bool) -> float:
    """A speaker's label, or a line of its own as in signatures and addresses."""
    if cues.SPEAKER_AFTER.match(after):
        return _SPEAKER
    if alone or (after and after[0] not in "\n\r"):
        return 0.0
    return _ALONE_ON_LINE + (_ABOVE_NUMBERS if any(char.isdigit() for char in after) else 0.0)


def _is_called(before: str, after: str) -> bool:
    """Somebody spoken to: "Leif, can I", "thanks, Pilar."."""
    comma = before.endswith(", ")
    if cues.VOCATIVE_AFTER.match(after):
        return comma or bool(cues.SENTENCE_START.search(before))
    return comma and len(before) < cues.REACH // 2 and after[:1] in _SENTENCE_ENDS


def _before(before: str, language: Language | None) -> float:
    if cues.TOWARDS_PERSON.search(before):
        return _SAID
    if cues.TOWARDS_PLACE.search(before):
        return _PLACE
    last = cues.LAST_WORD.search(before)
    if last is not None and last[1] == cues.ARTICLE_OR_TO:
        return _A_BY_LANGUAGE.get(language, 0.0)
    return cues.WORDS_BEFORE.get(last[1], 0.0) if last else 0.0


def _form_of_address(before: str, after: str, candidate: Candidate) -> float:
    if cues.TITLE.search(before):
        return _TITLE
    if cues.NAME_LABEL.search(before):
        return _LABEL
    if cues.CLOSING.search(before) and not candidate.cut_after and (not after or after[0] in ",.\n\r |"):
        return _CLOSING
    if cues.GREETING.search(before):
        ended = not after or after[0] in _GREETED_ENDS or after.startswith((" y ", " e ", " and "))
        return _GREETING if ended else _GREETING / 2
    if cues.INTRODUCTION.search(before):
        return _INTRODUCTION
    return 0.0


def _is_phrase(candidate: Candidate) -> bool:
    """Whether it is, or starts with, a company or place of several words."""
    words = [word.folded for word in candidate.words]
    return any(" ".join(words[:length]) in PHRASES for length in range(1, len(words) + 1))


def _is_thing(before: str, after: str, candidate: Candidate) -> bool:
    """A company, a place or a product by the word beside it."""
    if candidate.cut_before is not None and candidate.cut_before.folded in COMPANY_WORDS:
        return True
    joined = _AMPERSAND.match(after) or before.endswith(("& ", "&"))
    return bool(joined or cues.THING_AFTER.match(after) or cues.THING_BEFORE.search(before))


def mailboxes(text: str) -> frozenset[str]:
    """The parts of e-mail addresses before the @, and the beginnings and ends of parts, which may be names glued on."""
    if "@" not in text:
        return frozenset()
    found: set[str] = set()
    for match in _EMAIL.finditer(text):
        for part in _PARTS.split(match.group().lower()):
            found.update({part} if len(part) >= _SHORTEST_PART else ())
            found.update(part[:end] for end in range(_SHORTEST_GLUED, len(part)))
            found.update(part[start:] for start in range(1, len(part) - _SHORTEST_GLUED + 1))
    return frozenset(found)
