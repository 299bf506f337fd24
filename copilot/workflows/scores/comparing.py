"""Says of accounts that were like one how they ended.

Invariant 3: only of accounts that the viewer may see, each with the record that says it as the viewer may read it.
"""

from collections.abc import Sequence

from copilot.domain.access import Viewer
from copilot.domain.facts import record_evidence_id
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.scoring.health import Scorecard
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.signals import SignalTable
from copilot.store.signals_kept import KeptSignals
from copilot.workflows.scores import words
from copilot.workflows.scores.alike import Likeness, find_alike
from copilot.workflows.scores.story import Alike, Compared


def compared(
    table: SignalTable, scorecard: Scorecard, *, kept: KeptSignals, viewer: Viewer, language: Language, uow: UnitOfWork
) -> Compared:
    """The one account in `table`, with others."""
    found = find_alike(table, scorecard, kept=kept, viewer=viewer, uow=uow)
    return Compared(
        alike=_told(found.alike, viewer=viewer, language=language, uow=uow),
        note=_note(len(found.alike), found.looked_at, language),
    )


def _told(found: Sequence[Likeness], *, viewer: Viewer, language: Language, uow: UnitOfWork) -> tuple[Alike, ...]:
    ids = {one.peer.id: record_evidence_id(one.peer.id, _field(one)) for one in found}
    read = EvidenceRepository(uow).read(ids.values(), viewer=viewer)
    return tuple(
        Alike(
            account_id=one.peer.id,
            name=one.peer.name,
            left_on=one.peer.left_on,
            sentence=_sentence(one, language),
            in_what=_in_what(one, language),
            evidence=read.get(ids[one.peer.id]),
        )
        for one in found
    )


def _in_what(one: Likeness, language: Language) -> str:
    names = Formatter(language).listed([words.column_words(signal.value, language) for signal in one.signals])
    return _say(language, es=f"Se parecen en: {names}.", en=f"Alike in: {names}.") if names else ""


def _sentence(one: Likeness, language: Language) -> str:
    if one.peer.left_on is None:
        return _say(
            language,
            es=f"{one.peer.name} estaba hace medio año como esta cuenta hoy y sigue siendo cliente.",
            en=f"{one.peer.name} was half a year ago as this account is today, and is still a customer.",
        )
    day = Formatter(language).day(one.peer.left_on)
    return _say(
        language,
        es=f"{one.peer.name} estaba poco antes de irse como esta cuenta hoy; se fue el {day}.",
        en=f"{one.peer.name} was shortly before it left as this account is today; it left on {day}.",
    )


def _field(one: Likeness) -> str:
    return "lifecycle" if one.peer.left_on is None else "churned_on"


def _note(found: int, looked_at: int, language: Language) -> str:
    if found:
        return ""
    if not looked_at:
        return _say(
            language,
            es="No hay otras cuentas que usted vea con las que compararla.",
            en="There are no other accounts that you see to compare it with.",
        )
    return _say(
        language,
        es=f"Ninguna de las cuentas que usted ve con historia para comparar ({looked_at}) se le parece lo bastante.",
        en=f"None of the accounts you see with a history to compare ({looked_at}) is enough like it.",
    )


def _say(language: Language, *, es: str, en: str) -> str:
    return es if language is Language.ES else en
