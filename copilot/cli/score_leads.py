"""`sales-copilot scores leads`: the prospects a person may see, the best first, with why and who could look after each.

Invariant: nothing is assigned and nothing written; the scores are those of this moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import plain, print_json, print_line
from copilot.cli.score_growth_words import say
from copilot.cli.score_tables import table
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import AccountScore, ScoreKind, ScoreModel
from copilot.scoring.lead_rules import LeadRules, Side, load_lead_rules
from copilot.scoring.leads import LeadScores
from copilot.scoring.refusals import refusal_text
from copilot.scoring.routing import Suggestion, Why, suggested
from copilot.store.lead_facts import LeadFacts, LeadFactsRepository
from copilot.store.scores import ScoreRepository
from copilot.workflows.scores.words import band_words, column_words

_REASONS = 3


@dataclass(frozen=True, slots=True)
class Lead:
    """One line."""

    score: AccountScore
    facts: LeadFacts
    suggestion: Suggestion


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
            repository, today = LeadFactsRepository(uow), uow.clock.today()
            ids = repository.prospects(viewer=person.viewer)
            scores = [one for one in LeadScores(rules).of_accounts(ids, today, uow) if one.account_id in set(ids)]
            scores.sort(key=lambda one: (-(one.value if one.value is not None else -1.0), one.account_id))
            facts = repository.of_day([one.account_id for one in scores[:limit]], day=today)
            colleagues = repository.colleagues()
            model = ScoreRepository(uow).model(ScoreKind.LEAD)
    leads = [
        Lead(one, facts[one.account_id], suggested(facts[one.account_id], colleagues, rules)) for one in scores[:limit]
    ]
    if as_json:
        print_json([_as_data(lead) for lead in leads])
        return
    _print(leads, more=len(scores) - len(leads), rules=rules, model=model, language=told)


def _print(leads: Sequence[Lead], *, more: int, rules: LeadRules, model: ScoreModel | None, language: Language) -> None:
    if not leads:
        print_line(say("no_leads", language))
        return
    why = refusal_text(model, language, advises="leads")
    by_model = model is not None and why is None
    print_line(say("by_model", language, id=model.id[:8]) if model and by_model else say("by_rules", language, why=why))
    headings = [say(name, language) for name in ("lead", "score", "reads", "why", "who")]
    rows = [_row(lead, rules, language, by_model=by_model) for lead in leads]
    console.print(table(headings, rows))
    if more:
        print_line(say("more", language, count=more))
    print_line(say("nobody_assigned", language))


def _row(lead: Lead, rules: LeadRules, language: Language, *, by_model: bool) -> list[str]:
    score, formatter = lead.score, Formatter(language)
    if score.value is None:
        return [plain(lead.facts.name), "–", "", say("few", language), _who(lead, language)]
    parts = [part for part in score.parts if abs(part.effect) >= 0.5][:_REASONS]
    signs = [
        f"{column_words(part.name, language)} {'+' if part.effect > 0 else '−'}{round(abs(part.effect))}"
        for part in parts
    ]
    if not by_model:
        signs = [*_sides(score, rules, language), *signs]
    points = formatter.number(Decimal(round(score.value)))
    return [
        plain(lead.facts.name),
        points,
        band_words(score.band, language, kind=score.kind),
        "; ".join(signs),
        _who(lead, language),
    ]


def _sides(score: AccountScore, rules: LeadRules, language: Language) -> list[str]:
    """Fit and intent, each out of what its rules can give."""
    whole = sum(rule.weight for rule in rules.rules)
    told = []
    for side in Side:
        of_side = [rule for rule in rules.rules if rule.side is side]
        most = 100 * sum(rule.weight for rule in of_side) / whole
        start = sum(rule.weight * rule.unknown for rule in of_side) / whole
        points = start + sum(part.effect for part in score.parts if rules.side_of(part.name) is side)
        told.append(say(side.value, language, points=f"{round(points)}/{round(most)}"))
    return told


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
