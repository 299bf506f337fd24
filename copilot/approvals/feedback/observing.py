"""What one edit of one sentence says about style.

Invariant: words in quotation marks are somebody else's and teach nothing; a sentence that was rewritten rather than
corrected teaches nothing; a change that states a fact is counted, never returned as style.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from copilot.approvals.feedback import shapes
from copilot.approvals.feedback.facts import Fact, fact_of, stated_fact
from copilot.approvals.feedback.habits import Change, changes_of_form, spelling_change
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.style import PreferenceKind
from copilot.guardrails.grounding.words import without_quotations
from copilot.guardrails.personal_data.name_lists import NOT_NAMES, WORDS

_TOKEN = re.compile(r"\.\.\.|[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]|_")
_SENTENCE_END = frozenset(".!?…:;¿¡—–-\n•")
_LEAST_ALIKE = 0.4
"""Share of tokens that two texts must have in common. Below, it is another sentence."""
_MOST_WORDS = 5
_MOST_TOKENS = 400
_ADVERBS = ("mente", "ly")


@dataclass(frozen=True, slots=True)
class Edit:
    """One sentence before and after somebody changed it."""

    old: str
    new: str
    language: Language
    item_id: str
    """The review item of the edited version."""
    draft_id: str
    account_id: str | None = None
    editor_id: str = ""
    sources: tuple[str, ...] = ()
    """Texts of the evidence that the sentence cites."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What an edit shows: changes of style, and changes that were none."""

    changes: tuple[Change, ...]
    refused: tuple[Fact | None, ...] = ()
    """Why the other changes of words are no style; None: they have no shape that could be."""


def observe(edit: Edit, *, names: Collection[str] = ()) -> Observed:
    """Read one edit. `names`: folded words of the names that the workspace knows."""
    old, new = (_own_words(text) for text in (edit.old, edit.new))
    forms = tuple(dict.fromkeys(changes_of_form(old, new, edit.language)))
    if forms:
        # A greeting or a mark that changed explains the words around it.
        return Observed(forms)
    changes: list[Change] = []
    refused: list[Fact | None] = []
    for place in _replacements(old, new):
        found = _read(place, edit, names=names)
        if isinstance(found, Change):
            changes.append(found)
        else:
            refused.append(found)
    return Observed(tuple(dict.fromkeys(changes)), tuple(refused))


@dataclass(frozen=True, slots=True)
class _Replacement:
    before: tuple[str, ...]
    after: tuple[str, ...]
    previous: str | None
    following: str | None


def _own_words(text: str) -> str:
    return without_quotations(" ".join(text.split()))


def _replacements(old: str, new: str) -> Iterator[_Replacement]:
    olds, news = _normal(old), _normal(new)
    if max(len(olds), len(news)) > _MOST_TOKENS:
        return
    matcher = difflib.SequenceMatcher(a=olds, b=news, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "replace":
            yield _Replacement(
                before=tuple(olds[start:end]),
                after=tuple(news[new_start:new_end]),
                previous=olds[start - 1] if start else None,
                following=olds[end] if end < len(olds) else None,
            )


def _read(place: _Replacement, edit: Edit, *, names: Collection[str]) -> Change | Fact | None:
    """The change of style, or the fact that the words state, or None for what has no shape."""
    before, after = place.before, place.after
    if max(len(before), len(after)) > _MOST_WORDS or not all(map(_is_plain, (*before, *after))):
        return Fact.NAME if any(word[:1].isupper() for word in (*before, *after)) else None
    if len(before) == len(after) == 1 and (spelt := spelling_change(before[0], after[0])):
        return spelt
    if shapes.is_link(before, after, language=edit.language):
        return next(filter(None, map(fact_of, (*before, *after))), None) or _wording(before, after)
    fact = stated_fact(before, after, names=names)
    if fact is not None:
        return fact
    previous = place.previous.lower() if place.previous else None
    shaped = shapes.is_infinitive(before, after, previous=previous, language=edit.language) or shapes.is_noun(
        before, after, previous=previous, following=_word_or_none(place.following), language=edit.language
    )
    if not shaped:
        return None
    return Fact.THING if _is_from_source(before, after, edit.sources) else _wording(before, after)


def _wording(before: Sequence[str], after: Sequence[str]) -> Change:
    return Change(PreferenceKind.WORDING, " ".join(before), " ".join(after))


def _is_from_source(before: Sequence[str], after: Sequence[str], sources: Sequence[str]) -> bool:
    """Whether the source says the new word and not the old one: then the sentence was wrong."""
    said = {word for source in sources for word in re.findall(r"[^\W\d_]+", fold(source))}
    old, new = ({fold(word) for word in side} for side in (before, after))
    return bool((new - old) & said) and not (old - new) & said


def _normal(text: str) -> list[str]:
    """Tokens; a word that only begins a sentence loses its capital."""
    tokens = _TOKEN.findall(text)
    return [token.lower() if _only_begins(tokens, position) else token for position, token in enumerate(tokens)]


def _only_begins(tokens: Sequence[str], position: int) -> bool:
    token = tokens[position]
    if position and tokens[position - 1] not in _SENTENCE_END:
        return False
    return token[:1].isupper() and token[1:] == token[1:].lower() and _is_everyday(token)


def _is_everyday(token: str) -> bool:
    """Whether it is a word that would be written small elsewhere. A word that nobody knows may be a name."""
    folded = fold(token)
    return folded in WORDS or folded in NOT_NAMES or folded.endswith(_ADVERBS) or folded in shapes.link_words()


def _is_plain(token: str) -> bool:
    return token.isalpha() and token == token.lower()


def _word_or_none(token: str | None) -> str | None:
    return token if token is not None and token[:1].isalnum() else None
