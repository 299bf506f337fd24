"""How the check of a model is printed.

Invariant: every figure says of how many it is, and the verdict what follows from it.
"""

from rich.markup import escape
from rich.table import Table

from copilot.agent.model_check import CheckReport
from copilot.cli.context import console
from copilot.cli.models_words import TEXTS, say
from copilot.llm.probes import ContextLength, Streaming, Tally


def print_report(report: CheckReport, *, language: str) -> None:
    """The table and the verdict."""
    title = escape(say("report_title", language, model=report.model, endpoint=report.endpoint))
    table = Table(*say("report_columns", language).split("|"), title=title)
    found = report.abilities
    table.add_row(say("structured", language), _tally(found.structured, language))
    table.add_row(say("languages", language), _tally(found.languages, language))
    table.add_row(say("streaming", language), _streaming(found.streaming, language))
    table.add_row(say("context", language), _context(found.context, language))
    planned, offline = report.planned, report.planned_offline
    words = say("planned", language, right=planned.right, of=planned.of, offline=offline.right)
    if planned.by_rules:
        words += say("planned_by_rules", language, rules=planned.by_rules)
    table.add_row(say("planning", language), words)
    judged = report.judged
    table.add_row(say("judging", language), say("of", language, right=judged.right, of=judged.of))
    console.print(table)
    console.print(say(f"verdict_{report.fitness.value}", language), highlight=False)
    console.print(say("may_judge" if report.may_judge else "may_not_judge", language), highlight=False)


def _tally(found: Tally, language: str) -> str:
    return say("of", language, right=found.right, of=found.of) + _problem(found.problem, language)


def _streaming(found: Streaming, language: str) -> str:
    if not found.works:
        return say("stream_fails", language, problem=_problem(found.problem, language))
    return say("stream_works", language, first=found.first_seconds, speed=found.tokens_per_second)


def _context(found: ContextLength, language: str) -> str:
    key = f"ended_{found.ended}"
    ended = say(key, language) if key in TEXTS["en"] else found.ended
    return say(
        "context_found" if found.read else "context_none", language, read=found.read, tried=found.tried, ended=ended
    )


def _problem(code: str, language: str) -> str:
    return say("problem", language, problem=code) if code else ""
