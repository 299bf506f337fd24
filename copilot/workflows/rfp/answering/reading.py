"""Sentences of shared documents, read once for all the questions of a questionnaire.

Invariant: only what a search for this viewer found is told, and never a text of an account; a passage is read again as
soon as its text is another. What tries to instruct an assistant is left out, and counted.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.retrieval.search import Hit, shared_hits
from copilot.store.passages import PassageRepository
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.kept_words import bring_back
from copilot.workflows.chat.told import Telling, Told, tell

_MOST_KEPT = 4_000
"""Passages. A knowledge base of thirty documents has some hundreds."""
_MOST_BESIDE = 200
"""Passages that are read because others of their documents are."""
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Read:
    sentences: tuple[Told, ...]
    withheld: int


class PassageReader:
    """Keeps what passages say. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, _Read] = OrderedDict()

    def tell(self, hits: Sequence[Hit], scene: Scene) -> Telling:
        """The sentences of these passages, the best passage first."""
        shared = [hit for hit in hits if hit.evidence.account_id is None]
        bring_back([hit.passage_id for hit in shared], uow=scene.uow)
        fresh = {_key(hit): hit for hit in shared if self._get(_key(hit)) is None}
        if fresh:
            self._read([*fresh.values(), *self._beside(fresh, scene)], scene)
        sentences: list[Told] = []
        withheld = 0
        for rank, hit in enumerate(shared):
            read = self._get(_key(hit)) or _Read((), 0)
            first = len(sentences)
            sentences += [replace(item, rank=rank, order=first + place) for place, item in enumerate(read.sentences)]
            withheld += read.withheld
        return Telling(tuple(sentences), withheld)

    def _beside(self, fresh: Mapping[_Key, Hit], scene: Scene) -> list[Hit]:
        """Other passages of the same documents: other questions will find them, and the document is at hand now."""
        documents = sorted({hit.document_id for hit in fresh.values()})
        ids = PassageRepository(scene.uow).shared_of(documents, limit=_MOST_BESIDE)
        known = {hit.passage_id for hit in fresh.values()}
        hits = shared_hits([item for item in ids if item not in known], viewer=scene.viewer, uow=scene.uow)
        return [hit for hit in hits if self._get(_key(hit)) is None]

    def _read(self, hits: Sequence[Hit], scene: Scene) -> None:
        telling = tell(hits, scene)
        by_passage: dict[str, list[Told]] = {hit.passage_id: [] for hit in hits}
        for item in telling.sentences:
            by_passage[item.passage_id].append(item)
        for hit in hits:
            # Which passage an instruction stood in is not told: where there was one, each is read by itself.
            alone = telling if len(hits) == 1 or not telling.withheld else tell([hit], scene)
            said = tuple(by_passage[hit.passage_id]) if alone is telling else alone.sentences
            self._put(_key(hit), _Read(said, alone.withheld))

    def _get(self, key: _Key) -> _Read | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _put(self, key: _Key, read: _Read) -> None:
        with self._lock:
            self._kept[key] = read
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def _key(hit: Hit) -> _Key:
    return hit.passage_id, hit.evidence.content_hash, hit.evidence.visibility or ""
