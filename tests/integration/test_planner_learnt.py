"""The planner that hears messages, over the names of a real database: what a viewer may not see reads as nothing.

Invariant: the plan is the same whether an account may not be seen or does not exist, and tells of no other account.
"""

from datetime import date
from typing import Any

import pytest

from copilot.agent.planner import OfflinePlanner, next_context
from copilot.domain.access import Role
from copilot.domain.plans import Plan, PlanningContext, QueryStep, SearchStep
from copilot.store.database import Database
from copilot.store.directory import AccountDirectory
from copilot.store.tables.records import AccountRow
from tests.learnt_builders import TODAY
from tests.planner_world import account_executive

SOURCE: dict[str, Any] = {"source_system": "hubspot", "as_of": date(2026, 11, 13), "content_hash": "x"}
OWN, OTHER = "ana@tramontia.example", "otro@tramontia.example"
HIDDEN, INVENTED = "Tabarca", "Brevunta"
MESSAGES = (
    ("en", "show me tickets for {}"),
    ("en", "total pipeline at {} please"),
    ("en", "anything rotting over at {}?"),
    ("en", "what have we got going on with {}"),
    ("es", "¿cuánto tenemos en el embudo con {}?"),
    ("es", "oportunidades abiertas de {}"),
    ("es", "¿qué se cuece con {}?"),
)
IDS = [f"{language}: {message[:30]}" for language, message in MESSAGES]


@pytest.fixture
def world(database: Database) -> Database:
    """Ana owns Kestrel; the other accounts are a colleague's."""
    names = {
        "acc-k": ("Kestrel Rail Services", OWN),
        "acc-z": ("Tabarca Norte", OTHER),
        "acc-y": ("Zafralia Sur", OTHER),
    }
    with database.unit_of_work() as uow:
        for account_id, (name, owner) in names.items():
            given = {"name": name, "owner_email": owner, "search_key": name.lower(), "country": "ES"}
            uow.session.add(AccountRow(id=account_id, source_id=account_id, **given, **SOURCE))
    return database


def planned(world: Database, *messages: str, role: Role = Role.AE, language: str = "en") -> Plan:
    """The plan of the last message of a conversation."""
    context, viewer = PlanningContext(), account_executive(email=OWN, role=role, language=language)
    with world.unit_of_work() as uow:
        directory = AccountDirectory(uow, viewer=viewer)
        for message in messages:
            plan = OfflinePlanner().plan(message, context=context, directory=directory, viewer=viewer, today=TODAY)
            context = next_context(plan, context)
    return plan


def without_its_name(plan: Plan, name: str) -> str:
    return plan.model_dump_json().replace(name, "…")


@pytest.mark.parametrize(("language", "message"), MESSAGES, ids=IDS)
def test_a_hidden_account_reads_like_one_that_does_not_exist(world: Database, language: str, message: str) -> None:
    hidden = planned(world, message.format(HIDDEN), language=language)
    invented = planned(world, message.format(INVENTED), language=language)
    assert without_its_name(hidden, HIDDEN) == without_its_name(invented, INVENTED)
    assert not [step for step in hidden.steps if not isinstance(step, SearchStep) or step.account_ids]


def test_a_hidden_account_whose_name_begins_like_a_word_reads_like_one_that_does_not_exist(world: Database) -> None:
    hidden = planned(world, "oportunidades abiertas de Zafralia", language="es")
    invented = planned(world, f"oportunidades abiertas de {INVENTED}", language="es")
    assert without_its_name(hidden, "Zafralia") == without_its_name(invented, INVENTED)


@pytest.mark.parametrize(("language", "message"), MESSAGES, ids=IDS)
def test_a_visible_account_is_told_of_by_itself(world: Database, language: str, message: str) -> None:
    plan = planned(world, message.format("Kestrel"), language=language)
    assert plan.steps
    assert "acc-k" in plan.model_dump_json()
    assert "acc-z" not in plan.model_dump_json()


@pytest.mark.parametrize("message", ["which deals over at Tabarca are rotting", "qué llevamos abierto con Tabarca"])
def test_whoever_may_see_the_account_gets_its_figures(world: Database, message: str) -> None:
    plan = planned(world, message, role=Role.ADMIN)
    assert plan.steps
    for step in plan.steps:
        assert isinstance(step, QueryStep | SearchStep)
        accounts = step.query.account_ids if isinstance(step, QueryStep) else step.account_ids
        assert accounts == ("acc-z",)
