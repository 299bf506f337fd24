"""Use and value of the copilot, for one person, one team or everybody.

Invariant 3: a person sees their own figures, a manager those of their team, an administrator all; a team that the
viewer may not look at reads like one that does not exist. Nobody is ranked: there are no figures by person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from copilot.domain.access import Role, Viewer
from copilot.domain.value import KINDS, Cell, Figures, Part
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.value_outcomes import ValueOutcomes
from copilot.store.value_people import Member, people_in_sight
from copilot.workflows.value.figures import cells_of, figures_of, monday_of, parts_by
from copilot.workflows.value.outcomes import ActiveWeek, Outcomes, active_weeks, outcomes_of
from copilot.workflows.value.outputs import read_outputs
from copilot.workflows.value.rules import ValueRules

MOST_WEEKS = 52
NO_TEAM = "-"
"""In a choice of team: people who are in none."""
_WEEK = timedelta(days=7)


class Scope(StrEnum):
    """Whose figures these are."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Team:
    """`team_id` is empty for people who are in none."""

    team_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom a viewer looks at."""

    scope: Scope
    team: Team | None
    """None: the viewer alone, or everybody."""
    teams: tuple[Team, ...]
    """Those that the viewer may choose between."""
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class ValueReport:
    """What was filed from the Monday of the first of `weeks` until now, by when it was filed first."""

    choice: Choice
    weeks: tuple[date, ...]
    until: datetime
    rules: ValueRules
    total: Figures
    by_week: tuple[Part, ...]
    by_kind: tuple[Part, ...]
    by_team: tuple[Part, ...]
    cells: tuple[Cell, ...]
    active: tuple[ActiveWeek, ...]
    outcomes: Outcomes

    @property
    def people(self) -> int:
        """Who could use it today."""
        return sum(member.active for member in self.choice.members)


def choose(team: str, *, viewer: Viewer, uow: UnitOfWork) -> Choice:
    """Whom the viewer looks at. `team`: its id or name, or `NO_TEAM`; empty: all they may see. Raises NotFound."""
    members = people_in_sight(viewer, uow=uow)
    if viewer.role is not Role.ADMIN and (viewer.role is not Role.MANAGER or viewer.team_id is None):
        if team:
            raise _no_such_team()
        return Choice(Scope.OWN, None, (), members)
    teams = tuple(
        Team(team_id, name) for name, team_id in sorted({(member.team_name, member.team_id) for member in members})
    )
    if viewer.role is Role.MANAGER:
        chosen = _named(team, teams) if team else teams[0]
        return Choice(Scope.TEAM, chosen, (), members)
    if not team:
        return Choice(Scope.ALL, None, teams, members)
    chosen = _named(team, teams)
    return Choice(Scope.TEAM, chosen, teams, tuple(each for each in members if each.team_id == chosen.team_id))


def value_report(team: str = "", *, weeks: int, rules: ValueRules, viewer: Viewer, uow: UnitOfWork) -> ValueReport:
    """Of the last `weeks` weeks, this one included. Raises NotFound for a team that the viewer may not look at."""
    choice, now = choose(team, viewer=viewer, uow=uow), uow.clock.now()
    mondays = last_weeks(now, weeks)
    since = datetime.combine(mondays[0], time(), tzinfo=UTC)
    ids, members = [each.user_id for each in choice.members], {each.user_id: each for each in choice.members}
    outputs = read_outputs(ids, since=since, until=now, rules=rules, uow=uow)
    after = ValueOutcomes(uow, people=ids, since=since, until=now)
    teams = sorted({(each.team_name, each.team_id) for each in choice.members})
    return ValueReport(
        choice=choice,
        weeks=mondays,
        until=now,
        rules=rules,
        total=figures_of(outputs, rules=rules),
        by_week=parts_by(
            outputs,
            lambda output: monday_of(output.filed_at).isoformat(),
            names={monday.isoformat(): "" for monday in mondays},
            rules=rules,
        ),
        by_kind=parts_by(outputs, lambda output: output.kind, names=dict.fromkeys(KINDS, ""), rules=rules),
        by_team=parts_by(
            outputs,
            lambda output: members[output.requester_id].team_id,
            names={team_id: name for name, team_id in teams},
            rules=rules,
        ),
        cells=cells_of(outputs, members, rules=rules),
        active=active_weeks(after, mondays, members=members),
        outcomes=outcomes_of(after, rules=rules),
    )


def last_weeks(now: datetime, number: int) -> tuple[date, ...]:
    """Mondays (UTC) of the last so many weeks, oldest first; the last one is that of this week."""
    last = monday_of(now)
    return tuple(last - _WEEK * back for back in range(number - 1, -1, -1))


def _named(team: str, teams: Sequence[Team]) -> Team:
    wanted = "" if team == NO_TEAM else team.strip().casefold()
    for each in teams:
        if wanted in {each.team_id.casefold(), each.name.casefold()} and bool(wanted) == bool(each.team_id):
            return each
    raise _no_such_team()


def _no_such_team() -> NotFound:
    return NotFound("There is no such team among those whose figures you may see.", hint="Leave the team out.")
