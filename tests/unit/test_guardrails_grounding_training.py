"""How the learned score of grounding is put together and fitted."""

import numpy as np
import pytest

from copilot.guardrails.grounding.network import network, shape_of
from evals.guardrails.grounding_data import Example
from evals.guardrails.grounding_training import Settings, balanced_accuracy, combination, shapes, train

FEW = Settings(steps=40, hidden=4, seeds=(0,))


def file(seed: int, *, documents: int = 6, of_each: int = 8) -> list[Example]:
    """Sentences of ten words about several documents; in every other one a word stands out in the first feature."""
    generator = np.random.default_rng(seed)
    made = []
    for document in range(documents):
        level = generator.normal()
        for number in range(of_each):
            features = generator.normal(size=(10, 5)).astype(np.float32) * 0.3
            features[:, 1] += level
            changed = np.zeros(10, np.float32)
            if number % 2:
                changed[generator.integers(10)] = 1
                features[:, 0] += 4 * changed
            context = generator.normal(size=(10, 30)).astype(np.float32)
            made.append(Example(f"{seed}-{document}", not number % 2, features, context, changed))
    return made


def test_a_sentence_is_as_weak_as_its_worst_word() -> None:
    words = np.array([[-3.0, -2.0, 2.0, -4.0], [-3.0, -4.0, 4.0, -2.0]], np.float32)
    assert shape_of(words) == pytest.approx([3.0, -3.0])


def test_a_word_that_stands_out_in_unseen_documents_is_found() -> None:
    trained = train([file(1), file(2)], FEW)
    weights, threshold = combination([(wrong(file(3)), shapes(trained, file(3)))])
    unseen = file(4)
    assert balanced_accuracy(wrong(unseen), shapes(trained, unseen) @ weights > threshold) > 0.9


def test_pairs_alone_teach_which_word_is_wrong() -> None:
    only_pairs = Settings(steps=100, hidden=4, seeds=(0,), pairs=1.0, changed_words=0.0)
    trained = train([file(1), file(2)], only_pairs)
    unseen = file(4)
    highest = shapes(trained, unseen)[:, 0]
    assert highest[wrong(unseen)].mean() > highest[~wrong(unseen)].mean() + 1


def test_a_document_without_a_right_sentence_makes_no_pair() -> None:
    one_sided = [example for example in file(5) if not example.consistent]
    train([file(1), [*file(2), *one_sided]], FEW)


def test_the_same_examples_give_the_same_model() -> None:
    first, second = (train([file(1), file(2)], FEW) for _ in range(2))
    assert np.array_equal(first.hidden, second.hidden)


def test_the_model_of_the_product_asks_for_a_worse_worst_word() -> None:
    assert network().shape[0] > 0


def wrong(examples: list[Example]) -> np.ndarray:
    """Which are."""
    return np.array([not example.consistent for example in examples])
