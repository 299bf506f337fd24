"""The pages of conversations over HTTP: forms, states, refusals, and other people's threads."""

import re
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.web import chat_view
from api.web.pages import chat as pages
from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import LONGEST_MESSAGE
from tests import approvals_builders as world
from tests.api.chat_worlds import chat_of
from tests.api.ready_app import ready_app
from tests.api.route_walk import every_route
from tests.api.web_browser import Response, form_token, sign_in
from tests.api.web_company import PASSWORD
from tests.chat_builders import GOOD, WRONG, Chat, item_of
from tests.conftest import MakeUser

QUESTION = "¿Cuánto factura Aceros Tormes?"


def with_password(application: bootstrap.Application, viewer: Viewer) -> Viewer:
    with application.database.unit_of_work() as uow:
        return application.people.add_user(viewer, password=PASSWORD, uow=uow)


@pytest.fixture
def ana(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    return with_password(application, make_user("Ana Prueba"))


@pytest.fixture
def chat(application: bootstrap.Application, clock: FixedClock, ana: Viewer) -> Chat:
    return chat_of(application, clock, owner=ana)


@pytest.fixture
def signed_in(browser: TestClient, chat: Chat, ana: Viewer) -> TestClient:
    del chat
    sign_in(browser, ana)
    return browser


def ask(browser: TestClient, message: str, *, at: str = "/chat") -> Response:
    return browser.post(at, data={"csrf_token": form_token(browser.get("/chat")), "message": message})


def asked(browser: TestClient, message: str = QUESTION, *, at: str = "/chat") -> tuple[str, str, str]:
    """Ask, and return the address of the thread, the turn's id and the page."""
    answer = ask(browser, message, at=at)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    address, _, turn = answer.headers["location"].partition("#turn-")
    return address, turn, browser.get(address).text


def act(browser: TestClient, address: str, turn: str, name: str, **fields: str) -> Response:
    page = browser.get(address)
    shown = re.search(r'name="digest" value="([0-9a-f]+)"', page.text)
    data = {"csrf_token": form_token(page), "digest": shown[1] if shown else ""} | fields
    return browser.post(f"{address}/turns/{turn}/{name}", data=data)


def test_a_conversation_that_has_not_begun_teaches_what_can_be_asked(signed_in: TestClient) -> None:
    page = signed_in.get("/chat").text
    assert '<a href="/chat" aria-current="page">Chat</a>' in page
    examples = re.findall(r'name="message" value="([^"]+)"', page)
    assert len(examples) >= 5
    assert any("Aceros" in example for example in examples)


def test_an_answer_stands_with_its_sources_and_says_that_nobody_reviewed_it(signed_in: TestClient, chat: Chat) -> None:
    address, turn, page = asked(signed_in, "follow Aceros")
    assert f'id="turn-{turn}"' in page
    assert GOOD[0][0] in page
    assert "Sin revisar por nadie" in page
    assert re.search(rf'class="cite" href="/accounts/[^"]+" data-source="source-{turn}-1"', page)
    assert f'id="source-{turn}-1"' in page
    assert "Correo de seguimiento" in page or "/queue/review_" in page
    assert f'href="{address}" aria-current="page"' in page
    assert "¿Y sus incidencias?" in page
    assert chat.script.count("filed") == 1


def test_only_the_last_question_offers_what_could_follow(signed_in: TestClient) -> None:
    address, _, _ = asked(signed_in)
    _, _, page = asked(signed_in, "no", at=address)
    assert "¿Y sus incidencias?" not in page
    assert "Eso no es lo mío." in page
    assert "Sin responder." in page


def test_a_question_back_offers_its_candidates_until_it_is_answered(signed_in: TestClient) -> None:
    address, _, page = asked(signed_in, "which account?")
    assert "¿Qué cuenta?" in page
    assert re.search(r'name="message" value="Aceros Tormes"><button class="suggestion">Aceros Tormes</button>', page)
    _, _, page = asked(signed_in, "Aceros Tormes", at=address)
    assert 'value="Aceros Tormes"' not in page
    assert "<li>Aceros Tormes</li>" in page


def test_a_held_answer_says_why_and_where_and_nothing_of_itself(
    signed_in: TestClient, chat: Chat, make_user: MakeUser
) -> None:
    chat.script.lines = WRONG
    address, turn, page = asked(signed_in)
    held = re.search(r'href="/queue/(review_\w+)"', page)
    assert held
    assert "Retenida." in page
    assert WRONG[0][0] not in page
    assert f"/turns/{turn}/accept" not in page
    manager = make_user("Mar Jefa", role=Role.MANAGER)
    world.approve(chat.database, item_of(chat, held[1]), viewer=manager, accepted=("brief.1",))
    page = signed_in.get(address).text
    assert WRONG[0][0] in page
    assert "Retenida." not in page
    assert "Sin revisar por nadie" not in page


def test_an_answer_is_accepted(signed_in: TestClient) -> None:
    address, turn, _ = asked(signed_in)
    answer = act(signed_in, address, turn, "accept")
    assert answer.headers["location"] == f"{address}#turn-{turn}"
    page = signed_in.get(address).text
    assert "Usted la aceptó" in page
    assert "Sin revisar por nadie" not in page
    assert f"/turns/{turn}/accept" not in page


def test_an_answer_is_corrected_in_place_and_a_refused_correction_is_not_lost(
    signed_in: TestClient, chat: Chat
) -> None:
    address, turn, _ = asked(signed_in)
    form = signed_in.get(f"{address}?edit={turn}").text
    field = re.search(r'name="(text:[^"]+)"', form)
    assert field
    assert f"/turns/{turn}/accept" not in form
    unchanged = act(signed_in, address, turn, "correct", **{field[1]: GOOD[0][0]})
    assert unchanged.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'role="alert"' in unchanged.text
    assert f'name="{field[1]}"' in unchanged.text
    done = act(signed_in, address, turn, "correct", **{field[1]: "Aceros Tormes factura 84.000 € al año."})
    assert done.status_code == HTTPStatus.SEE_OTHER, done.text
    page = signed_in.get(address).text
    assert "Aceros Tormes factura 84.000 € al año." in page
    assert "Usted la corrigió" in page
    del chat


def test_an_answer_that_changed_meanwhile_is_not_accepted_unread(
    signed_in: TestClient, chat: Chat, make_user: MakeUser
) -> None:
    address, turn, page = asked(signed_in)
    shown = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert shown
    with chat.database.unit_of_work() as uow:
        item = item_of(chat, re.findall(r"review_\w+", page)[0])
        manager = make_user("Mar Jefa", role=Role.MANAGER)
        chat.approvals.edit(item.id, {"brief.1": "Factura 84.000 €."}, digest=item.digest, viewer=manager, uow=uow)
    refused = act(signed_in, address, turn, "accept", digest=shown[1])
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "ha cambiado desde que usted la leyó" in refused.text
    written = {"digest": shown[1], "text:brief.1": "Mis palabras."}
    refused = act(signed_in, address, turn, "correct", **written)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Mis palabras." in refused.text
    assert f'name="digest" value="{shown[1]}"' in refused.text
    assert act(signed_in, address, turn, "accept").status_code == HTTPStatus.SEE_OTHER


def test_an_answer_is_reported_with_a_reason(signed_in: TestClient) -> None:
    address, turn, _ = asked(signed_in)
    refused = act(signed_in, address, turn, "report", reason=" ")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Falta decir qué está mal." in refused.text
    assert act(signed_in, address, turn, "report", reason="Es otra cifra.").status_code == HTTPStatus.SEE_OTHER
    page = signed_in.get(address).text
    assert "Usted la señaló" in page
    assert f"/turns/{turn}/report" not in page


def test_a_turn_that_failed_can_be_gone_on_with(signed_in: TestClient, chat: Chat) -> None:
    def fail(name: str) -> None:
        if name == "write":
            raise RuntimeError("words of a customer")

    chat.script.on_call = fail
    address, turn, page = asked(signed_in)
    assert "Sin terminar." in page
    assert "words of a customer" not in page
    chat.script.on_call = lambda _name: None
    assert act(signed_in, address, turn, "resume").status_code == HTTPStatus.SEE_OTHER
    page = signed_in.get(address).text
    assert GOOD[0][0] in page
    assert f"/turns/{turn}/resume" not in page


def test_a_person_does_not_wait_for_ever(signed_in: TestClient, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LONGEST_WAIT_SECONDS", 0.2)
    shown: list[str] = []
    answers: list[Response] = []

    def slow(name: str) -> None:
        if name == "write" and not answers:
            thread = re.search(r'href="(/chat/thread_\w+)"', signed_in.get("/chat").text)
            assert thread
            shown.append(signed_in.get(thread[1]).text)
            answers.append(ask(signed_in, "¿Y ahora?", at=thread[1]))

    chat.script.on_call = slow
    answer = ask(signed_in, QUESTION)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    for _ in range(100):
        if answers:
            break
        signed_in.get("/chat")
    assert "data-follow=" in shown[0]
    assert "Todavía se está respondiendo a esta pregunta." in shown[0]
    assert answers[0].status_code == HTTPStatus.CONFLICT
    assert ">¿Y ahora?</textarea>" in answers[0].text


@pytest.mark.parametrize("message", ["", "  ", "x" * (LONGEST_MESSAGE + 1)])
def test_what_cannot_be_asked_leaves_no_conversation_behind(signed_in: TestClient, message: str) -> None:
    refused = ask(signed_in, message)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'role="alert"' in refused.text
    assert message.strip() in refused.text
    assert "/chat/thread_" not in signed_in.get("/chat").text


def test_who_asks_too_often_keeps_what_was_written(
    signed_in: TestClient, application: bootstrap.Application, chat: Chat
) -> None:
    address, _, _ = asked(signed_in)
    for _ in range(application.policy.chat.questions_per_minute - 1):
        asked(signed_in, "no", at=address)
    refused = ask(signed_in, "¿Y otra?", at=address)
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert ">¿Y otra?</textarea>" in refused.text
    del chat


def test_a_conversation_is_renamed_and_deleted(signed_in: TestClient) -> None:
    address, _, page = asked(signed_in)
    token = form_token(signed_in.get(address))
    assert signed_in.post(f"{address}/rename", data={"csrf_token": token, "title": " "}).status_code == 422
    assert signed_in.post(f"{address}/rename", data={"csrf_token": token, "title": "Cifras <b>"}).status_code == 303
    assert "<h1>Cifras &lt;b&gt;</h1>" in signed_in.get(address).text
    assert signed_in.post(f"{address}/delete", data={"csrf_token": token}).headers["location"] == "/chat"
    assert signed_in.get(address).status_code == HTTPStatus.NOT_FOUND
    assert "diez minutos" in page


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("es", "Una conversación se borra 365 días después de su última pregunta; sus respuestas siguen en la cola."),
        ("en", "A conversation is deleted 365 days after its last question; its answers stay in the queue."),
    ],
    ids=["es", "en"],
)
def test_the_list_says_how_long_conversations_are_kept(
    browser: TestClient,
    chat: Chat,
    application: bootstrap.Application,
    make_user: MakeUser,
    language: str,
    says: str,
) -> None:
    del chat
    sign_in(browser, with_password(application, make_user("Inés Otra", language=language)))
    assert says not in browser.get("/chat").text
    assert says in asked(browser, "no")[2]


def test_earlier_questions_are_a_click_away(signed_in: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_view, "TURNS_SHOWN", 1)
    monkeypatch.setattr(pages, "TURNS_SHOWN", 1)
    address, first, _ = asked(signed_in)
    _, second, page = asked(signed_in, "no", at=address)
    assert f'id="turn-{first}"' not in page
    assert "Mostrar 1 pregunta anterior" in page
    whole = signed_in.get(f"{address}?all=1").text
    assert f'id="turn-{first}"' in whole
    assert f'id="turn-{second}"' in whole
    only = signed_in.get(f"{address}?only={first}").text
    assert f'id="turn-{second}"' not in only


def test_hostile_words_are_words(signed_in: TestClient) -> None:
    hostile = "<script>alert(1)</script> \u202egnirts"
    _, _, page = asked(signed_in, hostile)
    assert "<script>alert" not in page
    assert "\u202e" not in re.sub(r"<title>.*?</title>", "", page).split("data-turns")[1]


def test_no_page_of_a_conversation_opens_for_somebody_else(
    signed_in: TestClient, application: bootstrap.Application, make_user: MakeUser
) -> None:
    address, turn, before = asked(signed_in)
    thread = address.removeprefix("/chat/")
    other = with_password(application, make_user("Inés Otra", role=Role.ADMIN))
    walked = 0
    with TestClient(ready_app(application), follow_redirects=False) as stranger:
        sign_in(stranger, other)
        token = form_token(stranger.get("/chat"))
        for route in every_route(create_app(application, worker=False)):
            if not route.path.startswith("/chat/"):
                continue
            for method in sorted((route.methods or set()) - {"HEAD"}):
                path = route.path.replace("{thread_id}", thread).replace("{turn_id}", turn)
                sent = {"csrf_token": token, "message": "x", "title": "x", "reason": "x", "text:brief.1": "x"}
                answer = stranger.request(method, path, data=sent if method == "POST" else None)
                assert answer.status_code == HTTPStatus.NOT_FOUND, f"{method} {route.path}"
                assert "Aceros" not in answer.text
                walked += 1
        assert thread not in stranger.get("/chat").text
    assert walked >= 8
    kept = re.sub(r'name="csrf_token" value="[^"]+"', "", signed_in.get(address).text)
    assert kept == re.sub(r'name="csrf_token" value="[^"]+"', "", before)
