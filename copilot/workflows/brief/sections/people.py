"""People and where they stand, as recorded and as they sound."""

from datetime import date, timedelta

from copilot.domain.records import Contact, Stance
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.words import STANCES, pick
from copilot.workflows.reading.names import same_person
from copilot.workflows.reading.types import Observation, Sentence, Side, Topic

_RANK = {Stance.CHAMPION: 0, Stance.BLOCKER: 1, Stance.SCEPTIC: 2, Stance.SUPPORTER: 3, Stance.NEUTRAL: 4, None: 5}
_SHOWN = 8
_LATELY_DAYS = 150
_TELLING = (Topic.RISK, Topic.PRAISE, Topic.COMPETITOR, Topic.BUDGET, Topic.DECISION, Topic.POSTPONED)


def write(context: BriefContext) -> list[Line]:
    """One line per person: those who left first, then by how much their stance matters."""
    contacts = context.facts.contacts
    if not contacts:
        return [
            context.line(
                es="El CRM no tiene ningún contacto de esta cuenta.",
                en="The CRM has no contact for this account.",
                cites=[_contact_count(context)],
            )
        ]
    gone = [item for item in contacts if _has_left(context, item)]
    here = sorted(
        (i for i in contacts if i not in gone), key=lambda i: (_RANK[i.stance], not _heard(context, i), i.name)
    )
    lines = [_gone(context, item) for item in sorted(gone, key=lambda i: i.left_on or date.min, reverse=True)]
    lines += [person(context, item) for item in here[: max(1, _SHOWN - len(lines))]]
    hidden = len(contacts) - len(lines)
    if hidden > 0:
        lines.append(_others(context, hidden))
    return lines


def _has_left(context: BriefContext, contact: Contact) -> bool:
    return contact.left_on is not None and contact.left_on <= context.today


def _gone(context: BriefContext, contact: Contact) -> Line:
    assert contact.left_on is not None  # noqa: S101 - guaranteed by _has_left
    who, cites = _who(context, contact)
    cites.append(context.record(contact, "left_on"))
    role = ""
    if contact.stance in {Stance.CHAMPION, Stance.SUPPORTER, Stance.BLOCKER}:
        cites.append(context.record(contact, "stance"))
        role = {
            Stance.CHAMPION: context.say(es="; era quien impulsaba el proyecto", en="; they were our champion"),
            Stance.SUPPORTER: context.say(es="; estaba a favor", en="; they were a supporter"),
            Stance.BLOCKER: context.say(es="; estaba en contra", en="; they were a blocker"),
        }[contact.stance]
    when = context.day(contact.left_on)
    return context.line(es=f"{who} dejó la empresa el {when}{role}.", en=f"{who} left on {when}{role}.", cites=cites)


def person(context: BriefContext, contact: Contact) -> Line:
    """Who they are, where they stand, and what of theirs tells most."""
    who, cites = _who(context, contact)
    if contact.stance is None:
        stance = context.say(es="postura sin registrar", en="no stance recorded")
    else:
        stance = pick(STANCES[contact.stance], language=context.language)
    cites.append(context.record(contact, "stance"))
    parts = [f"{who}: {stance}"]
    heard = _heard(context, contact)
    said = _telling(context, contact)
    if said is not None:
        cites.append(context.sentence(said.sentence))
        when = context.day(said.sentence.day)
        parts.append(
            context.say(
                es=f"el {when} dijo: {context.quote(said.sentence.text)}",
                en=f"on {when} they said: {context.quote(said.sentence.text)}",
            )
        )
    elif heard is not None:
        cites.append(context.sentence(heard))
        when = context.day(heard.day)
        parts.append(context.say(es=f"última noticia suya, el {when}", en=f"last heard from on {when}"))
    if contact.do_not_contact:
        cites.append(context.record(contact, "do_not_contact"))
        parts.append(context.say(es="ha pedido que no se le contacte", en="has asked not to be contacted"))
    text = "; ".join(parts)
    return Line(text=text if text.endswith(("»", "”")) else f"{text}.", evidence_ids=tuple(dict.fromkeys(cites)))


def _who(context: BriefContext, contact: Contact) -> tuple[str, list[str]]:
    cites = [context.record(contact, "name")]
    if not contact.title:
        return contact.name, cites
    cites.append(context.record(contact, "title"))
    return f"{contact.name} ({contact.title})", cites


def _heard(context: BriefContext, contact: Contact) -> Sentence | None:
    return next((said for name, said in context.reading.last_heard.items() if same_person(name, contact.name)), None)


def _telling(context: BriefContext, contact: Contact) -> Observation | None:
    """What the person said lately that tells most about where they stand; of equals, the latest."""
    since = context.today - timedelta(days=_LATELY_DAYS)
    said = [
        item
        for item in context.reading.about(*_TELLING)
        if item.sentence.side is Side.CUSTOMER
        and item.sentence.day >= since
        and item.sentence.speaker
        and same_person(item.sentence.speaker, contact.name)
    ]
    return max(said, key=lambda item: (item.weight, item.sentence.order), default=None)


def _others(context: BriefContext, hidden: int) -> Line:
    es = f"El CRM tiene {context.count(hidden, es=('contacto más', 'contactos más'), en=('', ''))}."
    en = f"The CRM has {context.count(hidden, es=('', ''), en=('more contact', 'more contacts'))}."
    count = context.book.computed(
        "contacts_not_listed",
        text=f"contacts_not_listed: {hidden}",
        inputs=("query:contacts",),
        formula=context.say(es="contactos que no se detallan aquí", en="contacts that are not detailed here"),
    )
    return context.line(es=es, en=en, cites=[count])


def _contact_count(context: BriefContext) -> str:
    return context.book.computed(
        "contacts",
        text=f"contacts: {len(context.facts.contacts)}",
        inputs=("query:contacts",),
        formula=context.say(es="contactos de la cuenta en el CRM", en="contacts of the account in the CRM"),
    )
