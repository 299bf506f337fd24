"""Use and value: what drafts came to, what that saved by a stated method, and what followed."""

from fastapi import APIRouter, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from api.schemas.value import ValueOut
from api.value_asked import USUAL_WEEKS, TeamAsked, WeeksAsked, csv_file
from copilot.workflows.value.report import value_report
from copilot.workflows.value.rules import load_value_rules
from copilot.workflows.value.table import as_csv

router = APIRouter(prefix="/api/v1/value", tags=["value"], responses=PROBLEMS)


@router.get("")
def read_value(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    team: TeamAsked = "",
    weeks: WeeksAsked = USUAL_WEEKS,
) -> ValueOut:
    """Your own figures; your team's if you are a manager; everybody's, or one team's, if you are an administrator."""
    rules = load_value_rules(application.settings.value_file)
    return ValueOut.of(value_report(team, weeks=weeks, rules=rules, viewer=viewer, uow=uow), language=language)


@router.get(
    "/export", response_class=Response, responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
)
def export_value(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    team: TeamAsked = "",
    weeks: WeeksAsked = USUAL_WEEKS,
) -> Response:
    """The same as CSV: the total, each week, team and kind, and each cell of the three."""
    rules = load_value_rules(application.settings.value_file)
    return csv_file(as_csv(value_report(team, weeks=weeks, rules=rules, viewer=viewer, uow=uow)))
