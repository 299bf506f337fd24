"""Which sentences answer a question, and whether any does.

Invariant: deterministic; a sentence is judged by what it says beside the question, never by how well it did in the
search. "Nothing says so" is a decision of its own: that words of the question stand in a text is no answer.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.guardrails.grounding.states import Array
from copilot.workflows.chat.continuing import adds, goes_on
from copilot.workflows.chat.lists import list_after
from copilot.workflows.chat.matching import NAMES, Asked, Passage, Stretch, features, places, seen
from copilot.workflows.chat.question import Expected, identifiers
from copilot.workflows.chat.told import Told

_FILE = Path(__file__).with_name("answering.toml")
_ASKED_LABEL = re.compile(
    r"^\W*(?:question|pregunta|consulta|control|requirement|requisito)\b[^:]{0,40}:", re.IGNORECASE
)
_FRAGMENT = 0.24
"""Of `short`: fewer than five words."""
_SAYS_SOMETHING = 0.25
_MISSING, _SHORT = NAMES.index("missing_kind"), NAMES.index("short")
_NEEDS_ITS_KIND = frozenset({Expected.PERSON, Expected.NAME, Expected.CONTACT})


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its score; `replies_to`: the question before it, if it is judged as the answer to that."""

    told: Told
    score: float
    alike: float
    """How much of the question is in the sentence itself, 0 to 1."""
    fits: bool = True
    """Whether it holds the kind of thing that is asked for."""
    replies_to: Told | None = None
    announces: tuple[Told, ...] = ()
    """What belongs to it: the list below it, where it ends in a colon; the next sentence, where that goes on."""
    row: tuple[float, ...] = ()
    """The numbers of `matching.NAMES`."""
    found: tuple[float, ...] = ()
    """How alike the nearest word of the sentence is to each word that an answer must be about (`telling`)."""
    above: tuple[float, ...] = ()
    """The same in the title and the heading it stands under."""
    replied: tuple[float, ...] = ()
    """The same in the question before it, if it is judged as the answer to that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All sentences, best first, and whether the best ones answer."""

    ranked: tuple[Judged, ...]
    answered: bool
    sure: bool = False
    """Whether it would answer where nobody was asked to look, too."""
    worst: tuple[float, float] = (1.0, 1.0)
    """How well the worst of the question's plain words, and of its names, is found in anything that was looked at."""


def answers(question: Asked, sentences: Sequence[Told]) -> Verdict:
    """Judge every sentence, and decide."""
    passages = _passages(question, sentences)
    ranked = sorted(_with_replies(_judged(passages)), key=lambda item: -item.score)
    if not ranked:
        return Verdict((), answered=False)
    worst = _worst_found(question, [passage for passage, _ in passages])
    if not _may_be_answered(question, ranked[0], sentences):
        return Verdict(tuple(ranked), answered=False, worst=worst)
    plain, names = worst
    weights = decision_weights()
    value = (
        weights["base"]
        + weights["score"] * ranked[0].score
        + weights["plain_words"] * min(weights["plain_words_most"], plain)
        + weights["names"] * min(weights["names_most"], names)
        # The more words a question has, the less of them any one sentence has.
        + weights["words"] * min(weights["words_most"], len(question.question.telling))
    )
    answered = value > weights["threshold"]
    sure = answered and ranked[0].score >= weights["sure"]
    return Verdict(tuple(ranked), answered=answered, sure=sure, worst=worst)


def _may_be_answered(question: Asked, best: Judged, sentences: Sequence[Told]) -> bool:
    """What no likeness makes up for: who or where to write to needs a name or number, a standard its own figure."""
    if question.question.only_names:
        return False  # it says nothing that an answer could be about
    if question.question.expected in _NEEDS_ITS_KIND and not best.fits:
        return False
    texts = [part for item in sentences for part in (item.text, item.heading, item.title)]
    return all(any(figure in text for text in texts) for figure in identifiers(question.question.text))


@lru_cache(maxsize=20_000)
def asks(text: str) -> bool:
    """Whether a sentence asks instead of saying."""
    return text.rstrip("»”\"') ").endswith("?") or _ASKED_LABEL.match(text) is not None


def in_full(said: Told, replies_to: Told | None) -> Told:
    """A sentence with the question that it replies to, without which it says little."""
    return said if replies_to is None else replace(said, text=f"{replies_to.text} {said.text}")


def in_place(said: Told) -> Told:
    """A sentence after the headings it stands under: what it is about often stands there alone."""
    headings = dict.fromkeys(item for item in (said.title, said.heading) if item)
    return replace(said, text=". ".join([*headings, said.text]))


_Placed = list[tuple[Told, int, int]]


def _passages(question: Asked, sentences: Sequence[Told]) -> list[tuple[Passage, _Placed]]:
    groups: dict[str, list[Told]] = {}
    for item in sentences:
        groups.setdefault(item.passage_id, []).append(item)
    found = []
    for group in groups.values():
        text, spans = passage_text(group)
        passage = Passage.beside(question, seen(text))
        placed = [(item, *places(passage.seen.words, *span)) for item, span in zip(group, spans, strict=True)]
        found.append((passage, placed))
    return found


def passage_text(group: Sequence[Told]) -> tuple[str, list[tuple[int, int]]]:
    """The passage as it is compared: title and heading, then each sentence after its speaker's name."""
    first = group[0]
    text = first.title if first.heading == first.title else f"{first.title}. {first.heading}"
    spans = []
    for item in group:
        text += f". {item.speaker}{f', {item.role}' if item.role else ''}: " if item.speaker else ". "
        spans.append((len(text), len(text) + len(item.text)))
        text += item.text
    return text, spans


def _judged(passages: Sequence[tuple[Passage, _Placed]]) -> list[Judged]:
    return [item for passage, placed in passages for item in _of_passage(passage, placed)]


def _of_passage(passage: Passage, placed: _Placed) -> list[Judged]:
    group = [item for item, _, _ in placed]
    said = {place: spot for place, spot in enumerate(placed) if spot[2] > spot[1]}
    if not said:
        return []
    stretches = [Stretch(first, last, item.language, _named(item), item.text) for item, first, last in said.values()]
    rows, found = features(passage, stretches)
    opening = stretches[0].first
    above = tuple(passage.found(0, opening).tolist()) if opening else ()
    places_found = dict(zip(said, found, strict=True))
    return [
        Judged(
            group[place],
            _score(row, passage.asked.question.expected),
            float(row[0]),
            fits=not row[_MISSING],
            announces=list_after(place, group) or _next(group, place, places_found),
            row=tuple(row.tolist()),
            found=tuple(places_found[place].tolist()),
            above=above,
        )
        for place, row in zip(said, rows, strict=True)
    ]


def _next(group: Sequence[Told], place: int, found: Mapping[int, Array]) -> tuple[Told, ...]:
    """The sentence after this one, where what this one begins to answer goes on in it."""
    if place not in found or place + 1 not in found:
        return ()
    item, after = group[place], group[place + 1]
    if item.speaker != after.speaker or asks(item.text) or asks(after.text):
        return ()
    return (after,) if goes_on(after.text) or adds(found[place], found[place + 1]) else ()


def _named(item: Told) -> str | None:
    """Who says it, as a question may call them: by name or by what they are."""
    return f"{item.speaker} {item.role}" if item.speaker and item.role else item.speaker


def _score(row: Array, expected: Expected) -> float:
    weights, by_hand = _weights()["sentence"], _weights()["by_hand"]
    score = weights["base"] + float(row.astype(np.float64) @ _sentence_weights())
    missing = "missing_reason" if expected is Expected.REASON else "missing_kind"
    score += by_hand[missing] * float(row[_MISSING])
    return score + (by_hand["fragment"] if row[_SHORT] > _FRAGMENT else 0.0)


@cache
def _sentence_weights() -> NDArray[np.float64]:
    """In the order of `NAMES`."""
    weights = _weights()["sentence"]
    return np.array([weights[name] for name in NAMES])


def _with_replies(judged: Sequence[Judged]) -> list[Judged]:
    """A question answers nothing; what is said next may be its answer, and is judged by both."""
    return [_replied(item, judged[place - 1] if place else None) for place, item in enumerate(judged)]


def _replied(item: Judged, before: Judged | None) -> Judged:
    by_hand = _weights()["by_hand"]
    if asks(item.told.text):
        return replace(item, score=item.score + by_hand["asks"])
    if before is None or not asks(before.told.text) or not _may_answer(before.told, item.told):
        return item
    together = before.score + by_hand["reply"]
    if together <= item.score:
        return item
    return replace(item, score=together, alike=before.alike, replies_to=before.told, replied=before.found)


def _may_answer(question: Told, said: Told) -> bool:
    """Nobody answers themselves, unless both stand side by side in a list of questions and answers."""
    if _source(question) != _source(said):
        return False
    return question.speaker is None or question.speaker != said.speaker


def _source(told: Told) -> str:
    """The document it stands in; of a record, the field."""
    return told.evidence.document_id or told.evidence.id


def _worst_found(question: Asked, passages: Sequence[Passage]) -> tuple[float, float]:
    """How well the worst of the question's words is found anywhere in the passages: of plain words, and of names.

    A word that nothing found resembles (salary, birthday) is what the sources do not speak of.
    """
    telling = [place for place in question.question.telling if question.weights[place] >= _SAYS_SOMETHING]
    if not telling:
        return 1.0, 1.0
    best = np.max([passage.alike[telling].max(axis=1) for passage in passages], axis=0)
    plain = [question.question.words[place].text[0].islower() for place in telling]
    of_plain = [float(value) for value, is_plain in zip(best, plain, strict=True) if is_plain]
    of_names = [float(value) for value, is_plain in zip(best, plain, strict=True) if not is_plain]
    return min(of_plain, default=1.0), min(of_names, default=1.0)


def decision_weights() -> dict[str, float]:
    """The numbers by which it is decided whether something answers."""
    return _weights()["decision"]


@cache
def _weights() -> dict[str, dict[str, float]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
