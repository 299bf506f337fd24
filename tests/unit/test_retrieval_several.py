"""What several queries find counts together, and a document by all that it says."""

from datetime import date

from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.retrieval.search import Hit
from copilot.retrieval.several import merged


def test_what_two_queries_find_stands_before_the_best_of_one() -> None:
    first = [_hit("a1", "a", 0.9), _hit("b1", "b", 0.7), _hit("c1", "c", 0.1)]
    second = [_hit("d1", "d", 90.0), _hit("b1", "b", 70.0), _hit("c1", "c", 10.0)]
    assert _ids(merged([first, second])) == ["b1", "a1", "d1", "c1"]


def test_a_document_counts_by_what_it_says_in_several_places() -> None:
    hits = [_hit("a1", "a", 1.0), _hit("b1", "b", 0.95), _hit("b2", "b", 0.9), _hit("c1", "c", 0.0)]
    assert _ids(merged([hits])) == ["b1", "b2", "a1", "c1"]


def test_a_lone_hit_counts_and_nothing_found_is_nothing() -> None:
    assert _ids(merged([[_hit("a1", "a", 0.2)], []])) == ["a1"]
    assert merged([[], []]) == ()


def _ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage_id for hit in hits]


def _hit(passage_id: str, document_id: str, score: float) -> Hit:
    evidence = Evidence(
        id=f"passage:{passage_id}", kind=EvidenceKind.PASSAGE, text="-", label="-", as_of=date(2026, 1, 1),
        origin=Origin.INTERNAL, account_id=None, visibility="staff", document_id=document_id, start=0, end=1,
    )  # fmt: skip
    return Hit(evidence=evidence, passage_id=passage_id, document_id=document_id, score=score, language="en")
