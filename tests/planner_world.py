"""A directory of invented accounts and people for tests of the planner, and plans in one line each.

Invariant: it finds names the way the product does (the same index), and answers from memory.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from copilot.agent.planner import OfflinePlanner, next_context
from copilot.domain.access import Role, Viewer
from copilot.domain.figure_queries import FigureQuery
from copilot.domain.mentions import Colleague, Mention, Mentions, NamedAccount, NamedContact
from copilot.domain.name_index import NameIndex
from copilot.domain.plans import CompareStep, Plan, PlanningContext, QueryStep

ACCOUNTS = (
    NamedAccount("kestrel", "Kestrel Rail Services", "IE"),
    NamedAccount("pinecrest", "Pinecrest Facilities Group", "US"),
    NamedAccount("harbourline", "Harbourline Utilities", "GB"),
    NamedAccount("thornwick", "Thornwick Lifts Ltd", "GB"),
    NamedAccount("bluemesa", "Blue Mesa Equipment Rental", "US"),
    NamedAccount("redgum", "Redgum Mining Support", "AU"),
    NamedAccount("wattlebrook", "Wattlebrook Energy Services", "AU"),
    NamedAccount("valdemora", "Frigoríficos Valdemora", "ES"),
    NamedAccount("bahia", "Clínicas Bahía Serena", "ES"),
    NamedAccount("prieta", "Aguas de la Sierra Prieta", "ES"),
    NamedAccount("penaltria", "Ascensores Peñaltria", "ES"),
    NamedAccount("costaclara", "Naviera Costa Clara", "CL"),
    NamedAccount("maipo", "Logística Andina del Maipo", "CL"),
    NamedAccount("altavela", "Grupo Inmobiliario Altavela", "MX"),
    NamedAccount("sabana", "Gas Domiciliario Sabana Verde", "CO"),
    NamedAccount("lumbrera", "Talleres Lumbrera", "CL"),
    NamedAccount("lumbrera-es", "Hoteles Lumbrera", "ES"),
)
_PEOPLE = (
    ("Declan Hartigan", "kestrel"), ("Siobhán Considine", "kestrel"), ("Marjorie Stahl", "pinecrest"),
    ("Carys Penhallow", "harbourline"), ("Gwen Tolland", "harbourline"), ("Neil Farrow", "harbourline"),
    ("Wade Hollister", "bluemesa"), ("Begoña Arrieta Salvo", "valdemora"), ("Nuria Ballestín Oliva", "valdemora"),
    ("Raúl Cebrián Montes", "bahia"), ("Marcela Oyarzún Tapia", "maipo"), ("Ximena Barragán Tello", "altavela"),
    ("Ximena Urrejola Vidal", "costaclara"),
)  # fmt: skip
COLLEAGUES = tuple(
    Colleague(f"{name.split()[0].lower()}@tramontia.example", name)
    for name in ("Lucía Ferrer", "Inés Robledo", "Tom Whitlock", "Grace Okoye", "Marta Solano", "Owen Blythe")
)
PRODUCTS = (
    "Onboarding Pack", "Premium Support", "Tramontia Assets", "Tramontia Connect", "Tramontia Dispatch",
    "Tramontia Insight",
)  # fmt: skip
TOPICS = frozenset({"fieldora", "mantenix", "scim", "soc", "tramontia", "dispatch", "insight", "connect", "assets"})


def account_executive(**changes: Any) -> Viewer:
    """Lucía, who asks."""
    given = {"user_id": "u1", "email": "lucía@tramontia.example", "name": "Lucía Ferrer", "role": Role.AE}
    return Viewer(**{**given, **changes})


class StaticDirectory:
    """`copilot.agent.planner.directory.Directory` over the names above."""

    def __init__(self, accounts: Sequence[NamedAccount] = ACCOUNTS) -> None:
        self._accounts = tuple(accounts)
        ids = {account.id: account for account in self._accounts}
        self._contacts = tuple(
            NamedContact(f"con-{number}", name, account_id, ids[account_id].name)
            for number, (name, account_id) in enumerate(_PEOPLE)
            if account_id in ids
        )

    def find(self, text: str, *, common: Collection[str]) -> Mentions:
        """As the store does."""
        hits = NameIndex([account.name for account in self._accounts]).find(text, common=common)
        rest = "".join(
            " " if any(hit.start <= place < hit.end for hit in hits) else character
            for place, character in enumerate(text)
        )
        return Mentions(
            accounts=tuple(Mention(h.start, h.end, accounts=tuple(self._accounts[n] for n in h.names)) for h in hits),
            people=tuple(self._people(rest, common)),
        )

    def _people(self, text: str, common: Collection[str]) -> Iterator[Mention]:
        people: list[NamedContact | Colleague] = [*self._contacts, *COLLEAGUES]
        index = NameIndex([person.name for person in people])
        for hit in index.find(text, common=common, people=True, slips=False):
            found = [people[number] for number in hit.names]
            yield Mention(
                hit.start,
                hit.end,
                contacts=tuple(item for item in found if isinstance(item, NamedContact)),
                colleagues=tuple(item for item in found if isinstance(item, Colleague)),
            )

    def accounts(self, account_ids: Sequence[str]) -> tuple[NamedAccount, ...]:
        """Those there are."""
        known = {account.id: account for account in self._accounts}
        return tuple(known[item] for item in dict.fromkeys(account_ids) if item in known)

    def contacts(self, contact_ids: Sequence[str]) -> tuple[NamedContact, ...]:
        """Those there are."""
        known = {contact.id: contact for contact in self._contacts}
        return tuple(known[item] for item in dict.fromkeys(contact_ids) if item in known)

    def some_accounts(self, *, limit: int) -> tuple[NamedAccount, ...]:
        """The first ones."""
        return self._accounts[:limit]

    def topics(self, words: Collection[str]) -> frozenset[str]:
        """What the shared knowledge speaks of."""
        return frozenset(word for word in words if word.lower() in TOPICS)

    def products(self) -> tuple[str, ...]:
        """What we sell."""
        return PRODUCTS


def planned(conversation: str, *, today: date) -> Plan:
    """The plan of the last message of `es: first message | next message`, each planned after those before it."""
    language, _, said = conversation.partition(": ")
    context, viewer = PlanningContext(), account_executive(language=language)
    for message in said.split(" | "):
        plan = OfflinePlanner().plan(message, context=context, directory=StaticDirectory(), viewer=viewer, today=today)
        context = next_context(plan, context)
    return plan


def in_one_line(plan: Plan) -> str:
    """A plan without the user's own words, which every step that carries them repeats."""
    if plan.refusal is not None:
        return f"{plan.language.value} refused {plan.refusal.reason.value}"
    if plan.clarification is not None:
        candidates = ", ".join(candidate.id for candidate in plan.clarification.candidates)
        return f"{plan.language.value} asked {plan.clarification.about.value}: {candidates}"
    return f"{plan.language.value} " + " || ".join(_step(step) for step in plan.steps)


def _step(step: Any) -> str:
    if isinstance(step, QueryStep | CompareStep):
        return f"{step.kind.value} {_query(step.query)}"
    content = step.model_dump(mode="json", exclude_defaults=True, exclude={"kind", "request", "question"})
    period = content.pop("period", None)
    parts = [f"{name}={_listed(value)}" for name, value in content.items()]
    if period:
        parts.append(f"{period.get('start', '')}..{period.get('end', '')}")
    return " ".join([step.kind.value, *parts])


def _query(query: FigureQuery) -> str:
    content = query.model_dump(mode="json", exclude_defaults=True)
    field = f"({content['field']})" if "field" in content else ""
    parts = [f"{content['subject']}:{content.get('measure', 'list')}{field}"]
    parts += ["mine"] if query.mine else []
    parts += [f"[{_conditions(content['conditions'])}]"] if query.conditions else []
    parts += [f"of[{_conditions(content['of_account'])}]"] if query.of_account else []
    parts += [f"computed[{_conditions(content['computed'])}]"] if query.computed else []
    for related in content.get("related", ()):
        most = f"<={related['at_most']}" if "at_most" in related else ""
        parts.append(
            f"{related['subject']}>={related.get('at_least', 1)}{most}[{_conditions(related.get('conditions', ()))}]"
        )
    shape = ("account_ids", "show", "metrics", "group_by", "order_by", "descending", "limit")
    parts += [f"{name}={_listed(content[name])}" for name in shape if name in content]
    return " ".join(parts)


def _conditions(items: Sequence[dict[str, Any]]) -> str:
    return " & ".join(
        " ".join(filter(None, [item["field"], item["operator"], _listed(item.get("values", ())), item.get("currency")]))
        for item in items
    )


def _listed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def conversations(path: Path) -> list[list[tuple[str, str]]]:
    """Conversations of a file: a message, then `= ` and its plan; `> ` goes on with the conversation."""
    found: list[list[tuple[str, str]]] = []
    message = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            turn = (message.removeprefix("> "), line.removeprefix("= "))
            if message.startswith("> "):
                found[-1].append(turn)
            else:
                found.append([turn])
        elif line and not line.startswith("#"):
            message = line
    return found
