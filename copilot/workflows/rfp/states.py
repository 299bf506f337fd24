"""The states of questions and projects, as they follow from what was done and from what the queue says.

Invariant: nobody sets a state by hand; only a live approval makes an answer approved.
"""

from collections import Counter
from collections.abc import Iterable

from copilot.domain.review_items import APPROVAL_STANDS, OPEN, UNDECIDED, ReviewState
from copilot.domain.rfp_projects import Progress, ProjectState, QuestionState
from copilot.store.rfp_rows import StateCount

_HAS_ANSWER = frozenset({QuestionState.ANSWERED, QuestionState.NO_SOURCE})
_SENT_BACK = frozenset({ReviewState.CHANGES_REQUESTED, ReviewState.REJECTED})


def question_state(stored: QuestionState, filed: ReviewState | None) -> QuestionState:
    """The state of a question, whose answer as it is was filed in an item of that state (None: it was not).

    What lapsed, went stale or was taken back can be filed again, so it is answered as before.
    """
    if filed is None or stored not in _HAS_ANSWER:
        return stored
    if filed in APPROVAL_STANDS:
        return QuestionState.APPROVED
    if filed in OPEN:
        return QuestionState.IN_QUEUE
    return QuestionState.SENT_BACK if filed in _SENT_BACK else stored


def project_state(stored: ProjectState, package: ReviewState | None) -> ProjectState:
    """The state of a project whose package is in an item of that state (None: there is none)."""
    at_rest = stored in {ProjectState.REVIEW, ProjectState.STOPPED}
    waits_or_went = package is not None and package in UNDECIDED | APPROVAL_STANDS
    return ProjectState.PACKAGED if at_rest and waits_or_went else stored


def progress(counts: Iterable[StateCount]) -> Progress:
    """How many questions are where."""
    by_state: Counter[QuestionState] = Counter()
    for each in counts:
        by_state[question_state(each.state, each.filed)] += each.count
    total = by_state.total() - by_state[QuestionState.EXCLUDED]
    present = {state: by_state[state] for state in QuestionState if by_state[state]}
    return Progress(total=total, worked_on=total - by_state[QuestionState.WAITING], by_state=present)
