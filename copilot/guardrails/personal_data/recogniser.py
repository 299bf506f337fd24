"""What a recogniser of personal data is.

Invariant: a recogniser is a pure function of the text and the hints, its spans say `text[start:end] == value`, and
its time grows linearly with the text, whatever the text is.
"""

from collections.abc import Iterable
from typing import Protocol

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan


class Recogniser(Protocol):
    """Finds one kind of personal data. Its spans may overlap each other; `find_personal_data` settles that."""

    @property
    def name(self) -> str:
        """The noun it looks for, e.g. `emails`."""
        ...

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """Every place of `text` that holds such data. Never raises, whatever characters the text has."""
        ...


def span_of(
    text: str, place: tuple[int, int], *, data_class: DataClass, scheme: str, score: float = 1.0
) -> PersonalSpan:
    """The span at characters `place` of `text`."""
    start, end = place
    return PersonalSpan(data_class=data_class, scheme=scheme, start=start, end=end, value=text[start:end], score=score)
