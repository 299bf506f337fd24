"""The report of a trained score, as Markdown.

Invariant: it shows the figures of held-out rows with their intervals, what was left out and why, and the part of every
column in the score; a refusal has the same report without a model.
"""

from collections.abc import Iterator

from copilot.cli.model_pages import ModelPages, cell, table
from copilot.cli.train_words import say
from copilot.domain.language import Language
from copilot.scoring.believable import LEAST_OF_A_SIDE, LEAST_OF_AN_OUTCOME, LEAST_ROWS, Refusal, Verdict
from copilot.scoring.quality import Measure
from copilot.scoring.tables import Numbers
from knowledge.history import ReadHistory

_LEAST = {Refusal.FEW_ROWS: LEAST_ROWS, Refusal.FEW_OF_AN_OUTCOME: LEAST_OF_AN_OUTCOME}


def report(read: ReadHistory, verdict: Verdict, *, file: str, label: str, language: Language) -> str:
    """The whole report."""
    pages = _Pages(language, read=read)
    parts = [*pages.head(file, label), *pages.left_out(verdict), *pages.verdict(verdict)]
    if verdict.quality is not None:
        parts += pages.quality(verdict.quality, judged=say("by_time" if verdict.by_time else "by_folds", language))
        parts += pages.segments(verdict)
    if verdict.model is not None:
        parts += pages.moves(verdict.model)
    return "\n".join(parts) + "\n"


class _Pages(ModelPages):
    """The parts, each a few lines of Markdown."""

    def __init__(self, language: Language, *, read: ReadHistory) -> None:
        labels = read.history.labels
        super().__init__(language, share=float(labels.mean()) if len(labels) else 0.0)
        self._read = read

    def head(self, file: str, label: str) -> Iterator[str]:
        """What was read."""
        labels = self._read.history.labels
        yield f"# {self._say('title', file=file)}\n"
        yield self._say(
            "read",
            rows=self._format.number(self._read.rows),
            used=self._format.number(len(labels)),
            positives=self._format.number(int(labels.sum())),
            label=label,
            positive=self._read.positive,
            share=self._share(),
        )
        if self._read.skipped:
            said = "; ".join(self._say(reason, count=count) for reason, count in self._read.skipped.items())
            yield self._say("skipped", said=said)
        for column in self._read.history.table.columns:
            if isinstance(column, Numbers) and column.unreadable:
                yield self._say("unreadable", column=column.name, count=column.unreadable)

    def left_out(self, verdict: Verdict) -> Iterator[str]:
        """Columns that are not used."""
        if verdict.left_out:
            yield f"\n## {self._say('left_out')}\n"
            for item in verdict.left_out:
                yield f"- {cell(item.column)}: {self._say(item.reason, detail=cell(item.detail))}"

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """Why there is no model."""
        if verdict.refusal is not None:
            auc = self._number(verdict.quality.of(Measure.AUC)) if verdict.quality else "–"
            why = self._say(verdict.refusal, least=_LEAST.get(verdict.refusal, ""), side=LEAST_OF_A_SIDE, auc=auc)
            yield f"\n**{self._say('refused', why=why)}**"

    def segments(self, verdict: Verdict) -> Iterator[str]:
        """How it holds in groups."""
        if not verdict.segments:
            return
        yield f"\n## {self._say('segments')}\n"
        rows = [
            (
                each.name,
                self._number(each.predicted),
                self._number(each.observed),
                self._number(each.auc),
                self._format.number(each.rows),
            )
            for each in verdict.segments
        ]
        yield from table(
            [*(self._say(key) for key in ("segment", "predicted", "observed")), "AUC", self._say("rows")], rows
        )
