"""The sentence of a text that tells most, to stand for it in a list of events.

Invariant: it is a sentence of that text, quoted as it is, and never one that tries to instruct an assistant.
"""

from collections.abc import Sequence

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import StoredDocument
from copilot.errors import NotFound
from copilot.store.documents import DocumentRepository
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.chat.contract import Scene
from copilot.workflows.reading.reader import read_texts
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Reading, Sentence, Topic

_SHORTEST = 40
"""Characters. A shorter sentence is a greeting."""
_A_PROMISE, _TOPIC_WORD = 3, 4


class Gists:
    """Reads the texts of the events shown, all at once."""

    def __init__(
        self, facts: AccountFacts, scene: Scene, *, document_ids: Sequence[str], topic: str, book: EvidenceBook
    ) -> None:
        self._book = book
        self._topic = topic
        self._scene = scene
        reading = read_texts(self._documents(document_ids), facts)
        self._weights = _weights(reading)
        self._sentences: dict[str, list[Sentence]] = {}
        for sentence in reading.sentences:
            self._sentences.setdefault(sentence.document_id, []).append(sentence)

    def of(self, document_id: str) -> Sentence | None:
        """The most telling sentence of a document, None where it has none."""
        sentences = self._sentences.get(document_id, [])
        long = [item for item in sentences if len(item.text) >= _SHORTEST and not item.text.endswith("?")]
        return max(long or sentences, key=self._worth, default=None)

    def is_about(self, document_id: str) -> bool:
        """Whether a word of the topic stands in the document. A topic in the other language is left to the search."""
        wanted = stems(self._topic, self._scene.language)
        sentences = self._sentences.get(document_id, [])
        if not wanted or any(item.language is not self._scene.language for item in sentences[:1]):
            return True
        return any(wanted & stems(item.text, item.language) for item in sentences)

    def cite(self, sentence: Sentence) -> str:
        """The evidence id of a sentence."""
        return self._book.sentence(sentence)

    def _worth(self, sentence: Sentence) -> tuple[int, int]:
        weight = self._weights.get((sentence.passage_id, sentence.start), 0)
        if self._topic:
            wanted = stems(self._topic, self._scene.language)
            weight += _TOPIC_WORD * len(wanted & stems(sentence.text, sentence.language))
        return weight, -sentence.order

    def _documents(self, document_ids: Sequence[str]) -> list[StoredDocument]:
        repository = DocumentRepository(self._scene.uow)
        found = []
        for document_id in document_ids:
            try:
                found.append(repository.for_viewer(document_id, viewer=self._scene.viewer))
            except NotFound:
                continue  # removed since the list was read
        return found


def _weights(reading: Reading) -> dict[tuple[str, int], int]:
    """How telling each sentence is: what it is about, and whether somebody promises something."""
    found: dict[tuple[str, int], int] = {}
    for item in reading.observations:
        if item.topic is not Topic.INSTRUCTION:
            key = (item.sentence.passage_id, item.sentence.start)
            found[key] = found.get(key, 0) + item.weight
    for promise in reading.commitments:
        key = (promise.sentence.passage_id, promise.sentence.start)
        found[key] = found.get(key, 0) + _A_PROMISE
    return found
