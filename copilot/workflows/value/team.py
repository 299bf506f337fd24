"""A manager's view of their team: what each member has on their hands, what came of their drafts, who stands in.

Invariants: only managers and administrators have one, of the people they may look at; members are listed by name and
never by a figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from copilot.domain.access import Role, Viewer
from copilot.domain.value import Tally, tally
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.team_work import Standing, TeamWork, Waits
from copilot.store.value_people import Member
from copilot.workflows.value.outputs import read_outputs
from copilot.workflows.value.report import Choice, choose, last_weeks
from copilot.workflows.value.rules import ValueRules

WEEKS = 8
RENEWAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One person."""

    member: Member
    waits: Waits
    drafts: Tally
    """Of the last weeks."""
    alerts: int
    renewals: int
    """Of their customers, within the next days."""
    lends: tuple[Standing, ...]
    """Who decides in their stead, now or soon."""
    stands_in: tuple[Standing, ...]
    """For whom they decide."""


@dataclass(frozen=True, slots=True)
class TeamView:
    """The people of a team, by team and name."""

    choice: Choice
    lines: tuple[MemberLine, ...]


def team_view(team: str = "", *, rules: ValueRules, viewer: Viewer, uow: UnitOfWork) -> TeamView:
    """Of the viewer's team; an administrator chooses one, or sees all. Raises NotFound for anybody else."""
    if viewer.role not in {Role.MANAGER, Role.ADMIN}:
        raise NotFound("There is no such page.", hint="Your own figures are under Use and value.")
    choice, now = choose(team, viewer=viewer, uow=uow), uow.clock.now()
    members = sorted(
        (each for each in choice.members if each.active), key=lambda each: (each.team_name, each.name, each.user_id)
    )
    ids = [each.user_id for each in members]
    work = TeamWork(uow, people=ids, viewer=viewer)
    waits, alerts, standing = work.waits(), work.alerts(), work.standing_in()
    since = datetime.combine(last_weeks(now, WEEKS)[0], time(), tzinfo=UTC)
    outputs = read_outputs(ids, since=since, until=now, rules=rules, uow=uow)
    today = uow.clock.today()
    near = work.renewals(since=today, until=today + timedelta(days=RENEWAL_DAYS))
    lines = [
        MemberLine(
            member=each,
            waits=waits.get(each.user_id, Waits()),
            drafts=tally([one for one in outputs if one.requester_id == each.user_id], by_hand=rules.by_hand),
            alerts=alerts.get(each.user_id, 0),
            renewals=near.get(each.email, 0),
            lends=_of(standing, delegator_id=each.user_id),
            stands_in=_of(standing, delegate_id=each.user_id),
        )
        for each in members
    ]
    return TeamView(choice, tuple(lines))


def _of(
    standing: Sequence[Standing], *, delegator_id: str | None = None, delegate_id: str | None = None
) -> tuple[Standing, ...]:
    return tuple(each for each in standing if delegator_id == each.delegator_id or delegate_id == each.delegate_id)
