"""The writer's model against a real local server that speaks /v1/chat/completions, well and badly."""

import json
from dataclasses import replace

import pytest
from pydantic import BaseModel

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.llm.configured import ConfiguredModels
from copilot.llm.roles import NoModels
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.workflows.brief.model import BY_MODEL, ModelComposer
from copilot.workflows.brief.writers import select_writer
from tests.brief_builders import context
from tests.model_endpoints import Reply, endpoint, refused, said, writer_of


class Greeting(BaseModel):
    """A greeting."""

    word: str


def test_a_valid_answer_comes_back_in_shape_with_its_tokens(database: Database) -> None:
    with endpoint(said('{"word": "hello"}')) as served:
        answer = served.model(database).ask(system="s", user="u", shape=Greeting)
    assert answer.value == Greeting(word="hello")
    assert (answer.input_tokens, answer.output_tokens, answer.repaired) == (11, 7, False)
    assert answer.model == "local-model-q4"
    assert served.requests[0]["response_format"]["type"] == "json_schema"
    assert served.requests[0]["max_tokens"] == 6000
    assert [message["role"] for message in served.requests[0]["messages"]] == ["system", "user"]


def test_a_malformed_answer_is_sent_back_once_with_what_is_wrong(database: Database) -> None:
    with endpoint(said('{"wrod": 1}'), said('{"word": "hello"}')) as served:
        answer = served.model(database).ask(system="s", user="u", shape=Greeting)
    assert answer.repaired
    assert (answer.input_tokens, answer.output_tokens) == (22, 14)
    assert "word: Field required" in served.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("nonsense", ["I am a teapot.", '{"word": ', "[]", ""])
def test_nonsense_twice_is_an_honest_failure(nonsense: str, database: Database) -> None:
    with endpoint(said(nonsense)) as served, pytest.raises(ModelOutputError, match="answered"):
        served.model(database).ask(system="s", user="u", shape=Greeting)
    assert len(served.requests) == 2


@pytest.mark.parametrize(
    "body", [b"<html>It works!</html>", {}, [], {"choices": None}, {"choices": []}, b"null", b"\xff\xfe"]
)
def test_a_server_that_is_no_model_is_an_honest_failure(body: object, database: Database) -> None:
    with endpoint(Reply(body=body)) as served, pytest.raises((ModelOutputError, ModelUnavailable)):
        served.model(database).ask(system="s", user="u", shape=Greeting)


@pytest.mark.parametrize(("status", "message"), [(429, "429"), (500, "500"), (401, "key"), (404, "404")])
def test_refusals_are_named(status: int, message: str, database: Database) -> None:
    with endpoint(refused(status)) as served, pytest.raises(ModelUnavailable, match=message):
        served.model(database).ask(system="s", user="u", shape=Greeting)
    assert len(served.requests) == (3 if status in {429, 500} else 1)


def test_a_passing_refusal_is_survived(database: Database) -> None:
    with endpoint(refused(429, message="slow down"), said('{"word": "hello"}')) as served:
        assert served.model(database).ask(system="s", user="u", shape=Greeting).value.word == "hello"


def test_a_model_that_does_not_answer_in_time_is_given_up(database: Database) -> None:
    late = Reply(body={}, wait=1.5)
    with endpoint(late) as served, pytest.raises(ModelUnavailable, match="in time"):
        served.model(database, timeout=0.2).ask(system="s", user="u", shape=Greeting)


def test_an_address_where_nobody_listens_is_named(database: Database) -> None:
    settings = Settings(OPENAI_BASE_URL="http://127.0.0.1:9/v1", COPILOT_WRITER_MODEL="m")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        writer_of(settings, database).ask(system="s", user="u", shape=Greeting)


def test_a_brief_is_written_over_http_and_falls_back_when_the_server_breaks(database: Database) -> None:
    sections = [{"key": key, "segments": [{"text": "All is well.", "evidence": [1]}]} for key in BY_MODEL]
    known = context(language=Language.EN)
    with endpoint(said(json.dumps({"sections": sections}))) as served:
        assert ModelComposer(served.model(database)).compose(known).provenance.writer == "model"
    with endpoint(refused(500)) as served:
        fallen = ModelComposer(served.model(database)).compose(known)
    assert fallen.provenance.writer == "offline"
    assert "status 500" in fallen.provenance.notes[0]


def test_the_settings_choose_the_writer(database: Database) -> None:
    ana = Viewer(user_id="u1", email="ana@tramontia.example", name="Ana Prueba", role=Role.AE)
    known = replace(context(language=Language.EN), viewer=ana)
    assert select_writer(NoModels()).compose(known).provenance.writer == "offline"
    sections = [{"key": key, "segments": [{"text": "All is well.", "evidence": [1]}]} for key in BY_MODEL]
    with endpoint(said(json.dumps({"sections": sections}))) as served:
        unset = ConfiguredModels(Settings(OPENAI_BASE_URL=served.url), database=database)
        assert select_writer(unset).compose(known).provenance.writer == "offline"
        assert not served.requests
        models = ConfiguredModels(served.settings(), database=database)
        assert select_writer(models).compose(known).provenance.writer == "model"
