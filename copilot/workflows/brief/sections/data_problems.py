"""What is missing, stale or contradictory, so that nobody trusts a gap.

Invariant: every gap that matters is named, with the empty field as its evidence; instructions aimed at an
assistant are shown here and followed nowhere.
"""

from datetime import timedelta

from copilot.domain.records import Contact, Lifecycle, Opportunity, Record, TicketStatus
from copilot.workflows.brief import text_problems
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.issue_words import issue_text
from copilot.workflows.brief.sections.commitments import texts_read
from copilot.workflows.brief.signals import last_from_customer
from copilot.workflows.reading.names import same_person
from copilot.workflows.reading.types import Side

_ALWAYS = ("owner_email", "industry", "country", "lifecycle", "employees")
_OF_CUSTOMERS = ("arr", "renewal_date", "seats_licensed", "customer_since")
_OF_OPPORTUNITIES = ("amount", "close_date", "next_step", "stage", "probability", "currency")
_OF_CONTACTS = ("title", "email", "phone", "stance")
_PEOPLE_SHOWN = 6
_STALE_STAGE_DAYS = 60
_STALE_ACTIVITY_DAYS = 60
_STALE_EXPORT_DAYS = 30
_SILENT_DAYS = 30
_DISCREPANCY_DAYS = 120
_DISCREPANCIES_SHOWN = 4
_LOOK_BACK = 3
_TERSE = 80
_ISSUES_SHOWN = 4


def write(context: BriefContext) -> list[Line]:
    """Contradictions, then manipulation, then what is stale, then what is missing."""
    lines = [
        *text_problems.lines(context),
        *_stale(context),
        *_missing_account(context),
        *_missing_opportunities(context),
        *_missing_contacts(context),
        *_unknown_people(context),
        *_issues(context),
    ]
    return lines or [_clean(context)]


def _clean(context: BriefContext) -> Line:
    account = context.facts.account
    cites = [context.record(account, name) for name in (*_ALWAYS, *_OF_CUSTOMERS) if getattr(account, name) is not None]
    return context.line(
        es="No falta ningún campo importante y no se ha visto ninguna contradicción.",
        en="No important field is empty and no contradiction was seen.",
        cites=[*cites, texts_read(context)],
    )


def _stale(context: BriefContext) -> list[Line]:
    lines = []
    for item in context.facts.open_opportunities:
        lines += _stale_opportunity(context, item)
    return [*lines, *_left_open(context), *_silence(context), *_stale_activity(context), *_stale_export(context)]


def _stale_opportunity(context: BriefContext, item: Opportunity) -> list[Line]:
    name = context.named(item.name)
    cites = [context.record(item, "name"), context.record(item, "status")]
    if item.close_date is not None and item.close_date < context.today:
        when = context.day(item.close_date)
        return [
            context.line(
                es=f"Desfasado: {name} sigue abierta con fecha de cierre del {when}, ya pasada.",
                en=f"Stale: {name} is still open with a close date of {when}, which has passed.",
                cites=[*cites, context.record(item, "close_date")],
            )
        ]
    field = "stage_changed_on" if item.stage_changed_on else "created_on"
    moved = item.stage_changed_on or item.created_on
    if moved is None or (context.today - moved).days <= _STALE_STAGE_DAYS:
        return []
    when = context.day(moved)
    return [
        context.line(
            es=f"Posiblemente desfasado: {name} no cambia de etapa desde el {when}.",
            en=f"Possibly stale: the stage of {name} has not changed since {when}.",
            cites=[*cites, context.record(item, field)],
        )
    ]


def _left_open(context: BriefContext) -> list[Line]:
    """Tickets that nobody closed when the customer left."""
    if context.facts.account.lifecycle is not Lifecycle.CHURNED:
        return []
    lines = []
    for item in context.facts.tickets:
        if item.status is TicketStatus.CLOSED:
            continue
        subject, since = context.quote(item.subject), context.day(item.opened_at.date())
        lines.append(
            context.line(
                es=f"Desfasado: el ticket {subject}, del {since}, sigue abierto aunque ya no son clientes.",
                en=f"Stale: the ticket {subject}, of {since}, is still open although they are no longer a customer.",
                cites=[context.record(item, name) for name in ("subject", "status", "opened_at")]
                + [context.record(context.facts.account, "lifecycle")],
            )
        )
    return lines[:_PEOPLE_SHOWN]


def _silence(context: BriefContext) -> list[Line]:
    """How long the customer has not been heard, in the log and in the texts alike."""
    heard = last_from_customer(context)
    if heard is None or context.facts.account.lifecycle is Lifecycle.CHURNED:
        return []
    day, cites = heard
    silent = (context.today - day).days
    if silent <= _SILENT_DAYS:
        return []
    figure = context.book.computed(
        "days_without_customer",
        text=f"days_without_customer: {silent} ({day.isoformat()})",
        inputs=cites,
        formula=context.say(
            es="días desde lo último que el cliente escribió o dijo", en="days since the customer last wrote or spoke"
        ),
    )
    when, days = context.day(day), context.number(silent)
    return [
        context.line(
            es=f"El cliente no da señales desde el {when}: {days} días de silencio.",
            en=f"The customer has not been heard from since {when}: {days} days of silence.",
            cites=[figure, *cites],
        )
    ]


def _stale_activity(context: BriefContext) -> list[Line]:
    last = context.facts.day("last_activity")
    texts = [item.day for item in context.reading.sentences[-1:]]
    newest = max([item for item in (last, *texts) if item is not None], default=None)
    if newest is not None and (context.today - newest).days <= _STALE_ACTIVITY_DAYS:
        return []
    if newest is None:
        es, en = "No hay ninguna actividad registrada con esta cuenta.", "No activity with this account is on record."
    else:
        when = context.day(newest)
        es = f"Lo último que consta con esta cuenta es del {when}."
        en = f"The last thing on record with this account is of {when}."
    cites = [context.metric("last_activity"), texts_read(context)]
    cites += [context.sentence(item) for item in context.reading.sentences[-1:]]
    return [context.line(es=es, en=en, cites=cites)]


def _stale_export(context: BriefContext) -> list[Line]:
    account = context.facts.account
    if context.today - account.as_of <= timedelta(days=_STALE_EXPORT_DAYS):
        return []
    exported = context.book.computed(
        "account_as_of",
        text=f"account_as_of: {account.as_of.isoformat()}",
        inputs=(context.record(account, "name"),),
        formula=context.say(es="fecha de los datos del CRM", en="date of the CRM data"),
    )
    when = context.day(account.as_of)
    return [
        context.line(
            es=f"Los datos del CRM son del {when}: vuelva a importarlos antes de fiarse de ellos.",
            en=f"The CRM data are of {when}: import them again before relying on them.",
            cites=[exported],
        )
    ]


def _missing_account(context: BriefContext) -> list[Line]:
    account = context.facts.account
    expected = [*_ALWAYS, *(_OF_CUSTOMERS if account.lifecycle is Lifecycle.CUSTOMER else ())]
    empty = [name for name in expected if getattr(account, name) is None]
    if not empty:
        return []
    fields = context.format.listed([context.field_name(name) for name in empty])
    return [
        context.line(
            es=f"En la ficha de la cuenta falta {fields}."
            if len(empty) == 1
            else f"En la ficha de la cuenta faltan {fields}.",
            en=f"The account record lacks {fields}.",
            cites=[context.record(account, name) for name in empty],
        )
    ]


def _missing_opportunities(context: BriefContext) -> list[Line]:
    return [
        line for item in context.facts.open_opportunities for line in _gap(context, item, item.name, _OF_OPPORTUNITIES)
    ]


def _missing_contacts(context: BriefContext) -> list[Line]:
    """One line per empty field, with the people it is empty for."""
    people = [item for item in context.facts.contacts if item.left_on is None]
    lines = []
    for field in _OF_CONTACTS:
        without = [item for item in people if getattr(item, field) in (None, "")]
        if without:
            lines.append(_without(context, field, without))
    return lines


def _without(context: BriefContext, field: str, people: list[Contact]) -> Line:
    shown = people[:_PEOPLE_SHOWN]
    names, what = context.format.listed([item.name for item in shown]), context.field_name(field)
    cites = [context.record(item, field) for item in shown] + [context.record(item, "name") for item in shown]
    return context.line(es=f"Falta {what} de {names}.", en=f"{names}: {_without_article(what)} missing.", cites=cites)


def _gap(context: BriefContext, record: Record, name: str, fields: tuple[str, ...]) -> list[Line]:
    empty = [field for field in fields if getattr(record, field) in (None, "")]
    if not empty:
        return []
    shown, named = context.format.listed([context.field_name(field) for field in empty]), context.named(name)
    verb = "falta" if len(empty) == 1 else "faltan"
    return [
        context.line(
            es=f"En {named} {verb} {shown}.",
            en=f"{named} has no {_without_article(shown)}." if len(empty) == 1 else f"{named} lacks {shown}.",
            cites=[context.record(record, field) for field in empty] + [context.record(record, "name")],
        )
    ]


def _without_article(shown: str) -> str:
    return shown.removeprefix("the ")


def _unknown_people(context: BriefContext) -> list[Line]:
    lines = []
    for name, sentence in sorted(context.reading.last_heard.items()):
        known = any(same_person(name, contact.name) for contact in context.facts.contacts)
        if known or sentence.side is not Side.CUSTOMER or sentence.speaker is None:
            continue
        day = context.day(sentence.day)
        lines.append(
            context.line(
                es=f"{sentence.speaker} aparece en los textos (la última vez, el {day}) y no está en el CRM.",
                en=f"{sentence.speaker} appears in the texts (last on {day}) and is not in the CRM.",
                cites=[context.sentence(sentence)],
            )
        )
    return lines[:3]


def _issues(context: BriefContext) -> list[Line]:
    lines = []
    for issue in context.facts.issues[:_ISSUES_SHOWN]:
        name = f"data_issue.{issue.id}"
        details = "; ".join(f"{key}={value}" for key, value in sorted(issue.details.items()))
        cite = context.book.computed(
            name,
            text=f"{name}: {issue.code}; {details}" if details else f"{name}: {issue.code}",
            inputs=("query:data_issues",),
            formula=context.say(es="detectado al importar", en="noticed on import"),
        )
        text = issue_text(issue, language=context.language)
        lines.append(context.line(es=text, en=text, cites=[cite]))
    return lines
