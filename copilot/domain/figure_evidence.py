"""The figures of a query as evidence.

Invariant: the text depends on the query and on what it finds, never on who reads or in which language; the words in
which the query is told do.
"""

from datetime import date

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import metric_evidence_id
from copilot.domain.figure_query_words import query_in_words
from copilot.domain.figure_results import FigureResult, FigureRow
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula

_LABELS = {Language.ES: "Consulta", Language.EN: "Query"}


def query_evidence(result: FigureResult, *, language: Language, as_of: date) -> Evidence:
    """What the query found, as one piece of evidence. Of an account only if the query names just one."""
    words = query_in_words(result.query, language=language, names=result.names)
    account_ids = result.query.account_ids
    return Evidence(
        id=result.evidence_id,
        kind=EvidenceKind.METRIC,
        text=result.text,
        label=f"{_LABELS[language]} · {words}",
        as_of=as_of,
        account_id=account_ids[0] if len(account_ids) == 1 else None,
        inputs=(f"query:{result.query.subject.value}",),
        formula=words,
    )


def metric_evidence(row: FigureRow, name: str, *, language: Language, as_of: date) -> Evidence:
    """A computed figure of the account of a row. Raises KeyError if the row has none of this name."""
    metric = row.metrics[name]
    return Evidence(
        id=metric_evidence_id(name, row.account_id),
        kind=EvidenceKind.METRIC,
        text=metric.text,
        label=row.account_name,
        as_of=as_of,
        account_id=row.account_id,
        inputs=metric.inputs,
        formula=metric_formula(name, language=language),
    )
