"""Use and value: what drafts came to, what that saved and how that is known.

Invariant 3: a person's own figures, a manager's team, an administrator's everybody; nobody is ranked.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.value_asked import USUAL_WEEKS, csv_file
from api.web import value_view as view
from api.web.templating import render
from copilot.domain.access import Role
from copilot.domain.value import ACCEPTED, Fate
from copilot.workflows.value.report import NO_TEAM, value_report
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.table import as_csv

router = APIRouter(include_in_schema=False)
PERIODS = (4, 8, 13, 26, 52)
"""Weeks that can be looked back on."""
TeamWord = Annotated[str, Query(max_length=200)]
WeeksWord = Annotated[str, Query(max_length=5)]


@router.get("/value")
def value(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    team: TeamWord = "",
    weeks: WeeksWord = "",
) -> Response:
    """The figures of some weeks, with how they were counted and what they cannot tell."""
    rules = load_value_rules(application.settings.value_file)
    found = value_report(team, weeks=_period(weeks), rules=rules, viewer=viewer, uow=uow)
    words = view.ValueWords(language)
    return render(
        request,
        "value.html",
        found=found,
        words=words,
        rules=rules,
        team=team,
        no_team=NO_TEAM,
        periods=PERIODS,
        fates=list(Fate),
        accepted=ACCEPTED,
        roles=list(Role),
        plot=view.fates_plot(found, words=words),
        span=view.hours_span(found.total.tally.hours_saved),
        width="value",
    )


@router.get("/value.csv")
def value_file(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    team: TeamWord = "",
    weeks: WeeksWord = "",
) -> Response:
    """The same as a table for a spreadsheet."""
    rules = load_value_rules(application.settings.value_file)
    return csv_file(as_csv(value_report(team, weeks=_period(weeks), rules=rules, viewer=viewer, uow=uow)))


def _period(weeks: str) -> int:
    return int(weeks) if weeks.isascii() and weeks.isdigit() and int(weeks) in PERIODS else USUAL_WEEKS
