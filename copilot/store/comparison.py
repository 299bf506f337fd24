"""How models and the migrated schema are compared, for new revisions and for the test that they are equal.

Invariant: only what the models cannot say is left out: the job queue's own tables, and the approximate vector
indexes, whose expressions with an operator class cannot be compared.
"""

from typing import Any, Final

from copilot.store.tables import Base

_QUEUE_PREFIX = "procrastinate_"
_VECTOR_INDEX_PREFIX = "ix_passage_vectors_hnsw_"


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Whether something found in the database takes part in the comparison."""
    table = name if kind == "table" else parents.get("table_name")
    return not (str(table or "").startswith(_QUEUE_PREFIX) or _is_vector_index(name, kind))


def include_object(_subject: Any, name: str | None, kind: str, _reflected: Any, _compare_to: Any) -> bool:
    """Whether something the models say takes part in the comparison."""
    return not _is_vector_index(name, kind)


def _is_vector_index(name: str | None, kind: str) -> bool:
    return kind == "index" and str(name or "").startswith(_VECTOR_INDEX_PREFIX)


COMPARISON: Final[dict[str, Any]] = {
    "target_metadata": Base.metadata,
    "include_name": include_name,
    "include_object": include_object,
    "compare_type": True,
    "compare_server_default": False,
}
