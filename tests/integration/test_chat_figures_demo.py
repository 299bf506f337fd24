"""Answers about figures of the demo company: their words, their truth, and what the guardrails make of them."""

import re
import tomllib
from collections.abc import Iterator
from functools import partial
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any

import pytest

import knowledge
from copilot.domain.drafts import Provenance
from copilot.domain.figure_queries import (
    COMPARED_METRICS,
    FIELDS,
    METRICS,
    Condition,
    FigureQuery,
    Operator,
    Subject,
)
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.plans import CompareStep, Plan, QueryStep, Step, StepKind
from copilot.errors import NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store import embedded
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.figure_queries import FigureQueries
from copilot.workflows.chat.contract import Answer, Found, Scene
from copilot.workflows.chat.draft import assemble
from copilot.workflows.chat.figures import run_compare, run_query
from knowledge import demo_company
from tests.figure_questions import PIPELINE, QUESTIONS, RENEWALS_WITH_P1, AccountIds
from tests.figure_worlds import TODAY
from tests.follow_up_builders import Demo, demo

TRUTH = Path(knowledge.__file__).parent / "demo" / "truth"


@pytest.fixture(scope="module")
def world(server: embedded.EmbeddedAddresses) -> Iterator[Demo]:
    with demo(server) as made:
        yield made


def _scene(world: Demo, uow: UnitOfWork, *, language: Language = Language.EN, viewer: Any = None) -> Scene:
    return Scene(
        viewer=viewer or world.admin, uow=uow, today=TODAY, language=language, message="…", home_currency="EUR"
    )  # fmt: skip


def _ids(world: Demo, uow: UnitOfWork) -> AccountIds:
    page = AccountRepository(uow).page(viewer=world.admin, limit=200)
    return {account.name.split()[0]: account.id for account in page.accounts}


def _step(kind: StepKind, query: FigureQuery) -> Step:
    if kind is StepKind.COMPARE:
        return CompareStep(query=query)
    return QueryStep.model_validate({"kind": kind, "query": query})


def _run(world: Demo, step: Step, *, language: Language = Language.EN) -> Found:
    with world.application.database.unit_of_work() as uow:
        scene = _scene(world, uow, language=language)
        return run_compare(step, scene) if isinstance(step, CompareStep) else run_query(step, scene)


@pytest.mark.parametrize("language", list(Language), ids=str)
@pytest.mark.parametrize("name", list(QUESTIONS))
def test_the_guardrails_find_nothing_and_every_source_reads_again(
    world: Demo, name: str, language: Language
) -> None:  # fmt: skip
    kind, make = QUESTIONS[name]
    with world.application.database.unit_of_work() as uow:
        scene = _scene(world, uow, language=language)
        step = _step(kind, make(_ids(world, uow)))
        found = run_query(step, scene)
        answer = Answer(found=(found,), provenance=Provenance(writer="offline", code_version="test"))
        draft = assemble(answer, scene, Plan(language=language, steps=(step,)))
        report = Guardrails().check_draft(draft, viewer=world.admin, uow=uow)
        again = EvidenceRepository(uow).read_for(draft.evidence, viewer=world.admin, today=TODAY)
    assert [(item.rule, item.segment_id) for item in report.findings] == []
    assert report.risk is Risk.LOW
    assert {key: item.text for key, item in again.items()} == {item.id: item.text for item in draft.evidence}
    assert all(line.evidence_ids or line.uncited_reason for line in found.lines)
    assert found.by_rules


def test_the_guardrails_hold_a_figure_that_the_query_did_not_find(world: Demo) -> None:
    with world.application.database.unit_of_work() as uow:
        scene = _scene(world, uow)
        step = _step(StepKind.PIPELINE, PIPELINE)
        found = run_query(step, scene)
        answer = Answer(found=(found,), provenance=Provenance(writer="offline", code_version="test"))
        draft = assemble(answer, scene, Plan(language=Language.EN, steps=(step,)))
        wrong = draft.model_validate_json(draft.model_dump_json().replace("141,702", "142,702"))
        report = Guardrails().check_draft(wrong, viewer=world.admin, uow=uow)
    assert {item.rule for item in report.findings} == {"grounding.amount_not_in_evidence"}


PIPELINE_ES = (
    "El pipeline abierto de cuentas en España con cierre entre el 1 de octubre de 2026 y el 31 de diciembre de 2026 es "
    "de 141.702\u00a0€ en 5 oportunidades."
)
PIPELINE_EN = (
    "The open pipeline of accounts in Spain closing between 1 October 2026 and 31 December 2026 is €141,702 in 5 "
    "opportunities."
)
RENEWALS_ES = (
    "Hay 2 cuentas con renovación entre el 16 de noviembre de 2026 y el 14 de febrero de 2027, con ARR de más de "
    "50.000\u00a0US$, con tickets P1 abiertos; el ARR suma 336.288\u00a0US$."
)
RENEWALS_EN = (
    "There are 2 accounts renewing between 16 November 2026 and 14 February 2027, with ARR of more than US$50,000, "
    "with open P1 tickets; the ARR adds up to US$336,288."
)
HEADLINES = {
    "pipeline": (_step(StepKind.PIPELINE, PIPELINE), PIPELINE_ES, PIPELINE_EN),
    "renewals": (_step(StepKind.RENEWALS, RENEWALS_WITH_P1), RENEWALS_ES, RENEWALS_EN),
}


@pytest.mark.parametrize("name", list(HEADLINES))
def test_the_headline_is_the_figure_in_a_sentence(world: Demo, name: str) -> None:
    step, spanish, english = HEADLINES[name]
    assert _run(world, step, language=Language.ES).lines[0].text == spanish
    assert _run(world, step, language=Language.EN).lines[0].text == english


def test_a_row_tells_its_values_and_how_many_linked_records_it_has(world: Demo) -> None:
    found = _run(world, _step(StepKind.RENEWALS, RENEWALS_WITH_P1))
    told = next(line for line in found.lines if line.text.startswith("Pinecrest"))
    assert (
        told.text == "Pinecrest Facilities Group: renewal 31 January 2027 · ARR US$208,788 · 1 open P1 ticket."
    )  # fmt: skip
    by_id = {item.id: item for item in found.evidence}
    assert {by_id[key].text for key in told.evidence_ids} >= {
        "arr: 208788 USD",
        "renewal_date: 2027-01-31",
        "tickets: 1",
    }


def test_nothing_found_is_an_answer_and_what_is_not_recorded_is_another(world: Demo) -> None:
    with world.application.database.unit_of_work() as uow:
        ids = _ids(world, uow)
    nothing = _run(world, _step(*_question("no-such-contact", ids)))
    assert nothing.nothing
    assert nothing.lines[0].text == (
        "There are no contacts of Naviera Costa Clara with job title containing “astronauta”."
    )
    facts = _run(world, _step(*_question("facts-of-one", ids)))
    assert not facts.nothing
    assert "The parent company of Naviera Costa Clara is not recorded." in [line.text for line in facts.lines]


def _question(name: str, ids: AccountIds) -> tuple[StepKind, FigureQuery]:
    kind, make = QUESTIONS[name]
    return kind, make(ids)


@pytest.mark.parametrize("path", sorted(TRUTH.glob("*-*.toml")), ids=lambda path: path.stem)
def test_facts_and_comparisons_tell_the_truth_of_the_demo(world: Demo, path: Path) -> None:
    truth = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {name: value for name, value in truth["figures"].items() if name in METRICS | FIELDS[Subject.ACCOUNTS]}
    with world.application.database.unit_of_work() as uow:
        ids = {head.name: head.id for head in AccountRepository(uow).page(viewer=world.admin, limit=200).accounts}
    account_id = ids[truth["account"]]
    texts: dict[str, str] = {}
    for start in range(0, len(known), 8):
        names = list(known)[start : start + 8]
        query = FigureQuery(
            subject=Subject.ACCOUNTS, account_ids=(account_id, *(set(ids.values()) - {account_id}),)[:2],
            show=tuple(name for name in names if name not in METRICS),
            metrics=tuple(name for name in names if name in METRICS),
        )  # fmt: skip
        found = _run(world, _step(StepKind.COMPARE, query))
        texts |= {item.id: item.text for item in found.evidence if item.account_id == account_id}
    for name, value in known.items():
        text = texts[f"metric:{name}:{account_id}" if name in METRICS else f"record:{account_id}:{name}"]
        assert _says(text.removeprefix(f"{name}: "), value), (name, text, value)


def _says(text: str, value: str) -> bool:
    """The truth writes figures without their windows, and what cannot be computed as null."""
    if value == "null":
        return text.startswith(("unknown", "(empty)"))
    return f"{text.split(' [')[0]} ".startswith(f"{re.sub(r'[.]0$', '', value)} ")


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("name", sorted(METRICS))
def test_accounts_come_in_the_order_of_a_figure_as_it_is_computed_for_each(
    world: Demo, name: str, *, descending: bool
) -> None:
    """The order is worked out in the database, the figures shown are those of every account's own page."""
    query = FigureQuery(subject=Subject.ACCOUNTS, order_by=name, descending=descending, limit=50)
    with world.application.database.unit_of_work() as uow:
        result = FigureQueries(uow).run(query, viewer=world.admin, today=TODAY)
    values: list[Any] = [row.metrics[name].value for row in result.rows]
    known = [value for value in values if value is not None]
    assert len(values) == result.total > 30
    assert len(set(known)) > 1
    assert values == sorted(known, reverse=descending) + [None] * (len(values) - len(known))


@pytest.mark.parametrize("operator", [Operator.LESS_THAN, Operator.AT_MOST, Operator.AT_LEAST, Operator.MORE_THAN])
@pytest.mark.parametrize("name", sorted(COMPARED_METRICS))
def test_accounts_are_those_whose_figure_as_shown_meets_a_comparison(
    world: Demo, name: str, operator: Operator
) -> None:
    """At the very value of an account: nothing is found by more decimals than are shown."""
    holds = {
        Operator.LESS_THAN: lt, Operator.AT_MOST: le, Operator.AT_LEAST: ge, Operator.MORE_THAN: gt,
    }[operator]  # fmt: skip
    with world.application.database.unit_of_work() as uow:
        run = partial(FigureQueries(uow).run, viewer=world.admin, today=TODAY)
        every = run(FigureQuery(subject=Subject.ACCOUNTS, metrics=(name,), limit=50)).rows
        shown = {row.account_id: row.metrics[name].value for row in every}
        known = sorted(value for value in shown.values() if value is not None)
        middle = known[len(known) // 2]
        condition = Condition(field=name, operator=operator, values=(middle,))
        result = run(FigureQuery(subject=Subject.ACCOUNTS, computed=(condition,), limit=50))
    expected = {account for account, value in shown.items() if value is not None and holds(value, middle)}
    assert {row.account_id for row in result.rows} == expected
    unknown = sum(value is None for value in shown.values())
    assert [(item.field, item.count) for item in result.left_out] == ([(name, unknown)] if unknown else [])


def test_a_comparison_of_a_figure_is_said_and_shown_and_what_it_could_not_judge_is_counted(world: Demo) -> None:
    condition = Condition(field="seat_utilisation_pct", operator=Operator.LESS_THAN, values=(75,))
    customers = Condition(field="lifecycle", operator=Operator.IS, values=("customer",))
    query = FigureQuery(subject=Subject.ACCOUNTS, conditions=(customers,), computed=(condition,))
    english = _run(world, _step(StepKind.FIND_ACCOUNTS, query))
    spanish = _run(world, _step(StepKind.FIND_ACCOUNTS, query), language=Language.ES)
    told = [" ".join(line.text for line in found.lines) for found in (english, spanish)]
    assert "with seat utilisation of less than 75%" in told[0]
    assert "con uso de licencias de menos de 75\xa0%" in told[1]
    assert told[0].count("seat utilisation") > 2


def test_an_account_of_somebody_else_does_not_exist(world: Demo) -> None:
    person = next(each for each in demo_company.company().people if each.email.startswith("tom."))
    with world.application.database.unit_of_work() as uow:
        foreign = _ids(world, uow)["Harbourline"]
        for step in (
            _step(StepKind.FIGURES, FigureQuery(subject=Subject.ACCOUNTS, account_ids=(foreign,), show=("arr",))),
            _step(StepKind.COMPARE, FigureQuery(subject=Subject.ACCOUNTS, account_ids=(foreign, foreign))),
        ):
            run = run_compare if isinstance(step, CompareStep) else run_query
            with pytest.raises(NotFound):
                run(step, _scene(world, uow, viewer=person))
