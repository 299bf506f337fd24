"""What came of drafts outside the queue, by histories computed by hand."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.access import Viewer
from copilot.domain.alerts import Outcome
from copilot.domain.drafts import DraftKind
from copilot.domain.proportions import Share
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.models import ModelCallRow
from copilot.store.tables.records import ActivityRow, SourceFileRow
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.workflows.value.outcomes import Outcomes
from copilot.workflows.value.report import value_report
from copilot.workflows.value.rules import ValueRules, load_value_rules
from tests.conftest import MakeUser
from tests.value_worlds import People, add_account, add_alert, add_draft, add_release, approved, at, people_of

FOUR = "uno dos tres cuatro"


@pytest.fixture
def people(make_user: MakeUser) -> People:
    return people_of(make_user)


def outcomes(database: Database, viewer: Viewer, *, rules: ValueRules | None = None) -> Outcomes:
    with database.unit_of_work() as uow:
        return value_report(weeks=2, rules=rules or load_value_rules(), viewer=viewer, uow=uow).outcomes


def test_answers_count_once_their_time_is_over(database: Database, people: People) -> None:
    account = add_account(database, people.ana)
    envelope = {"email": {"to": [{"address": "Rosa@cliente.example", "name": "Rosa Almendro"}]}}

    def sent(day: int, channel: str = "smtp") -> None:
        [item] = add_draft(
            database,
            people.ana,
            [approved(FOUR, at(9), people.marta, at(9, 10))],
            kind=DraftKind.FOLLOW_UP,
            account_id=account,
            content=envelope,
        )
        with database.unit_of_work() as uow:
            add_release(uow, item, sent_at=at(day), channel=channel)

    for day in (9, 10, 14):
        sent(day)
    sent(9, channel="eml")
    rules = load_value_rules().model_copy(update={"answer_days": 3})
    assert outcomes(database, people.ana, rules=rules).answers.answered == Share(0, 0)
    with database.unit_of_work() as uow:
        for number, (day, author) in enumerate(((11, "rosa@cliente.example"), (15, "otro@cliente.example"))):
            uow.session.add(
                ActivityRow(
                    id=f"act_{number}",
                    source_system="test",
                    source_id=str(number),
                    as_of=date(2026, 11, 15),
                    content_hash="x",
                    account_id=account,
                    kind="email",
                    occurred_at=at(day),
                    direction="inbound",
                    participants=[author, "ana@tramontia.example"],
                )
            )
    found = outcomes(database, people.ana, rules=rules).answers
    # Both mails of the 9th and 10th were answered on the 11th; that of the 14th can still be.
    assert (found.answered, found.too_early) == (Share(2, 2), 1)


def test_an_imported_mail_answers_by_its_sender_and_not_by_a_copy(database: Database, people: People) -> None:
    envelope = {"email": {"to": [{"address": "rosa@cliente.example", "name": "Rosa Almendro"}]}}
    senders = ("rosa@cliente.example", "otro@cliente.example")
    for number, sender in enumerate(senders):
        account = add_account(database, people.ana)
        draft = approved(FOUR, at(9), people.marta, at(9, 10))
        [item] = add_draft(
            database, people.ana, [draft], kind=DraftKind.FOLLOW_UP, account_id=account, content=envelope
        )
        with database.unit_of_work() as uow:
            add_release(uow, item, sent_at=at(9, 11))
            uow.session.add(source_file(f"mail-{number}"))
            uow.flush()
            copied = [each for each in senders if each != sender]
            uow.session.add(document_row(f"mail-{number}", account, [sender, *copied]))
    rules = load_value_rules().model_copy(update={"answer_days": 1})
    assert outcomes(database, people.ana, rules=rules).answers.answered == Share(1, 2)


def test_customers_kept_are_held_against_alerts_nobody_acted_on(database: Database, people: People) -> None:
    ended: tuple[tuple[str, str | None, list[str], int], ...] = (
        ("closed", "saved", ["call"], 2),
        ("closed", "lost", ["call"], 1),
        ("closed", "false_alarm", [], 1),
        ("closed", "lost", [], 1),
        ("dismissed", None, [], 1),
        ("open", None, [], 1),
    )
    for state, outcome, steps, times in ended:
        for _ in range(times):
            account_id = add_account(database, people.bea)
            add_alert(database, account_id, people.bea, state=state, outcome=outcome, steps=steps)
    kept = outcomes(database, people.marta).kept
    assert kept.kept == Share(2, 3)
    assert kept.false_alarms == Share(1, 5)
    assert kept.without_action == {Outcome.SAVED: 0, Outcome.LOST: 1, Outcome.FALSE_ALARM: 1}
    assert (kept.open, kept.dismissed) == (1, 1)
    assert outcomes(database, people.ana).kept.kept == Share(0, 0)


def test_questions_and_calls(database: Database, people: People) -> None:
    with database.unit_of_work() as uow:
        for project, state in (("p1", "answering"), ("p2", "preview")):
            uow.session.add(project_row(project, people.ana, state))
            uow.flush()
            for number, of in enumerate(("answered", "answered", "no_source", "failed", "waiting", "excluded")):
                uow.session.add(
                    RfpQuestionRow(project_id=project, question_id=str(number), position=number, question={}, state=of)
                )
        for number, cost in enumerate(("0.5", "0.25", None)):
            uow.session.add(call_row(number, people.ana, cost))
    found = outcomes(database, people.ana)
    assert (found.questions, found.questions_waiting) == (Share(2, 4), 1)
    assert (found.calls.calls, found.calls.cost_usd, found.calls.unpriced) == (3, Decimal("0.75"), 1)


def project_row(project_id: str, owner: Viewer, state: str) -> RfpProjectRow:
    return RfpProjectRow(
        id=project_id,
        owner_id=owner.user_id,
        team_id=owner.team_id,
        title="",
        file_name="a.xlsx",
        format="xlsx",
        language="es",
        deadline_text="",
        instructions=[],
        warnings=[],
        skipped=[],
        checklist=[],
        state=state,
        created_at=at(10),
        updated_at=at(10),
    )


def call_row(number: int, user: Viewer, cost: str | None) -> ModelCallRow:
    return ModelCallRow(
        id=f"call-{number}",
        called_at=at(10),
        role="writer",
        model="m",
        endpoint="e",
        outcome="ok",
        user_id=user.user_id,
        input_tokens=10,
        cost_usd=None if cost is None else Decimal(cost),
        reserved_tokens=0,
        reserved_usd=Decimal(0),
    )


def source_file(file_id: str) -> SourceFileRow:
    return SourceFileRow(
        id=file_id,
        root="test",
        path=file_id,
        sha256="x",
        media_type="message/rfc822",
        size_bytes=1,
        imported_at=at(13),
    )


def document_row(file_id: str, account_id: str, participants: list[str]) -> DocumentRow:
    return DocumentRow(
        id=f"doc-{file_id}",
        source_file_id=file_id,
        account_id=account_id,
        title="",
        kind="email",
        text="",
        text_sha256="x",
        blocks=[],
        media_type="message/rfc822",
        origin="customer",
        authored_at=at(10, 11),
        participants=participants,
        direction="inbound",
        imported_at=at(13),
    )
