"""The sentences that may answer a part of a question, each with the chance that it does.

Invariant: deterministic; the judge of the chat decides how well a sentence fits, and what is added here are words the
question has and the sentence lacks, and whether it states anything. Weights are data (`calibration.toml`).
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.retrieval.search import Hit
from copilot.workflows.chat.answering import Judged, answers
from copilot.workflows.chat.matching import Asked, asked
from copilot.workflows.chat.question import read_question
from copilot.workflows.chat.told import Told
from copilot.workflows.rfp.answering.claims import Claim, Reading, is_for_own_people, read_claim
from copilot.workflows.rfp.answering.fitting import Fit, fit, fit_text
from copilot.workflows.rfp.answering.quantities import meets
from copilot.workflows.rfp.answering.short_form import Statement, short_form

_FILE = Path(__file__).with_name("calibration.toml")
MOST_LOOKED_AT = 15
"""Of the sentences that the judge puts first."""
_OTHER_PASSAGES = 2
_LESS = frozenset({Claim.BLANK, Claim.OTHER_PARTY, Claim.RECOMMENDED, Claim.INTENTION, Claim.QUESTION})
_HEAD = 4
"""Words in which a sentence says of whom it speaks."""
_ANSWERS_NOTHING = frozenset({Claim.BLANK, Claim.FRAGMENT, Claim.QUESTION, Claim.DEFINITION, Claim.RECOMMENDED})
_REPLY_ALIKE = 0.85
"""How like the question asked the one must be to which a sentence stands as the answer."""
_NEVER = frozenset({Claim.FRAGMENT, Claim.QUESTION})
"""They answer nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what is known of it."""

    judged: Judged
    fit: Fit
    reading: Reading
    chance: float
    """That it answers, 0 to 1."""

    @property
    def told(self) -> Told:
        """The sentence."""
        return self.judged.told


def said_with(item: Candidate) -> tuple[Told, ...]:
    """What is told with a sentence of what belongs to it: nothing that claims less, and nothing for our own ears."""
    kept = []
    for told in item.judged.announces:
        claims = read_claim(told.text, title=f"{told.heading} {told.title}").all
        if not claims & _LESS and not is_for_own_people(told.text):
            kept.append(told)
    return tuple(kept)


def prepared(text: str, *, language: Language) -> Asked | None:
    """The part as the judge reads it; None: it has no words."""
    if not any(word.is_word for word in words_of(text)):
        return None
    return asked(read_question(text, language=language))


def candidates(question: Asked, sentences: Sequence[Told]) -> tuple[Candidate, ...]:
    """Best first."""
    verdict = answers(question, sentences)
    found = [_candidate(question, item) for item in verdict.ranked[:MOST_LOOKED_AT]]
    # What only asks or announces stands behind what says something, however well it fits.
    return tuple(sorted(found, key=lambda item: (item.reading.claim in _NEVER, -item.chance, item.told.order)))


def short_form_of(text: str, item: Judged, *, language: Language) -> ShortForm | None:
    """What a sentence answers to a question that yes or no answers; the one rule for it."""
    question = prepared(text, language=language)
    return None if question is None else short_form(text, statement_of(question, item))


def statement_of(question: Asked, item: Judged) -> Statement:
    """The sentence by itself: what goes on in the next one is another statement."""
    told = item.told
    reading = read_claim(told.text, title=f"{told.heading} {told.title}")
    replies = item.replies_to is not None and item.alike >= _REPLY_ALIKE
    return Statement(told.text, reading, fit(question, told), replies=replies)


def rank_passages(text: str, hits: Sequence[Hit], *, language: Language) -> tuple[Hit, ...]:
    """The passages that a search found, with those first whose document says most of what is asked.

    A passage counts by the search's score and by how many of the question's words it has; a document by its best
    passage and a share of the next two: what a document says in several places it is about.
    """
    question = prepared(text, language=language)
    if question is None or not hits:
        return tuple(hits)
    weights = _weights()["passages"]
    top = max(hit.score for hit in hits) or 1.0
    own = {
        hit.passage_id: hit.score / top + weights["said"] * fit_text(question, hit.evidence.text).said for hit in hits
    }
    by_document: dict[str, list[float]] = {}
    for hit in hits:
        by_document.setdefault(hit.document_id, []).append(own[hit.passage_id])
    worth = {key: _worth(values, share=weights["others"]) for key, values in by_document.items()}
    return tuple(sorted(hits, key=lambda hit: (-worth[hit.document_id], hit.document_id, -own[hit.passage_id])))


def _worth(values: Sequence[float], *, share: float) -> float:
    best, *others = sorted(values, reverse=True)
    return best + share * sum(others[:_OTHER_PASSAGES])


def may_answer(text: str, yes_no: bool, question: Asked, item: Candidate) -> bool:  # noqa: FBT001 - of one part
    """Whether a sentence may answer a part at all, whatever its chance."""
    if item.reading.all & _ANSWERS_NOTHING or item.fit.off_topic:
        return False
    if Claim.OTHER_PARTY in item.reading.all and not _asks_about_others(question, item.told):
        return False
    return (yes_no or item.judged.fits) and meets(text, item.told.text)


def _asks_about_others(question: Asked, told: Told) -> bool:
    """Whether whoever the sentence or its heading speaks of is whom the question asks about."""
    if is_for_own_people(told.text):
        return False
    asked_of = {word.stem for word in question.question.words}
    heads = [*words_of(told.text)[:_HEAD], *words_of(told.heading), *words_of(told.title)]
    return any(word.stem in asked_of and word.is_word and word.folded not in FUNCTION_WORDS for word in heads)


def _candidate(question: Asked, item: Judged) -> Candidate:
    told = item.told
    reading = read_claim(told.text, title=f"{told.heading} {told.title}")
    fits = fit(question, told, more=item.announces)
    return Candidate(item, fits, reading, chance_of(features(question, item, fits, reading)))


def features(question: Asked, item: Judged, fits: Fit, reading: Reading) -> Mapping[str, float]:
    """The numbers that the chance is made of; the same in training and in use."""
    text = item.told.text
    return {
        "score": item.score,
        "alike": item.alike,
        "said": fits.said,
        "here": fits.here,
        "about": fits.about,
        "missing_weight": fits.missing_weight,
        "rank": math.log1p(item.told.rank),
        "length": min(len(text), 240) / 240,
        "asked_words": min(len(question.question.telling), 12) / 12,
        "narrower": float(len(fits.narrower)),
        "off_topic": float(min(3, len(fits.off_topic))),
        "quantity_missing": float(not meets(question.question.text, text)),
        "replies": float(item.replies_to is not None),
        **{claim.value: float(claim in reading.all) for claim in Claim if claim is not Claim.ASSERTED},
    }


def chance_of(values: Mapping[str, float]) -> float:
    """Logistic in the features."""
    weights = _weights()["sentence"]
    total = weights["base"] + sum(weights.get(name, 0.0) * value for name, value in values.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def _weights() -> dict[str, dict[str, float]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
