"""`sales-copilot brief schedule`: have briefs made by themselves, and all of one's accounts' now.

Invariant: everybody sees and changes their own wishes only.
"""

from typing import Annotated

import typer

from copilot.bootstrap import Application
from copilot.cli.acting import Acting, JsonOption, acting
from copilot.cli.brief_schedule_words import say
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import moment, plain, print_json, print_line
from copilot.cli.tables import table
from copilot.domain.access import Viewer
from copilot.domain.brief_schedules import MOST_HOURS_BEFORE, Occasion, Wish
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.accounts import AccountRepository
from copilot.store.brief_schedules import ListedOccasion, ListedSchedule
from copilot.store.database import UnitOfWork

schedule_app = typer.Typer(help="Have briefs made by themselves.", no_args_is_help=True)
_KEPT = (Occasion.MEETING, Occasion.WEEKLY, Occasion.OWNER_CHANGE)
ScheduleArgument = Annotated[str, typer.Argument(help="Id of the schedule, as listed.")]


@schedule_app.command("list")
def list_schedules(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """When briefs are made for you."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found = person.application.brief_schedules.all(viewer=person.viewer, uow=uow)
    if as_json:
        print_json([_as_json(listed) for listed in found])
        return
    if not found:
        print_line(say("none", person.viewer))
        return
    rows = (_row(listed, person.viewer) for listed in found)
    console.print(table(say("columns", person.viewer).split("|"), rows))


@schedule_app.command("add")
def add(
    occasion: Annotated[Occasion, typer.Argument(help="meeting, weekly or owner_change.")],
    account: Annotated[str | None, typer.Argument(help="Name or id of an account; without it, all yours.")] = None,
    *,
    language: Annotated[Language | None, typer.Option(help="Language of the briefs (default: yours).")] = None,
    hours_before: Annotated[int, typer.Option(min=1, max=MOST_HOURS_BEFORE, help="Hours before a meeting.")] = 24,
    weekday: Annotated[int, typer.Option(min=1, max=7, help="Day of a weekly brief; 1 is Monday.")] = 1,
    hour: Annotated[int, typer.Option(min=0, max=23, help="Hour of a weekly brief, on your clock.")] = 7,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Have briefs made on an occasion; the same occasion and account again changes it."""
    with reported_errors():
        person = acting(user)
        if occasion not in _KEPT:
            raise InputError(say("not_kept", person.viewer), hint=say("use_now", person.viewer))
        with person.application.database.unit_of_work() as uow:
            wish = Wish(
                occasion=occasion,
                account_id=_account_id(account, viewer=person.viewer, uow=uow),
                language=language or Language(person.viewer.language),
                hours_before=hours_before,
                weekday=weekday - 1,
                hour=hour,
            )
            saved = person.application.brief_schedules.save(wish, viewer=person.viewer, uow=uow)
    _print_one(saved, person, as_json=as_json)


@schedule_app.command("on")
def switch_on(schedule: ScheduleArgument, *, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Switch a schedule on; what came meanwhile is not made up for."""
    _switch(schedule, on=True, as_json=as_json, user=user)


@schedule_app.command("off")
def switch_off(schedule: ScheduleArgument, *, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Switch a schedule off. Briefs that were made stay."""
    _switch(schedule, on=False, as_json=as_json, user=user)


@schedule_app.command("remove")
def remove(schedule: ScheduleArgument, *, user: UserOption = None) -> None:
    """Take a schedule back. Briefs that were made stay."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            person.application.brief_schedules.remove(schedule, viewer=person.viewer, uow=uow)
    print_line(say("removed", person.viewer))


@schedule_app.command("now")
def now(
    *,
    language: Annotated[Language | None, typer.Option(help="Language of the briefs (default: yours).")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Make them here instead of in the background.")] = False,
    user: UserOption = None,
) -> None:
    """Have a brief made of every account of yours; not where nothing changed since the last one."""
    with reported_errors():
        person = acting(user)
        wanted = language or Language(person.viewer.language)
        with person.application.database.unit_of_work() as uow:
            count = person.application.brief_schedules.make_all(language=wanted, viewer=person.viewer, uow=uow)
        print_line(say("asked", person.viewer, number=count))
        if wait:
            _make_here(person.application)
            _print_occasions(person, as_json=False)


@schedule_app.command("results")
def results(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """What came of the latest occasions."""
    with reported_errors():
        _print_occasions(acting(user), as_json=as_json)


def _make_here(application: Application) -> None:
    while application.brief_schedules.run_due(application.database):
        continue


def _switch(schedule: str, *, on: bool, as_json: bool, user: str | None) -> None:
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            changed = person.application.brief_schedules.switch(schedule, on=on, viewer=person.viewer, uow=uow)
    _print_one(changed, person, as_json=as_json)


def _account_id(account: str | None, *, viewer: Viewer, uow: UnitOfWork) -> str | None:
    return None if account is None else find_account(account, viewer=viewer, repository=AccountRepository(uow)).id


def _print_one(listed: ListedSchedule, person: Acting, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(listed))
        return
    console.print(table(say("columns", person.viewer).split("|"), [_row(listed, person.viewer)]))


def _row(listed: ListedSchedule, viewer: Viewer) -> tuple[str, ...]:
    one = listed.schedule
    account = say("lost", viewer) if listed.is_lost else listed.account_name or say("all", viewer)
    day = say("weekdays", viewer).split("|")[one.weekday or 0]
    when = say(one.occasion.value, viewer, hours=one.hours_before, day=day, hour=f"{one.hour or 0:02d}:00")
    return one.id, account, when, one.language.value, say("on" if one.active else "off", viewer)


def _as_json(listed: ListedSchedule) -> dict[str, object]:
    return {
        **listed.schedule.model_dump(mode="json", exclude={"owner_id", "from_change", "counts_from"}),
        "account_name": listed.account_name,
    }


def _print_occasions(person: Acting, *, as_json: bool) -> None:
    with person.application.database.unit_of_work() as uow:
        found = person.application.brief_schedules.occasions(viewer=person.viewer, uow=uow)
    if as_json:
        print_json([_occasion_as_json(one) for one in found])
        return
    if not found:
        print_line(say("nothing_yet", person.viewer))
        return
    rows = [
        (
            moment(one.happened_at),
            plain(one.account_name),
            say(f"occasion.{one.occasion.value}", person.viewer),
            say(f"outcome.{'begun' if one.error_code == 'begun' else one.outcome.value}", person.viewer),
            one.review_item_id or "-",
        )
        for one in found
    ]
    console.print(table(say("result_columns", person.viewer).split("|"), rows))


def _occasion_as_json(one: ListedOccasion) -> dict[str, object]:
    return {
        "account_id": one.account_id,
        "account_name": one.account_name,
        "occasion": one.occasion.value,
        "outcome": one.outcome.value,
        "review_item_id": one.review_item_id,
        "error_code": one.error_code,
        "happened_at": one.happened_at.isoformat(),
    }
