"""Whether a place still waits for an answer.

Invariant: what somebody wrote there is not overwritten, unless it is what was read there as given, or says itself
that it is to be replaced.
"""

import re

from copilot.domain.questionnaires import Question
from copilot.workflows.rfp.filling.wording import comparable

_TO_REPLACE = re.compile(
    r"[\s_.…\-–—☐□*]*"
    r"|[\[<({«].*[\])>}»]"
    r"|(?:please |kindly )?(?:select|choose|pick|enter|click|type|insert|write|provide|fill|explain|describe)\b.*"
    r"|(?:por favor,? )?(?:seleccione|seleccionar|elija|elegir|escoja|escriba|indique|introduzca|inserte|rellene|"
    r"rellenar|haga clic|explique|describa|complete)\b.*"
    r"|tbc|tbd|pendiente|answer|your answer|response|respuesta|su respuesta",
    re.DOTALL,
)
_PARTS = re.compile(r"\n| \| ")
"""What stands in several places of one question is given as one text."""
_NOT_TICKED = frozenset({"false", "falso", "0"})
"""What a cell to be ticked holds while it is not."""
_LONGEST = 120
"""Characters of what may be a request to write here; what is longer is somebody's text."""


def is_free(content: object, *, given: str) -> bool:
    """Whether an answer may be written over `content`."""
    text = "" if content is None else str(content)
    shown = comparable(text)
    if not shown or shown == comparable(given):
        return True
    if given and _numbers(shown) == _numbers(comparable(given)):
        return True
    return len(shown) <= _LONGEST and _TO_REPLACE.fullmatch(shown) is not None


def is_filled(question: Question) -> bool:
    """Whether somebody's words stand in the answer's place: more than a request to write there."""
    parts = _PARTS.split(question.given)
    if any(choice.place is not None for choice in question.choices):
        parts = [part for part in parts if part.strip().casefold() not in _NOT_TICKED]
    return not all(is_free(part, given="") for part in parts)


def _numbers(text: str) -> str:
    """`240.0` and `240` are the same number."""
    return text.removesuffix(".0")
