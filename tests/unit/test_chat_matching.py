"""Sentences of a passage are compared with a question all at once, as each would be by itself."""

import numpy as np
import pytest

from copilot.domain.language import Language
from copilot.guardrails.grounding.states import Array
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.kept_words import Packed, Seen, stem_numbers
from copilot.workflows.chat.matching import NAMES, Asked, Compared, Stretch, Stretches, features, places
from copilot.workflows.chat.question import read_question

WIDTH = 8
SAID = "Backup policy. Backups are kept for 35 days. Who keeps them? Ana: Acme keeps every Backup in Frankfurt for us."


def unit(rng: np.random.Generator, *shape: int) -> Array:
    found = rng.normal(size=shape).astype(np.float32)
    normal: Array = found / np.linalg.norm(found, axis=-1, keepdims=True)
    return normal


def compared(seed: int, asked_text: str) -> tuple[Compared, list[Stretch]]:
    rng = np.random.default_rng(seed)
    question = read_question(asked_text, language=Language.EN)
    states = unit(rng, 3, len(question.words), WIDTH)
    telling = np.array(question.telling, dtype=np.intp)
    asked = Asked(
        question,
        states,
        rng.uniform(0.15, 1.0, len(question.words)).astype(np.float32),
        stem_numbers(question.words),
        states[2].mean(axis=0),
        telling,
        np.setdiff1d(np.arange(len(question.words)), telling),
    )
    words = tuple(word for word in words_of(SAID) if word.is_word)
    says = np.array([len(word.text) > 3 for word in words])
    seen = Seen(words, Packed.of(unit(rng, 2, len(words), WIDTH)), stem_numbers(words), says)
    texts = ["Backups are kept for 35 days.", "Who keeps them?", "Acme keeps every Backup in Frankfurt for us."]
    spans = [places(words, SAID.index(text), SAID.index(text) + len(text)) for text in texts]
    speakers = [None, None, "Ana Acme"]
    stretches = [
        Stretch(first, last, Language.EN, speaker, text)
        for (first, last), speaker, text in zip(spans, speakers, texts, strict=True)
    ]
    return Compared.beside(asked, [seen]), stretches


@pytest.mark.parametrize("asked_text", ["How long are backups kept?", "Does Acme keep Backup copies in Frankfurt?"])
@pytest.mark.parametrize("seed", range(3))
def test_each_row_is_that_of_the_sentence_alone(seed: int, asked_text: str) -> None:
    passage, stretches = compared(seed, asked_text)
    together, found = features(passage, [Stretches.of(stretches)])
    for place, item in enumerate(stretches):
        alone, of_it = features(passage, [Stretches.of([item])])
        assert np.allclose(together[place], alone[0], atol=1e-6)
        assert np.allclose(found[place], of_it[0])
        assert np.allclose(found[place], passage.found(np.array([item.first, item.last]))[0])
        plainly = by_hand(passage, item)
        assert together[place][: len(plainly)] == pytest.approx(plainly, abs=1e-5)
        assert together[place][NAMES.index("about_question")] == pytest.approx(about(passage, item), abs=1e-5)


def by_hand(passage: Compared, item: Stretch) -> list[float]:
    """The first four numbers, a sentence and a word at a time."""
    question = passage.asked.question
    left = [
        place
        for place in question.telling
        if item.speaker is None or question.words[place].folded not in item.speaker.casefold().split()
    ] or list(question.telling)
    total = sum(float(passage.asked.weights[place]) for place in left)
    sums = [0.0] * 4
    for place in left:
        share = float(passage.asked.weights[place]) / total
        row, stems = passage.alike[place], passage.same_stem[place]
        inside = slice(item.first, item.last)
        for index, value in enumerate((row[inside].max(), row.max(), stems[inside].any(), stems.any())):
            sums[index] += share * float(value)
    return sums


def about(passage: Compared, item: Stretch) -> float:
    """How alike the words that say something are to the likest of the question."""
    says = passage.seen[0].says
    near = [float(passage.alike[:, place].max()) for place in range(item.first, item.last) if says[place]]
    return sum(near) / len(near) if near else 0.0


def test_words_are_found_by_their_characters() -> None:
    words = [word for word in words_of("One two. Three four.") if word.is_word]
    assert [places(words, start, end) for start, end in ((0, 8), (9, 20), (0, 20), (3, 4), (8, 9))] == [
        (0, 2), (2, 4), (0, 4), (0, 0), (0, 0),
    ]  # fmt: skip
