"""Scores of accounts, by day, and the models that made them.

Invariant 3: whoever reads for a person hands their viewer over and gets visible accounts only. A score is written when
it is another one than the account's latest, so a day without a row is a day like the one before. Of weeks that are
further back than `IN_FULL` only the last row stays: many scores change every day, and would fill the disk.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, bindparam, func, select, text, true, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from copilot.domain.access import Viewer
from copilot.domain.scores import AccountScore, Part, ScoreKind, ScoreModel
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked, Kept, any_of, ask, kept, kept_for_viewers
from copilot.store.standing import StandingRepository
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AccountScoreRow, ScoreModelRow
from copilot.store.visibility import visible_accounts

IN_FULL = timedelta(weeks=13)
"""So far back every day is kept: as far as a page draws a score."""
_THINNED_AT_ONCE = timedelta(weeks=13)
"""Looked at before that: nobody may have come by for some weeks."""
_AT_ONCE = 1_000
_IN_USE_FIRST = (
    ScoreModelRow.chosen_at.desc().nulls_last(),
    ScoreModelRow.used_from.desc(),
    ScoreModelRow.trained_at.desc(),
    ScoreModelRow.id,
)
"""What was chosen by hand comes first, so that no training that ends in the same moment takes its place."""

_THIN = """
delete from account_scores score
using unnest(cast(:account_ids as text[])) wanted(id)
where score.account_id = wanted.id and score.kind = any(:kinds) and score.day >= :since and score.day < :before
  and exists (
    select from account_scores later
    where later.account_id = score.account_id and later.kind = score.kind
      and later.day > score.day and later.day <= score.day + (7 - cast(extract(isodow from score.day) as int))
  )
"""


class ScoreRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session
        self._clock = uow.clock
        self._standing = StandingRepository(uow)

    def latest(self, kind: ScoreKind, *, account_ids: Iterable[str], on: date) -> dict[str, AccountScore]:
        """The score that each of these accounts had on the day; those without are left out.

        For a person's eyes only with accounts that they may see, see `visible`.
        """
        [rows] = ask(self._uow, _of_accounts().asked(account_ids=list(account_ids), kind=kind.value, on_day=on))
        return {row.account_id: _score(row) for row in rows}

    def latest_of(self, account_id: str, kinds: Sequence[ScoreKind], *, on: date) -> dict[ScoreKind, AccountScore]:
        """The scores that one account had on the day, those of these kinds that there are; one statement.

        For a person's eyes only with an account that they may see.
        """
        [rows] = ask(self._uow, scores_asked(account_id, kinds, on=on))
        return scores_of(rows)

    def visible(self, kind: ScoreKind, *, viewer: Viewer, on: date) -> dict[str, AccountScore]:
        """The score of the day of every account that the viewer may see."""
        [rows] = ask(self._uow, _of_visible(viewer).asked(viewer, kind=kind.value, on_day=on))
        return {row.account_id: _score(row) for row in rows}

    def history(self, account_id: str, kind: ScoreKind, *, since: date, viewer: Viewer) -> list[AccountScore]:
        """The scores of one account since a day, oldest first; none if the viewer may not see it."""
        query = select(AccountScoreRow).where(
            AccountScoreRow.account_id == account_id,
            AccountScoreRow.account_id.in_(visible_accounts(viewer)),
            AccountScoreRow.kind == kind.value,
            AccountScoreRow.day >= since,
        )
        return [_score(row) for row in self._session.scalars(query.order_by(AccountScoreRow.day))]

    def put(self, scores: Sequence[AccountScore]) -> int:
        """Write those that are others than the account's latest of their kind. Returns how many were."""
        written = list[AccountScore]()
        for start in range(0, len(scores), _AT_ONCE):
            written += self._put(scores[start : start + _AT_ONCE])
        self._standing.keep_anew({one.account_id for one in written})
        return len(written)

    def _put(self, scores: Sequence[AccountScore]) -> list[AccountScore]:
        new = []
        for kind in {item.kind for item in scores}:
            of_kind = [item for item in scores if item.kind is kind]
            last = max(item.day for item in of_kind)
            before = self.latest(kind, account_ids=[item.account_id for item in of_kind], on=last)
            new += [item for item in of_kind if not _is_like(before.get(item.account_id), item)]
        if new:
            statement = insert(AccountScoreRow)
            replaced: dict[str, ColumnElement[Any]] = {
                name: statement.excluded[name] for name in ("value", "band", "missing", "base", "parts", "version")
            }
            replaced["written_at"] = func.now()
            on_same_day = statement.on_conflict_do_update(index_elements=["account_id", "kind", "day"], set_=replaced)
            self._session.execute(on_same_day, [_row(item) for item in new])
        return new

    def thin(self, account_ids: Iterable[str], *, day: date) -> int:
        """Of weeks before `IN_FULL` keep the last score only. Returns how many went.

        Whatever stays is on its own day, so no day gets to know a score of a later one. There is more to do when a week
        is over, not before.
        """
        before = day - IN_FULL
        before -= timedelta(days=before.weekday())
        parameters = {
            "account_ids": list(account_ids),
            "kinds": [kind.value for kind in ScoreKind],
            "since": before - _THINNED_AT_ONCE,
            "before": before,
        }
        gone = self._session.execute(text(_THIN), parameters)
        return gone.rowcount if isinstance(gone, CursorResult) else 0

    def model(self, kind: ScoreKind) -> ScoreModel | None:
        """The one in use, which may be a refusal; None if none was ever put in use."""
        return self.models_in_use((kind,)).get(kind)

    def models_in_use(self, kinds: Sequence[ScoreKind]) -> dict[ScoreKind, ScoreModel]:
        """Those in use of these kinds, which may be refusals; one statement."""
        [rows] = ask(self._uow, models_asked(kinds))
        return models_of(rows)

    def models(self) -> list[ScoreModel]:
        """All that were trained, newest first."""
        query = select(ScoreModelRow).order_by(ScoreModelRow.trained_at.desc(), ScoreModelRow.kind, ScoreModelRow.id)
        return [_model(row) for row in self._session.scalars(query.execution_options(populate_existing=True))]

    def models_named(self, beginning: str) -> list[ScoreModel]:
        """Those whose id begins so, at most two: more than one is as good as many."""
        wanted = ScoreModelRow.id.startswith(beginning, autoescape=True)
        found = select(ScoreModelRow).where(wanted).limit(2).execution_options(populate_existing=True)
        return [_model(row) for row in self._session.scalars(found)]

    def keep(self, model: ScoreModel, *, in_use: bool = True) -> None:
        """Put a trained model, or its refusal, on record, and in use from now on if not told otherwise."""
        self._session.add(
            ScoreModelRow(
                id=model.id,
                kind=model.kind.value,
                trained_at=model.trained_at,
                trained_on=model.trained_on,
                refusal=model.refusal,
                model=model.model,
                report=model.report,
                used_from=self._clock.now() if in_use else None,
            )
        )
        self._session.flush()

    def choose(self, model: ScoreModel, *, by: str) -> None:
        """Let a model that is on record make the scores of its kind until the choice is taken back."""
        # Of two who choose at once, the second takes the choice of the first back.
        same = select(ScoreModelRow.id).where(ScoreModelRow.kind == model.kind.value).order_by(ScoreModelRow.id)
        self._session.execute(same.with_for_update())
        in_use, now = self.model(model.kind), self._clock.now()
        used_from = in_use.used_from if in_use is not None and in_use.id == model.id else now
        self.take_back_choice(model.kind)
        chosen = update(ScoreModelRow).where(ScoreModelRow.id == model.id)
        self._session.execute(chosen.values(used_from=used_from, chosen_by=by, chosen_at=now))

    def take_back_choice(self, kind: ScoreKind) -> str | None:
        """Let retraining put another model of the kind in use again. Returns which one had been chosen; None: none."""
        chosen = update(ScoreModelRow).where(ScoreModelRow.kind == kind.value, ScoreModelRow.chosen_at.is_not(None))
        gone = chosen.values(chosen_by=None, chosen_at=None).returning(ScoreModelRow.id)
        return next(iter(self._session.scalars(gone)), None)

    def days(self, *, until: date) -> list[date]:
        """Days on which any score was written, newest first."""
        query = select(AccountScoreRow.day).where(AccountScoreRow.day <= until).group_by(AccountScoreRow.day)
        return list(self._session.scalars(query.order_by(func.max(AccountScoreRow.day).desc())))


def scores_asked(account_id: str, kinds: Sequence[ScoreKind], *, on: date) -> Asked:
    """What `ScoreRepository.latest_of` asks; its rows are `scores_of`."""
    return _latest_of(tuple(kinds)).asked(account_id=account_id, on_day=on)


def scores_of(rows: Iterable[Any]) -> dict[ScoreKind, AccountScore]:
    """By kind."""
    return {score.kind: score for score in map(_score, rows)}


def models_asked(kinds: Sequence[ScoreKind]) -> Asked:
    """What `ScoreRepository.models_in_use` asks; its rows are `models_of`."""
    return _in_use(tuple(kinds)).asked()


def models_of(rows: Iterable[Any]) -> dict[ScoreKind, ScoreModel]:
    """By kind."""
    return {model.kind: model for model in map(_model, rows)}


@cache
def _latest_of(kinds: tuple[ScoreKind, ...]) -> Kept:
    row = AccountScoreRow
    wanted = (
        row.account_id == bindparam("account_id", ""),
        row.kind.in_([kind.value for kind in kinds]),
        row.day <= bindparam("on_day", date.min),
    )
    query = select(*row.__table__.columns).where(*wanted).ext(distinct_on(row.kind))
    return kept(query.order_by(row.kind, row.day.desc()))


def _on_day() -> Select[*tuple[Any, ...]]:
    """Of every account, with the parameters `kind` and `on_day`."""
    row = AccountScoreRow
    # One look-up in the index for each account, however long its history.
    last = (
        select(*row.__table__.columns)
        .where(row.account_id == AccountRow.id, row.kind == bindparam("kind", ""))
        .where(row.day <= bindparam("on_day", date.min))
        .order_by(row.day.desc())
        .limit(1)
        .lateral()
    )
    return select(*last.c).select_from(AccountRow).join(last, true())


@cache
def _of_accounts() -> Kept:
    """With the parameter `account_ids`, too."""
    return kept(_on_day().where(AccountRow.id == any_of("account_ids")))


@kept_for_viewers
def _of_visible(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return _on_day().where(AccountRow.id.in_(visible_accounts(viewer)))


@cache
def _in_use(kinds: tuple[ScoreKind, ...]) -> Kept:
    row = ScoreModelRow
    wanted = (row.kind.in_([kind.value for kind in kinds]), row.used_from.is_not(None))
    query = select(*row.__table__.columns).where(*wanted).ext(distinct_on(row.kind))
    return kept(query.order_by(row.kind, *_IN_USE_FIRST))


def _is_like(before: AccountScore | None, now: AccountScore) -> bool:
    return before is not None and before.model_copy(update={"day": now.day}) == now


def _score(row: Any) -> AccountScore:
    return AccountScore(
        account_id=row.account_id,
        kind=ScoreKind(row.kind),
        day=row.day,
        value=row.value,
        band=row.band,
        missing=row.missing,
        base=row.base,
        parts=tuple(Part(name=name, value=value, effect=effect) for name, value, effect in row.parts),
        version=row.version,
    )


def _row(score: AccountScore) -> dict[str, Any]:
    return {
        "account_id": score.account_id,
        "kind": score.kind.value,
        "day": score.day,
        "value": score.value,
        "band": score.band.value if score.band else None,
        "missing": score.missing.value if score.missing else None,
        "base": score.base,
        "parts": [[part.name, part.value, part.effect] for part in score.parts],
        "version": score.version,
    }


def _model(row: Any) -> ScoreModel:
    return ScoreModel(
        id=row.id,
        kind=ScoreKind(row.kind),
        trained_at=row.trained_at,
        trained_on=row.trained_on,
        refusal=row.refusal,
        model=row.model,
        report=row.report,
        used_from=row.used_from,
        chosen_by=row.chosen_by,
        chosen_at=row.chosen_at,
    )
