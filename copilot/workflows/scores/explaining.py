"""Explains the scores of one account to one person.

Invariants: whoever may not see the account gets NotFound; the signs are the parts of the score, computed for the day
they are told on, each with the evidence that its figure comes from.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, Metric
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import metric_evidence_id, record_evidence_id
from copilot.domain.formatting import Formatter, canonical_number
from copilot.domain.language import Language
from copilot.domain.scores import AccountScore, Part, ScoreKind
from copilot.domain.signal_words import signal_clause
from copilot.domain.signals import Signal
from copilot.scoring.probabilities import LEARNT_KINDS
from copilot.scoring.service import CUSTOMER_KINDS, Making, ScoreService
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.score_basis import ScoreBasis, score_basis
from copilot.store.scores import ScoreRepository
from copilot.store.signal_evidence import Known, read_signals
from copilot.store.signals_kept import KeptSignals
from copilot.workflows.scores import words
from copilot.workflows.scores.comparing import compared
from copilot.workflows.scores.healthy import healthy_customers
from copilot.workflows.scores.lead_story import lead_story
from copilot.workflows.scores.story import AccountStory, Before, Change, Compared, Reason, ScoreStory, Sign
from copilot.workflows.scores.what_if import Target, Tried, band_of, gain, targets, try_out

MOST_SIGNS = 3
"""In favour, and against."""
_MOST_CHANGES = 3
_LEAST_POINTS, _LEAST_LOG_ODDS = 0.5, 0.05
"""Effects below say nothing."""
_LEAST_GAIN_POINTS, _LEAST_GAIN_SHARE = 1.0, 0.05
"""A change has to be worth that many points, or that share of a probability."""
_WEEK = timedelta(days=7)


class Explanations:
    """Of one installation."""

    def __init__(self, scores: ScoreService) -> None:
        self._scores = scores

    def explain(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        language: Language,
        uow: UnitOfWork,
        compare: bool = True,
        facts: AccountFacts | None = None,
    ) -> AccountStory:
        """The scores of today. `compare`: look for similar accounts, too. `facts` of today that the viewer was given
        are not read again. Raises NotFound."""
        name = facts.account.name if facts else AccountRepository(uow).head(account_id, viewer=viewer).name
        basis = _basis(account_id, uow=uow)
        kept, table = basis.kept, basis.table
        if not table.account_ids:
            return _of_prospect(account_id, name, viewer=viewer, language=language, uow=uow)
        metrics = facts.metrics if facts else None
        making = self._scores.making_of(basis.models)
        telling = _Telling(making, basis, viewer=viewer, language=language, uow=uow, metrics=metrics)
        found = Compared()
        if compare:
            scorecard = self._scores.scorecard
            found = compared(table, scorecard, kept=kept, viewer=viewer, language=language, uow=uow)
        scores = telling.stories(kept)
        return AccountStory(
            account_id=account_id,
            name=name,
            day=table.day,
            scores=scores,
            alike=found.alike,
            alike_note=found.note,
            reasons=_reasons(scores, language),
        )

    def compare(self, account_id: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> AccountStory:
        """Similar accounts alone, without the scores. Raises NotFound."""
        name, today = AccountRepository(uow).head(account_id, viewer=viewer).name, uow.clock.today()
        kept = KeptSignals(uow)
        table = kept.of_day(today, [account_id], enough=1)
        if not table.account_ids:
            return _of_prospect(account_id, name, viewer=viewer, language=language, uow=uow)
        found = compared(table, self._scores.scorecard, kept=kept, viewer=viewer, language=language, uow=uow)
        return AccountStory(account_id, name, today, (), found.alike, found.note)

    def health(self, account_id: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> ScoreStory | None:
        """The health of an account that the viewer may see, without what would change it; None: it is no customer."""
        basis = _basis(account_id, uow=uow)
        if not basis.table.account_ids:
            return None
        making = self._scores.making_of(basis.models)
        return _Telling(making, basis, viewer=viewer, language=language, uow=uow).health()


def _basis(account_id: str, *, uow: UnitOfWork) -> ScoreBasis:
    before = uow.clock.today() - _WEEK
    return score_basis(account_id, kinds=CUSTOMER_KINDS, learnt=LEARNT_KINDS, before=before, uow=uow)


class _Telling:
    """One explanation in the making."""

    def __init__(
        self,
        making: Making,
        basis: ScoreBasis,
        *,
        viewer: Viewer,
        language: Language,
        uow: UnitOfWork,
        metrics: Mapping[str, Metric] | None = None,
    ) -> None:
        self._making, self._table = making, basis.table
        self._viewer, self._language, self._uow = viewer, language, uow
        self._account_id, self._day = basis.table.account_ids[0], basis.table.day
        self._format = Formatter(language)
        self._scores: Mapping[ScoreKind, AccountScore] = {score.kind: score for score in making.scores(basis.table)}
        self._chosen = {kind: _chosen(score) for kind, score in self._scores.items()}
        self._reasons = {kind: self._why_not(score) for kind, score in self._scores.items()}
        self._evidence = self._read_evidence(Known(basis.table.of(self._account_id), metrics))
        self._before_day, self._kept_before = self._day - _WEEK, basis.before

    def stories(self, kept: KeptSignals) -> tuple[ScoreStory, ...]:
        """Of every kind that customers have; one reason is said once, for all probabilities of leaving."""
        tried, together = self._tried(kept)
        return tuple(self._story(score, tried, together) for score in self._scores.values())

    def health(self) -> ScoreStory:
        """Of the health alone, as it is."""
        return self._story(self._scores[ScoreKind.HEALTH], (), None)

    def _read_evidence(self, known: Known) -> dict[str, Evidence]:
        """Evidence by the name of the part."""
        names = {part.name for bad, good in self._chosen.values() for part in (*bad, *good)}
        signals = [Signal(name) for name in sorted(names) if name in Signal.__members__.values()]
        found = read_signals(self._uow, self._account_id, signals, viewer=self._viewer, day=self._day, known=known)
        told = {signal.value: evidence for signal, evidence in found.items()}
        ids = {record_evidence_id(self._account_id, name): name for name in names - set(told)}
        read = EvidenceRepository(self._uow).read(ids, viewer=self._viewer)
        return told | {ids[evidence_id]: evidence for evidence_id, evidence in read.items()}

    def _story(self, score: AccountScore, tried: Sequence[Tried], together: Tried | None) -> ScoreStory:
        language, kind = self._language, score.kind
        bad, good = self._chosen[kind]
        changes = self._changes(score, tried)
        sentence = "" if score.value is None else words.sentence(kind, score.value, score.band, language)
        return ScoreStory(
            kind=kind,
            title=words.title(kind, language),
            value=score.value,
            shown=words.shown(kind, score.value, language),
            band=score.band,
            band_shown=words.band_words(score.band, language, kind=score.kind),
            missing=score.missing,
            why_not=self._reasons[kind],
            sentence=sentence,
            good=tuple(self._sign(part) for part in good),
            bad=tuple(self._sign(part) for part in bad),
            changes=changes,
            together=self._together(score, changes, together),
            before=self._before(score),
            evidence=self._own_evidence(score),
        )

    def _why_not(self, score: AccountScore) -> str:
        if score.value is not None:
            return ""
        held = self._making.models.get(score.kind)
        rules = self._making.scorecard.signal
        known = self._table.of(self._account_id)
        lacking = [rule.signal for rule in sorted(rules, key=lambda rule: -rule.weight) if rule.signal not in known]
        model = held.kept if held else None
        return words.why_not(score.missing, self._language, model=model, lacking=lacking[:MOST_SIGNS])

    def _sign(self, part: Part) -> Sign:
        if part.signal is not None:
            value = part.value if isinstance(part.value, float) else None
            clause = signal_clause(part.signal, value, self._language)
        else:
            clause = f"{words.column_words(part.name, self._language)}: {part.value or '—'}"
        return Sign(part.name, clause, part.effect, self._evidence.get(part.name))

    def _tried(self, kept: KeptSignals) -> tuple[list[Tried], Tried | None]:
        """Each change alone, and those told for the health all together."""
        health = self._scores[ScoreKind.HEALTH]
        scorecard = self._making.scorecard
        healthy = healthy_customers(self._account_id, scorecard, kept=kept, viewer=self._viewer, uow=self._uow)
        wanted = targets(self._table, healthy, scorecard)
        tried = try_out(self._table, [[target] for target in wanted], self._making)
        best = [one.targets[0] for one in _worthwhile(health, tried)]
        together = try_out(self._table, [best], self._making) if len(best) > 1 else []
        return tried, together[0] if together else None

    def _changes(self, score: AccountScore, tried: Sequence[Tried]) -> tuple[Change, ...]:
        if score.value is None:
            return ()
        return tuple(self._change(score, one) for one in _worthwhile(score, tried))

    def _change(self, score: AccountScore, tried: Tried) -> Change:
        target, then = tried.targets[0], tried.scores[score.kind]
        clause = signal_clause(target.signal, target.value, self._language)
        value = then.value or 0.0
        return Change(
            name=target.signal.value,
            clause=clause,
            value=value,
            band=band_of(then),
            of_healthy=target.of_healthy,
            sentence=self._change_sentence(score, then, target, clause),
            evidence=self._change_evidence(score, then, target, clause),
        )

    def _change_evidence(self, score: AccountScore, then: AccountScore, target: Target, clause: str) -> Evidence:
        """What was computed; its name is not that of a change, whose figure would have a direction."""
        kind = score.kind
        now, later = (words.canonical(kind, value) for value in (score.value, then.value))
        value = canonical_number(Decimal(repr(target.value)))
        return Evidence(
            id=metric_evidence_id(
                f"{kind.value}_if_{target.signal.value.replace('_change', '_move')}", self._account_id
            ),
            kind=EvidenceKind.METRIC,
            text=f"{kind.value}: {later} instead of {now} with {target.signal.value}: {value}; {clause}",
            label=words.title(kind, self._language),
            as_of=self._day,
            account_id=self._account_id,
            inputs=(metric_evidence_id(kind.value, self._account_id),),
            formula=_formula(score, self._language),
        )

    def _change_sentence(self, score: AccountScore, then: AccountScore, target: Target, clause: str) -> str:
        like = _say(
            self._language,
            es=", como en la mediana de sus clientes sanos" if target.of_healthy else "",
            en=", as in the middle of your healthy customers" if target.of_healthy else "",
        )
        return _say(
            self._language,
            es=f"Sería {self._moved(score, then)} si {_if(clause)}{like}.",
            en=f"It would be {self._moved(score, then)} with this: {clause}{like}.",
        )

    def _together(self, score: AccountScore, changes: Sequence[Change], together: Tried | None) -> str:
        then = together.scores.get(score.kind) if together is not None and len(changes) > 1 else None
        if then is None or then.value is None or score.kind is not ScoreKind.HEALTH:
            return ""
        moved = self._moved(score, then)
        return _say(self._language, es=f"Con todo ello sería {moved}.", en=f"With all of that it would be {moved}.")

    def _moved(self, score: AccountScore, then: AccountScore) -> str:
        """`47 instead of 40 (to watch)`."""
        now, later = (words.shown(score.kind, value, self._language) for value in (score.value, then.value))
        band = words.band_words(then.band, self._language, kind=score.kind)
        return _say(self._language, es=f"{later} en vez de {now} ({band})", en=f"{later} instead of {now} ({band})")

    def _before(self, score: AccountScore) -> Before | None:
        day, before = self._before_day, self._kept_before.get(score.kind)
        if before is None or before.value is None or score.value is None:
            return None
        told = words.shown(score.kind, before.value, self._language)
        when = self._format.day(day)
        sentence = _say(self._language, es=f"El {when} era {told}.", en=f"On {when} it was {told}.")
        return Before(before.value, day, sentence)

    def _own_evidence(self, score: AccountScore) -> Evidence:
        parts = [self._evidence[name] for name in self._evidence if name in {part.name for part in score.parts}]
        told = f"{words.canonical(score.kind, score.value)} ({self._day.isoformat()})"
        bad, good = self._chosen[score.kind]
        why = [self._reasons[score.kind], *(self._sign(part).clause for part in (*bad, *good))]
        return Evidence(
            id=metric_evidence_id(score.kind.value, self._account_id),
            kind=EvidenceKind.METRIC,
            text="; ".join([f"{score.kind.value}: {told}", *(item for item in why if item)]),
            label=words.title(score.kind, self._language),
            as_of=self._day,
            account_id=self._account_id,
            inputs=tuple(item.id for item in parts),
            formula=_formula(score, self._language),
        )


def _of_prospect(account_id: str, name: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> AccountStory:
    """Of an account that the viewer may see, and that is no customer."""
    today = uow.clock.today()
    lead = ScoreRepository(uow).latest(ScoreKind.LEAD, account_ids=[account_id], on=today).get(account_id)
    told = None if lead is None else lead_story(lead, viewer=viewer, language=language, uow=uow)
    nothing = _say(
        language,
        es="No es cliente: no tiene salud ni probabilidad de baja.",
        en="It is no customer: it has no health and no probability of leaving.",
    )
    return AccountStory(account_id, name, today, () if told is None else (told,), (), "", nothing)


def _if(clause: str) -> str:
    """A clause after the Spanish `si`, which would want another mood: as what holds."""
    return f"se cumpliera que {clause}"


def _chosen(score: AccountScore) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The strongest parts against the account and in its favour; parts come strongest first."""
    least = _LEAST_POINTS if words.is_points(score.kind) else _LEAST_LOG_ODDS
    telling = [part for part in score.parts if abs(part.effect) >= least]
    bad = [part for part in telling if (part.effect > 0) is words.is_leaving(score.kind)]
    good = [part for part in telling if (part.effect > 0) is not words.is_leaving(score.kind)]
    return tuple(bad[:MOST_SIGNS]), tuple(good[:MOST_SIGNS])


def _worthwhile(score: AccountScore, tried: Sequence[Tried]) -> list[Tried]:
    """The changes that improve a score most."""
    least = _LEAST_GAIN_POINTS if words.is_points(score.kind) else _LEAST_GAIN_SHARE * (score.value or 1.0)
    gains = [(gain(score, one.scores.get(score.kind)), one) for one in tried]
    better = sorted((pair for pair in gains if pair[0] >= least), key=lambda pair: -pair[0])
    return [one for _, one in better if _reads_otherwise(score, one)][:_MOST_CHANGES]


def _reads_otherwise(score: AccountScore, tried: Tried) -> bool:
    """What is the same figure as people read it is no change to tell of."""
    return words.canonical(score.kind, score.value) != words.canonical(score.kind, tried.scores[score.kind].value)


def _formula(score: AccountScore, language: Language) -> str:
    if score.kind is ScoreKind.HEALTH:
        return _say(
            language,
            es="base del cuadro de salud más los puntos de cada señal conocida",
            en="base of the scorecard plus the points of each signal that is known",
        )
    return _say(
        language,
        es="modelo aprendido de la historia: base más el efecto de cada señal, en log-odds",
        en="model learnt from the history: base plus the effect of each signal, in log odds",
    )


def _reasons(scores: Sequence[ScoreStory], language: Language) -> tuple[Reason, ...]:
    lacking: dict[str, list[ScoreKind]] = {}
    for score in scores:
        if not score.is_there:
            lacking.setdefault(score.why_not, []).append(score.kind)
    return tuple(Reason(words.titles(kinds, language), why) for why, kinds in lacking.items())


def _say(language: Language, *, es: str, en: str) -> str:
    return es if language is Language.ES else en
