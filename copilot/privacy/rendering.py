"""What is held about a person as files to hand over: JSON for programs, Markdown for people.

Invariant: both say the same; nothing is left out of one that is in the other.
"""

import json
from datetime import datetime
from typing import Any

from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.privacy.service import Holdings, Item
from copilot.privacy.texts import table_words

_WORDS = {
    Language.ES: {
        "title": "Datos personales que se conservan",
        "made": "A {day}. Lugares: {count}.",
        "who": "Persona",
        "names": "Nombres",
        "emails": "Correos",
        "phones": "Teléfonos",
        "shared": "Compartido con otras personas",
        "files": "Archivos entregados",
        "dated": "fecha {moment}",
        "account": "cuenta {name}",
    },
    Language.EN: {
        "title": "Personal data that is held",
        "made": "As of {day}. Places: {count}.",
        "who": "Person",
        "names": "Names",
        "emails": "Email addresses",
        "phones": "Telephone numbers",
        "shared": "Shared with other people",
        "files": "Released files",
        "dated": "dated {moment}",
        "account": "account {name}",
    },
}
_SPECIAL = "\\`*_[]<>#|"


def to_dict(holdings: Holdings, *, now: datetime) -> dict[str, Any]:
    """Everything, ready for JSON."""
    person = holdings.person
    return {
        "version": 1,
        "made_at": now.isoformat(timespec="seconds"),
        "person": {
            "names": list(person.names),
            "emails": list(person.emails),
            "phones": list(person.phones),
            "contact_ids": [contact.id for contact in person.contacts],
            "shared_with_others": list(person.shared),
        },
        "counts": holdings.counts,
        "items": [
            {
                "table": item.table,
                "key": item.key,
                "account_id": item.account_id,
                "account": item.account_name,
                "date": item.moment,
                "texts": item.fields,
            }
            for item in holdings.items
        ],
        "released_files": [file.path for file in holdings.files],
    }


def to_json(holdings: Holdings, *, now: datetime) -> str:
    """The same as text."""
    return json.dumps(to_dict(holdings, now=now), ensure_ascii=False, indent=2) + "\n"


def to_markdown(holdings: Holdings, *, now: datetime, language: Language) -> str:
    """For the person themselves to read."""
    words, person = _WORDS[language], holdings.person
    day = Formatter(language).day(now.date())
    lines = [f"# {words['title']}", "", words["made"].format(day=day, count=len(holdings.items)), ""]
    lines += [f"## {words['who']}", ""]
    for name, values in (
        ("names", person.names),
        ("emails", person.emails),
        ("phones", person.phones),
        ("shared", person.shared),
    ):
        if values:
            lines.append(f"- {words[name]}: {', '.join(map(_plain, values))}")
    for table in sorted({item.table for item in holdings.items}):
        lines += ["", f"## {table_words(table, language=language).capitalize()}", ""]
        for item in holdings.items:
            if item.table == table:
                lines += _item(item, words)
    if holdings.files:
        lines += ["", f"## {words['files']}", "", *(f"- {_plain(file.path)}" for file in holdings.files)]
    return "\n".join([*lines, ""])


def _item(item: Item, words: dict[str, str]) -> list[str]:
    about = [_plain(" ".join(item.key.values()))]
    if item.account_name:
        about.append(words["account"].format(name=_plain(item.account_name)))
    if item.moment:
        about.append(words["dated"].format(moment=_plain(item.moment)))
    texts = [
        f"  - {_plain(name)}: {_plain(' '.join(text.split()))}" for name, some in item.fields.items() for text in some
    ]
    return [f"- {' · '.join(about)}", *texts]


def _plain(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)
