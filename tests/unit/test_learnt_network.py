"""The planner's network: its weights fit what it is shown and what it says, and its training learns."""

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from copilot.agent.planner.learnt import network as networks
from copilot.agent.planner.learnt.features import meaning, signal_names, signals, tokens
from copilot.agent.planner.learnt.heard import hear
from copilot.agent.planner.learnt.network import EDGES, Network, network, softmax
from copilot.agent.planner.learnt.tags import INTENTS, MARKS, MEASURES, SUBJECTS, TAGS
from copilot.domain.figure_queries import Measure, Subject
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES, WordStates
from evals.chat import reader_training
from evals.chat.reader_training import Example, Rows, gradient, rows, shares, train
from tests.learnt_builders import clause

MESSAGES = (
    "which deals at Kestrel are rotting", "¿cuántos tickets llevamos abiertos con Valdemora desde enero?",
    "top 5 customers by ARR", "hola", "?", "and theirs",
)  # fmt: skip
RETRAIN = "the cues have changed: retrain with `python -m evals.chat.reader_training --save`"
needs_words = pytest.mark.skipif(not WORD_STATES.available, reason="the word vectors are not installed")


def work(message: str) -> str:
    return clause(message).reading.work


def chance(seed: int = 3, *, width: int = 12, signal_count: int = 5) -> Network:
    """A network that has learnt nothing."""
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return random.normal(0, 1 / np.sqrt(shape[0]), shape).astype(np.float32)

    return Network(
        matrix(width, 8), matrix(8), matrix(16 + signal_count, 6), matrix(6), matrix(6, len(TAGS)), matrix(len(TAGS))
    )


@pytest.mark.parametrize("message", MESSAGES)
def test_signals_have_a_name_each(message: str) -> None:
    found = signals(work(message))
    assert found.shape == (len(signal_names()),)
    assert set(np.unique(found)) <= {0.0, 1.0}


def test_no_two_cues_have_the_same_name() -> None:
    names = [name for name in signal_names() if not name.startswith("fact.")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("what about ACCT", "mark.ACCT"),
        ("since WHEN", "mark.WHEN"),
        ("over AMOUNT", "mark.AMOUNT"),
        ("is PERSON still there", "mark.PERSON"),
        ("open tickets", "noun.tickets"),
        ("oportunidades", "noun.opportunities"),
        ("my accounts", "mark.mine"),
        ("tickets by priority", "by.priority"),
    ],
)
def test_a_signal_stands_where_its_name_does(message: str, name: str) -> None:
    told = dict(zip(signal_names(), signals(message), strict=True))
    assert told[name] == 1
    assert dict(zip(signal_names(), signals("xyzzy"), strict=True))[name] == 0


def test_the_stored_weights_fit_the_signals_and_the_tags() -> None:
    stored = network()
    detectors = stored.words.shape[1]
    assert stored.inner.shape[0] == 2 * detectors + len(signal_names()), RETRAIN
    assert stored.output.shape[1] == len(TAGS), RETRAIN
    assert stored.words_bias.shape == (detectors,)
    assert stored.inner_bias.shape == (stored.inner.shape[1],) == (stored.output.shape[0],)
    assert stored.output_bias.shape == (len(TAGS),)
    assert all(np.isfinite(getattr(stored, item.name)).all() for item in fields(stored))


@needs_words
def test_the_stored_weights_fit_the_vectors_of_words() -> None:
    assert meaning(["deals"]).shape == (1, network().words.shape[0]), RETRAIN


def test_the_outputs_are_the_tags_in_their_order() -> None:
    assert (0, len(INTENTS), len(INTENTS) + len(SUBJECTS), len(TAGS) - len(MARKS)) == EDGES
    parts = [TAGS[start:end] for start, end in pairwise((*EDGES, len(TAGS)))]
    assert parts == [INTENTS, SUBJECTS, MEASURES, MARKS]
    assert set(SUBJECTS) == {item.value for item in Subject}
    assert set(MEASURES) == {item.value for item in Measure}


def test_saved_weights_are_read_back_in_half_precision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, path = chance(), tmp_path / "weights.npz"
    made.save(path)
    monkeypatch.setattr(networks, "WEIGHTS_FILE", path)
    again = network.__wrapped__()
    for item in fields(Network):
        value = getattr(again, item.name)
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, getattr(made, item.name).astype(np.float16).astype(np.float32))


def test_equal_weights_make_equal_files(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        chance().save(tmp_path / name)
    with np.load(tmp_path / "a.npz") as first, np.load(tmp_path / "b.npz") as second:
        assert all((first[item.name] == second[item.name]).all() for item in fields(Network))


@pytest.mark.parametrize("words", [1, 2, 80])
def test_shares_of_each_choice_add_up_to_one_and_marks_stand_alone(words: int) -> None:
    random = np.random.default_rng(words)
    found = chance().shares(random.normal(0, 1, (words, 12)).astype(np.float32), np.ones(5, np.float32))
    assert found.shape == (len(TAGS),)
    for start, end in pairwise(EDGES):
        assert found[start:end].sum() == pytest.approx(1, abs=1e-5)
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_shares_of_large_scores_are_still_shares(scale: float) -> None:
    found = softmax(np.array([scale, -scale, 0], np.float32))
    assert found.sum() == pytest.approx(1)
    assert found.argmax() == 0


@needs_words
@pytest.mark.parametrize("message", MESSAGES)
def test_equal_messages_are_heard_alike(message: str) -> None:
    for language in Language:
        first, again = (hear(clause(message, language=language).reading) for _ in range(2))
        assert first == again
        assert first is not None
        assert set(first.marks) == set(MARKS)
        assert all(0 <= share <= 1 for share in first.marks.values())


def test_without_word_vectors_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordStates, "available", property(lambda _: False))
    assert hear(clause(MESSAGES[0]).reading) is None


def test_a_message_without_words_and_a_very_long_one_are_read() -> None:
    assert tokens("") == ["?"]
    assert tokens("ACCT's 20% of AMOUNT, WHEN?") == ["ACCT", "s", "20", "%", "of", "AMOUNT", "WHEN", "?"]
    assert 0 < len(tokens("word " * 5_000)) < 500


TOY = (
    ("open deals", "figures opportunities list open"),
    ("deals still alive", "figures opportunities list open"),
    ("deals that we lost", "figures opportunities list lost"),
    ("lost deals", "figures opportunities list lost"),
    ("how many deals did we lose", "figures opportunities count lost"),
    ("how many accounts", "figures accounts count"),
    ("count the accounts", "figures accounts count"),
    ("list of accounts", "figures accounts list"),
    ("tell me a joke", "out_of_scope"),
    ("any jokes today", "out_of_scope"),
    ("good morning", "help"),
    ("hello", "help"),
)


def toy() -> list[Example]:
    return [Example(text, frozenset(tags.split())) for text, tags in TOY]


def made_up(found: list[Example]) -> Rows:
    """Rows whose words are told apart without the word vectors: one direction for each word."""
    words = sorted({word for item in found for word in tokens(item.work)})
    seen = [np.eye(len(words), dtype=np.float16)[[words.index(word) for word in tokens(i.work)]] for i in found]
    return Rows(
        words=np.concatenate(seen),
        starts=np.cumsum([0, *(len(item) for item in seen)]),
        signals=np.zeros((len(found), 4), np.float32),
        right=np.array([[tag in item.tags for tag in TAGS] for item in found], np.float32),
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small steps over few rows: enough epochs to learn them, in a second."""
    for name, value in (("_EPOCHS", 150), ("_BATCH", 4), ("_DETECTORS", 32), ("_HIDDEN", 32), ("_RATE", 5e-3)):
        monkeypatch.setattr(reader_training, name, value)


@pytest.mark.usefixtures("quick")
def test_the_training_learns_a_few_messages_better_than_chance() -> None:
    found = toy()
    data = made_up(found)
    made = train(data, seed=1)
    heard = [
        made.shares(data.words[data.starts[n] : data.starts[n + 1]].astype(np.float32), data.signals[n])
        for n in range(len(found))
    ]
    right = [TAGS[int(row[: EDGES[1]].argmax())] in item.tags for row, item in zip(heard, found, strict=True)]
    commonest = max(sum(tag in item.tags for item in found) for tag in INTENTS)
    assert sum(right) > commonest
    lost = [float(row[TAGS.index("lost")]) for row in heard]
    said = [share for share, item in zip(lost, found, strict=True) if "lost" in item.tags]
    assert min(said) > max(share for share, item in zip(lost, found, strict=True) if "lost" not in item.tags)


@pytest.mark.usefixtures("quick")
def test_the_training_is_the_same_for_the_same_seed_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_training, "_EPOCHS", 3)
    data = made_up(toy())
    first, again, other = train(data, seed=1), train(data, seed=1), train(data, seed=2)
    for item in fields(Network):
        np.testing.assert_array_equal(getattr(first, item.name), getattr(again, item.name))
    assert (first.words != other.words).any()


def test_a_choice_that_a_message_does_not_make_teaches_nothing() -> None:
    right = np.zeros((1, len(TAGS)), np.float32)
    right[0, TAGS.index("help")] = 1
    slopes = gradient(np.ones((1, len(TAGS)), np.float32), right)
    assert (slopes[:, EDGES[1] : EDGES[3]] == 0).all()
    assert slopes[0, TAGS.index("help")] < 0
    assert (slopes[:, EDGES[3] :] > 0).all()


def test_the_slopes_lead_down() -> None:
    random = np.random.default_rng(5)
    scores = random.normal(0, 1, (3, len(TAGS))).astype(np.float32)
    right = made_up(toy()[:3]).right

    def loss(given: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
        total = 0.0
        for row, wanted in zip(given.astype(float), right, strict=True):
            for start, end in pairwise(EDGES):
                if wanted[start:end].any():
                    total -= float(np.log(softmax(row[start:end])[wanted[start:end].argmax()]))
            said = 1 / (1 + np.exp(-row[EDGES[3] :]))
            sure = np.where(wanted[EDGES[3] :] > 0, reader_training._SAID_WEIGHT * np.log(said), np.log(1 - said))
            total -= float(sure.sum())
        return total / len(given)

    slopes = gradient(scores, right)
    for place in [(0, 0), (1, EDGES[1] + 1), (2, EDGES[2]), (0, EDGES[3] + 4), (2, TAGS.index("lost"))]:
        step = np.zeros_like(scores)
        step[place] = 1e-2
        measured = (loss(scores + step) - loss(scores - step)) / 2e-2
        assert slopes[place] == pytest.approx(measured, abs=2e-3)


@needs_words
@pytest.mark.usefixtures("quick")
def test_messages_are_trained_on_as_they_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_training, "_EPOCHS", 2)
    found = toy()[:4]
    data = rows(found)
    assert data.words.shape[1] == meaning(["deals"]).shape[1]
    assert data.signals.shape == (4, len(signal_names()))
    told = shares(train(data), found)
    assert told.shape == (4, len(TAGS))
    assert "intent:" in reader_training.told(replace(network()), found)
