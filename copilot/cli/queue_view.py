"""How the queue looks at the command line, in the language of the person it acts for.

Invariant: whatever came from outside is printed as plain text, without control characters or markup.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from copilot.approvals.service import ReviewView, VoteLine
from copilot.approvals.texts import refusal
from copilot.cli.context import console
from copilot.cli.queue_destination import destination_lines
from copilot.cli.queue_view_text import plain
from copilot.cli.queue_words import say, word
from copilot.domain.access import Viewer
from copilot.domain.approvals import live_votes
from copilot.domain.drafts import Segment
from copilot.domain.findings import Finding, Risk
from copilot.domain.rendering_words import quoted
from copilot.domain.review_items import OPEN, ReviewItem, ReviewState
from copilot.store.queue_pages import QueuePage
from copilot.store.review_entries import QueueEntry

__all__ = [
    "entry_as_json",
    "item_as_json",
    "moment",
    "plain",
    "print_item",
    "print_json",
    "print_line",
    "print_page",
    "risk_word",
    "short",
    "short_ids",
    "state_word",
]

_WIDE = 120
"""Columns of a terminal in which all of the list fits."""
_SHOWN_OF_ID = len("review_") + 8
_RISK_STYLE = {Risk.LOW: "green", Risk.MEDIUM: "yellow", Risk.HIGH: "red", Risk.CRITICAL: "bold red"}


def print_json(content: object) -> None:
    """For programs."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def print_page(page: QueuePage, *, names: Mapping[str, str], viewer: Viewer, as_json: bool, now: datetime) -> None:
    """The list. `names`: of the people who are asked or on it, by id."""
    if as_json:
        print_json({"items": [entry_as_json(entry) for entry in page.entries], "cursor": page.cursor})
        return
    if not page.entries:
        console.print(say("empty", viewer))
        return
    wide = console.width >= _WIDE
    table = Table()
    for number, heading in enumerate(say("columns" if wide else "narrow_columns", viewer).split("|")):
        # The id is typed into the next command, so it is never cut; every other column gives way.
        table.add_column(heading, no_wrap=number == 0, overflow="fold")
    ids = short_ids([entry.item.id for entry in page.entries])
    for entry in page.entries:
        cells = _cells(entry, names, viewer, now=now, wide=wide)
        item = entry.item
        table.add_row(
            ids[item.id],
            Text(risk_word(item.risk, viewer), style=_RISK_STYLE[item.risk]),
            state_word(item.state, viewer),
            *(Text(plain(cell)) for cell in cells),
        )
    console.print(table)
    if not wide:
        print_line(say("narrow", viewer))
    if page.cursor:
        console.print(say("more", viewer, cursor=page.cursor), highlight=False, soft_wrap=True)


def _cells(
    entry: QueueEntry, names: Mapping[str, str], viewer: Viewer, *, now: datetime, wide: bool
) -> tuple[str, ...]:
    """What stands after id, risk and state."""
    item = entry.item
    overdue = item.state in OPEN and item.requirement.due_at <= now
    due = _bare(item.requirement.due_at) + (f" ({say('late', viewer)})" if overdue else "")
    if not wide:
        return " · ".join(dict.fromkeys((entry.account_name or "-", entry.title))), due
    value = "-" if item.value_at_stake is None else f"{item.value_at_stake:,.0f}"
    decides = _who_decides(item, names, viewer)
    return entry.account_name or "-", entry.title, entry.requester_name, decides, value, due


def print_item(view: ReviewView, *, viewer: Viewer) -> None:
    """The draft with its sources and findings, and who did and said what."""
    print_line(plain(view.entry.title), style="bold")
    for line in _head(view, viewer):
        print_line(line)
    print_line("")
    for line in destination_lines(view.draft, viewer):
        print_line(line)
    by_segment = _by_segment(view.findings)
    numbers = {item.id: number for number, item in enumerate(view.draft.evidence, start=1)}
    for section in view.draft.sections:
        print_line(f"\n{plain(section.title)}", style="bold")
        for segment in section.segments:
            _print_segment(segment, numbers, by_segment.get(segment.id, []), viewer)
    print_line(f"\n{say('sources', viewer)}", style="bold")
    for item in view.draft.evidence:
        text = plain(quoted(item, language=view.draft.language))[:200]
        print_line(f"[{numbers[item.id]}] {plain(item.label)}: {text}")
    _print_findings(by_segment.get(None, []), viewer, none_at_all=not view.findings)
    _print_talk(view, viewer)
    if view.unsupported_segments:
        print_line("\n" + say("accept", viewer, names=", ".join(view.unsupported_segments)), style="yellow")
    if view.rights.approve is not None and view.item.state in OPEN:
        why = refusal(view.rights.approve, language=viewer.language)[0]
        print_line(say("cannot", viewer, why=why), style="yellow")


def print_line(line: str, *, style: str | None = None) -> None:
    """One line, whatever it holds."""
    console.print(Text(line, style=style or ""), highlight=False, soft_wrap=True)


def _who_decides(item: ReviewItem, names: Mapping[str, str], viewer: Viewer) -> str:
    if item.claimed_by is not None and item.state in OPEN:
        return say("working", viewer, name=names.get(item.claimed_by, "?"))
    return names.get(item.assignee_id or "", "-")


def _head(view: ReviewView, viewer: Viewer) -> Iterable[str]:
    item, requirement = view.item, view.item.requirement
    state, risk = state_word(item.state, viewer), risk_word(item.risk, viewer)
    yield item.id
    yield say("by", viewer, requester=plain(view.entry.requester_name), risk=risk, state=state, version=item.version)
    roles = ", ".join(word("role", role, viewer) for role in requirement.roles) or say("nobody", viewer)
    given, needed = len(live_votes(item)), requirement.approvals
    yield say("who", viewer, roles=roles, rule=requirement.rule, given=given, needed=needed)
    yield say("clock", viewer, due=moment(requirement.due_at), expires=moment(requirement.expires_at))
    if view.assignee_name or view.claimer_name:
        assignee, claimer = plain(view.assignee_name or "-"), plain(view.claimer_name or "-")
        yield say("handling", viewer, assignee=assignee, claimer=claimer)
    for line in view.votes:
        yield _vote(line, viewer)
    yield say("digest", viewer, digest=item.digest)
    if view.entry.decider_name:
        comment = plain(item.comment or "")
        yield say("decided", viewer, decider=plain(view.entry.decider_name), state=state, comment=comment)
    if view.release is not None:
        yield say(
            "release",
            viewer,
            state=word("release", view.release.state.value, viewer),
            code=view.release.error_code or "",
        )
        if view.release.not_before is not None and item.state is ReviewState.APPROVED:
            yield say("leaves", viewer, at=moment(view.release.not_before), id=short(item.id))


def _vote(line: VoteLine, viewer: Viewer) -> str:
    lent = say("lent", viewer, name=plain(line.delegator_name)) if line.delegator_name else ""
    void = say("void", viewer, reason=word("void", line.void_reason or "-", viewer)) if line.voided_at else ""
    return say(
        "vote",
        viewer,
        name=plain(line.voter_name),
        role=word("role", line.vote.role.value, viewer),
        lent=lent,
        void=void,
    )


def _print_talk(view: ReviewView, viewer: Viewer) -> None:
    if view.comments:
        print_line("\n" + say("comments", viewer), style="bold")
    for comment in view.comments:
        print_line(f"- {moment(comment.created_at)} {plain(comment.author_name)}: {plain(comment.text)}")
    if len(view.versions) > 1:
        print_line("\n" + say("versions", viewer), style="bold")
        for line in view.versions:
            values = {"author": plain(line.author_name), "at": moment(line.created_at), "id": short(line.item_id)}
            state = state_word(line.state, viewer)
            print_line(say("version", viewer, number=line.version, state=state, **values))


def _print_segment(segment: Segment, numbers: dict[str, int], findings: list[Finding], viewer: Viewer) -> None:
    marks = "".join(f"[{numbers[item]}]" for item in segment.evidence_ids if item in numbers)
    print_line(f"- {plain(segment.text)} {marks} ({segment.id})")
    for finding in findings:
        print_line(f"    ! {_explained(finding, viewer)}", style="red")


def _print_findings(findings: list[Finding], viewer: Viewer, *, none_at_all: bool) -> None:
    if none_at_all:
        print_line("\n" + say("no_findings", viewer), style="green")
    if findings:
        print_line("\n" + say("findings", viewer), style="bold")
    for finding in findings:
        print_line(f"! {_explained(finding, viewer)}", style="red")


def _explained(finding: Finding, viewer: Viewer) -> str:
    words = finding.explanation.get(viewer.language) or finding.explanation["en"]
    return f"[{word('severity', finding.severity.value, viewer)}] {plain(words)}"


def _by_segment(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    found: dict[str | None, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.segment_id, []).append(finding)
    return found


def moment(at: datetime) -> str:
    """A time as all commands write it, in UTC and saying so."""
    return f"{_bare(at)} UTC"


def _bare(at: datetime) -> str:
    """The same below a heading that says UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def short(item_id: str) -> str:
    """As much of an id as names it in practice."""
    return item_id[:_SHOWN_OF_ID]


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """Id -> its first characters, as few for all as tell these apart."""
    length = _SHOWN_OF_ID
    while len({each[:length] for each in ids}) < len(set(ids)):
        length += 1
    return {each: each[:length] for each in ids}


def state_word(state: ReviewState, viewer: Viewer) -> str:
    """The state in words."""
    return say(f"state.{state.value}", viewer)


def risk_word(risk: Risk, viewer: Viewer) -> str:
    """The risk in words."""
    return say(f"risk.{risk.value}", viewer)


def entry_as_json(entry: QueueEntry) -> dict[str, Any]:
    """One line of the list for programs."""
    return {
        **entry.item.model_dump(mode="json"),
        "kind": entry.kind.value,
        "title": entry.title,
        "language": entry.language.value,
        "account_id": entry.account_id,
        "account_name": entry.account_name,
    }


def item_as_json(view: ReviewView) -> dict[str, Any]:
    """One item in full for programs."""
    return {
        **entry_as_json(view.entry),
        "draft": view.draft.model_dump(mode="json"),
        "findings": [finding.model_dump(mode="json") for finding in view.findings],
        "unsupported_segments": list(view.unsupported_segments),
        "may_not_approve": view.rights.approve,
        "may": sorted(view.rights.allowed),
        "assignee_name": view.assignee_name,
        "claimer_name": view.claimer_name,
        "comments": [
            {"author": line.author_name, "kind": line.kind.value, "text": line.text, "at": line.created_at.isoformat()}
            for line in view.comments
        ],
        "versions": [
            {"id": line.item_id, "version": line.version, "state": line.state.value, "author": line.author_name}
            for line in view.versions
        ],
        "release": None if view.release is None else view.release.state.value,
    }
