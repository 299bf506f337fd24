"""What a query found, with the evidence of every figure that may be told about it.

Invariant: an id is cited only together with the evidence behind it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from copilot.domain.evidence import Evidence
from copilot.domain.facts import metric_evidence_id
from copilot.domain.figure_field_words import PERCENTAGES, quoted, value_in_words
from copilot.domain.figure_queries import FigureQuery, Measure, Subject
from copilot.domain.figure_query_words import QueryWords, words_of
from copilot.domain.figure_results import FigureResult, FigureRow, query_evidence_id
from copilot.workflows.chat.contract import Line, Scene

QUOTED = frozenset({"stage", "next_step", "lost_reason", "comment", "subject"})
"""Texts of people, which are told as quotations."""


@dataclass(slots=True)
class Told:
    """One result, for one scene."""

    result: FigureResult
    scene: Scene
    _evidence: dict[str, Evidence] = field(default_factory=dict)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that was taken in, the query's own first."""
        return tuple(self._evidence.values())

    @property
    def query_id(self) -> str:
        """Evidence of the figures of the query itself."""
        return self.result.evidence_id

    @property
    def words(self) -> QueryWords:
        """The query in the conversation's language."""
        return words_of(self.result.query, language=self.scene.language, names=self.result.names)

    def take_in(self, evidence: Evidence) -> None:
        """Make a piece of evidence citable."""
        self._evidence[evidence.id] = evidence

    def take_in_all(self, evidence: Iterable[Evidence]) -> None:
        """Make them citable."""
        for item in evidence:
            self.take_in(item)

    def line(self, text: str, *evidence_ids: str) -> Line:
        """A sentence and those of its sources that could be read."""
        known = dict.fromkeys(item for item in evidence_ids if item in self._evidence)
        return Line(text=text, evidence_ids=tuple(known))

    def value(self, row: FigureRow, name: str) -> str | None:
        """A field of a record, or a computed figure of its account, as a reader writes it; None if not recorded."""
        language = self.scene.language
        if name in row.metrics:
            return self._metric(row, name)
        value = row.values.get(name)
        if value is None or value == "":
            return None
        currency = row.values.get("currency")
        words = value_in_words(
            name, value, language=language, subject=self.result.query.subject,
            currency=str(currency).upper() if currency else None,
        )  # fmt: skip
        return quoted(words, language=language) if name in QUOTED else words

    def _metric(self, row: FigureRow, name: str) -> str | None:
        metric, write = row.metrics[name], self.scene.format
        if isinstance(metric.value, date):
            return write.day(metric.value)
        if name == "open_pipeline":
            return _pipeline(metric.text, self.scene)
        if metric.number is None:
            return None
        shown = write.percent(metric.number) if name in PERCENTAGES else write.number(metric.number)
        if metric.sample is not None:
            return f"{shown} (n={metric.sample})"
        dated = metric.day is not None and name.startswith("nps_")
        return f"{shown} ({write.day(metric.day)})" if dated and metric.day is not None else shown

    def source(self, row: FigureRow, name: str) -> str:
        """Identifier of what `value` tells."""
        return metric_evidence_id(name, row.account_id) if name in row.metrics else row.evidence_id(name)

    def counted(self, row: FigureRow, place: int) -> FigureQuery | None:
        """The query that counts a row's linked records."""
        related = self.result.query.related[place]
        if related.subject is Subject.ACCOUNTS:
            return None
        return FigureQuery(
            subject=related.subject,
            measure=Measure.COUNT,
            account_ids=(row.account_id,),
            conditions=related.conditions,
        )

    def counted_id(self, row: FigureRow, place: int) -> str:
        """Identifier of the evidence of that count."""
        query = self.counted(row, place)
        return "" if query is None else query_evidence_id(query)


def _pipeline(text: str, scene: Scene) -> str | None:
    """`84000 EUR; 5000 USD` of the metric's canonical text."""
    amounts = [item.split(" ") for item in text.removeprefix("open_pipeline: ").split("; ")]
    found = []
    for item in amounts:
        if not item[0].replace(".", "", 1).lstrip("-").isdigit():
            return None
        found.append(scene.format.money(Decimal(item[0]), currency=item[1] if len(item) > 1 else None))
    return scene.format.listed(found)
