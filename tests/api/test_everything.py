"""Searching everything by name: groups, limits, accents, and what each person may find."""

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from api.web.found_words import NAMES
from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.alerting import Change
from copilot.domain.alerts import AlertKind
from copilot.domain.scores import ScoreKind
from copilot.store.alerts import AlertRepository
from copilot.store.chat import ChatRepository
from copilot.workflows.finding.everything import Group
from tests.api.web_browser import become, make_brief, sign_in
from tests.api.web_company import AS_OF, HOSTILE, Company

Found = dict[str, list[dict[str, str]]]


def found(browser: TestClient, words: str, *, limit: int = 5) -> Found:
    answer = browser.get("/api/v1/everything", params={"q": words, "limit": limit}, headers={"accept-language": "es"})
    return {group["group"]: group["hits"] for group in answer.json()["groups"]}


def labels(found_there: Found) -> dict[str, list[str]]:
    return {group: [hit["label"] for hit in hits] for group, hits in found_there.items()}


def conversation(application: bootstrap.Application, viewer: Viewer, title: str) -> str:
    with application.database.unit_of_work() as uow:
        thread = ChatRepository(uow).start(viewer.user_id)
        ChatRepository(uow).rename(thread.id, title, user_id=viewer.user_id)
    return thread.id


@pytest.fixture
def alert(application: bootstrap.Application, company: Company) -> str:
    change = Change(
        account_id=company.account_id,
        owner_id=company.ae.user_id,
        kind=AlertKind.CHURN_RISK,
        cause="score",
        score_kind=ScoreKind.HEALTH,
        before=70.0,
        before_day=AS_OF,
        now=40.0,
        day=AS_OF,
        moved=(),
        size=2.0,
    )
    with application.database.unit_of_work() as uow:
        raised = AlertRepository(uow).add(change, playbook="score")
    assert raised
    return raised.id


def test_every_group_has_a_name() -> None:
    assert set(NAMES) == set(Group)


def test_one_word_finds_things_of_every_kind_and_each_opens(
    browser: TestClient, application: bootstrap.Application, company: Company, alert: str
) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    thread = conversation(application, company.ae, "Preguntas sobre Valdemora")
    there = found(browser, "valdemora")
    assert labels(there)["accounts"] == ["Frigoríficos Valdemora"]
    assert labels(there)["contacts"] == ["Rosa Almendro"]
    assert there["alerts"][0]["address"] == f"/alerts/{alert}"
    assert "13 nov 2026" in there["alerts"][0]["detail"], (
        "the day that it is of, as its page says, not that of its entry"
    )
    assert there["threads"][0]["address"] == f"/chat/{thread}"
    assert "items" in there
    for hits in there.values():
        for hit in hits:
            assert browser.get(hit["address"]).status_code == HTTPStatus.OK, hit
    assert labels(found(browser, "ampliacion ASSETS"))["opportunities"] == ["Ampliación Assets"]
    assert labels(found(browser, "contrato renovacion"))["documents"] == ["Contrato de renovación"]


@pytest.mark.parametrize("words", ["FRIGORIFICOS", "frigoríf", "valdem frigo", "  Frigoríficos  valdemora "])
def test_case_accents_order_and_the_rest_of_a_word_do_not_matter(
    words: str, browser: TestClient, company: Company
) -> None:
    sign_in(browser, company.ae)
    assert labels(found(browser, words))["accounts"] == ["Frigoríficos Valdemora"]


def test_nobody_finds_what_they_may_not_see(
    browser: TestClient, application: bootstrap.Application, company: Company, alert: str
) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    conversation(application, company.ae, "Valdemora en privado")
    become(browser, company.outsider)
    assert found(browser, "valdemora") == found(browser, "rosa") == found(browser, "assets") == {}
    assert found(browser, "contrato") == found(browser, "riesgo") == {}
    become(browser, company.manager)
    assert "threads" not in found(browser, "valdemora")
    assert found(browser, "brackenhill") == {}
    del alert


def test_a_deleted_conversation_is_not_found(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    thread = conversation(application, company.ae, "Zafiro")
    sign_in(browser, company.ae)
    assert "threads" in found(browser, "zafiro")
    with application.database.unit_of_work() as uow:
        application.chat.delete(thread, viewer=company.ae, uow=uow)
    assert found(browser, "zafiro") == {}


def test_pages_are_found_by_their_name_in_the_language(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert labels(found(browser, "cartera"))["pages"] == ["Cartera"]
    assert "pages" not in found(browser, "auditor")


@pytest.mark.parametrize("words", ["", "%", "_", "\\", "'; drop table accounts; --", "\u0000", "«»", "a" * 200])
def test_any_words_are_understood(words: str, browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    answer = browser.get("/api/v1/everything", params={"q": words})
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
    if answer.status_code == HTTPStatus.OK:
        assert answer.json()["groups"] == []


def test_the_page_finds_the_same_without_scripts(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/search?q=talleres").text
    assert f'href="/accounts/{company.second_id}"' in page
    assert HOSTILE not in page
    assert 'id="palette"' in page
