"""How firm it was: something asked for or offered, told as settled.

Invariant: only raised where the source speaks of asking, offering or considering and nothing in it binds anybody;
where the source is silent on it, the learned score has to do.
"""

import re

from copilot.guardrails.grounding.sources import Sources
from copilot.guardrails.grounding.vocabulary import AGREED, ASKED, FUTURE_ENDINGS, SETTLED
from copilot.guardrails.grounding.words import Word, without_quotations, words_of

_INNER = re.compile(r"[^\W_]+")
_SHORTEST_FUTURE = 6


def raised(text: str, sources: Sources) -> tuple[int, int] | None:
    """The word that calls settled what the source only asks for, offers or considers."""
    word = next((item for item in words_of(without_quotations(text)) if item.folded in SETTLED), None)
    if word is None or not sources.statements:
        return None
    said = [item for statement in sources.statements for item in statement]
    asked = any(item.folded in ASKED for item in said) or any(item.text == "?" for item in said)
    return (word.start, word.end) if asked and not any(_binds(item) for item in said) else None


def _binds(word: Word) -> bool:
    parts = _INNER.findall(word.folded)
    return any(part in AGREED for part in parts) or (
        len(word.folded) >= _SHORTEST_FUTURE and word.folded.endswith(FUTURE_ENDINGS)
    )
