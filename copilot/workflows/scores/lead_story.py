"""Explains how good a lead an account is: what speaks for it and against it, with the evidence of each.

Invariant: the signs are the parts of the score as it was computed; whoever tells it has made sure that the account may
be seen.
"""

from collections.abc import Mapping
from decimal import Decimal

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence
from copilot.domain.facts import record_evidence_id
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import AccountScore, Missing, Part
from copilot.domain.signal_words import signal_clause
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.signal_evidence import read_signals
from copilot.workflows.scores import words
from copilot.workflows.scores.story import ScoreStory, Sign

_MOST_SIGNS = 3
_LEAST_POINTS = 0.5
_FEW = (
    "No se calcula: de esta cuenta se sabe menos de lo que piden las reglas.",
    "It is not calculated: less is known of this account than the rules ask for.",
)


def lead_story(score: AccountScore, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> ScoreStory | None:
    """Of one lead score; None once the account is no lead any more."""
    if score.missing is Missing.NOT_A_CUSTOMER:
        return None
    telling = [part for part in score.parts if abs(part.effect) >= _LEAST_POINTS]
    good = [part for part in telling if part.effect > 0][:_MOST_SIGNS]
    bad = [part for part in telling if part.effect < 0][:_MOST_SIGNS]
    evidence = _evidence(score, [*good, *bad], viewer=viewer, uow=uow)
    return ScoreStory(
        kind=score.kind,
        title=words.title(score.kind, language),
        value=score.value,
        shown=words.shown(score.kind, score.value, language),
        band=score.band,
        band_shown=words.band_words(score.band, language, kind=score.kind),
        missing=score.missing,
        why_not="" if score.value is not None else _FEW[0 if language is Language.ES else 1],
        sentence="" if score.value is None else words.sentence(score.kind, score.value, score.band, language),
        good=tuple(_sign(part, evidence, language) for part in good),
        bad=tuple(_sign(part, evidence, language) for part in bad),
    )


def lead_signs(score: AccountScore, language: Language, *, most: int = _MOST_SIGNS) -> tuple[Sign, ...]:
    """The strongest parts in words, for and against, without their sources: those are on the account's own page."""
    telling = [part for part in score.parts if abs(part.effect) >= _LEAST_POINTS]
    return tuple(_sign(part, {}, language) for part in telling[:most])


def _evidence(score: AccountScore, parts: list[Part], *, viewer: Viewer, uow: UnitOfWork) -> dict[str, Evidence]:
    """By the name of the part; counts of deals and meetings have none of their own."""
    signals = [part.signal for part in parts if part.signal is not None]
    found = read_signals(uow, score.account_id, signals, viewer=viewer, day=score.day)
    ids = {record_evidence_id(score.account_id, part.name): part.name for part in parts if part.signal is None}
    read = EvidenceRepository(uow).read(ids, viewer=viewer)
    told = {signal.value: evidence for signal, evidence in found.items()}
    return told | {ids[evidence_id]: evidence for evidence_id, evidence in read.items()}


def _sign(part: Part, evidence: Mapping[str, Evidence], language: Language) -> Sign:
    value = part.value
    if part.signal is not None:
        clause = signal_clause(part.signal, value if isinstance(value, float) else None, language)
    else:
        shown = Formatter(language).number(Decimal(round(value))) if isinstance(value, float) else value
        clause = f"{words.column_words(part.name, language)}: {shown or '—'}"
    return Sign(part.name, clause, part.effect, evidence.get(part.name))
