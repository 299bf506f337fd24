"""Endpoints that fail in passing, for good, slowly, or half-way: what is tried again, and what is tried instead."""

from datetime import timedelta
from pathlib import Path

import pytest

from copilot.clock import FixedClock
from copilot.domain.model_calls import CallOutcome, ModelCall
from copilot.errors import ConfigurationError, ModelOutputError, ModelUnavailable, PromptTooLong
from copilot.llm.configured import ConfiguredModels
from copilot.llm.metered import MeteredChatModel
from copilot.llm.policy import SHIPPED
from copilot.llm.roles import ModelRole
from copilot.llm.structured import StructuredModel
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository
from tests.model_endpoints import CALLER, Reply, completion, endpoint, refused, said, streamed, writer_of


def chat_of(model: StructuredModel) -> MeteredChatModel:
    """What a structured model asks."""
    chat = model._chat
    assert isinstance(chat, MeteredChatModel)
    return chat


def calls(database: Database) -> tuple[ModelCall, ...]:
    """Every call on record, oldest first."""
    with database.unit_of_work() as uow:
        return ModelCallRepository(uow).recent(limit=100)[::-1]


@pytest.mark.parametrize(
    ("first", "tries"),
    [
        pytest.param(refused(429), 2, id="too many"),
        pytest.param(refused(500), 2, id="server error"),
        pytest.param(refused(503), 2, id="overloaded"),
        pytest.param(refused(408), 2, id="request time-out"),
        pytest.param(Reply(body=completion("x"), breaks_off=True), 2, id="connection lost"),
    ],
)
def test_what_fails_in_passing_is_tried_again(first: Reply, tries: int, database: Database) -> None:
    with endpoint(first, said("fine")) as served:
        assert chat_of(served.model(database)).invoke("hello").content == "fine"
        assert len(served.requests) == tries
    (call,) = calls(database)
    assert (call.outcome, call.attempts) == (CallOutcome.ANSWERED, tries)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        pytest.param(refused(400), CallOutcome.REFUSED, id="bad request"),
        pytest.param(refused(401), CallOutcome.KEY_REFUSED, id="key"),
        pytest.param(refused(403), CallOutcome.KEY_REFUSED, id="forbidden"),
        pytest.param(refused(404), CallOutcome.REFUSED, id="no such model"),
        pytest.param(refused(400, message="exceeds the available context size"), CallOutcome.TOO_LONG, id="too long"),
        pytest.param(Reply(body=b"<html>"), CallOutcome.UNREADABLE, id="garbage"),
    ],
)
def test_what_fails_for_good_is_not(reply: Reply, outcome: CallOutcome, database: Database) -> None:
    with endpoint(reply) as served, pytest.raises((ModelUnavailable, ModelOutputError)):
        chat_of(served.model(database)).invoke("hello")
    assert len(served.requests) == 1
    assert [call.outcome for call in calls(database)] == [outcome]


def test_the_endpoint_says_how_long_to_wait(database: Database) -> None:
    pauses: list[float] = []
    with endpoint(refused(429, Retry_After="7"), said("fine")) as served:
        chat_of(writer_of(served.settings(), database, sleep=pauses.append)).invoke("hello")
    assert pauses == [7.0]


def test_nobody_waits_for_an_endpoint_that_wants_an_hour(database: Database) -> None:
    with endpoint(refused(429, Retry_After="3600")) as served, pytest.raises(ModelUnavailable, match="429"):
        chat_of(served.model(database)).invoke("hello")
    assert len(served.requests) == 1


def test_pauses_grow_and_differ(database: Database) -> None:
    pauses: list[float] = []
    with endpoint(refused(500)) as served:
        for _ in range(4):
            with pytest.raises(ModelUnavailable):
                chat_of(writer_of(served.settings(), database, sleep=pauses.append)).invoke("hello")
    assert len(set(pauses)) == len(pauses) == 8
    assert all(0 <= pause <= 20 for pause in pauses)


def test_an_endpoint_that_drips_is_given_up_as_a_whole(database: Database) -> None:
    dripping = Reply(body=completion("x"), drip=0.1)
    with endpoint(dripping) as served, pytest.raises(ModelUnavailable, match="in time"):
        chat_of(served.model(database, timeout=0.5)).invoke("hello")


def test_a_stream_that_drips_is_given_up_and_what_came_is_recorded(database: Database) -> None:
    slow = streamed(*["word "] * 40, drip=0.1)
    with endpoint(slow) as served, pytest.raises(ModelUnavailable, match="in time"):
        list(chat_of(served.model(database, timeout=0.5)).stream("hello"))
    (call,) = calls(database)
    assert call.outcome is CallOutcome.TIMED_OUT
    assert call.output_tokens > 0
    assert len(served.requests) == 1, "what was begun is not begun again"


def test_a_stream_arrives_in_pieces_and_is_recorded(database: Database) -> None:
    with endpoint(streamed("good ", "morning")) as served:
        pieces = [piece.content for piece in chat_of(served.model(database)).stream("hello") if piece.content]
    assert pieces == ["good ", "morning"]
    assert [call.outcome for call in calls(database)] == [CallOutcome.ANSWERED]


def test_a_reader_who_leaves_ends_the_call(database: Database) -> None:
    with endpoint(streamed(*["word "] * 20)) as served:
        pieces = chat_of(served.model(database)).stream("hello")
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
    assert [call.outcome for call in calls(database)] == [CallOutcome.ABANDONED]


def test_a_stream_that_does_not_begin_is_tried_again(database: Database) -> None:
    with endpoint(refused(503), streamed("fine")) as served:
        assert "".join(str(piece.content) for piece in chat_of(served.model(database)).stream("hello")) == "fine"


def test_the_next_model_of_the_chain_takes_over(database: Database) -> None:
    with endpoint(refused(500)) as broken, endpoint(said("second")) as works:
        settings = broken.settings(COPILOT_WRITER_MODEL=f"first, second@{works.url}")
        assert chat_of(writer_of(settings, database)).invoke("hello").content == "second"
    assert {(call.model, call.outcome) for call in calls(database)} == {
        ("first", CallOutcome.SERVER_ERROR),
        ("second", CallOutcome.ANSWERED),
    }


def test_a_chain_that_fails_names_the_model_of_first_choice(database: Database) -> None:
    with endpoint(refused(500)) as one, endpoint(refused(401)) as other:
        settings = one.settings(COPILOT_WRITER_MODEL=f"first,second@{other.url}")
        with pytest.raises(ModelUnavailable, match="first answered with status 500"):
            chat_of(writer_of(settings, database)).invoke("hello")


def test_a_key_goes_only_where_it_belongs(database: Database) -> None:
    with endpoint(refused(500)) as ours, endpoint(refused(500)) as stranger, endpoint(said("x")) as known:
        port = known.url.split(":")[2].split("/")[0]
        settings = ours.settings(
            COPILOT_WRITER_MODEL=f"a,b@{stranger.url},c@{known.url}", COPILOT_MODEL_KEYS=f"127.0.0.1:{port}=theirs"
        )
        chat_of(writer_of(settings, database)).invoke("hello")
    assert set(ours.keys) == {"Bearer test"}
    assert set(stranger.keys) == {"Bearer none"}
    assert known.keys == ["Bearer theirs"]


def test_an_endpoint_that_keeps_failing_is_left_alone_and_recovers(database: Database, clock: FixedClock) -> None:
    with endpoint(*[refused(500)] * 15, refused(500), *[refused(500)] * 2, said("back")) as served:
        models = ConfiguredModels(served.settings(), database=database, sleep=lambda _: None)

        def ask() -> str:
            model = models.for_role(ModelRole.WRITER, caller=CALLER)
            assert model is not None
            return str(chat_of(model).invoke("hello").content)

        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="status 500"):
                ask()
        assert len(served.requests) == 15
        with pytest.raises(ModelUnavailable, match="left alone"):
            ask()
        assert len(served.requests) == 15, "an open circuit sends nothing"
        clock.advance(timedelta(seconds=31))
        with pytest.raises(ModelUnavailable, match="status 500"):
            ask()
        clock.advance(timedelta(seconds=31))
        with pytest.raises(ModelUnavailable, match="left alone"):
            ask()  # the pause has doubled
        clock.advance(timedelta(seconds=30))
        assert ask() == ask() == "back"


def test_a_question_that_does_not_fit_is_not_sent(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    short = "\n[models.local-model]\ncontext_tokens = 1000\n"
    file.write_text(SHIPPED.read_text(encoding="utf-8") + short, encoding="utf-8")
    with endpoint(said("x")) as served:
        chat = chat_of(served.model(database, COPILOT_MODELS=file))
        with pytest.raises(PromptTooLong, match="1000"):
            chat.invoke("palabra " * 2000)
        assert not served.requests
        chat.invoke("palabra " * 100)
        assert 128 <= served.requests[0]["max_tokens"] < 1000, "the answer gets the room that is left"


def test_a_missing_or_wrong_model_file_leaves_the_work_to_rules(database: Database, tmp_path: Path) -> None:
    settings = Settings(COPILOT_LOCAL_MODEL=tmp_path / "none.gguf")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        chat_of(writer_of(settings, database)).invoke("hello")
    (tmp_path / "wrong.gguf").write_bytes(b"not a model")
    settings = Settings(COPILOT_LOCAL_MODEL=tmp_path / "wrong.gguf")
    with pytest.raises(ModelUnavailable, match="no GGUF"):
        chat_of(writer_of(settings, database)).invoke("hello")


@pytest.mark.parametrize("entry", ["m@http:///v1", "m@http://[", "local", "m@http://host:port"])
def test_an_entry_that_cannot_be_read_is_named(entry: str, database: Database) -> None:
    with pytest.raises(ConfigurationError):
        ConfiguredModels(Settings(COPILOT_WRITER_MODEL=entry), database=database).chain(ModelRole.WRITER)


def test_a_name_may_hold_an_at_sign(database: Database) -> None:
    settings = Settings(COPILOT_WRITER_MODEL="@cf/some/model, other@https://models.example/v1")
    chain = ConfiguredModels(settings, database=database).chain(ModelRole.WRITER)
    assert [(item.model, item.label) for item in chain] == [
        ("@cf/some/model", "api.openai.com"),
        ("other", "models.example"),
    ]
