"""What the network hears in a message, with how sure it is.

Invariant: without the word vectors, or the weights, nothing is heard, and the rules decide alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from copilot.agent.planner.learnt.features import meaning, signals, tokens
from copilot.agent.planner.learnt.network import EDGES, WEIGHTS_FILE, network
from copilot.agent.planner.learnt.tags import INTENTS, MARKS, MEASURES, SUBJECTS
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Measure, Subject
from copilot.guardrails.grounding.states import WORD_STATES, Array

_SAID = 0.5
"""From this share on a mark counts as said."""
_SURE = 0.8
_OF_ONE = frozenset({"timeline", "brief", "explain_score", "meeting_prep", "after_meeting"})
_OF_SEVERAL = (
    "mine", "team", "most", "least", "soonest", "latest", "oldest", "one", "customer", "prospect", "churned", "quiet",
    "with_tickets", "with_p1", "with_pipeline", "no_pipeline", "no_renewal_date",
    *(name for name in MARKS if name.startswith("by_")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message asks for, as the network hears it."""

    intent: str
    intent_share: float
    subject: Subject
    subject_share: float
    measure: Measure
    measure_share: float
    marks: Mapping[str, float]
    """Every mark with its share."""

    def says(self, *names: str) -> bool:
        """Whether one of these marks is said."""
        return any(self.marks[name] >= _SAID for name in names)

    def among(self, prefix: str) -> tuple[str, ...]:
        """Marks with this prefix that are said, the surest first, without the prefix."""
        said = [name for name in self.marks if name.startswith(prefix) and self.marks[name] >= _SAID]
        return tuple(name.removeprefix(prefix) for name in sorted(said, key=lambda name: -self.marks[name]))

    @property
    def asks_of_one(self) -> bool:
        """Whether what is asked is asked of one account."""
        if self.intent != "figures":
            return self.intent in _OF_ONE and self.intent_share >= _SURE
        of_one = self.subject in {Subject.ACCOUNTS, Subject.CONTACTS} and bool(self.among("f_"))
        return of_one and not self.says(*_OF_SEVERAL) and self.intent_share >= _SURE


def hear(reading: Reading) -> Heard | None:
    """What the message asks for; None where the word vectors are not installed."""
    if not (WORD_STATES.available and WEIGHTS_FILE.is_file()):
        return None
    shares = network().shares(meaning(tokens(reading.work)), signals(reading.work))
    (intent, intent_share), (subject, subject_share), (measure, measure_share) = (
        _best(names, shares[start:end])
        for names, (start, end) in zip((INTENTS, SUBJECTS, MEASURES), pairwise(EDGES), strict=True)
    )
    marks = {name: float(share) for name, share in zip(MARKS, shares[EDGES[-1] :], strict=True)}
    return Heard(intent, intent_share, Subject(subject), subject_share, Measure(measure), measure_share, marks)


def _best(names: tuple[str, ...], shares: Array) -> tuple[str, float]:
    place = int(shares.argmax())
    return names[place], float(shares[place])
