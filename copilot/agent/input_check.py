"""What a person typed, before anything reads it.

Invariant: a message that speaks past the assistant's instructions, or that could not be checked, is refused; a password
or key in it is not kept.
"""

from copilot.agent import texts
from copilot.domain.findings import Action, Finding, Stage
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.plans import Refusal, RefusalReason
from copilot.guardrails.pipeline import Guardrails

_COVER = "•"
_WIDTH = 8
"""Of a cover: as wide for a short secret as for a long one."""
_TITLE_LENGTH = 60


class InputCheck:
    """Looks at messages under one policy."""

    def __init__(self, guardrails: Guardrails) -> None:
        self._guardrails = guardrails

    def look_at(self, message: str, *, language: Language) -> tuple[Refusal | None, str]:
        """Why it is refused, if it is, and the message as it may be kept."""
        report = self._guardrails.check_text(message, stage=Stage.INPUT, hints=Hints(language=language))
        secrets = [found for found in report.findings if found.action is Action.BLOCK and found.rule != _FAILED]
        if secrets:
            words = texts.say("secret", language=language)
            return Refusal(reason=RefusalReason.NOT_ALLOWED, text=words), _covered(message, secrets)
        if any(found.rule.startswith("injection.") for found in report.findings):
            words = texts.say("instruction", language=language)
            return Refusal(reason=RefusalReason.INSTRUCTION, text=words), message
        if any(found.rule == _FAILED for found in report.findings):
            words = texts.say("unchecked", language=language)
            return Refusal(reason=RefusalReason.NOT_ALLOWED, text=words), message
        return None, message


_FAILED = "guardrail.failed"


def title_of(message: str) -> str:
    """The first words of a message; take one that was looked at, because a title is kept like the message."""
    words = " ".join(message.split())
    if len(words) <= _TITLE_LENGTH:
        return words
    cut = words[: _TITLE_LENGTH - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def _covered(message: str, secrets: list[Finding]) -> str:
    """The message without what was found in it; all of it where the place is not known."""
    spans = sorted((found.start, found.end) for found in secrets if found.start is not None and found.end is not None)
    if len(spans) < len(secrets):
        return _COVER * _WIDTH
    kept, place = "", 0
    for start, end in spans:
        kept += message[place:start] + (_COVER * _WIDTH if end > place else "")
        place = max(place, end)
    return kept + message[place:]
