"""Finding what answers a question in a long meeting, within a token budget (QMSum: meetings, questions, spans).

Each meeting is one account's transcript, cut, stored, indexed and searched by the product. Measured is which share of
the turns that annotators marked as relevant (counted in tokens, at most what the budget can hold) is among what is
handed over: by the product's selector, and by the nearest passages in order of similarity, at the same budget. Settings
were chosen on one half of the meetings; the other half is reported.

Run: python -m evals.chat.qmsum [--data DIR], where DIR holds *.jsonl of the same format.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument
from copilot.domain.language import Language
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.llm.embeddings.port import Embedder
from copilot.llm.tokens import count_tokens
from copilot.retrieval.fusion import Weights
from copilot.retrieval.search import MAX_LIMIT, Hit, Search, SearchRequest
from copilot.settings import load_settings
from copilot.store.documents import DocumentRepository
from copilot.workflows.chat.spans import PASSAGE_OWN, PASSAGE_REACH, Piece, select
from evals.figures import Figure, Goal
from evals.retrieval.collection import READER, Collection, account_row, open_collection, source_file_row
from evals.retrieval.scoring import choosing_half, scored
from evals.suite import finish, skip
from knowledge.chunking import cut

BUDGET_TOKENS = 1_500
_COMMAND = "python -m evals.chat.qmsum"
_GAIN = 0.05
"""What "clearly better" means: points of recall over the nearest passages, and the interval above zero."""
_DENSE_ONLY = Weights(plain=0.0, exact_words=0.0)
Chooser = Callable[[Sequence[Hit]], Iterable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about a meeting, and the characters of the transcript that answer it."""

    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A transcript and its questions."""

    id: str
    document: ParsedDocument
    turns: tuple[tuple[int, int], ...]
    questions: tuple[Asked, ...]


@dataclass(slots=True)
class Searched:
    """A question with everything that was found for it, by words and meaning and by meaning alone."""

    meeting: Meeting
    question: Asked
    fused: tuple[Hit, ...] = ()
    dense: tuple[Hit, ...] = ()
    gold_tokens: int = field(default=0)


def read(folder: Path) -> list[Meeting]:
    """Every meeting of every file that has questions with spans."""
    meetings = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            meeting = _meeting(f"{path.stem}-{number}", json.loads(line))
            if meeting.questions:
                meetings.append(meeting)
    return meetings


def _meeting(meeting_id: str, content: dict[str, list[dict[str, object]]]) -> Meeting:
    text, blocks = "", []
    for turn in content["meeting_transcripts"]:
        said = f"{turn['speaker']}: {turn['content']}"
        blocks.append(Block(kind=BlockKind.BODY, start=len(text), end=len(text) + len(said), speaker=turn["speaker"]))
        text += f"{said}\n\n"
    turns = tuple((block.start, block.end) for block in blocks)
    document = ParsedDocument(
        title=meeting_id,
        kind=DocumentKind.TRANSCRIPT,
        text=text,
        blocks=tuple(blocks),
        media_type="text/plain",
        language=Language.EN.value,
        authored_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    questions = []
    for item in content["specific_query_list"]:
        spans = [_characters(turns, span) for span in item["relevant_text_span"]]  # type: ignore[attr-defined]
        if found := tuple(span for span in spans if span is not None):
            questions.append(Asked(str(item["query"]), found))
    return Meeting(meeting_id, document, turns, tuple(questions))


def _characters(turns: Sequence[tuple[int, int]], span: Sequence[str]) -> tuple[int, int] | None:
    first, last = int(span[0]), min(int(span[1]), len(turns) - 1)
    return (turns[first][0], turns[last][1]) if first <= last else None


def search_all(meetings: Sequence[Meeting], collection: Collection, embedder: Embedder) -> list[Searched]:
    """Store and index the meetings, then ask every question of its own meeting."""
    with collection.database.unit_of_work() as uow:
        for meeting in meetings:
            uow.session.add(account_row(meeting.id, uow.clock.today()))
            uow.session.add(source_file_row(f"source-{meeting.id}", uow.clock.now()))
            uow.flush()
            DocumentRepository(uow).replace(
                meeting.document, cut(meeting.document), source_file_id=f"source-{meeting.id}", account_id=meeting.id
            )
    collection.index_words()
    collection.embed(embedder)
    found = [Searched(meeting, question) for meeting in meetings for question in meeting.questions]
    fused = Search(embedder=embedder, shared=collection.shared)
    dense = Search(embedder=embedder, shared=collection.shared, weights=_DENSE_ONLY)
    with collection.database.unit_of_work() as uow:
        for item in found:
            request = SearchRequest(
                query=item.question.text,
                account_ids=(item.meeting.id,),
                include_shared=False,
                limit=MAX_LIMIT,
                language=Language.EN,
            )
            item.fused = fused.search(request, viewer=READER, uow=uow).hits
            item.dense = dense.search(request, viewer=READER, uow=uow).hits
            item.gold_tokens = _tokens(item.meeting, item.question.spans)
    return found


def nearest(hits: Sequence[Hit]) -> Iterable[tuple[int, int]]:
    """The nearest passages in order, while they fit: plain top-k."""
    left = BUDGET_TOKENS
    for hit in hits:
        left -= count_tokens(hit.evidence.text)
        if left < 0:
            return
        yield hit.evidence.start or 0, hit.evidence.end or 0


def selected(hits: Sequence[Hit], *, reach: float = PASSAGE_REACH, own: float = PASSAGE_OWN) -> list[tuple[int, int]]:
    """What the product's selector takes."""
    in_order = sorted(hits, key=lambda hit: hit.evidence.start or 0)
    pieces = [
        Piece(hit.passage_id, hit.document_id, place, hit.evidence.text, hit.score)
        for place, hit in enumerate(in_order)
    ]
    by_id = {hit.passage_id: hit.evidence for hit in hits}
    chosen = select(pieces, budget_tokens=BUDGET_TOKENS, reach=reach, own=own)
    return [(by_id[piece.key].start or 0, by_id[piece.key].end or 0) for piece in chosen]


def recall(item: Searched, chosen: Iterable[tuple[int, int]]) -> float:
    """Tokens of the marked turns that were handed over, as a share of those that could have been."""
    common = [
        (max(one[0], other[0]), min(one[1], other[1]))
        for one in item.question.spans
        for other in chosen
        if max(one[0], other[0]) < min(one[1], other[1])
    ]
    return min(1.0, _tokens(item.meeting, common) / min(item.gold_tokens, BUDGET_TOKENS))


def _tokens(meeting: Meeting, spans: Iterable[tuple[int, int]]) -> int:
    return sum(count_tokens(meeting.document.text[start:end]) for start, end in _merged(spans))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def figures_of(found: Sequence[Searched], *, half: str) -> list[Figure]:
    """Recall of both ways and the gain: over all questions, those whose answer fits the budget, and the others."""
    splits = {
        "all": found,
        "narrow": [item for item in found if item.gold_tokens <= BUDGET_TOKENS],
        "wide": [item for item in found if item.gold_tokens > BUDGET_TOKENS],
    }
    made = []
    for split, items in splits.items():
        if not items:
            continue
        ours = [recall(item, selected(item.fused)) for item in items]
        plain = [recall(item, nearest(item.dense)) for item in items]
        gains = [one - other for one, other in zip(ours, plain, strict=True)]
        goal = Goal(comparison=">=", threshold=_GAIN) if split == "all" else None
        note = f"{half}; at most {BUDGET_TOKENS} tokens; passages cut and found by the product"
        for name, values, wanted in (("selector", ours, None), ("nearest", plain, None), ("gain", gains, goal)):
            made.append(
                scored(
                    values,
                    name=f"chat.qmsum.span_recall.{name}.{split}",
                    language="en",
                    command=_COMMAND,
                    goal=wanted,
                    note=note,
                )
            )
    return made


def tune(found: Sequence[Searched]) -> None:
    """Print what other settings would give, for choosing on one half."""
    for reach, own in product((0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0), (0.0, 0.1, 0.2, 0.35, 0.5)):
        values = [recall(item, selected(item.fused, reach=reach, own=own)) for item in found]
        sys.stdout.write(f"reach {reach} own {own}: {sum(values) / len(values):.4f}\n")


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Spans of meetings within a token budget.")
    parser.add_argument("--data", type=Path, help="Folder with *.jsonl instead of the benchmark's.")
    parser.add_argument("--tune", action="store_true", help="Print the settings tried on the half for choosing.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "qmsum"
    if not folder.is_dir():
        return skip(folder)
    with open_collection() as collection:
        found = search_all(read(folder), collection, E5Embedder(load_settings().data_dir / "models"))
    chosen_on = [item for item in found if choosing_half(item.meeting.id)]
    held_out = [item for item in found if not choosing_half(item.meeting.id)]
    if arguments.tune:
        tune(chosen_on)
        return 0
    # Data of the caller's own were never used for choosing: all of them count.
    reported = found if arguments.data else held_out
    half = "all meetings" if arguments.data else "meetings that no setting was chosen on"
    return finish(figures_of(reported, half=half), own_data=arguments.data is not None)


if __name__ == "__main__":
    raise SystemExit(main())
