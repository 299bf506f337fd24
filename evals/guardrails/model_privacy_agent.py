"""Agent runs of `evals.guardrails.model_privacy`: tools over the product's own retrieval, and a model with a script.

Invariant: the script reads only what reached it and decides by nothing else, so the runs with and without masking take
the same steps; everything that reached it is kept, as text.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import PrivateAttr

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.language import Language
from copilot.domain.pseudonyms import STAFF, ReadFrom
from copilot.retrieval.search import SearchRequest
from copilot.store.documents import DocumentRepository

_QUESTIONS = {
    Language.ES: ("¿Qué tengo que saber antes de llamar a {account}?", "¿Y quién firma, y cómo se paga?"),
    Language.EN: ("What must I know before I call {account}?", "And who signs, and how is it paid?"),
}
_SEARCHES = {
    Language.ES: (
        ("renovación, precio y condiciones", "incidencias, quejas y promesas", "personas, cargos y quién decide"),
        ("firma del contrato, documento, domicilio", "cuenta, tarjeta, pago, acceso y clave"),
    ),
    Language.EN: (
        ("renewal, price and terms", "incidents, complaints and open promises", "people, roles and who decides"),
        ("signatory, contract, number, address", "account, card, payment, access and password"),
    ),
}  # fmt: skip
_PASSAGES = 8
_DOCUMENTS = 8


class ScriptedAgentModel(BaseChatModel):
    """Looks things up in the order of its script, then repeats what it was shown, a fact a line."""

    searches: tuple[tuple[str, ...], ...]
    """Per question of the person."""
    _wire: list[str] = PrivateAttr(default_factory=list)

    @property
    def wire(self) -> Sequence[str]:
        """All text that arrived, one item per question to the model."""
        return tuple(self._wire)

    @property
    def _llm_type(self) -> str:
        return "scripted-agent"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The definitions travel with every question, as with a real model."""
        return self.bind(tools=list(tools), **kwargs)

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        del stop, run_manager
        sent = [*(_text(message) for message in messages), *(_definition(tool) for tool in kwargs.get("tools", ()))]
        self._wire.append("\n".join(sent))
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        asked = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
        since = messages[asked[-1] + 1 :]
        steps = self._steps(len(asked), since)
        done = sum(isinstance(message, AIMessage) for message in since)
        if done < len(steps):
            calls = [
                {"name": name, "args": arguments, "id": f"call_{len(asked)}_{done}_{place}"}
                for place, (name, arguments) in enumerate(steps[done])
            ]
            return AIMessage("", tool_calls=calls)
        answers = [str(message.content) for message in since if isinstance(message, ToolMessage)]
        return AIMessage("\n".join(dict.fromkeys(fact for answer in answers for fact in _facts(answer))))

    def _steps(self, turn: int, since: list[BaseMessage]) -> list[list[tuple[str, dict[str, Any]]]]:
        steps: list[list[tuple[str, dict[str, Any]]]] = [
            [("search_passages", {"query": query})] for query in self.searches[turn - 1]
        ]
        if turn > 1:
            return [*steps, [("latest_documents", {})]]
        names = [_first_name(message) for message in since if isinstance(message, ToolMessage)]
        known = next((name for name in names if name), "")
        return [[("contact_list", {}), ("account_facts", {})], *steps, [("contact_history", {"name": known})]]


def run(
    application: Application,
    facts: AccountFacts,
    *,
    viewer: Viewer,
    language: Language,
    boundary: Callable[[BaseChatModel], BaseChatModel],
) -> tuple[Sequence[str], Sequence[str]]:
    """Two questions of one conversation. Returns what reached the model, and the facts of its answers."""
    model = ScriptedAgentModel(searches=_SEARCHES[language])
    agent: Any = create_agent(
        boundary(model),
        _tools(application, facts, viewer=viewer),
        system_prompt=f"You help {viewer.name} ({viewer.email}). Answer in {language.value} from what the tools say.",
    )
    messages: list[BaseMessage] = []
    found: list[str] = []
    for question in _QUESTIONS[language]:
        messages = [*messages, HumanMessage(question.format(account=facts.account.name))]
        messages = agent.invoke({"messages": messages}, {"recursion_limit": 60})["messages"]
        found += str(messages[-1].content).splitlines()
    return model.wire, found


def _tools(application: Application, facts: AccountFacts, *, viewer: Viewer) -> list[BaseTool]:
    here = ReadFrom(frozenset({facts.account.id}))
    mixed = ReadFrom(frozenset({facts.account.id, STAFF}))

    def contact_list() -> tuple[str, ReadFrom]:
        """Everybody at the account, with address and telephone number."""
        rows = [item.model_dump(mode="json", include=_CONTACT_FIELDS) for item in facts.contacts]
        # Escaped letters, as `json.dumps` writes them unless told otherwise.
        return json.dumps(rows), here

    def account_facts() -> tuple[str, ReadFrom]:
        """What the records say about the account: fields, opportunities, latest activities."""
        rows = [facts.account, *facts.open_opportunities, *facts.activities[:15], *facts.surveys[:5]]
        dumped = [item.model_dump(mode="json", exclude_none=True, exclude=_ADMINISTRATIVE) for item in rows]
        return json.dumps(dumped, ensure_ascii=False), mixed

    def search_passages(query: str) -> tuple[str, ReadFrom]:
        """Passages of emails, calls, notes and documents about the account, best first."""
        request = SearchRequest(query=query, account_ids=(facts.account.id,), limit=_PASSAGES)
        with application.database.unit_of_work() as uow:
            hits = application.retrieval.search.search(request, viewer=viewer, uow=uow).hits
        sources = {hit.evidence.account_id or STAFF for hit in hits}
        rows = [{"title": hit.evidence.label, "text": hit.evidence.text} for hit in hits]
        return json.dumps(rows, ensure_ascii=False), ReadFrom(frozenset(sources))

    def latest_documents() -> tuple[str, ReadFrom]:
        """The newest emails, calls and notes of the account, whole."""
        with application.database.unit_of_work() as uow:
            documents = DocumentRepository(uow).texts_of_account(facts.account.id, viewer=viewer)
        newest = sorted(documents, key=lambda item: (str(item.authored_at or ""), item.id), reverse=True)[:_DOCUMENTS]
        rows = [{"title": item.title, "author": item.author, "text": item.text} for item in newest]
        return json.dumps(rows, ensure_ascii=False), here

    def contact_history(name: str) -> tuple[str, ReadFrom]:
        """What was exchanged with one person, by their name."""
        with_them = [item for item in facts.activities if name and name in (item.author, *item.participants)]
        theirs = [item for item in facts.contacts if item.name == name]
        rows = [item.model_dump(mode="json", include=_CONTACT_FIELDS) for item in theirs]
        rows += [item.model_dump(mode="json", include={"subject", "body", "author"}) for item in with_them[:8]]
        return json.dumps(rows, ensure_ascii=False), mixed

    functions: list[Callable[..., Any]] = [
        contact_list, account_facts, search_passages, latest_documents, contact_history,
    ]  # fmt: skip
    return [StructuredTool.from_function(item, response_format="content_and_artifact") for item in functions]


_CONTACT_FIELDS = {"name", "title", "email", "phone", "stance"}
_ADMINISTRATIVE = {"source_system", "source_id", "account_source_id", "opportunity_source_id"}


def _facts(answer: str) -> list[str]:
    """One line per record that was shown, or per line of a text."""
    found = []
    for row in json.loads(answer):
        lines = [" ".join(line.split()) for line in str(row.pop("text", "")).splitlines()]
        found += [" | ".join(" ".join(str(value).split()) for value in row.values()), *filter(None, lines)]
    return found


def _first_name(message: ToolMessage) -> str:
    rows = json.loads(str(message.content))
    return str(rows[0].get("name", "")) if message.name == "contact_list" and rows else ""


def _text(message: BaseMessage) -> str:
    calls = [call["args"] for call in message.tool_calls] if isinstance(message, AIMessage) else []
    return f"{message.content}\n{json.dumps(calls, ensure_ascii=False) if calls else ''}"


def _definition(tool: Any) -> str:
    return str(tool) if isinstance(tool, dict) else f"{tool.name} {tool.description} {tool.args}"
