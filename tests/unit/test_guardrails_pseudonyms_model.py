"""The boundary to a chat model: nothing personal reaches it, everything comes back, in every way of calling it."""

import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import StructuredTool, tool
from pydantic import BaseModel, Field

from copilot.domain.pseudonyms import KnownPerson, ReadFrom
from copilot.errors import InputError
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from tests import asynchronous
from tests.guardrails_models import RecordingModel

MARTA = KnownPerson(
    "Marta Ruiz Gil", emails=("marta@mencia.example",), phones=("+34 600 111 222",), sources=frozenset({"acc_1"})
)
QUESTION = "Write to Marta Ruiz, marta@mencia.example"
PERSONAL = ("Marta", "Ruiz", "marta@", "600 111 222", "600111222")


def boundary(answer: Any, *, may_see: Any = lambda _: True, piece: int = 3) -> tuple[MaskedChatModel, RecordingModel]:
    inner = RecordingModel(answer=answer if callable(answer) else lambda _: AIMessage(answer), piece=piece)
    masker = MessageMasker(Vault([MARTA]), viewer_may_see=may_see, typed="user:u1", default_source="acc_1")
    return MaskedChatModel(inner=inner, masker=masker), inner


def assert_nothing_personal(inner: RecordingModel) -> None:
    assert inner.wire
    for value in PERSONAL:
        assert value not in inner.wire, value


@pytest.mark.parametrize("way", ["invoke", "stream", "ainvoke", "astream"])
def test_every_way_of_asking_masks_and_restores(way: str) -> None:
    model, inner = boundary("**PERSON_1**'s address is EMAIL_1; Person 1 agrees, PERSON\\_1 too.")

    async def streamed() -> str:
        return "".join([str(chunk.content) async for chunk in model.astream(QUESTION)])

    if way == "invoke":
        text = model.invoke(QUESTION).content
    elif way == "stream":
        text = "".join(str(chunk.content) for chunk in model.stream(QUESTION))
    else:
        text = asynchronous.run(streamed()) if way == "astream" else asynchronous.run(model.ainvoke(QUESTION)).content
    name = "Marta Ruiz Gil"
    assert text == f"**{name}**'s address is marta@mencia.example; {name} agrees, {name} too."
    assert_nothing_personal(inner)


def test_every_kind_of_message_is_masked() -> None:
    model, inner = boundary("ok")
    call = {"name": "look_up", "args": {"who": ["Marta Ruiz"], "deep": {"phone": 34600111222}}, "id": "call_1"}
    raw = {"tool_calls": [{"function": {"name": "look_up", "arguments": '{"who": "Marta Ruiz"}'}}], "note": "for Marta"}
    model.invoke(
        [
            SystemMessage("You work with Marta Ruiz Gil. Names such as PERSON_1 stand for people."),
            HumanMessage([{"type": "text", "text": "Call Marta on +34 600 111 222"}], name="Marta"),
            AIMessage("Marta it is.", tool_calls=[call], additional_kwargs=raw),
            ToolMessage(json.dumps({"name": "Marta Ruiz", "e": "marta@mencia.example"}), tool_call_id="call_1"),
            AIMessageChunk(content="Marta's turn."),
        ]
    )
    assert_nothing_personal(inner)
    assert "Names such as PERSON_1 stand for people" in inner.wire, "our own words may name a placeholder"
    assert "look_up" in inner.wire
    assert "call_1" in inner.wire


def test_names_of_fields_and_json_inside_json_hide_nobody() -> None:
    _, inner = boundary("ok")
    call = {"name": "look_up", "args": {"by_name": {"Marta Ruiz": True}}, "id": "call_1"}
    inside = json.dumps({"result": json.dumps({"Íñigo Núñez": "Núñez, Íñigo"})})
    masker = MessageMasker(
        Vault([MARTA, KnownPerson("Íñigo Núñez")]), viewer_may_see=lambda _: True, default_source="acc_1"
    )
    model = MaskedChatModel(inner=inner, masker=masker)
    model.invoke([AIMessage("", tool_calls=[call]), ToolMessage(inside, tool_call_id="call_1")])
    assert_nothing_personal(inner)
    assert "igo" not in inner.wire
    assert "ez" not in inner.wire


def test_json_with_escaped_letters_hides_nobody() -> None:
    model, inner = boundary("ok")
    known = KnownPerson("Begoña Íñiguez", sources=frozenset({"acc_1"}))
    model = MaskedChatModel(inner=inner, masker=MessageMasker(Vault([known]), viewer_may_see=lambda _: True))
    whole = json.dumps({"name": "Begoña Íñiguez"})
    for content in (whole, whole[:-1], f"rows:\n{whole}\n"):
        assert "\\u00f1" in content
        model.invoke([ToolMessage(content, tool_call_id="1")])
    assert "I\u0301" not in inner.wire
    assert "00f1" not in inner.wire
    assert inner.wire.count("PERSON_1") == 3


def test_pictures_and_files_are_refused_in_plain_words() -> None:
    model, inner = boundary("ok")
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    with pytest.raises(InputError, match="cannot be masked"):
        model.invoke([HumanMessage([{"type": "text", "text": "look"}, picture])])
    assert inner.wire == ""


def test_tools_get_values_and_the_model_gets_none() -> None:
    got: list[str] = []

    @tool
    def find_contact(name: str) -> str:
        """Find a contact such as Marta Ruiz."""
        got.append(name)
        return json.dumps(
            {"name": "Marta Ruiz Gil", "email": "marta@mencia.example", "iban": "ES9121000418450200051332"}
        )

    def answer(messages: list[BaseMessage]) -> AIMessage:
        if not isinstance(messages[-1], ToolMessage):
            return AIMessage("", tool_calls=[{"name": "find_contact", "args": {"name": "PERSON_1"}, "id": "c1"}])
        seen = json.loads(str(messages[-1].content))
        return AIMessage(f"{seen['name']} has {seen['email']} and {seen['iban']}.")

    for piece in (1, 4, 50):
        model, inner = boundary(answer, piece=piece)
        agent = create_agent(model, [find_contact], system_prompt="Answer from the tools.")
        result = agent.invoke({"messages": [HumanMessage("How do I reach Marta?")]})
        last = result["messages"][-1]
        assert last.content == "Marta Ruiz Gil has marta@mencia.example and ES9121000418450200051332."
        assert_nothing_personal(inner)
        assert "ES91" not in inner.wire
        assert "Find a contact such as PERSON_1" in inner.wire
        pieces = [
            chunk.content
            for chunk, _ in agent.stream({"messages": [HumanMessage("And Marta?")]}, stream_mode="messages")
            if isinstance(chunk, AIMessageChunk)
        ]
        assert "".join(map(str, pieces)) == last.content
        assert_nothing_personal(inner)
    assert got == ["Marta Ruiz Gil"] * 6


def test_several_turns_keep_the_same_pseudonyms() -> None:
    model, inner = boundary("PERSON_1 and PERSON_2.")
    history: list[BaseMessage] = [HumanMessage("Marta Ruiz and [the tool finds nobody]")]
    first = model.invoke(history)
    assert first.content == "Marta Ruiz Gil and PERSON_2."
    assert first.response_metadata["unknown_pseudonyms"] == ["PERSON_2"]
    history += [first, HumanMessage("Marta again")]
    model.invoke(history)
    # What the model made up in the first turn is quoted in the second, and never becomes somebody.
    assert "PERSON_1 and QUOTED_2." in inner.wire
    assert "PERSON_1 again" in inner.wire


@pytest.mark.parametrize("include_raw", [True, False])
def test_structured_answers_are_checked_once_the_values_are_in(include_raw: bool) -> None:
    class Contact(BaseModel):
        """Somebody."""

        name: str
        email: str = Field(pattern=r".+@.+")

    call = {"name": "Contact", "args": {"name": "Person 1", "email": "EMAIL_1"}, "id": "c"}
    model, inner = boundary(lambda _: AIMessage("", tool_calls=[call]))
    asked = model.with_structured_output(Contact, include_raw=include_raw)
    for got in (asked.invoke(QUESTION), asynchronous.run(asked.ainvoke(QUESTION))):
        parsed = got["parsed"] if include_raw else got
        assert parsed == Contact(name="Marta Ruiz Gil", email="marta@mencia.example")
    assert "pattern" not in inner.wire
    assert_nothing_personal(inner)


def test_a_reader_without_rights_gets_labels_in_answers_and_arguments() -> None:
    call = {"name": "find", "args": {"name": "PERSON_1"}, "id": "c1"}
    model, _ = boundary(lambda _: AIMessage("PERSON_1, EMAIL_1", tool_calls=[call]), may_see=lambda _: False)
    answer = model.invoke("Marta Ruiz, marta@mencia.example")
    assert answer.content == "[name withheld], [email withheld]"
    assert answer.tool_calls[0]["args"] == {"name": "[name withheld]"}
    chunks = list(model.stream("Marta Ruiz, marta@mencia.example"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert whole.content == answer.content
    assert whole.tool_calls[0]["args"] == {"name": "[name withheld]"}


def test_what_a_tool_read_somewhere_comes_back_only_for_who_may_read_there() -> None:
    def look_up() -> tuple[str, ReadFrom]:
        """Look."""
        return "Call +34 611 222 333", ReadFrom(frozenset({"acc_7"}))

    lookup = StructuredTool.from_function(look_up, response_format="content_and_artifact")

    def answer(messages: list[BaseMessage]) -> AIMessage:
        if isinstance(messages[-1], ToolMessage):
            return AIMessage(str(messages[-1].content))
        return AIMessage("", tool_calls=[{"name": "look_up", "args": {}, "id": "c"}])

    for allowed, expected in (({"acc_7"}, "Call +34 611 222 333"), ({"acc_1"}, "Call [phone withheld]")):
        model, _ = boundary(answer, may_see=allowed.__contains__)
        result = create_agent(model, [lookup]).invoke({"messages": [HumanMessage("?")]})
        assert result["messages"][-1].content == expected


def test_the_answer_is_never_kept_for_another_reader() -> None:
    model, _ = boundary("ok")
    assert model.cache is False
