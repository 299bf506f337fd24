"""Reads shared passages before anybody asks about them: what takes longest of comparing a question with a text.

Invariant: only passages that belong to no account are read, and nothing of them leaves the database; a passage that was
changed meanwhile is left for the next run, and a run that is stopped or killed loses one batch at most.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES
from copilot.llm.embeddings.port import Embedder
from copilot.retrieval.search import Hit, shared_hits
from copilot.store.database import Database
from copilot.store.passage_words import PassageWords, PassageWordsRepository
from copilot.telemetry import get_logger
from copilot.workflows.chat.answering import asks, in_full, in_place, passage_text
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.kept_sentences import MODEL, key_of, made, packed
from copilot.workflows.chat.kept_words import digest_of
from copilot.workflows.chat.matching import seen
from copilot.workflows.chat.told import Told, tell

_log = get_logger(__name__)
_BATCH = 16
_SYSTEM = Viewer(user_id="system", email="", name="", role=Role.ADMIN)
"""Knowledge of every class is read, so that whoever may see it finds it read."""


def read_ahead(
    database: Database, embedder: Embedder | None = None, *, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Read every shared passage that is indexed and was not read yet. Returns how many were.

    Without the weights of the network there is nothing to be kept, and nothing is done; without an `embedder` that
    sentences are compared by, their vectors are not kept.
    """
    embedder = embedder if embedder is not None and embedder.model_id == MODEL else None
    done = 0
    while not should_stop():
        with database.unit_of_work() as uow:
            ids = PassageWordsRepository(uow).lacking(limit=_BATCH, sentences=embedder is not None)
            if not ids or not WORD_STATES.available:
                break
            hits = shared_hits(ids, viewer=_SYSTEM, uow=uow)
            scene = Scene(viewer=_SYSTEM, uow=uow, today=uow.clock.today(), language=Language.EN, message="")
            told = tell(hits, scene).sentences
        # No transaction is open while the network works.
        words = [_words(hit, told, embedder) for hit in hits]
        with database.unit_of_work() as uow:
            PassageWordsRepository(uow).put(words)
            left = PassageWordsRepository(uow).lacking(limit=_BATCH, sentences=embedder is not None)
        if left == ids:
            break  # changed meanwhile, or not to be seen: the next run's
        done += len(ids)
    if done:
        _log.info("index.read_ahead", passages=done)
    return done


def _words(hit: Hit, told: Sequence[Told], embedder: Embedder | None) -> PassageWords:
    group = [item for item in told if item.passage_id == hit.passage_id]
    text = passage_text(group)[0] if group else ""
    return PassageWords(
        passage_id=hit.passage_id,
        text=hit.evidence.text,
        digest=digest_of(text) if text else "",
        content=seen(text).packed.content() if text else b"",
        sentences=_sentences(group, embedder) if embedder else None,
    )


def _sentences(group: Sequence[Told], embedder: Embedder) -> bytes:
    """Vectors of those that may answer: what only asks never does."""
    said = [item for item in group if not asks(item.text)]
    said += [in_full(item, before) for before, item in pairwise(group) if asks(before.text) and not asks(item.text)]
    vectors = {key_of(item.text, item.language): item for item in map(in_place, said)}
    return packed({key: made(embedder, item.text, item.language) for key, item in vectors.items()})
