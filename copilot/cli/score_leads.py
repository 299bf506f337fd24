"""`sales-copilot scores leads`: the prospects a person may see, the best first, with why and who could look after each.

Invariant: nothing is assigned and nothing written.
"""

from decimal import Decimal
from typing import Annotated, Any

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import plain, print_json, print_line
from copilot.cli.score_leads_words import say
from copilot.cli.tables import table
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.portfolio import Slice
from copilot.scoring.lead_rules import load_lead_rules
from copilot.scoring.routing import Suggestion, Why
from copilot.workflows.portfolio.leads import Lead, LeadBoard, lead_board
from copilot.workflows.scores.words import band_words, column_words

_REASONS = 3


def add_commands(app: typer.Typer) -> None:
    """Add them to the group of scores."""
    app.command("leads")(show)


def show(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    language: Annotated[Language | None, typer.Option(help="Language of the answer (default: yours).")] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Leads, the best first: how well each fits, how much it shows, and who could look after it."""
    with reported_errors():
        person = acting(user)
        told = language or Language(person.viewer.language)
        rules = load_lead_rules(person.application.settings.leads_file)
        with person.application.database.unit_of_work() as uow:
            board = lead_board(Slice(), rules=rules, viewer=person.viewer, uow=uow, limit=limit)
    if as_json:
        print_json([_as_data(lead) for lead in board.leads])
        return
    _print(board, told)


def _print(board: LeadBoard, language: Language) -> None:
    if not board.leads:
        print_line(say("no_leads", language))
        return
    if board.model.is_in_use:
        print_line(say("by_model", language, id=(board.model.version or "")[:8]))
    else:
        print_line(say("by_rules", language, why=board.model.why_not(language, with_command=True)))
    headings = [say(name, language) for name in ("lead", "score", "reads", "why", "who")]
    console.print(table(headings, [_row(lead, language) for lead in board.leads]))
    if board.more:
        print_line(say("more", language, count=board.more))
    print_line(say("nobody_assigned", language))


def _row(lead: Lead, language: Language) -> list[str]:
    score = lead.score
    if score.value is None:
        return [lead.facts.name, "–", "", say("few", language), _who(lead, language)]
    parts = [part for part in score.parts if abs(part.effect) >= 0.5][:_REASONS]
    signs = [
        f"{column_words(part.name, language)} {'+' if part.effect > 0 else '−'}{round(abs(part.effect))}"
        for part in parts
    ]
    sides = [say(side.value, language, points=f"{given.points}/{given.most}") for side, given in lead.sides.items()]
    points = Formatter(language).number(Decimal(round(score.value)))
    reads = band_words(score.band, language, kind=score.kind)
    return [lead.facts.name, points, reads, "; ".join([*sides, *signs]), _who(lead, language)]


def _who(lead: Lead, language: Language) -> str:
    one = lead.suggestion.colleague
    said = [_why(why, lead.suggestion, language) for why in lead.suggestion.why]
    return "; ".join(said) if one is None else say("because", language, name=plain(one.name), why="; ".join(said))


def _why(why: Why, suggestion: Suggestion, language: Language) -> str:
    one = suggestion.colleague
    return say(
        f"why.{why.value}",
        language,
        count=suggestion.others + 1,
        accounts=one.accounts if one else 0,
        deals=one.open_deals if one else 0,
        route=suggestion.route or "",
    )


def _as_data(lead: Lead) -> dict[str, Any]:
    one = lead.suggestion.colleague
    return lead.score.model_dump(mode="json") | {
        "name": lead.facts.name,
        "suggested": None if one is None else one.email,
        "route": lead.suggestion.route,
        "suggested_because": [why.value for why in lead.suggestion.why],
    }
