"""The mail that tells a person what happened in the queue.

Invariant: a line holds why, the kind of draft, its risk, when it is due, and a link; never a title, a sentence of a
draft, or the name of a customer or of a person.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from copilot.domain.access import Viewer
from copilot.domain.notifications import NotificationKind, Preferences
from copilot.domain.review_items import ReviewItem
from copilot.notifications.links import Links
from copilot.notifications.texts import KINDS, mail_words
from copilot.store.alerts import News
from copilot.store.brief_schedules import Counted

_WIDTH = 76
_UNFOLDED = SMTP.clone(max_line_length=998)
"""A header of one long word (a link) would otherwise be written as an encoded word, which mail programs do not read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell. `item` None: it is about a webhook, scores, a questionnaire, alerts, or several briefs."""

    kind: NotificationKind
    item: ReviewItem | None
    rfp_project_id: str | None = None
    alerts: News | None = None
    briefs: Counted | None = None


def written_mail(
    reader: Viewer,
    lines: Sequence[Line],
    *,
    preferences: Preferences,
    links: Links,
    sender: str,
    message_id: str,
    unsubscribe_token: str,
    most_lines: int,
) -> bytes:
    """The whole message in the reader's language, as it goes to the mail server (which adds the date)."""
    words = mail_words(reader.language)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = reader.email
    mail["Subject"] = words["subject_one"] if len(lines) == 1 else words["subject"].format(count=len(lines))
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    stop = links.unsubscribe(unsubscribe_token)
    if stop is not None:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    paragraphs = [_written_line(line, reader, preferences=preferences, links=links) for line in lines[:most_lines]]
    if len(lines) > most_lines:
        paragraphs.append(words["more"].format(count=len(lines) - most_lines))
    mail.set_content("\n\n".join([*paragraphs, _footer(words, links=links, stop=stop)]) + "\n", cte="quoted-printable")
    return mail.as_bytes(policy=_UNFOLDED)


def _written_line(line: Line, reader: Viewer, *, preferences: Preferences, links: Links) -> str:
    words = mail_words(reader.language)
    why = KINDS[line.kind].get(reader.language) or KINDS[line.kind]["en"]
    if line.alerts is not None:
        counts = words["alerts"].format(told=line.alerts.told, held=line.alerts.held)
        return f"* {why}: {counts}\n  {links.alerts or '/alerts'}"
    if line.briefs is not None:
        made = line.briefs
        counts = words["briefs"].format(made=made.made, unchanged=made.unchanged, failed=made.failed)
        return f"* {why}: {counts}\n  {links.briefs or '/briefs'}"
    if line.rfp_project_id is not None:
        return f"* {why}:\n  {links.questionnaire(line.rfp_project_id) or line.rfp_project_id}"
    if line.item is None:
        return textwrap.fill(f"* {why}.", width=_WIDTH)
    item = line.item
    due = preferences.local(item.requirement.due_at)
    facts = [
        words[item.kind.value],
        words["risk"].format(risk=words[item.risk.value]),
        words["due"].format(due=f"{due:%Y-%m-%d %H:%M} {due.tzname()}"),
    ]
    return f"* {why}: {', '.join(facts)}\n  {links.item(item.id) or item.id}"


def _footer(words: dict[str, str], *, links: Links, stop: str | None) -> str:
    lines = ["--", words["why"]]
    if links.queue is not None:
        lines.append(words["queue"].format(link=links.queue))
    if links.settings is not None:
        lines.append(words["settings"].format(link=links.settings))
    if stop is not None:
        lines.append(words["stop"].format(link=stop))
    return "\n".join(lines)
