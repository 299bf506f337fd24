"""What a rejection or a request for changes is about, by the words in it.

Invariant: a reason in neither list is `other`; nothing is guessed, and no word of the comment is kept here.
"""

import re
from collections.abc import Mapping

from copilot.domain.feedback import ProposalTarget
from copilot.domain.folding import flat

OTHER = "other"
_CUES: Mapping[str, str] = {
    "wrong": r"incorrect\w*|equivocad\w*|errone\w*|no es cierto|no es verdad|esta mal|falso|falsa|"
    r"wrong|incorrect\w*|not true|inaccurate|mistaken",
    "unsupported": r"sin fuente|no consta|no lo dice|de donde sale|inventad\w*|sin respaldo|"
    r"no source|not in the source|made up|where does|unsupported|unfounded",
    "outdated": r"desactualizad\w*|antigu\w*|obsolet\w*|ya no|caducad\w*|outdated|out of date|stale|no longer|old data",
    "missing": r"falta\w*|omit\w*|no menciona|no dice nada|anad\w*|missing|lacks?|left out|does not mention|add the",
    "too_long": r"larg\w{1,3}|extens\w{1,3}|resum\w*|mas cort\w*|mas breve|acort\w*|"
    r"too long|shorter|shorten|lengthy|wordy|condense|brief(?:er)?",
    "tone": r"tono|formal\w*|cercan\w*|frio|fria|agresiv\w*|tone|too formal|informal|cold|pushy|aggressive",
    "language": r"idioma|en ingles|en espanol|traduc\w*|wrong language|in english|in spanish|translat\w*",
    "irrelevant": r"sobra\w*|no aporta|no viene al caso|irrelevante\w*|quit\w*|elimin\w*|"
    r"irrelevant|not needed|unnecessary|remove|leave out|drop the",
    "confidential": r"confidencial\w*|interno|no deb\w* (?:ver|saber)|confidential|internal only|must not see",
}
_PATTERNS = {name: re.compile(rf"(?<!\w)(?:{cues})(?!\w)") for name, cues in _CUES.items()}
TARGETS: Mapping[str, ProposalTarget] = {
    "wrong": ProposalTarget.KNOWLEDGE,
    "unsupported": ProposalTarget.PROMPT,
    "outdated": ProposalTarget.KNOWLEDGE,
    "missing": ProposalTarget.PROMPT,
    "too_long": ProposalTarget.PROMPT,
    "tone": ProposalTarget.PROMPT,
    "language": ProposalTarget.PROMPT,
    "irrelevant": ProposalTarget.PROMPT,
    "confidential": ProposalTarget.PROMPT,
}
"""What a reason that comes back again and again asks to be changed."""


def reasons(comment: str) -> tuple[str, ...]:
    """The families of reasons that a comment gives, in a fixed order; `other` if none is recognised."""
    folded = flat(comment)
    found = tuple(name for name, pattern in _PATTERNS.items() if pattern.search(folded))
    return found or (OTHER,)
