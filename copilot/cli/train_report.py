"""The report of a trained score, as Markdown.

Invariant: it shows the figures of held-out rows with their intervals, what was left out and why, and the part of every
column in the score; a refusal has the same report without a model.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from copilot.cli.train_words import say
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.scoring.believable import LEAST_OF_A_SIDE, LEAST_OF_AN_OUTCOME, LEAST_ROWS, Refusal, Verdict
from copilot.scoring.quality import Measure, Quality
from copilot.scoring.shapes import AdditiveModel, Curve, Shape
from copilot.scoring.tables import Numbers
from knowledge.history import ReadHistory

_LEAST = {Refusal.FEW_ROWS: LEAST_ROWS, Refusal.FEW_OF_AN_OUTCOME: LEAST_OF_AN_OUTCOME}
_PLACES = 3


def report(read: ReadHistory, verdict: Verdict, *, file: str, label: str, language: Language) -> str:
    """The whole report."""
    pages = _Pages(language, read=read)
    parts = [*pages.head(file, label), *pages.left_out(verdict), *pages.verdict(verdict)]
    if verdict.quality is not None:
        parts += pages.quality(verdict.quality, by_time=verdict.by_time)
        parts += pages.segments(verdict)
    if verdict.model is not None:
        parts += pages.moves(verdict.model)
    return "\n".join(parts) + "\n"


class _Pages:
    """The parts, each a few lines of Markdown."""

    def __init__(self, language: Language, *, read: ReadHistory) -> None:
        self._language = language
        self._format = Formatter(language)
        self._read = read

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def _number(self, value: float) -> str:
        return self._format.number(Decimal(f"{value:.{_PLACES}f}"))

    def _share(self) -> str:
        labels = self._read.history.labels
        return self._number(float(labels.mean()) if len(labels) else 0.0)

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
                yield f"- {_cell(item.column)}: {self._say(item.reason, detail=_cell(item.detail))}"

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """Why there is no model."""
        if verdict.refusal is not None:
            auc = self._number(verdict.quality.of(Measure.AUC)) if verdict.quality else "–"
            why = self._say(verdict.refusal, least=_LEAST.get(verdict.refusal, ""), side=LEAST_OF_A_SIDE, auc=auc)
            yield f"\n**{self._say('refused', why=why)}**"

    def quality(self, found: Quality, *, by_time: bool) -> Iterator[str]:
        """The figures, and the reliability curve."""
        yield f"\n## {self._say('quality')}\n"
        yield self._say("by_time" if by_time else "by_folds") + "\n"
        rows = [
            (
                self._say(measure, share=self._share()),
                self._number(figure.value),
                f"{self._number(figure.low)} – {self._number(figure.high)}",
            )
            for measure, figure in found.figures.items()
        ]
        yield from _table([self._say(key) for key in ("figure", "value", "interval")], rows)
        yield f"\n## {self._say('reliability')}\n"
        bins = [
            (
                self._number(each.predicted),
                self._number(each.observed),
                f"{self._number(each.low)} – {self._number(each.high)}",
                self._format.number(each.rows),
            )
            for each in found.reliability
        ]
        yield from _table([self._say(key) for key in ("predicted", "observed", "interval", "rows")], bins)

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
        yield from _table(
            [*(self._say(key) for key in ("segment", "predicted", "observed")), "AUC", self._say("rows")], rows
        )

    def moves(self, model: AdditiveModel) -> Iterator[str]:
        """Every column's part, the strongest first."""
        yield f"\n## {self._say('moves')}\n"
        yield self._say("moves_note") + "\n"
        ranked = sorted(model.shapes, key=lambda shape: -self._spread(shape))
        rows = [(shape.name, *self._ends(shape)) for shape in ranked]
        yield from _table([self._say(key) for key in ("column", "lowers", "raises")], rows)

    def _ends(self, shape: Shape) -> tuple[str, str]:
        places = self._places(shape)
        low, high = min(places, key=lambda item: item[1]), max(places, key=lambda item: item[1])
        return f"{low[0]}: {self._number(low[1])}", f"{high[0]}: {self._number(high[1])}"

    def _places(self, shape: Shape) -> Sequence[tuple[str, float]]:
        """What a cell can hold, nothing among it: that it is missing may move more than any value."""
        if isinstance(shape, Curve):
            told = [(self._number(knot), effect) for knot, effect in zip(shape.knots, shape.effects, strict=True)]
        else:
            told = [*shape.effects.items(), (self._say("other"), shape.other)]
        return [*told, (self._say("missing"), shape.missing)]

    def _spread(self, shape: Shape) -> float:
        effects = [effect for _, effect in self._places(shape)]
        return max(effects) - min(effects)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """A name from a file, which must not end its cell or be read as a mark."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
