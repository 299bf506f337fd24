"""Which sentences answer a question, and whether any does.

Invariant: deterministic; a sentence is judged by what it says beside the question, never by how well it did in the
search. "Nothing says so" is a decision of its own: that words of the question stand in a text is no answer.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.domain.language import Language
from copilot.guardrails.grounding.states import Array
from copilot.workflows.chat.continuing import adds, goes_on
from copilot.workflows.chat.lists import announces_list, list_after
from copilot.workflows.chat.matching import NAMES, Asked, Compared, Stretch, Stretches, features, places, seen
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
    groups = _by_passage(sentences)
    if not groups:
        return Verdict((), answered=False)
    passages = [_laid_out(group) for group in groups]
    compared = Compared.beside(question, [seen(item.text) for item in passages])
    ranked = sorted(_with_replies(_judged(compared, passages, groups)), key=lambda item: -item.score)
    if not ranked:
        return Verdict((), answered=False)
    worst = _worst_found(compared)
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


_Said = tuple[str, str | None, str | None, Language]
"""Words of a sentence, who says it, what they are, its language."""


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A passage as it is compared: what follows from its text alone. Places are those of its sentences."""

    text: str
    stretches: Stretches
    places: tuple[int, ...]
    """Of those that have words, in the order of `stretches`."""
    opening: int
    """Words of the headings."""
    leads: frozenset[int]
    """Which may announce a list."""
    may_go_on: frozenset[int]
    """Which one the same speaker goes on from without asking anything."""
    taken_up: frozenset[int]
    """Of these, which the next one opens by taking up."""


def _by_passage(sentences: Sequence[Told]) -> list[list[Told]]:
    groups: dict[str, list[Told]] = {}
    for item in sentences:
        groups.setdefault(item.passage_id, []).append(item)
    return list(groups.values())


def passage_text(group: Sequence[Told]) -> tuple[str, list[tuple[int, int]]]:
    """The passage as it is compared: title and heading, then each sentence after its speaker's name."""
    return _written_out(group[0].title, group[0].heading, _said(group))


def _said(group: Sequence[Told]) -> tuple[_Said, ...]:
    return tuple([(item.text, item.speaker, item.role, item.language) for item in group])


def _written_out(title: str, heading: str, said: Sequence[_Said]) -> tuple[str, list[tuple[int, int]]]:
    text = title if heading == title else f"{title}. {heading}"
    spans = []
    for words, speaker, role, _ in said:
        text += f". {speaker}{f', {role}' if role else ''}: " if speaker else ". "
        spans.append((len(text), len(text) + len(words)))
        text += words
    return text, spans


def _laid_out(group: Sequence[Told]) -> _LaidOut:
    return _lay_out(group[0].title, group[0].heading, _said(group))


@lru_cache(maxsize=2_000)
def _lay_out(title: str, heading: str, said: tuple[_Said, ...]) -> _LaidOut:
    """Kept: the same passages are asked about again and again."""
    text, spans = _written_out(title, heading, said)
    words = seen(text).words
    spots = {place: places(words, *span) for place, span in enumerate(spans)}
    spots = {place: (first, last) for place, (first, last) in spots.items() if last > first}
    stretches = [Stretch(*spot, said[place][3], _named(said[place]), said[place][0]) for place, spot in spots.items()]
    asking = {place for place, item in enumerate(said) if asks(item[0])}
    may_go_on = frozenset(
        place
        for place in spots
        if place + 1 in spots and said[place][1] == said[place + 1][1] and not asking & {place, place + 1}
    )
    return _LaidOut(
        text=text,
        stretches=Stretches.of(stretches),
        places=tuple(spots),
        opening=stretches[0].first if stretches else 0,
        leads=frozenset(place for place, item in enumerate(said) if announces_list(item[0])),
        may_go_on=may_go_on,
        taken_up=frozenset(place for place in may_go_on if goes_on(said[place + 1][0])),
    )


def _judged(compared: Compared, passages: Sequence[_LaidOut], groups: Sequence[list[Told]]) -> list[Judged]:
    """Of every passage each sentence that has words, in reading order."""
    if not any(item.places for item in passages):
        return []
    rows, found = features(compared, [item.stretches for item in passages])
    spots = [(index, place) for index, item in enumerate(passages) for place in item.places]
    above = _above(compared, passages)
    more = _adding(found)
    scores = _scores(rows, compared.asked.question.expected)
    return [
        Judged(
            groups[index][place],
            score,
            row[0],
            fits=not row[_MISSING],
            announces=_announced(groups[index], place, passages[index], adds=adds),
            row=tuple(row),
            found=tuple(near),
            above=above[index],
        )
        for (index, place), score, row, near, adds in zip(
            spots, scores, rows.tolist(), found.tolist(), more, strict=True
        )
    ]


def _above(compared: Compared, passages: Sequence[_LaidOut]) -> list[tuple[float, ...]]:
    """How well the words that an answer must be about are found in the headings of each passage."""
    starts = compared.starts[:-1]
    cuts = np.stack([starts, starts + [item.opening for item in passages]], axis=1).ravel()
    found = compared.found(cuts).tolist()
    return [tuple(values) if item.opening else () for item, values in zip(passages, found, strict=True)]


def _adding(found: Array) -> list[bool]:
    """Of each sentence, whether the next one adds a word of the question; of the last one of a passage it is no use."""
    return [*adds(found[:-1], found[1:]).tolist(), False]


def _announced(group: Sequence[Told], place: int, passage: _LaidOut, *, adds: bool) -> tuple[Told, ...]:
    """The list below a sentence, or the one after it, where what this one begins to answer goes on in it."""
    announced = list_after(place, group) if place in passage.leads else ()
    goes_on_there = place in passage.taken_up or (adds and place in passage.may_go_on)
    return announced or ((group[place + 1],) if goes_on_there else ())


def _named(said: _Said) -> str | None:
    """Who says it, as a question may call them: by name or by what they are."""
    _, speaker, role, _ = said
    return f"{speaker} {role}" if speaker and role else speaker


def _scores(rows: Array, expected: Expected) -> list[float]:
    weights, by_hand = _weights()["sentence"], _weights()["by_hand"]
    missing = "missing_reason" if expected is Expected.REASON else "missing_kind"
    scores = weights["base"] + rows.astype(np.float64) @ _sentence_weights()
    scores += by_hand[missing] * rows[:, _MISSING] + by_hand["fragment"] * (rows[:, _SHORT] > _FRAGMENT)
    found: list[float] = scores.tolist()
    return found


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


def _worst_found(compared: Compared) -> tuple[float, float]:
    """How well the worst of the question's words is found anywhere in the passages: of plain words, and of names.

    A word that nothing found resembles (salary, birthday) is what the sources do not speak of.
    """
    question = compared.asked
    telling = [place for place in question.question.telling if question.weights[place] >= _SAYS_SOMETHING]
    if not telling:
        return 1.0, 1.0
    best = compared.alike[telling].max(axis=1)
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
