"""A conversation over turns, processes and readers, in the real database."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import StructuredTool

from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.pseudonyms import ReadFrom
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.pseudonyms.conversation import Conversation
from copilot.store.database import Database
from copilot.store.pseudonyms import PseudonymRepository
from copilot.store.tables.people import AccountGrantRow
from copilot.store.tables.records import AccountRow, ContactRow
from tests.guardrails_models import RecordingModel

MakeUser = Callable[..., Viewer]
NAME, EMAIL, IBAN = "Marta Ruiz Gil", "marta@mencia.example", "ES9121000418450200051332"


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    """Owns the account `acc_1` of Marta's company."""
    viewer = make_user("Lucía Prado", team=None)
    columns = {"source_system": "crm", "as_of": date(2026, 11, 13), "content_hash": "x"}
    with database.unit_of_work() as uow:
        account = AccountRow(
            id="acc_1", source_id="1", name="Mencía", search_key="m", owner_email=viewer.email, **columns
        )
        uow.session.add(account)
        uow.flush()
        contact = ContactRow(id="con_1", source_id="1", name=NAME, email=EMAIL, account_id="acc_1", **columns)
        uow.session.add(contact)
    return viewer


def opened(database: Database, viewer: Viewer) -> Conversation:
    return Conversation.open(
        "chat_1", database=database, viewer=viewer, policy=default_guardrail_policy(), language=Language.EN
    )


def saved(database: Database, conversation: Conversation) -> None:
    with database.unit_of_work() as uow:
        conversation.save(uow=uow)


def account_facts() -> tuple[str, ReadFrom]:
    """Facts of the account."""
    return f"{NAME} <{EMAIL}> pays from {IBAN}", ReadFrom(frozenset({"acc_1"}))


def repeats(messages: list[BaseMessage]) -> AIMessage:
    if isinstance(messages[-1], ToolMessage):
        return AIMessage(f"Seen: {messages[-1].content}")
    return AIMessage("", tool_calls=[{"name": "account_facts", "args": {}, "id": "c1"}])


def test_an_agent_run_over_two_processes(database: Database, owner: Viewer) -> None:
    tool = StructuredTool.from_function(account_facts, response_format="content_and_artifact")
    wires = []
    history: list[BaseMessage] = []
    for question in ("What about Marta?", f"Is {IBAN} still hers?"):
        conversation = opened(database, owner)
        inner = RecordingModel(answer=repeats)
        history.append(HumanMessage(question))
        agent: Any = create_agent(conversation.model(inner), [tool])
        result = agent.invoke({"messages": history})
        history = result["messages"]
        assert history[-1].content == f"Seen: {NAME} <{EMAIL}> pays from {IBAN}"
        wires.append(inner.wire)
        saved(database, conversation)
    for wire in wires:
        assert not any(value in wire for value in ("Marta", "Ruiz", "marta@", "ES91"))
        assert "PERSON_1 <EMAIL_1> pays from BANK_ACCOUNT_2" in wire
    assert "Is BANK_ACCOUNT_2 still hers?" in wires[1]
    with database.unit_of_work() as uow:
        counts = PseudonymRepository(uow).masked("chat_1")
    assert counts["bank_account"] >= 3
    assert not any(value in str(counts) for value in (NAME, EMAIL, IBAN))


def test_a_right_that_was_lost_or_never_was_restores_nothing(
    database: Database, owner: Viewer, make_user: MakeUser
) -> None:
    first = opened(database, owner)
    masked = first.vault.mask(f"{NAME}, {IBAN}", source="acc_1")
    saved(database, first)
    other = make_user("Tom Field", team=None)
    assert opened(database, owner).restore(masked).text == f"{NAME}, {IBAN}"
    assert opened(database, other).restore(masked).text == "[name withheld], [bank account withheld]"
    with database.unit_of_work() as uow:
        uow.session.add(AccountGrantRow(account_id="acc_1", user_id=other.user_id))
    assert opened(database, other).restore(masked).text == f"{NAME}, {IBAN}"
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, "acc_1").owner_email = "someone@else.example"
    assert opened(database, owner).restore(masked).withheld == ("BANK_ACCOUNT_2", "PERSON_1")


def test_what_was_erased_or_has_expired_is_gone_for_everybody(
    database: Database, owner: Viewer, clock: FixedClock
) -> None:
    first = opened(database, owner)
    masked = first.vault.mask(f"{NAME}, {IBAN}", source="acc_1")
    saved(database, first)
    with database.unit_of_work() as uow:
        assert PseudonymRepository(uow).forget([NAME]) == 1
    again = opened(database, owner).restore(masked)
    assert again.text == f"PERSON_1, {IBAN}"
    assert again.unknown == ("PERSON_1",)
    clock.advance(timedelta(days=default_guardrail_policy().privacy_retention.days))
    assert opened(database, owner).restore(masked).text == masked
