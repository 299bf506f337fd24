"""Which runs of capitalised words may be names, and what their words say by themselves.

Invariant: a candidate lies within one run, and everyday words, titles, companies and places at its edges are cut off.
The weights were set by hand and checked on texts that are not reported; see decision 0072.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from copilot.guardrails.personal_data.names_words import Kind, Word, runs

_WEIGHTS: dict[Kind, tuple[float, float, float, float]] = {
    Kind.GIVEN: (2.2, 0.8, 2.0, -0.2),
    Kind.AMBIGUOUS: (1.1, 0.5, 0.8, -1.6),
    Kind.FAMILY: (0.9, 1.2, 1.5, -0.4),
    Kind.FAMILY_WORD: (0.0, 0.6, -0.4, -1.5),
    Kind.SOUNDS: (0.9, 1.2, 1.1, -0.6),
    Kind.UNKNOWN: (0.3, 0.6, 0.0, -1.1),
    Kind.WORD: (0.0, 0.0, -1.4, -1.1),
}
"""What a word says as the first of several, as a later one, and alone; the last is added when it opens a sentence."""
_FIRST, _LATER, _ALONE, _OPENING = range(4)
_INITIAL = 0.7
_SMALL = frozenset({Kind.INITIAL, Kind.PARTICLE})
_MOST = 3.5
_BREAKS = frozenset({Kind.NEVER, Kind.CAPITALS})
_NAMED = frozenset({Kind.GIVEN, Kind.FAMILY, Kind.AMBIGUOUS})


@dataclass(slots=True)
class Candidate:
    """Words that may be a name. `cut` says that a word of the run was cut off after them."""

    words: Sequence[Word]
    cut_before: Word | None
    cut_after: Word | None
    score: float = 0.0
    refused: bool = False

    @property
    def start(self) -> int:
        """Where its first word starts."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where its last word ends."""
        return self.words[-1].end

    @property
    def alone(self) -> bool:
        """Whether it is one word."""
        return len(self.words) == 1


def candidates(text: str, labelled: Callable[[int], bool]) -> Iterator[Candidate]:
    """Candidates in reading order. `labelled` says whether a label or title stands before a place of the text."""
    for run in runs(text):
        first = 0
        after_label = labelled(run[0].start)
        for place, word in enumerate([*run, None]):
            if word is None or _breaks(run, place, after_label=after_label and first == 0):
                group = _trimmed(text, run[first:place], after_label=after_label and first == 0)
                if group:
                    before = run[first - 1] if first else None
                    yield Candidate(words=group, cut_before=before, cut_after=word)
                first = place + 1


def _breaks(run: Sequence[Word], place: int, *, after_label: bool) -> bool:
    """An everyday word ends a name, except after a label, or after a given name before another or at the end."""
    kind = run[place].kind
    if kind is not Kind.WORD:
        return kind in _BREAKS
    if place == 0 or after_label:
        return not after_label
    after_name = run[place - 1].kind in {Kind.GIVEN, Kind.FAMILY}
    return not (after_name and (place + 1 == len(run) or run[place + 1].kind in _NAMED))


def _trimmed(text: str, group: Sequence[Word], *, after_label: bool) -> Sequence[Word]:
    """Without articles at the start and without a lone letter that belongs to what follows ("Ana Ruiz C/ Mayor")."""
    words = list(group)
    while words and words[-1].kind in _SMALL and _dangles(text, words):
        words.pop()
    while words and words[0].kind is Kind.PARTICLE and not (after_label and len(words) > 1):
        words.pop(0)
    return words


def _dangles(text: str, words: Sequence[Word]) -> bool:
    last = words[-1]
    return last.kind is Kind.PARTICLE or (
        len(words) > 1 and (last.end - last.start) == 1 and text[last.end : last.end + 1] != ""
    )


def shape_score(candidate: Candidate, *, first_in_sentence: bool) -> float:
    """What the words say by themselves; a name needs a total of 1.5 with what stands around it."""
    proper = [word for word in candidate.words if word.kind not in _SMALL]
    if not proper:
        return -1.0 if len(candidate.words) == 1 else 0.0
    if all(word.capitals for word in proper) and not (len(proper) > 1 and all(w.kind in _NAMED for w in proper)):
        return -0.8
    weights = _WEIGHTS[proper[0].kind]
    if len(proper) == 1 and candidate.alone:
        return weights[_ALONE] + (weights[_OPENING] if first_in_sentence else 0.0)
    score = weights[_FIRST] + sum(_WEIGHTS[word.kind][_LATER] for word in proper[1:])
    if len(candidate.words) > len(proper):
        score += _INITIAL
    return min(_MOST, score)
