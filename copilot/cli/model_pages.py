"""Parts of the report of any learnt score, as Markdown: its figures, its reliability, what moves it.

Invariant: figures come with their intervals, and a name from outside ends no cell and is read as no mark.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from copilot.cli.train_words import say
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.scoring.quality import Quality
from copilot.scoring.shapes import AdditiveModel, Curve, Shape

_PLACES = 3


class ModelPages:
    """Each part is a few lines."""

    def __init__(self, language: Language, *, share: float, name_of: Callable[[str], str] = str) -> None:
        """`share` is that of the positive outcome among all rows; `name_of` puts a column into words."""
        self._language = language
        self._format = Formatter(language)
        self._share_of_all = share
        self._name_of = name_of

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def _number(self, value: float) -> str:
        return self._format.number(Decimal(f"{value:.{_PLACES}f}"))

    def _share(self) -> str:
        return self._number(self._share_of_all)

    def quality(self, found: Quality, *, judged: str) -> Iterator[str]:
        """The figures, on which rows they are judged, and the reliability curve."""
        yield f"\n## {self._say('quality')}\n"
        yield judged + "\n"
        rows = [
            (
                self._say(measure, share=self._share()),
                self._number(figure.value),
                f"{self._number(figure.low)} – {self._number(figure.high)}",
            )
            for measure, figure in found.figures.items()
        ]
        yield from table([self._say(key) for key in ("figure", "value", "interval")], rows)
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
        yield from table([self._say(key) for key in ("predicted", "observed", "interval", "rows")], bins)

    def moves(self, model: AdditiveModel) -> Iterator[str]:
        """Every column's part, the strongest first."""
        yield f"\n## {self._say('moves')}\n"
        yield self._say("moves_note") + "\n"
        ranked = sorted(model.shapes, key=lambda shape: -self._spread(shape))
        rows = [(self._name_of(shape.name), *self._ends(shape)) for shape in ranked]
        yield from table([self._say(key) for key in ("column", "lowers", "raises")], rows)

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


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def cell(text: str) -> str:
    """A name from a file, which must not end its cell or be read as a mark."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
