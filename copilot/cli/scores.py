"""`sales-copilot scores`: learn scores from the records, see which model is in use and how good it is.

Invariant: only an admin trains or chooses a model; what is shown of a model names no account.
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from copilot.cli import score_leads
from copilot.cli.acting import Acting, JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import print_line
from copilot.cli.score_account import add_commands
from copilot.cli.scores_report import SHORT, apart_lately, choice_lines, figures_of, report_text
from copilot.cli.scores_words import say, score_name
from copilot.cli.tables import print_rows
from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.domain.scores import CHURN_DAYS, ScoreKind, ScoreModel
from copilot.errors import InputError, NotAllowed, NotFound
from copilot.scoring import registry
from copilot.scoring.backtest import TrainingOptions, customers_past
from copilot.scoring.refusals import refusal_text
from copilot.store.scores import ScoreRepository
from copilot.workflows.scores.models import choices_of, in_use_now, standing_of

scores_app = typer.Typer(help="Scores of accounts, and the models that make them.", no_args_is_help=True)
add_commands(scores_app)
score_leads.add_commands(scores_app)
_KIND_OF = {days: kind for kind, days in CHURN_DAYS.items()}
_REFUSED = 3
_Horizon = Annotated[int | None, typer.Option(help="Days: 30, 90 or 180.")]


class What(StrEnum):
    """What may be learnt."""

    CHURN = "churn"
    EXPANSION = "expansion"
    LEADS = "leads"


_GROWTH = {What.EXPANSION: ScoreKind.EXPANSION, What.LEADS: ScoreKind.LEAD}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(scores_app, name="scores")


@scores_app.callback()
def _group() -> None:
    """Scores of accounts, and the models that make them."""


@scores_app.command("train")
def train(
    what: Annotated[
        What, typer.Argument(help="Who leaves, who buys more, or which leads become customers.")
    ] = What.CHURN,
    *,
    horizon: Annotated[list[int] | None, typer.Option(help="Days: 30, 90 or 180 (default: all three).")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="A column that was known before the outcome.")] = None,
    delay: Annotated[
        int | None, typer.Option(min=0, max=365, help="Days after which a departure is on record.")
    ] = None,
    even_if_worse: Annotated[
        bool, typer.Option("--even-if-worse", help="Use it whatever the one in use does.")
    ] = False,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Learn from the records who leaves, buys more or becomes a customer. What has no worth is refused, and why."""
    with reported_errors():
        person = _admin(user)
        language, settings = _language(person), person.application.settings
        wanted = [_kind(days, language) for days in horizon or CHURN_DAYS.values()]
        kinds = [_GROWTH[what]] if what in _GROWTH else wanted
        options = TrainingOptions(
            label_delay_days=settings.label_delay_days if delay is None else delay,
            alert_budget=settings.alert_budget,
            kept=frozenset(keep or ()),
        )
        done = []
        with console.status(say("working", language)) as status, person.application.database.unit_of_work() as uow:
            found = customers_past(uow, options=options) if what is What.CHURN else None
            for kind in kinds:
                status.update(say("learning", language, kind=score_name(kind, language)))
                actor = person.viewer.user_id
                done.append(
                    registry.train_and_keep(
                        uow, kind, actor_id=actor, options=options, found=found, even_if_worse=even_if_worse
                    )
                )
    if as_json:
        typer.echo(json.dumps([_as_json(one.model) | {"put": one.put} for one in done], ensure_ascii=False, indent=2))
    else:
        for one in done:
            _print_trained(one, language)
    if all(one.model.refusal is not None for one in done):
        raise typer.Exit(_REFUSED)


@scores_app.command("models")
def models(*, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Every model that was trained, with its figures; the newest first."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            found, in_use = ScoreRepository(uow).models(), in_use_now(uow)
            choices = choices_of(found, uow=uow)
    if as_json:
        typer.echo(json.dumps([_as_json(_for_reader(one, person)) for one in found], ensure_ascii=False, indent=2))
        return
    language = _language(person)
    if not found:
        print_line(say("no_model", language))
        return
    print_rows("score_model_columns", [_row(one, in_use, language) for one in found], viewer=person.viewer)
    for one in found:
        if one.id in in_use:
            lines = [*choice_lines(choices.get(one.id), language), *apart_lately(one, language)]
            for line in lines:
                print_line(f"{score_name(one.kind, language)} ({one.id[:SHORT]}): {line}")


@scores_app.command("show")
def show(
    model: Annotated[
        str | None, typer.Argument(help="Id; its first characters are enough. Unset: the one in use.")
    ] = None,
    *,
    horizon: _Horizon = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """The report of a model: what it learnt from, what stands out, how good it is, what moves it."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            scores = ScoreRepository(uow)
            kind = _kind(horizon or CHURN_DAYS[_USUAL], _language(person))
            found = registry.named(uow, model) if model else scores.model(kind)
            in_use, choices = in_use_now(uow), choices_of(scores.models(), uow=uow)
        if found is None:
            raise NotFound(say("no_model", _language(person)))
        found = _for_reader(found, person)
    if as_json:
        typer.echo(json.dumps(_as_json(found) | {"model": found.model}, ensure_ascii=False, indent=2))
        return
    language = _language(person)
    state = say(f"state.{standing_of(found, in_use)}", language)
    text = report_text(
        found, state="; ".join([state, *choice_lines(choices.get(found.id), language)]), language=language
    )
    console.print(text, markup=False, highlight=False, soft_wrap=True)


_USUAL = ScoreKind.CHURN_90


@scores_app.command("use")
def use(
    model: Annotated[str, typer.Argument(help="Id; its first characters are enough.")], *, user: UserOption = None
) -> None:
    """Let a model make the scores until the choice is taken back; recorded in the audit chain."""
    with reported_errors():
        person = _admin(user)
        with person.application.database.unit_of_work() as uow:
            chosen = registry.put_in_use(uow, model, actor_id=person.viewer.user_id)
    language = _language(person)
    print_line(say("used", language, id=chosen.id[:SHORT], kind=score_name(chosen.kind, language)))


@scores_app.command("take-back")
def take_back(
    model: Annotated[str, typer.Argument(help="Id; its first characters are enough.")], *, user: UserOption = None
) -> None:
    """Take the choice of a model back: from now on retraining decides again; recorded in the audit chain."""
    with reported_errors():
        person = _admin(user)
        language = _language(person)
        with person.application.database.unit_of_work() as uow:
            named = registry.named(uow, model)
            if named.chosen_at is None:
                raise InputError(say("not_chosen", language, id=named.id[:SHORT]), hint="`sales-copilot scores models`")
            registry.take_back_choice(uow, named.kind, actor_id=person.viewer.user_id)
    print_line(say("taken_back", language, id=named.id[:SHORT], kind=score_name(named.kind, language)))


def _for_reader(model: ScoreModel, person: Acting) -> ScoreModel:
    """How often alerts were right is for managers and administrators, as `alerts quality` is."""
    if person.viewer.role in {Role.MANAGER, Role.ADMIN}:
        return model
    return model.model_copy(update={"report": {name: of for name, of in model.report.items() if name != "alerts"}})


def _admin(user: str | None) -> Acting:
    person = acting(user)
    if person.viewer.role is not Role.ADMIN:
        raise NotAllowed(say("admin", _language(person)), hint="--user EMAIL")
    return person


def _language(person: Acting) -> Language:
    return Language(person.viewer.language) if person.viewer.language in set(Language) else Language.EN


def _kind(days: int, language: Language) -> ScoreKind:
    if days not in _KIND_OF:
        raise InputError(say("horizon", language, days=days), hint=say("horizon_hint", language))
    return _KIND_OF[days]


def _print_trained(one: registry.Trained, language: Language) -> None:
    before = one.before.id[:SHORT] if one.before else ""
    put = say(f"put.{one.put}", language, id=one.model.id[:SHORT], before=before)
    print_line(f"{score_name(one.model.kind, language)}: {put}")
    why = refusal_text(one.model, language)
    if why is not None:
        print_line(f"  {why}")


def _row(model: ScoreModel, in_use: frozenset[str], language: Language) -> Sequence[str]:
    state = say(f"state.{standing_of(model, in_use)}", language)
    kind, day = score_name(model.kind, language), model.trained_on.isoformat()
    return (model.id[:SHORT], kind, day, *figures_of(model, language), state)


def _as_json(model: ScoreModel) -> dict[str, object]:
    return model.model_dump(mode="json", exclude={"model"})
