"""Is there anything in the draft that must not be said: insults, pressure, slander, discrimination, private lives?

Invariant: in a text for somebody outside every such sentence is held; in our own papers the words of others, in
quotation marks, weigh less than our own. What is private about a person (GDPR, article 9) weighs the same in both.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from copilot.domain.drafts import Audience
from copilot.domain.findings import Action, Finding, Severity
from copilot.domain.folding import flat
from copilot.guardrails.detector import Context, Text, finding
from copilot.guardrails.tone_rules import ToneRules
from copilot.guardrails.tone_words import Tone, tone_words

_SENTENCE_END = re.compile(r"[.!?…](?=[\s\"”»')\]]|$)|[\n\r;]")
_LONGEST = 500
"""Characters of a sentence; what is longer is read in pieces."""
_SHORTEST = 4
_WORD = re.compile(r"[a-z]{3}")
_MOST = 100
"""Findings of one text. By then it is held anyway."""
_QUOTED = re.compile(r"«[^«»]{0,2000}»|“[^“”]{0,2000}”|\"[^\"]{0,2000}\"")
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑÜ][\w&’'-]{2,30}")
_QUOTE_LENGTH = 120
_OPENING = " \t\"'«“¡¿(-—*"
_Weight = tuple[Severity, Action]
_OUTSIDE: dict[Tone, _Weight] = dict.fromkeys(Tone, (Severity.HIGH, Action.HOLD))
_INSIDE: dict[Tone, _Weight] = {
    Tone.INSULT: (Severity.MEDIUM, Action.FLAG),
    Tone.PROFANITY: (Severity.LOW, Action.FLAG),
    Tone.PRESSURE: (Severity.LOW, Action.FLAG),
    Tone.COMPETITOR: (Severity.LOW, Action.FLAG),
    Tone.DISCRIMINATION: (Severity.HIGH, Action.HOLD),
    Tone.SENSITIVE: (Severity.HIGH, Action.HOLD),
}
_QUOTED_INSIDE: dict[Tone, _Weight] = {
    Tone.INSULT: (Severity.LOW, Action.FLAG),
    Tone.PROFANITY: (Severity.LOW, Action.FLAG),
    Tone.DISCRIMINATION: (Severity.MEDIUM, Action.FLAG),
    Tone.SENSITIVE: (Severity.MEDIUM, Action.FLAG),
}
"""What others press for or say of a competitor is what such a paper is there to report."""


class ToneDetector:
    """Reads every sentence for what `tone_words.toml` lists."""

    name = "tone"

    def __init__(self, rules: ToneRules | None = None) -> None:
        names = [re.escape(flat(name)) for name in (rules or ToneRules()).competitors]
        self._listed = re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        inside = context.draft.audience is Audience.INTERNAL
        ours = frozenset(flat(word) for name in context.surroundings.organisations for word in name.split())
        for segment in context.draft.segments():
            quotations = [match.span() for match in _QUOTED.finditer(segment.text)] if inside else []
            for tone, start, end in islice(self._seen(segment.text, ours), _MOST):
                quoted = any(first <= start and end <= last for first, last in quotations)
                weights = _OUTSIDE if not inside else _QUOTED_INSIDE if quoted else _INSIDE
                if tone in weights:
                    values = {"quote": _shortened(segment.text[start:end])}
                    yield finding(tone.value, *weights[tone], segment=segment, span=(start, end), values=values)

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """The same in a text by itself, as if it were to leave."""
        ours = frozenset(flat(word) for name in text.hints.organisations for word in name.split())
        for tone, start, end in islice(self._seen(text.content, ours), _MOST):
            values = {"quote": _shortened(text.content[start:end])}
            yield finding(tone.value, *_OUTSIDE[tone], span=(start, end), values=values)

    def _seen(self, text: str, ours: frozenset[str]) -> Iterator[tuple[Tone, int, int]]:
        """What is wrong and where, once per sentence and kind."""
        words, flattened = tone_words(), flat(text)
        for start, end in _sentences(text):
            original, plain = text[start:end], flattened[start:end]
            if not _WORD.search(plain):
                continue
            for tone, pattern in words.anywhere.items():
                found = pattern.finditer(plain)
                match = next((item for item in found if tone is Tone.SENSITIVE or not _is_name(item, original)), None)
                if match is not None:
                    yield tone, start + match.start(), start + match.end()
            negative = words.negative.search(plain)
            subject = None if negative is None else self._competitor(plain, original, negative, ours)
            if negative is not None and subject is not None:
                first, last = min(subject.start(), negative.start()), max(subject.end(), negative.end())
                yield Tone.COMPETITOR, start + first, start + last

    def _competitor(
        self, plain: str, original: str, negative: re.Match[str], ours: frozenset[str]
    ) -> re.Match[str] | None:
        """Where the competitor is named that the negative words are about."""
        words = tone_words()
        named = words.competitor.search(plain) or (self._listed.search(plain) if self._listed else None)
        if named is not None:
            return named
        no_company = words.not_names | ours
        names = (match for match in _NAME.finditer(original) if flat(match.group()) not in no_company)
        return next((match for match in names if _is_subject(match, plain, negative)), None)


_VERB = re.compile(
    r"[\s,]{1,2}(?:es|son|era|eran|esta|estan|fue|miente|mienten|vende|venden|engana|enganan|estafa|roba|sells?|is|are|was|"
    r"were|lies|cheats?|has|scams?|rips?)\b"
)
_INTRODUCED = re.compile(r"\b(?:de|en|con|que|como|of|with|in|trust|as|than|by)\s$")


def _is_subject(name: re.Match[str], plain: str, negative: re.Match[str]) -> bool:
    """`X is a disaster`, `don't trust X`, `with X you will lose your data`."""
    if _VERB.match(plain, name.end()) and name.end() <= negative.start() + 1:
        return True
    trusted = negative.group().endswith((" de", " en", "trust"))
    if trusted and 0 <= name.start() - negative.end() <= 1:
        return True
    lost = "datos" in negative.group() or "data" in negative.group()
    return lost and name.end() <= negative.start() and _INTRODUCED.search(plain[: name.start()]) is not None


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        for start in range(begin, end, _LONGEST):
            if min(start + _LONGEST, end) - start >= _SHORTEST:
                yield start, min(start + _LONGEST, end)
        begin = end


def _is_name(match: re.Match[str], original: str) -> bool:
    """A capital inside a sentence that is not all capitals: somebody's name."""
    last = re.search(r"[^\W\d_]\S{0,60}$", match.group())
    at = match.start() + (last.start() if last else 0)
    shouted = original.isupper()
    opens = not original[:at].strip(_OPENING)
    return original[at].isupper() and not shouted and not opens


def _shortened(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= _QUOTE_LENGTH else f"{shown[: _QUOTE_LENGTH - 1].rstrip()}…"
