"""The people of an account: what they decide about, who of us talks to them, and when last.

Invariants: who talked to whom comes from records and texts only, each with the last one that shows it; standing is told
from a job title's words and called that, and a title that says nothing stays unknown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from copilot.domain.folding import fold
from copilot.domain.records import Contact, Stance

_ADDRESS = re.compile(r"[^\s<>\"',;]+@[^\s<>\"',;]+")
_WORD = re.compile(r"[a-z]+")


class Department(StrEnum):
    """Where somebody works, as far as their title says."""

    MANAGEMENT = "management"
    FINANCE = "finance"
    PURCHASING = "purchasing"
    IT = "it"
    OPERATIONS = "operations"
    PEOPLE = "people"
    LEGAL = "legal"
    SALES = "sales"
    OTHER = "other"
    UNKNOWN = "unknown"
    """No title is on record."""


class Influence(StrEnum):
    """How much a title weighs in a decision."""

    DECIDES = "decides"
    """Runs the company or a whole area."""
    LEADS = "leads"
    """Runs a team."""
    WORKS = "works"
    UNKNOWN = "unknown"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DEPARTMENTS: Mapping[Department, frozenset[str]] = {
    Department.FINANCE: _set(
        "finance financial financiero financiera finanzas cfo treasurer tesoreria contable contabilidad "
        "accounting accounts controller controlling pagar payable"
    ),
    Department.PURCHASING: _set("purchasing procurement compras adquisiciones buyer sourcing abastecimiento"),
    Department.IT: _set(
        "it cio cto ciso sistemas informatica tecnologia technology information security seguridad "
        "software data digital infrastructure"
    ),
    Department.PEOPLE: _set("hr people talent human humanos personas talento rrhh"),
    Department.LEGAL: _set("legal counsel juridico juridica lawyer abogado abogada compliance cumplimiento"),
    Department.SALES: _set("sales ventas comercial commercial marketing"),
    Department.OPERATIONS: _set(
        "operations operaciones operacion operational coo maintenance mantenimiento mantencion plant "
        "planta production produccion service servicio servicios facilities flota fleet taller workshop "
        "tecnico tecnica tecnicos field logistics logistica depot warehouse electromedicina redes "
        "reliability fiabilidad cuadrillas om"
    ),
    Department.MANAGEMENT: _set(
        "ceo president presidente presidenta founder fundador fundadora owner propietario propietaria "
        "gerente gerenta chairman chairwoman partner socio socia managing general"
    ),
}
"""In this order: a finance director is of finance, a general manager of the management."""
_DECIDES = _set(
    "ceo cfo cio cto coo ciso chief president presidente presidenta vp vice founder fundador "
    "fundadora owner propietario propietaria director directora managing gerente gerenta general "
    "partner socio socia"
)
_LEADS = _set(
    "head manager lead leader supervisor supervisora jefe jefa responsable coordinador coordinadora "
    "coordinator encargado encargada subgerente subgerenta subdirector subdirectora superintendent "
    "chair"
)
_NOT_BEFORE = _set("sub assistant deputy adjunto adjunta asistente auxiliar")
"""Of somebody who runs it, not somebody who does."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One conversation on record: everybody who was in it, as names or addresses."""

    day: date
    people: tuple[str, ...]
    path: str
    """The page of its evidence."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One of us and one of them."""

    name: str
    """Of ours; the address of somebody who is no user here."""
    count: int
    last: date
    path: str
    """Of the last conversation."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact on the map."""

    contact: Contact
    department: Department
    influence: Influence
    last: date | None
    """Of the last conversation with anybody of ours; None: there is none on record."""
    last_path: str | None
    ties: tuple[Tie, ...]
    may_be_contacted: bool

    @property
    def has_left(self) -> bool:
        """Whether they no longer work there."""
        return self.contact.left_on is not None


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """People by department, those who decide first, who left last."""

    groups: tuple[tuple[Department, tuple[Person, ...]], ...]
    left: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        """In the order of the page."""
        return tuple(person for _, people in self.groups for person in people) + self.left


def people_map(
    contacts: Sequence[Contact],
    touches: Iterable[Touch],
    *,
    staff: Mapping[str, str],
    refused: frozenset[str] = frozenset(),
) -> PeopleMap:
    """`staff`: name by email of our people; `refused`: ids of contacts who do not want to be written to or called."""
    ours, theirs = _Ours(staff, contacts), _Theirs(contacts)
    met: dict[str, list[tuple[Touch, frozenset[str]]]] = {contact.id: [] for contact in contacts}
    for touch in touches:
        mentioned = frozenset(touch.people)
        our_side = frozenset(name for told in mentioned if (name := ours.named(told)) is not None)
        for contact_id in {found for told in mentioned if (found := theirs.meant(told)) is not None}:
            met[contact_id].append((touch, our_side))
    people = [_person(contact, met[contact.id], refused=refused) for contact in contacts]
    present = sorted((one for one in people if not one.has_left), key=_order)
    groups = {department: tuple(one for one in present if one.department is department) for department in _IN_ORDER}
    return PeopleMap(
        groups=tuple((department, found) for department, found in groups.items() if found),
        left=tuple(sorted((one for one in people if one.has_left), key=_order)),
    )


def department_of(title: str | None) -> Department:
    """Where a title says that somebody works."""
    words = _words(title)
    if not words:
        return Department.UNKNOWN
    return next((found for found, named in _DEPARTMENTS.items() if named & set(words)), Department.OTHER)


def influence_of(title: str | None) -> Influence:
    """How much a title weighs: the first word that says anything, since what follows is of whom or what."""
    words = _words(title)
    if not words:
        return Influence.UNKNOWN
    if words[0] in _NOT_BEFORE:
        return Influence.WORKS
    for word in words:
        if word in _LEADS:
            # A general manager runs the company, a manager a team.
            return Influence.DECIDES if _DECIDES & set(words[: words.index(word)]) else Influence.LEADS
        if word in _DECIDES and word != "general":
            return Influence.DECIDES
    return Influence.WORKS


_IN_ORDER = (
    Department.MANAGEMENT,
    Department.FINANCE,
    Department.PURCHASING,
    Department.OPERATIONS,
    Department.IT,
    Department.PEOPLE,
    Department.LEGAL,
    Department.SALES,
    Department.OTHER,
    Department.UNKNOWN,
)
_WEIGHT = {Influence.DECIDES: 0, Influence.LEADS: 1, Influence.WORKS: 2, Influence.UNKNOWN: 3}
_STANDING = {Stance.CHAMPION: 0, Stance.BLOCKER: 1, Stance.SCEPTIC: 2, Stance.SUPPORTER: 3, Stance.NEUTRAL: 4, None: 5}


def _order(person: Person) -> tuple[int, int, str]:
    return _WEIGHT[person.influence], _STANDING[person.contact.stance], fold(person.contact.name)


def _person(contact: Contact, met: list[tuple[Touch, frozenset[str]]], *, refused: frozenset[str]) -> Person:
    by_day = sorted(met, key=lambda item: item[0].day)
    ties: dict[str, Tie] = {}
    for touch, our_side in by_day:
        for name in our_side:
            before = ties.get(name)
            ties[name] = Tie(name, (before.count if before else 0) + 1, touch.day, touch.path)
    spoken = [touch for touch, our_side in by_day if our_side] or [touch for touch, _ in by_day]
    last = spoken[-1] if spoken else None
    return Person(
        contact=contact,
        department=department_of(contact.title),
        influence=influence_of(contact.title),
        last=last.day if last else None,
        last_path=last.path if last else None,
        ties=tuple(sorted(ties.values(), key=lambda tie: (-tie.count, tie.name))),
        may_be_contacted=contact.left_on is None and not contact.do_not_contact and contact.id not in refused,
    )


class _Ours:
    """Who of ours a name or an address is."""

    def __init__(self, staff: Mapping[str, str], contacts: Sequence[Contact]) -> None:
        self._by_email = {email.lower(): name for email, name in staff.items()}
        self._by_name = {fold(name): name for name in staff.values()}
        of_theirs = {_host(contact.email) for contact in contacts if contact.email}
        self._hosts = {_host(email) for email in self._by_email} - of_theirs

    def named(self, told: str) -> str | None:
        """Their name; the address of somebody of our house who is no user; None for anybody else."""
        address = _ADDRESS.search(told)
        if address is None:
            return self._by_name.get(fold(told.strip()))
        email = address.group().lower()
        return self._by_email.get(email) or (email if _host(email) in self._hosts else None)


class _Theirs:
    """Which contact a name or an address is; a name that several have is nobody's."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self._by_email = {contact.email.lower(): contact.id for contact in contacts if contact.email}
        self._by_name: dict[str, str | None] = {}
        for contact in contacts:
            for name in {fold(contact.name), _short(contact.name)}:
                self._by_name[name] = None if name in self._by_name else contact.id

    def meant(self, told: str) -> str | None:
        """Id of the contact."""
        address = _ADDRESS.search(told)
        if address is not None:
            return self._by_email.get(address.group().lower())
        return self._by_name.get(fold(told.strip()))


def _short(name: str) -> str:
    """The first two words: Spanish names are often used without the second surname."""
    return " ".join(fold(name).split()[:2])


def _host(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _words(title: str | None) -> list[str]:
    return _WORD.findall(fold((title or "").replace("&", "")))
