"""Writes preferences into sentences.

Invariants: what stands in quotation marks is not touched; a sentence whose figures, names, negations, quantities or
modality would come out differently is left as it was; citations stay with their sentences. Applying twice is applying
once.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.approvals.feedback import habits
from copilot.approvals.feedback.facts import fact_of
from copilot.domain.drafts import Audience, Section, Segment
from copilot.domain.figures import extract_figures
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.style import Preference, PreferenceKind

_QUOTED = re.compile(r"«[^«»]{1,2000}»|“[^“”]{1,2000}”|\"[^\"\n]{1,2000}\"|‘[^‘’\n]{1,2000}’(?!\w)|`[^`\n]{1,200}`")
_STARTS = re.compile(r"(?:[.!?…:]\s+|[\n•–—-]\s*|[¿¡])$")
_LOOKED_BACK = 6
"""Characters before a word that tell whether it begins a sentence."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_VOWEL = re.compile(r"[aeiou]", re.IGNORECASE)
_FOR_OTHERS = frozenset({PreferenceKind.GREETING, PreferenceKind.SIGN_OFF, PreferenceKind.ADDRESS})
"""They concern who reads it, so they apply to what leaves the company."""


@dataclass(frozen=True, slots=True)
class Styled:
    """Sections with the preferences written in, and how often each of them was."""

    sections: tuple[Section, ...]
    applied: Counter[str]
    """Key of the preference -> number of sentences."""
    kept: int = 0
    """Sentences left as they were, because a fact would have come out differently."""


def styled(
    sections: Iterable[Section], preferences: Sequence[Preference], *, language: Language, audience: Audience
) -> Styled:
    """Apply `preferences` in order to every sentence."""
    wanted = [item for item in preferences if audience is Audience.EXTERNAL or item.kind not in _FOR_OTHERS]
    applied: Counter[str] = Counter()
    kept, written = 0, []
    for section in sections:
        segments: list[Segment] = []
        for segment in section.segments:
            text, used, refused = styled_text(segment.text, wanted, language=language)
            applied.update(used)
            kept += int(refused)
            segments.append(segment if text == segment.text else segment.model_copy(update={"text": text}))
        written.append(section.model_copy(update={"segments": tuple(segments)}))
    return Styled(tuple(written), applied, kept)


def styled_text(
    text: str, preferences: Sequence[Preference], *, language: Language
) -> tuple[str, tuple[str, ...], bool]:
    """One text, the keys of what was applied, and whether something was not, for a fact's sake."""
    used: list[str] = []
    refused = False
    for item in _unchained(preferences):
        changed = _outside_quotations(text, _writer(item, language))
        if changed == text:
            continue
        if keeps_facts(text, changed, language=language):
            text = changed
            used.append(item.key)
        else:
            refused = True
    return text, tuple(used), refused


def _unchained(preferences: Sequence[Preference]) -> list[Preference]:
    """Those that do not write what another of them (or they themselves) would change again."""
    befores = [item.before for item in preferences if item.kind is PreferenceKind.WORDING]
    return [
        item
        for item in preferences
        if item.kind is not PreferenceKind.WORDING or not any(contains(item.after, before) for before in befores)
    ]


def contains(text: str, phrase: str) -> bool:
    """Whether the own words of a text hold the phrase."""
    return _pattern(phrase).search(_QUOTED.sub(" ", text)) is not None


def keeps_facts(before: str, after: str, *, language: Language) -> bool:
    """Whether both texts state the same figures, names, negations, quantities, times and modality."""
    return _statement(before, language) == _statement(after, language)


def _statement(text: str, language: Language) -> tuple[object, ...]:
    figures = Counter(
        (figure.kind, figure.text.strip(), figure.sign) for figure in extract_figures(text, language=language)
    )
    facts: Counter[tuple[str, str]] = Counter()
    names: Counter[str] = Counter()
    for match in _WORD.finditer(text):
        word = match.group()
        fact = fact_of(word)
        if fact is not None:
            facts[fact.value, fold(word)] += 1
        if word != word.lower() and not _begins(text, match.start()):
            names[word] += 1
    quotations = tuple(match.group() for match in _QUOTED.finditer(text))
    return figures, facts, names, quotations


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at `start`, so that a capital there says nothing."""
    left = text[max(0, start - _LOOKED_BACK) : start]
    return not text[:start].strip() or _STARTS.search(left) is not None


def _outside_quotations(text: str, write: Callable[[str, str], str]) -> str:
    """`write(stretch, what stands before it)` for every stretch that is not quoted."""
    written, position = "", 0
    for match in _QUOTED.finditer(text):
        written += write(text[position : match.start()], written) + match.group()
        position = match.end()
    return written + write(text[position:], written)


def _writer(item: Preference, language: Language) -> Callable[[str, str], str]:
    match item.kind:
        case PreferenceKind.WORDING:
            return lambda stretch, before: _reworded(stretch, item.before, item.after, before=before, language=language)
        case PreferenceKind.SPELLING:
            return lambda stretch, _: _respelt(stretch, to_american=item.after == habits.AMERICAN)
        case PreferenceKind.ADDRESS:
            return lambda stretch, before: _addressed(stretch, item.after, before=before)
        case PreferenceKind.GREETING:
            return lambda stretch, before: stretch if before else _greeted(stretch, item, language)
        case PreferenceKind.SIGN_OFF:
            return lambda stretch, before: stretch if before else _signed_off(stretch, item, language)
        case PreferenceKind.PUNCTUATION:
            return lambda stretch, before: _punctuated(stretch, item, before=before)


def _reworded(stretch: str, old: str, new: str, *, before: str, language: Language) -> str:
    whole = before + stretch

    def write(match: re.Match[str]) -> str:
        found, start = match.group(), len(before) + match.start()
        begins = _begins(whole, start)
        if found != found.lower() and not begins:
            return found
        if not _article_fits(whole[:start], found, new, language):
            return found
        return new[:1].upper() + new[1:] if found[:1].isupper() else new

    changed = _pattern(old).sub(write, stretch)
    return _contracted(changed) if language is Language.ES and new.startswith("el ") else changed


def _article_fits(left: str, old: str, new: str, language: Language) -> bool:
    """English only: `an issue` does not become `an problem`."""
    article = re.search(r"\b(a|an)\s+$", left, re.IGNORECASE)
    if language is not Language.EN or article is None:
        return True
    return bool(_VOWEL.match(old)) == bool(_VOWEL.match(new))


def _contracted(text: str) -> str:
    return re.sub(
        r"\b([Dd]e|[Aa]) el\b", lambda match: {"de": "del", "De": "Del", "a": "al", "A": "Al"}[match[1]], text
    )


def _respelt(stretch: str, *, to_american: bool) -> str:
    table = habits.BRITISH_TO_AMERICAN
    words = table if to_american else {new: old for old, new in table.items()}
    return _WORD.sub(lambda match: words.get(match.group(), match.group()), stretch)


def _addressed(stretch: str, form: str, *, before: str) -> str:
    pairs = habits.FORMAL_TO_FAMILIAR.items()
    for formal, familiar in pairs:
        old, new = (formal, familiar) if form == habits.FAMILIAR else (familiar, formal)
        if contains(stretch, old) and re.search(rf"{re.escape(old)} a \w", stretch, re.IGNORECASE) is None:
            stretch = _reworded(stretch, old, new, before=before, language=Language.ES)
    return stretch


def _greeted(stretch: str, item: Preference, language: Language) -> str:
    found = habits.greeting_of(stretch, language)
    if found is None or found[0] != item.before:
        return stretch
    return item.after[:1].upper() + item.after[1:] + stretch[found[1] :]


def _signed_off(stretch: str, item: Preference, language: Language) -> str:
    if habits.sign_off_of(stretch, language) != item.before:
        return stretch
    return stretch.lower().replace(item.before, item.after[:1].upper() + item.after[1:], 1)


def _punctuated(stretch: str, item: Preference, *, before: str) -> str:
    pattern = habits.PUNCTUATION.get((item.before, item.after))
    # A Spanish exclamation has a mark on both sides; taking one of them away would leave it broken.
    if pattern is None or ("¡" in before + stretch and item.before == "!"):
        return stretch
    return pattern.sub(item.after, stretch)


@lru_cache(maxsize=2_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    """The phrase as whole words, in any case of its first letter; not inside an address or a compound."""
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    first = phrase[:1]
    either = f"[{re.escape(first.lower())}{re.escape(first.upper())}]" if first.isalpha() else re.escape(first)
    return re.compile(rf"(?<![\w@./'’\-]){either}{words[len(re.escape(first)) :]}(?![\w@/'’\-]|\.\w)")
