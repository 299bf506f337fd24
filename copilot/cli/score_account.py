"""`sales-copilot scores account` and `scores health`: an account's scores explained, and the scorecard of health.

Invariant: a person sees what they may see; checking a scorecard changes nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import plain, print_json, print_line
from copilot.cli.score_account_words import say
from copilot.cli.tables import print_rows
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.scores import Band
from copilot.scoring.health import DEFAULT_SCORECARD, load_scorecard
from copilot.store.accounts import AccountRepository
from copilot.workflows.scores.as_data import as_data
from copilot.workflows.scores.scorecard_check import Checked, Read, check_scorecard
from copilot.workflows.scores.story import AccountStory, ScoreStory, Sign
from copilot.workflows.scores.words import band_words

_BANDS = (Band.GOOD, Band.WATCH, Band.BAD, None)


def add_commands(app: typer.Typer) -> None:
    """Add them to the group of scores."""
    app.command("account")(account)
    app.command("health")(health)
    app.command("recompute")(recompute)


def account(
    name: Annotated[str, typer.Argument(help="Name of the account (part of it is enough) or its id.")],
    *,
    language: Annotated[Language | None, typer.Option(help="Language of the answer (default: yours).")] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """An account's scores: what moves them, what would change them, and how accounts like it ended."""
    with reported_errors():
        person = acting(user)
        told = language or Language(person.viewer.language)
        with person.application.database.unit_of_work() as uow:
            found = find_account(name, viewer=person.viewer, repository=AccountRepository(uow))
            story = person.application.explanations.explain(found.id, viewer=person.viewer, language=told, uow=uow)
    if as_json:
        print_json(as_data(story))
        return
    for line in _story_lines(story, told):
        print_line(plain(line))


def health(
    *,
    check: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A changed scorecard: say what it would change.")
    ] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Where the scorecard of health is, or what another one would change. Nothing is changed."""
    with reported_errors():
        person = acting(user)
        told, service = Language(person.viewer.language), person.application.scores
        if check is None:
            _print_where(person.application.settings.health_file or DEFAULT_SCORECARD, told)
            return
        other = load_scorecard(check)
        with person.application.database.unit_of_work() as uow:
            found = check_scorecard(service.scorecard, other, viewer=person.viewer, uow=uow)
    if as_json:
        print_json(_checked_as_data(found))
    else:
        _print_checked(found, person.viewer)


def recompute(*, user: UserOption = None) -> None:
    """Compute the scores that are due now, without waiting for the background job."""
    with reported_errors():
        person = acting(user)
        done = person.application.scores.recompute(person.application.database)
    told = Language(person.viewer.language)
    print_line(say("recomputed", told, accounts=done.accounts, written=done.written))


def _story_lines(story: AccountStory, told: Language) -> list[str]:
    lines = [say("heading", told, name=story.name, day=story.day.isoformat()), ""]
    if story.nothing:
        lines += [story.nothing]
    for score in story.scores:
        lines += [*_score_lines(score, told), ""] if score.is_there else []
    for reason in story.reasons:
        lines += [f"{reason.title}:", f"  {reason.why}", ""]
    lines += [say("alike", told)] if story.alike else []
    lines += [f"  {one.sentence} {one.in_what}".rstrip() for one in story.alike]
    return [*lines, story.alike_note] if story.alike_note else lines


def _score_lines(score: ScoreStory, told: Language) -> list[str]:
    lines = [score.sentence if score.before is None else f"{score.sentence} {score.before.sentence}"]
    for heading, signs in (("bad", score.bad), ("good", score.good)):
        lines += [f"  {say(heading, told)}"] if signs else []
        lines += [f"    {_sign(sign)}" for sign in signs]
    lines += [f"  {say('changes', told)}"] if score.changes else []
    lines += [f"    {change.sentence}" for change in score.changes]
    return [*lines, f"    {score.together}"] if score.together else lines


def _sign(sign: Sign) -> str:
    cited = f"  [{sign.evidence.id} · {sign.evidence.as_of.isoformat()}]" if sign.evidence else ""
    return f"{sign.sentence}{cited}"


def _print_where(path: Path, told: Language) -> None:
    console.print(say("scorecard", told, path=path), markup=False, highlight=False, soft_wrap=True)
    console.print(say("how", told), markup=False, highlight=False, soft_wrap=True)


def _print_checked(found: Checked, viewer: Viewer) -> None:
    told = Language(viewer.language)
    print_line(say("checked", told, customers=found.customers, moved=len(found.moved)))
    rows = [(_band(band, told), str(found.before.get(band, 0)), str(found.after.get(band, 0))) for band in _BANDS]
    print_rows("score_band_columns", rows, viewer=viewer)
    if found.moved:
        moved: list[Sequence[str]] = [
            (one.name, _read(one.before, told), _read(one.after, told)) for one in found.moved
        ]
        print_rows("score_moved_columns", moved, viewer=viewer)


def _read(read: Read, told: Language) -> str:
    return _band(None, told) if read.value is None else f"{read.value:.0f} · {_band(read.band, told)}"


def _band(band: Band | None, told: Language) -> str:
    return say("few_signals", told) if band is None else band_words(band, told)


def _checked_as_data(found: Checked) -> dict[str, Any]:
    counts = {
        when: {band.value if band else "none": of.get(band, 0) for band in _BANDS}
        for when, of in (("before", found.before), ("after", found.after))
    }
    moved = [
        {
            "account_id": one.account_id,
            "name": one.name,
            "before": {"value": one.before.value, "band": one.before.band},
            "after": {"value": one.after.value, "band": one.after.band},
        }
        for one in found.moved
    ]
    return {"customers": found.customers, "bands": counts, "moved": moved}
