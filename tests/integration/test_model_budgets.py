"""What may be spent on models: set aside before a call, per person, team, workspace and day, whoever calls at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.clock import FixedClock
from copilot.domain.language import Language
from copilot.domain.model_calls import Budget, BudgetScope, CallEnd, CallOutcome, NewCall, Spending
from copilot.errors import BudgetExceeded, ConfigurationError, ModelUnavailable
from copilot.guardrails.retention_policy import RetentionRules
from copilot.llm.policy import SHIPPED, load_model_policy
from copilot.llm.roles import Caller
from copilot.privacy.retention import let_go
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository
from copilot.workflows.brief.model import ModelComposer
from tests.brief_builders import context
from tests.contract.test_llm_resilience import calls, chat_of
from tests.model_endpoints import CALLER, endpoint, said, writer_of

TOKENS = 17_000
"""Of each budget below."""


def policy_file(folder: Path, *, budgets: str, models: str = "") -> Path:
    """The shipped file with other budgets."""
    kept = SHIPPED.read_text(encoding="utf-8").split("[budgets.user]")[0]
    file = folder / "models.toml"
    file.write_text(f"{kept}\n{budgets}\n{models}", encoding="utf-8")
    return file


def new_call(
    number: int, *, tokens: int, user: str = "u1", team: str | None = "t1", usd: Decimal = Decimal(0)
) -> NewCall:
    """A call that is about to be made."""
    return NewCall(f"call-{number}", "writer", "m", "host", user, team, None, None, Spending(tokens, usd))


def ended(tokens: int, *, usd: Decimal | None = None) -> CallEnd:
    """It took so much."""
    return CallEnd(CallOutcome.ANSWERED, tokens, 0, usd, 5, 1)


def reserve(database: Database, call: NewCall, budgets: dict[BudgetScope, Budget]) -> bool:
    """Whether it fitted."""

    try:
        with database.unit_of_work_aside() as uow:
            undo_unless(ModelCallRepository(uow).reserve(call, budgets=budgets) is None)
    except Full:
        return False
    return True


class Full(Exception):
    """It does not fit."""


def undo_unless(fits: bool) -> None:
    """End the unit of work without keeping it."""
    if not fits:
        raise Full


def spent(database: Database, user: str = "u1", team: str | None = "t1") -> dict[BudgetScope, Spending]:
    """What stands against each budget today."""
    with database.unit_of_work() as uow:
        return ModelCallRepository(uow).spent(user, team_id=team)


@pytest.mark.parametrize("scope", list(BudgetScope), ids=lambda scope: scope.value)
def test_twenty_at_once_never_exceed(scope: BudgetScope, database: Database) -> None:
    budgets = {scope: Budget(tokens=1000, usd=Decimal("0.05"))}
    start = threading.Barrier(20)
    most = []

    def work(number: int) -> int:
        start.wait()
        done = 0
        for round_ in range(4):
            call = new_call(number * 10 + round_, tokens=90, usd=Decimal("0.004"))
            if reserve(database, call, budgets):
                most.append(spent(database)[scope].tokens)
                with database.unit_of_work_aside() as uow:
                    ModelCallRepository(uow).settle(call.id, ended(60, usd=Decimal("0.002")))
                done += 1
        return done

    with ThreadPoolExecutor(20) as pool:
        done = sum(pool.map(work, range(20)))
    assert max(most) <= 1000
    assert spent(database)[scope] == Spending(done * 60, done * Decimal("0.002"))
    assert 10 <= done <= 16, "as many as fit, and no more"
    assert spent(database)[scope].cost_usd <= Decimal("0.05")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["u1", "u2", "u3"]),
            st.integers(1, 400),
            st.integers(0, 400),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_the_budgets_agree_with_plain_sums(
    database: Database, clock: FixedClock, history: list[tuple[str, int, int, bool]]
) -> None:
    clock.advance(timedelta(days=1))
    teams = {"u1": "t1", "u2": "t1", "u3": None}
    limits = {BudgetScope.USER: 900, BudgetScope.TEAM: 1200, BudgetScope.WORKSPACE: 1500}
    budgets = {scope: Budget(tokens=limit) for scope, limit in limits.items()}
    sums: dict[str, int] = {}
    for number, (user, reserved, used, settles) in enumerate(history):
        subjects = {BudgetScope.USER: user, BudgetScope.WORKSPACE: "all"}
        if team := teams[user]:
            subjects[BudgetScope.TEAM] = team
        call = new_call(clock.new_id().int * 100 + number, tokens=reserved, user=user, team=teams[user])
        expected = all(sums.get(subject, 0) + reserved <= limits[scope] for scope, subject in subjects.items())
        assert reserve(database, call, budgets) is expected
        if not expected:
            continue
        taken = used if settles else reserved
        if settles:
            with database.unit_of_work_aside() as uow:
                ModelCallRepository(uow).settle(call.id, ended(used))
        for subject in subjects.values():
            sums[subject] = sums.get(subject, 0) + taken
    for user, team_id in teams.items():
        found = spent(database, user, team_id)
        assert found[BudgetScope.USER].tokens == sums.get(user, 0)
        assert found[BudgetScope.WORKSPACE].tokens == sums.get("all", 0)


@pytest.mark.parametrize(
    ("scope", "words"),
    [("user", "Your budget"), ("team", "Your team's"), ("workspace", "The workspace's")],
)
def test_a_budget_that_is_used_up_sends_nothing_until_tomorrow(
    scope: str, words: str, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    file = policy_file(tmp_path, budgets=f"[budgets.{scope}]\ntokens = 7_000")
    with endpoint(said("x", usage=(500, 600))) as served:
        chat = chat_of(served.model(database, COPILOT_MODELS=file))
        chat.invoke("hello")
        with pytest.raises(BudgetExceeded, match=words) as refusal:
            chat.invoke("hello")
        assert isinstance(refusal.value, ModelUnavailable), "whoever falls back to rules does so here too"
        assert len(served.requests) == 1
        clock.advance(timedelta(days=1))
        chat.invoke("hello")
    assert len(calls(database)) == 2


def test_one_persons_spending_leaves_another_theirs(database: Database, tmp_path: Path) -> None:
    file = policy_file(tmp_path, budgets="[budgets.user]\ntokens = 7_000")
    with endpoint(said("x", usage=(500, 600))) as served:
        settings_ = served.settings(COPILOT_MODELS=file)
        mine, theirs = (
            chat_of(writer_of(settings_, database, caller=Caller(user, "north"))) for user in ("user-1", "user-2")
        )
        mine.invoke("hello")
        with pytest.raises(BudgetExceeded):
            mine.invoke("hello")
        theirs.invoke("hello")


def test_dollars_are_counted_by_price_and_need_one(database: Database, tmp_path: Path) -> None:
    prices = "[models.local-model]\ninput_price = 2\noutput_price = 10"
    with endpoint(said("x", usage=(1000, 500))) as served:
        dear = policy_file(tmp_path, budgets='[budgets.workspace]\nusd = "0.065"', models=prices)
        chat = chat_of(served.model(database, COPILOT_MODELS=dear))
        answer = chat.invoke("hello")
        assert Decimal(answer.response_metadata["cost_usd"]) == Decimal("0.007")
        with pytest.raises(BudgetExceeded):
            chat.invoke("hello")  # 6,000 tokens at most for the answer: six cents more
        unknown = policy_file(tmp_path, budgets='[budgets.workspace]\nusd = "50"')
        with pytest.raises(BudgetExceeded, match="price"):
            chat_of(served.model(database, COPILOT_MODELS=unknown)).invoke("hello")
    assert [call.cost_usd for call in calls(database)] == [Decimal("0.007")]


def test_a_second_model_that_is_within_budget_takes_over(database: Database, tmp_path: Path) -> None:
    models = "[models.dear]\ninput_price = 100\noutput_price = 100\n[models.cheap]\ninput_price = 0\noutput_price = 0"
    file = policy_file(tmp_path, budgets='[budgets.user]\nusd = "0.1"', models=models)
    with endpoint(said("x")) as served:
        settings_ = served.settings(COPILOT_MODELS=file, COPILOT_WRITER_MODEL="dear,cheap")
        chat_of(writer_of(settings_, database)).invoke("hello")
    assert [call.model for call in calls(database)] == ["cheap"]


def test_undoing_a_draft_does_not_undo_what_it_cost(database: Database) -> None:
    with endpoint(said("x", usage=(10, 5))) as served:
        chat = chat_of(served.model(database))

        def fail() -> None:
            with database.unit_of_work():
                chat.invoke("hello")
                raise RuntimeError("the draft is undone")

        with pytest.raises(RuntimeError):
            fail()
    (call,) = calls(database)
    assert (call.input_tokens, call.output_tokens) == (10, 5)
    assert spent(database, CALLER.user_id, CALLER.team_id)[BudgetScope.USER].tokens == 15


def test_a_process_that_ends_during_a_call_leaves_it_spent_and_marked(database: Database, clock: FixedClock) -> None:
    assert reserve(database, new_call(1, tokens=500), {})
    clock.advance(timedelta(hours=3))
    with database.unit_of_work() as uow:
        let_go(RetentionRules(), uow=uow)
    assert [call.outcome for call in calls(database)] == [CallOutcome.LOST]
    assert spent(database)[BudgetScope.USER].tokens == 500
    clock.advance(timedelta(days=366))
    with database.unit_of_work() as uow:
        assert let_go(RetentionRules(), uow=uow) == 1
    assert calls(database) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("version = 1", "Field required"),
        ("not toml", "cannot be read"),
        (SHIPPED.read_text(encoding="utf-8").replace("[roles.judge]", "[roles.poet]"), "poet"),
        (SHIPPED.read_text(encoding="utf-8").replace("tokens = 2_000_000", "tokens = -1"), "budgets"),
        (SHIPPED.read_text(encoding="utf-8").replace("attempts = 3", "attempts = 3\nspeed = 1"), "speed"),
    ],
    ids=["empty", "not-toml", "unknown-role", "negative", "unknown-key"],
)
def test_a_policy_that_cannot_be_used_says_why(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_model_policy(file)


def test_a_brief_without_budget_is_written_by_rules_and_says_so(database: Database, tmp_path: Path) -> None:
    file = policy_file(tmp_path, budgets="[budgets.user]\ntokens = 100")
    with endpoint(said("x")) as served:
        written = ModelComposer(served.model(database, COPILOT_MODELS=file)).compose(context(language=Language.ES))
        assert not served.requests
    assert written.provenance.writer == "offline"
    assert written.provenance.notes == (
        "El presupuesto para modelos está agotado por hoy; lo ha escrito el redactor sin modelo.",
    )
