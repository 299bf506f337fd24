"""Passages that several queries found for one thing that is asked, ranked by what their documents say of it.

A requirement and the heading it stands under ask for the same in other words; what both find is seldom beside the
point, and a document that says it in several places is about it.
Invariant: every query counts the same, whatever its scores are; nothing is there that no query found.
"""

from collections.abc import Mapping, Sequence

from copilot.retrieval.search import Hit

_OTHERS = 3
"""Further passages of a document that count."""
_SHARE = 0.2
"""What each of them counts beside the best."""


def merged(found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Each passage once, those of the best document first; `found` holds the hits of one query each."""
    hits: dict[str, Hit] = {}
    worth: dict[str, float] = {}
    for of_query in found:
        for passage_id, value in _levelled(of_query).items():
            worth[passage_id] = worth.get(passage_id, 0.0) + value
        hits |= {hit.passage_id: hit for hit in of_query}
    documents = _of_documents(hits, worth)
    return tuple(
        sorted(
            hits.values(),
            key=lambda hit: (-documents[hit.document_id], hit.document_id, -worth[hit.passage_id], hit.passage_id),
        )
    )


def _levelled(hits: Sequence[Hit]) -> dict[str, float]:
    """From 0 for the last to 1 for the best: scores mean nothing across searches."""
    if not hits:
        return {}
    least, most = min(hit.score for hit in hits), max(hit.score for hit in hits)
    spread = most - least
    return {hit.passage_id: (hit.score - least) / spread if spread > 0 else 1.0 for hit in hits}


def _of_documents(hits: Mapping[str, Hit], worth: Mapping[str, float]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for passage_id, hit in hits.items():
        values.setdefault(hit.document_id, []).append(worth[passage_id])
    return {key: _together(sorted(of_document, reverse=True)) for key, of_document in values.items()}


def _together(values: Sequence[float]) -> float:
    best, *others = values
    return best + _SHARE * sum(others[:_OTHERS])
