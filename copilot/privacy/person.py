"""Who is meant, and by which traces they can be told apart from everybody else.

Invariant: a name, address or number that somebody else has too is never a trace where that somebody could be meant; it
is kept and named in the report, so that a person can look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from copilot.domain.identity import record_type_of
from copilot.domain.redaction import email_key, form_keys, name_forms, name_parts, part_key, phone_key, words_of
from copilot.errors import InputError, NotFound
from copilot.privacy.texts import problem
from copilot.store.erasure_people import ContactFacts, PersonRepository
from copilot.store.erasure_tables import ScopedMarks

_ORDINARY = frozenset(
    """art april august bill bravo calle campo campos casa chance chase cruz cuesta drew faith flores franco frank grace
    grant guerra hope joy june leon luz mar mark may moreno norte pat paz plaza prado puerto reyes rich rico rob rosa
    rubio salvo santos sol summer torres valle villa will""".split()  # noqa: SIM905
)
"""Names that are words too: at the head of a sentence they need not be the person."""
_MANY_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Person:
    """One person: their records, how they are written, and what of that is theirs alone."""

    contacts: tuple[ContactFacts, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    account_ids: tuple[str, ...]
    marks: ScopedMarks
    shared: tuple[str, ...] = ()
    """Addresses, numbers and words of the name that others have too: they are not overwritten."""

    @property
    def source_keys(self) -> set[str]:
        """Keys of the records' places in their source systems."""
        return {source_key(item.source_system, item.source_id) for item in self.contacts}

    def to_dict(self) -> dict[str, list[str]]:
        """What tells them again later, whatever becomes of their records meanwhile; see `resolve_again`."""
        return {
            "contact_ids": [item.id for item in self.contacts],
            "names": list(self.names),
            "emails": list(self.emails),
            "phones": list(self.phones),
            "account_ids": list(self.account_ids),
        }


@dataclass(slots=True)
class _Traces:
    """Keys as they are collected."""

    everywhere: set[str] = field(default_factory=set)
    in_accounts: dict[str, set[str]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)

    def marks(self) -> ScopedMarks:
        """The keys, frozen."""
        inside = {account_id: frozenset(keys) for account_id, keys in self.in_accounts.items()}
        return ScopedMarks(everywhere=frozenset(self.everywhere), in_accounts=inside)


def source_key(system: str, source_id: str) -> str:
    """Key of a contact's record in the system it comes from."""
    return f"source:{system}:{source_id}"


def resolve(query: str, *, account: str | None, language: str, people: PersonRepository) -> Person:
    """The one person that `query` (contact id, email, telephone or full name) means, within `account` if given.

    Raises NotFound if nobody is meant, InputError if several people or our own staff are.
    """
    wanted = query.strip()
    account_ids = _account_ids(account, language, people)
    found = [item for item in _matching(wanted, people) if account_ids is None or item.account_id in account_ids]
    if found:
        groups = _groups(found)
        if len(groups) > 1:
            ids = ", ".join(group[0].id for group in groups[:_MANY_SHOWN])
            raise problem(InputError, "several", language, ids=ids)
        person = _person(_with_duplicates(groups[0], people), people=people)
    elif "@" in wanted:
        person = _person((), emails=[wanted], people=people)
    elif account_ids and len(words_of(wanted)) > 1 and record_type_of(wanted) is None:
        person = _person((), names=[wanted], account_ids=account_ids, people=people)
    else:
        raise problem(NotFound, "nobody", language)
    require_no_staff(person, language, people)
    return person


def resolve_again(known: Mapping[str, Sequence[str]], *, people: PersonRepository) -> Person:
    """The person that `Person.to_dict` told of: what was known of them then, and what their records say now."""
    found = people.contacts(ids=known["contact_ids"]) or _brought_since(known, people)
    return _person(
        _with_duplicates(found, people) if found else (),
        names=known["names"],
        emails=known["emails"],
        phones=known["phones"],
        account_ids=known["account_ids"],
        people=people,
    )


def _brought_since(known: Mapping[str, Sequence[str]], people: PersonRepository) -> list[ContactFacts]:
    """Records of somebody who has none that was known: an import that had begun before may have brought them."""
    found = [item for one in (*known["emails"], *known["names"]) for item in _matching(one, people)]
    addresses = {email_key(email) for email in known["emails"]}
    return [item for item in found if _fits(item, known, addresses)]


def _fits(item: ContactFacts, known: Mapping[str, Sequence[str]], addresses: set[str]) -> bool:
    if known["names"] and not any(_same_name(item.name, name) for name in known["names"]):
        return False
    if item.email and addresses:
        return email_key(item.email) in addresses
    return item.account_id is not None and item.account_id in known["account_ids"]


def _account_ids(account: str | None, language: str, people: PersonRepository) -> list[str] | None:
    if account is None:
        return None
    ids = people.accounts_called(account)
    if not ids:
        raise problem(NotFound, "no_account", language)
    return ids


def _matching(wanted: str, people: PersonRepository) -> list[ContactFacts]:
    if record_type_of(wanted) == "contact":
        return people.contacts(ids=[wanted])
    if "@" in wanted:
        return people.contacts(emails=[wanted.lower()])
    number = phone_key(wanted)
    if number is not None and not any(char.isalpha() for char in wanted):
        return people.contacts(phones=[number.partition(":")[2]])
    words = words_of(wanted)
    if len(words) < 2:
        return []
    found = people.contacts(words=[max(words, key=len)])
    return [item for item in found if _same_name(item.name, wanted)]


def _same_name(one: str, other: str) -> bool:
    """Whether both can be one person's: one is a form of the other."""
    mine, theirs = words_of(one), words_of(other)
    return mine == theirs or " ".join(theirs) in name_forms(one) or " ".join(mine) in name_forms(other)


def _same_person(one: ContactFacts, other: ContactFacts) -> bool:
    if not _same_name(one.name, other.name):
        return False
    if one.email and other.email:
        return email_key(one.email) == email_key(other.email)
    same_number = bool(one.phone and other.phone) and phone_key(one.phone or "") == phone_key(other.phone or "")
    return same_number or (one.account_id is not None and one.account_id == other.account_id)


def _groups(found: Sequence[ContactFacts]) -> list[list[ContactFacts]]:
    groups: list[list[ContactFacts]] = []
    for item in found:
        own = [group for group in groups if any(_same_person(item, known) for known in group)]
        groups = [group for group in groups if group not in own]
        groups.append([*(known for group in own for known in group), item])
    return groups


def _with_duplicates(group: list[ContactFacts], people: PersonRepository) -> tuple[ContactFacts, ...]:
    """The group and every record of the same person in other systems."""
    while True:
        near = people.contacts(
            ids=[item.id for item in group],
            emails=[item.email.lower() for item in group if item.email],
            words=sorted({max(words_of(item.name), key=len, default="") for item in group} - {""}),
        )
        grown = [item for item in near if any(item.id == known.id or _same_person(item, known) for known in group)]
        if len(grown) <= len(group):
            return tuple(group)
        group = grown


def _person(
    contacts: tuple[ContactFacts, ...],
    *,
    people: PersonRepository,
    names: Iterable[str] = (),
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    account_ids: Iterable[str] = (),
) -> Person:
    """What the records say, and what is known besides."""
    names = tuple(dict.fromkeys([*(item.name for item in contacts), *names]))
    emails = tuple(dict.fromkeys([*(item.email for item in contacts if item.email), *emails]))
    phones = tuple(dict.fromkeys([*(item.phone for item in contacts if item.phone), *phones]))
    homes = tuple(sorted({*(item.account_id for item in contacts if item.account_id), *account_ids}))
    traces = _Traces()
    _addresses(contacts, emails, phones, traces, people)
    others = _others(names, contacts, people)
    for name in names:
        _names(name, homes, others, traces, people)
    return Person(
        contacts=contacts,
        names=names,
        emails=emails,
        phones=phones,
        account_ids=homes,
        marks=traces.marks(),
        shared=tuple(dict.fromkeys(traces.shared)),
    )


def require_no_staff(person: Person, language: str, people: PersonRepository) -> None:
    """Raises InputError if they work here."""
    staff = {email_key(email) for _, email in people.users()}
    if any(email_key(email) in staff for email in person.emails):
        raise problem(InputError, "staff", language)


def _addresses(
    contacts: Sequence[ContactFacts],
    emails: Sequence[str],
    phones: Sequence[str],
    traces: _Traces,
    people: PersonRepository,
) -> None:
    """Addresses and numbers that nobody else has: a switchboard's number or `info@` tells nobody."""
    own = {item.id for item in contacts}
    for email in emails:
        others = [item for item in people.contacts(emails=[email.lower()]) if item.id not in own]
        if others:
            traces.shared.append(email)
        else:
            traces.everywhere.add(email_key(email))
    for phone in phones:
        key = phone_key(phone)
        if key is None:
            continue
        others = [item for item in people.contacts(phones=[key.partition(":")[2]]) if item.id not in own]
        if others:
            traces.shared.append(phone)
        else:
            traces.everywhere.add(key)


@dataclass(frozen=True, slots=True)
class _Others:
    """Names of other people, with the account of each (None: our staff, who are named everywhere)."""

    names: tuple[tuple[str, str | None], ...]

    def in_reach(self, account_id: str | None) -> list[str]:
        """Names that can occur in texts of an account (None: anywhere)."""
        return [name for name, home in self.names if account_id is None or home in {None, account_id}]


def _others(names: Sequence[str], contacts: Sequence[ContactFacts], people: PersonRepository) -> _Others:
    own = {item.id for item in contacts}
    parts = sorted({part for name in names for part in words_of(name) if len(part) > 1})
    found = people.contacts(words=parts) if parts else []
    others = [(item.name, item.account_id or "-") for item in found if item.id not in own]
    return _Others((*others, *((name, None) for name, _ in people.users())))


def _names(name: str, homes: Sequence[str], others: _Others, traces: _Traces, people: PersonRepository) -> None:
    """The full name counts everywhere, shorter forms and single words in the texts of the person's accounts."""
    words = words_of(name)
    whole = {" ".join(words), " ".join([*words[1:], *words[:1]])} if len(words) > 1 else set()
    free = {form for form in whole if not _taken(form, others.in_reach(None))}
    traces.everywhere |= form_keys(free)
    companies = people.account_names(homes)
    for account_id in homes:
        reach = others.in_reach(account_id)
        forms = {form for form in name_forms(name) if not _taken(form, reach)}
        company = set(words_of(companies.get(account_id, "")))
        alone = {
            part
            for part in name_parts(name)
            if part not in company and part not in _ORDINARY and not any(part in words_of(other) for other in reach)
        }
        keys = form_keys(forms) | {part_key(part) for part in alone}
        traces.in_accounts.setdefault(account_id, set()).update(keys)
        if not forms and whole:
            traces.shared.append(name)
        traces.shared += [word for word in words if word in name_parts(name) - alone]


def _taken(form: str, others: Iterable[str]) -> bool:
    """Whether a form of the name can mean somebody else."""
    return any(form in name_forms(other) or f" {form} " in f" {' '.join(words_of(other))} " for other in others)
