"""Histories of drafts as rows, for the tests of what is counted: filed, edited, read, decided, on stated days."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import Requirement, ReviewState, Step
from copilot.store.database import Database, UnitOfWork
from copilot.store.tables.quality import ReviewOpeningRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AlertRow
from copilot.store.tables.work import DraftRow, DraftVersionRow, ReleaseRow, ReviewItemRow, ReviewVoteRow
from tests.conftest import MakeUser

_numbers = itertools.count(1)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of November 2026, whose Mondays are the 2nd, the 9th and the 16th."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Two teams; the administrator is in none."""

    ana: Viewer
    bea: Viewer
    marta: Viewer
    tom: Viewer
    root: Viewer


def people_of(make_user: MakeUser) -> People:
    """They are in the database from now on."""
    return People(
        ana=make_user("Ana", role=Role.AE),
        bea=make_user("Bea", role=Role.CSM),
        marta=make_user("Marta", role=Role.MANAGER),
        tom=make_user("Tom", role=Role.AE, team="south"),
        root=make_user("Rut", role=Role.ADMIN, team=None),
    )


@dataclass(frozen=True)
class Written:
    """One version and its entry in the queue."""

    text: str
    state: ReviewState
    submitted_at: datetime
    author: Viewer | None = None
    """Who edited; None: the copilot wrote it for the requester."""
    anew: bool = False
    """The copilot wrote this version too."""
    cost: str | None = None
    """Of a model; `?` where its price is not known."""
    decided_by: Viewer | None = None
    decided_at: datetime | None = None
    verdict: str | None = None
    voters: tuple[tuple[Viewer, datetime], ...] = ()
    opened: tuple[tuple[Viewer, datetime], ...] = ()
    erased: bool = False
    void_reason: str | None = None
    """Of the votes."""


def approved(text: str, submitted_at: datetime, by: Viewer, decided_at: datetime, **more: Any) -> Written:
    """A version that was released after one vote."""
    state = more.pop("state", ReviewState.RELEASED)
    return Written(
        text,
        state,
        submitted_at,
        decided_by=by,
        decided_at=decided_at,
        verdict="approve",
        voters=((by, decided_at),),
        **more,
    )


def add_draft(
    database: Database,
    requester: Viewer,
    versions: Sequence[Written],
    *,
    kind: DraftKind = DraftKind.BRIEF,
    account_id: str | None = None,
    package: bool = False,
    is_test: bool = False,
    content: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    assignee: Viewer | None = None,
) -> list[str]:
    """Ids of the items, one for each version. `content`: what else the draft says."""
    draft_id = f"draft_{next(_numbers):032x}"
    ids: list[str] = []
    with database.unit_of_work() as uow:
        uow.session.add(
            DraftRow(
                id=draft_id,
                kind=kind.value,
                account_id=account_id,
                requester_id=requester.user_id,
                created_at=versions[0].submitted_at,
                latest_version=len(versions),
            )
        )
        uow.flush()
        origin = 1
        for number, version in enumerate(versions, start=1):
            origin = number if version.anew else origin
            provenance = _provenance(version, origin=origin, package=package)
            uow.session.add(_version(draft_id, number, version, requester, provenance, content or {}))
            uow.flush()
            item = _item(draft_id, number, version, requester, kind.value, account_id, due_at)
            item.is_test, item.assignee_id = is_test, assignee.user_id if assignee else None
            ids.append(item.id)
            uow.session.add(item)
            uow.flush()
            _readers(uow, item.id, version)
    return ids


def _provenance(version: Written, *, origin: int, package: bool) -> dict[str, Any]:
    return {
        "writer": "offline" if version.cost is None else "model",
        "cost_usd": None if version.cost in {None, "?"} else version.cost,
        "parameters": {"origin": str(origin)} | ({"answers": "{}"} if package else {}),
    }


def _version(
    draft_id: str, number: int, version: Written, requester: Viewer, provenance: dict[str, Any], more: dict[str, Any]
) -> DraftVersionRow:
    sentences = [{"id": f"a.{place}", "text": text} for place, text in enumerate(version.text.split("|"))]
    return DraftVersionRow(
        draft_id=draft_id,
        version=number,
        digest=f"{draft_id}.{number}",
        content={"sections": [{"key": "a", "title": "", "segments": sentences}], "provenance": provenance, **more},
        language="es",
        as_of=date(2026, 11, 16),
        author_id=(version.author or requester).user_id,
        created_at=version.submitted_at,
        findings=[],
        erased_at=version.submitted_at if version.erased else None,
    )


def _item(
    draft_id: str,
    number: int,
    version: Written,
    requester: Viewer,
    kind: str,
    account_id: str | None,
    due_at: datetime | None,
) -> ReviewItemRow:
    due = due_at or version.submitted_at + timedelta(hours=24)
    expires = version.submitted_at + timedelta(days=60)
    requirement = Requirement(
        rule="test", steps=(Step(roles=(Role.MANAGER,)),), self_review=False, due_at=due, expires_at=expires
    )
    return ReviewItemRow(
        id=f"review_{next(_numbers):032x}",
        draft_id=draft_id,
        version=number,
        account_id=account_id,
        kind=kind,
        title=f"Borrador {draft_id[-4:]}",
        language="es",
        audience="internal",
        visibility="staff",
        digest=f"{draft_id}.{number}",
        state=version.state.value,
        risk="low",
        rules=[],
        requester_id=requester.user_id,
        team_id=None if account_id else requester.team_id,
        requirement=requirement.model_dump(mode="json"),
        submitted_at=version.submitted_at,
        due_at=due,
        expires_at=expires,
        decided_by=version.decided_by.user_id if version.decided_by else None,
        decided_at=version.decided_at,
        verdict=version.verdict,
    )


def _readers(uow: UnitOfWork, item_id: str, version: Written) -> None:
    for voter, moment in version.voters:
        uow.session.add(
            ReviewVoteRow(
                id=f"vote_{next(_numbers)}",
                review_item_id=item_id,
                voter_id=voter.user_id,
                role=voter.role.value,
                step=0,
                verdict="approve",
                digest="x",
                terms="x",
                accepted_segments=[],
                cast_at=moment,
                voided_at=moment if version.void_reason else None,
                void_reason=version.void_reason,
            )
        )
    for reader, moment in version.opened:
        uow.session.add(ReviewOpeningRow(review_item_id=item_id, viewer_id=reader.user_id, opened_at=moment, words=100))


def add_release(uow: UnitOfWork, item_id: str, *, sent_at: datetime, channel: str = "smtp") -> None:
    """The item left."""
    uow.session.add(
        ReleaseRow(
            review_item_id=item_id,
            sink="email",
            state="released",
            digest="x",
            queued_at=sent_at,
            finished_at=sent_at,
            channel=channel,
        )
    )


def add_account(database: Database, owner: Viewer, **values: Any) -> str:
    """Id of an account of this owner."""
    number = next(_numbers)
    account_id = f"acc_v{number:019}"
    with database.unit_of_work() as uow:
        uow.session.add(
            AccountRow(
                id=account_id,
                source_system="test",
                source_id=account_id,
                as_of=date(2026, 11, 13),
                content_hash="x",
                name=f"Empresa {number}",
                owner_email=owner.email,
                search_key=f"empresa {number}",
                **values,
            )
        )
    return account_id


def add_alert(
    database: Database,
    account_id: str,
    owner: Viewer,
    *,
    state: str = "open",
    outcome: str | None = None,
    steps: Sequence[str] = (),
) -> None:
    """A churn alert of the 10th."""
    with database.unit_of_work() as uow:
        uow.session.add(
            AlertRow(
                id=f"alert_{next(_numbers):032x}",
                account_id=account_id,
                kind="churn_risk",
                cause="score",
                score_kind="health",
                now=40.0,
                day=date(2026, 11, 10),
                owner_id=owner.user_id,
                playbook="x",
                state=state,
                outcome=outcome,
                steps_done=list(steps),
                opened_at=at(10),
                changed_at=at(10),
                version=1,
            )
        )
