"""A team and the board of deadlines, as the API gives them."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from api.schemas.proportions import ShareOfCases
from api.schemas.value import SumsOut, TeamOut
from copilot.domain.access import Role
from copilot.store.sla_board import DecidedWeek, Due
from copilot.workflows.value.deadlines import Deadlines
from copilot.workflows.value.team import MemberLine, TeamView


class Read(BaseModel):
    """Read off the product's own types."""

    model_config = ConfigDict(from_attributes=True)


class WaitsOut(Read):
    """Open items: asked for by the person, and those they were asked to decide about."""

    asked_for: int
    overdue: int
    to_decide: int
    to_decide_overdue: int


class StandingOut(Read):
    """A right to approve that is lent, now or soon."""

    delegator_id: str
    delegator_name: str
    delegate_id: str
    delegate_name: str
    starts_at: datetime
    ends_at: datetime


class MemberOut(BaseModel):
    """One person of the team; `drafts` are those of the last weeks."""

    person_id: str
    name: str
    role: Role
    team: TeamOut
    waits: WaitsOut
    drafts: SumsOut
    alerts_open: int
    renewals_near: int
    lends: list[StandingOut]
    stands_in: list[StandingOut]

    @classmethod
    def of(cls, line: MemberLine) -> "MemberOut":
        return cls(
            person_id=line.member.user_id,
            name=line.member.name,
            role=line.member.role,
            team=TeamOut(team_id=line.member.team_id, name=line.member.team_name),
            waits=WaitsOut.model_validate(line.waits),
            drafts=SumsOut.of(line.drafts),
            alerts_open=line.alerts,
            renewals_near=line.renewals,
            lends=[StandingOut.model_validate(each) for each in line.lends],
            stands_in=[StandingOut.model_validate(each) for each in line.stands_in],
        )


class TeamViewOut(BaseModel):
    """The people of a team by name."""

    members: list[MemberOut]

    @classmethod
    def of(cls, found: TeamView) -> "TeamViewOut":
        return cls(members=[MemberOut.of(each) for each in found.lines])


class DueLineOut(Read):
    """Waiting items by when they are due; `key` is a kind, or a person's id (empty: nobody was asked)."""

    key: str
    name: str
    items: int
    by_due: dict[Due, int]
    escalated: int
    taken: int


class DecidedWeekOut(BaseModel):
    """Decisions of a week; hours from filing to the decision."""

    week: date
    decided: int
    in_time: ShareOfCases
    median_hours: float | None
    p90_hours: float | None

    @classmethod
    def of(cls, week: DecidedWeek) -> "DecidedWeekOut":
        return cls(
            week=week.week,
            decided=week.decided,
            in_time=ShareOfCases.of(week.in_time),
            median_hours=week.median_hours,
            p90_hours=week.p90_hours,
        )


class DueItemOut(Read):
    """One item that waits."""

    item_id: str
    title: str
    kind: str
    account_name: str | None
    assignee_name: str | None
    due_at: datetime
    escalated: bool


class DeadlinesOut(BaseModel):
    """What waits; `named` holds the first of each."""

    total: DueLineOut
    by_kind: list[DueLineOut]
    by_person: list[DueLineOut]
    named: dict[Due, list[DueItemOut]]
    weeks: list[DecidedWeekOut]

    @classmethod
    def of(cls, found: Deadlines) -> "DeadlinesOut":
        return cls(
            total=DueLineOut.model_validate(found.total),
            by_kind=[DueLineOut.model_validate(each) for each in found.by_kind],
            by_person=[DueLineOut.model_validate(each) for each in found.by_person],
            named={due: [DueItemOut.model_validate(each) for each in items] for due, items in found.named.items()},
            weeks=[DecidedWeekOut.of(each) for each in found.weeks],
        )
