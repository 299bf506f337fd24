"""The sources of an answer in the words of whoever reads it.

Invariant: only the writing changes, never the value; what is quoted from a text stays exactly as it is there.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from api.web.values import Values
from copilot.domain.conversation import Citation, TurnEvent
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.figure_field_words import quoted
from copilot.domain.language import Language
from copilot.domain.source_systems import system_name

_RECORD_LABEL = re.compile(r"(?P<system>[^ ·]+) · “(?P<name>.*)”", re.DOTALL)
"""As `copilot.store.evidence` names a record: by the key of its system."""


def in_words(events: Iterable[TurnEvent], *, language: Language) -> Iterator[TurnEvent]:
    """The same events, as they come, with every source said in this language."""
    values = Values(language)
    for event in events:
        yield _said(event, values) if isinstance(event, Citation) else event


def label_in_words(item: Evidence | Citation, *, language: Language) -> str:
    """Where it is from: `HubSpot · “Renewal 2027”`."""
    found = _RECORD_LABEL.fullmatch(item.label) if item.kind is EvidenceKind.RECORD else None
    if found is None:
        return item.label
    return f"{system_name(found['system'])} · {quoted(found['name'], language=language)}"


def _said(citation: Citation, values: Values) -> Citation:
    item = Evidence(
        id=citation.evidence_id,
        kind=citation.kind,
        text=citation.canonical,
        label=citation.label,
        as_of=date.fromisoformat(citation.as_of),
        formula=citation.formula,
    )
    name, value = values.evidence(item)
    text = f"{name}: {value}" if name else value
    return citation.model_copy(update={"text": text, "label": label_in_words(citation, language=values.language)})
