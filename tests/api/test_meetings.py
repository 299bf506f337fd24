"""Preparing meetings and summing them up over HTTP and on the page of an account, through to the CRM's journal."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.approvals.release import run_due_releases
from copilot.domain.access import Role, Viewer
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, Verdict
from copilot.errors import InputError, NotFound
from copilot.store.documents import DocumentRepository
from knowledge.pasted import LONGEST, file_notes
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company
from tests.privacy_company import erase

Headers = dict[str, str]
NOTES = (
    "Reunión con Rosa Almendro.\nEl contrato vence el 30 de abril de 2027.\n"
    "Lucía: enviar la oferta antes del 4 de diciembre\n"
)


def token(application: bootstrap.Application, viewer: Viewer) -> Headers:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def ae(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.ae)


def path(company: Company, what: str) -> str:
    return f"/api/v1/accounts/{company.account_id}/{what}"


def texts(application: bootstrap.Application, company: Company) -> list[StoredDocument]:
    with application.database.unit_of_work() as uow:
        return list(DocumentRepository(uow).texts_of_account(company.account_id, viewer=company.ae))


def paste(application: bootstrap.Application, company: Company, text: str, *, viewer: Viewer | None = None) -> str:
    return file_notes(
        text,
        account_id=company.account_id,
        viewer=viewer or company.ae,
        database=application.database,
        day=date(2026, 11, 12),
        after_import=lambda uow: application.after_import(uow=uow),
    )


@pytest.mark.parametrize(
    ("language", "title"), [("es", "Preparación de la reunión"), ("en", "Meeting preparation")], ids=["es", "en"]
)
def test_a_preparation_waits_in_the_queue(
    client: TestClient, company: Company, ae: Headers, language: str, title: str
) -> None:
    made = client.post(path(company, "meeting-preparations"), json={"language": language}, headers=ae)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["draft"]["kind"] == "meeting_prep"
    assert body["draft"]["title"].startswith(title)
    assert made.headers["location"] == f"/api/v1/queue/{body['entry']['item']['id']}"


def test_pasted_notes_become_a_summary_and_a_change_that_reaches_the_journal_only_once_approved(
    client: TestClient, application: bootstrap.Application, company: Company, ae: Headers, tmp_path: Path
) -> None:
    wanted = {"language": "es", "notes": NOTES, "held_on": "2026-11-12"}
    made = client.post(path(company, "meeting-summaries"), json=wanted, headers=ae)
    assert made.status_code == 201, made.text
    summary, updates = made.json()["summary"], made.json()["updates"]
    told = json.dumps(summary["draft"]["sections"], ensure_ascii=False)
    assert "para el 4 de diciembre" in told
    [update] = [item for item in updates if item["draft"]["crm"]["field"] != "next_step"]
    assert update["draft"]["kind"] == "crm_update"
    assert (update["draft"]["crm"]["field"], update["draft"]["crm"]["value_before"]) == ("renewal_date", "2027-01-31")
    shown = json.dumps(update["draft"]["sections"], ensure_ascii=False)
    assert "El contrato vence el 30 de abril de 2027." in shown
    assert run_due_releases(application.database, exports=tmp_path) == 0
    item = update["entry"]["item"]
    decision = Decision(
        verdict=Verdict.APPROVE, decider_id=company.ae.user_id, decider_role=company.ae.role, digest=item["digest"]
    )
    with application.database.unit_of_work() as uow:
        application.approvals.decide(item["id"], decision, viewer=company.ae, uow=uow)
    assert run_due_releases(application.database, exports=tmp_path) == 1
    [line] = (tmp_path / "crm-updates.jsonl").read_text(encoding="utf-8").splitlines()
    written = json.loads(json.loads(line)["update"])
    assert (written["field"], written["value"]) == ("renewal_date", "2027-04-30")


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("meeting-preparations", {"language": "fr"}),
        ("meeting-preparations", {"language": "es", "request": "x" * 2_001}),
        ("meeting-preparations", {"language": "es", "recipient": "rosa@elsewhere.example"}),
        ("meeting-preparations", {"language": "es", "attendee_contact_ids": ["c"] * 21}),
        ("meeting-summaries", {"language": "es", "notes": "x" * (LONGEST + 1)}),
        ("meeting-summaries", {"language": "es", "notes": "corto"}),
        ("meeting-summaries", {"language": "es", "document_id": "doc_nothing"}),
        ("meeting-summaries", {"language": "es", "held_on": "yesterday"}),
    ],
    ids=["language", "request", "unknown", "people", "long", "short", "document", "day"],
)
def test_what_cannot_be_used_is_refused(
    client: TestClient, company: Company, ae: Headers, what: str, wanted: dict[str, object]
) -> None:
    assert client.post(path(company, what), json=wanted, headers=ae).status_code == 422


@pytest.mark.parametrize("what", ["meeting-preparations", "meeting-summaries"])
def test_another_teams_account_answers_like_one_that_does_not_exist(
    client: TestClient, application: bootstrap.Application, company: Company, what: str
) -> None:
    outsider = token(application, company.outsider)
    before = len(texts(application, company))
    wanted = {"language": "es"} | ({"notes": NOTES} if what == "meeting-summaries" else {})
    foreign = client.post(path(company, what), json=wanted, headers=outsider)
    nothing = client.post(f"/api/v1/accounts/acc_nothing/{what}", json=wanted, headers=outsider)
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.json()["detail"] == nothing.json()["detail"]
    assert len(texts(application, company)) == before


def test_a_text_of_another_account_is_not_summed_up(client: TestClient, company: Company, ae: Headers) -> None:
    wanted = {"language": "es", "document_id": company.foreign_document_id}
    assert client.post(path(company, "meeting-summaries"), json=wanted, headers=ae).status_code == 422


def test_pasting_twice_makes_two_documents_of_the_account(application: bootstrap.Application, company: Company) -> None:
    before = len(texts(application, company))
    first, second = paste(application, company, NOTES), paste(application, company, NOTES)
    assert first != second
    found = {item.id: item for item in texts(application, company)}
    assert len(found) == before + 2
    assert found[first].kind is DocumentKind.NOTE
    written = found[first].authored_at
    assert written is not None
    assert written.date() == date(2026, 11, 12)


def test_pasted_turns_are_a_transcript(application: bootstrap.Application, company: Company) -> None:
    said = "Rosa Almendro: Buenos días.\nLucía Ferrer: Buenos días, Rosa.\nRosa Almendro: Necesitamos el informe.\n"
    made = paste(application, company, said)
    assert next(item for item in texts(application, company) if item.id == made).kind is DocumentKind.TRANSCRIPT


@pytest.mark.parametrize("text", ["corto", "   " * 50, "x" * (LONGEST + 1)], ids=["short", "blank", "long"])
def test_what_is_too_short_or_too_long_is_not_kept(
    application: bootstrap.Application, company: Company, text: str
) -> None:
    with pytest.raises(InputError):
        paste(application, company, text)


def test_whoever_may_not_see_the_account_can_paste_nothing_into_it(
    application: bootstrap.Application, company: Company
) -> None:
    with pytest.raises(NotFound):
        paste(application, company, NOTES, viewer=company.outsider)


def test_erasing_a_person_reaches_what_was_pasted(application: bootstrap.Application, company: Company) -> None:
    made = paste(application, company, NOTES)
    boss = company.manager.model_copy(update={"role": Role.ADMIN})
    erase(application.privacy, "rosa@valdemora.example", viewer=boss, database=application.database)
    left = next(item for item in texts(application, company) if item.id == made)
    assert "Almendro" not in left.text
    assert "El contrato vence el 30 de abril de 2027." in left.text


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_asks_for_both_and_shows_what_would_change(
    browser: TestClient, company: Company, language: str
) -> None:
    sign_in(browser, company.ae)
    answer = browser.get(f"/accounts/{company.account_id}")
    page = answer.text
    assert f'action="/accounts/{company.account_id}/meeting-preparations"' in page
    assert f'action="/accounts/{company.account_id}/meeting-summaries"' in page
    form = {"csrf_token": form_token(answer), "language": language, "notes": NOTES, "held_on": "2026-11-12"}
    done = browser.post(f"/accounts/{company.account_id}/meeting-summaries", data=form, follow_redirects=False)
    assert done.status_code == 303, done.text
    assert re.match(r"/queue/review_", done.headers["location"])
    entry = browser.get(done.headers["location"]).text
    assert "30 de abril de 2027" in entry


def test_without_the_forms_token_nothing_is_written(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for what in ("meeting-preparations", "meeting-summaries"):
        done = browser.post(f"/accounts/{company.account_id}/{what}", data={"language": "es"}, follow_redirects=False)
        assert done.status_code == 403


ENGLISH = """Attendees: Rosa Almendro, Pedro Sanz

Next steps
- Rosa: send the plan by 3 Dec
- Book it

Decisions
- Two years
"""
UNSUPPORTED = ("grounding.", "evidence.", "figures.", "language.")
TASKS = "Rosa: enviar el plano\nLucía: preparar la oferta antes del viernes\nRosa: confirmar licencias\nLucía: llamar\n"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (TASKS, DocumentKind.NOTE),
        (
            "Rosa: send the plan\nLucía: to prepare the offer\nRosa: confirm seats\nLucía: call them\n",
            DocumentKind.NOTE,
        ),
        ("Asistentes: Rosa, Lucía\nAcuerdos: seguir\nPróximos pasos: llamar a Rosa\n", DocumentKind.NOTE),
        ("Rosa: Hello there.\nLucía: Good morning.\nRosa: We need it.\nLucía: I see.\n", DocumentKind.TRANSCRIPT),
    ],
    ids=["tasks-es", "tasks-en", "labels", "spoken"],
)
def test_pasted_lines_with_names_are_a_transcript_only_if_people_speak(
    application: bootstrap.Application, company: Company, said: str, kind: DocumentKind
) -> None:
    made = paste(application, company, said)
    assert next(item for item in texts(application, company) if item.id == made).kind is kind


@pytest.mark.parametrize(
    ("language", "notes", "shown"),
    [
        (
            "es",
            f"Asistentes: Rosa Almendro y Pedro Sanz\n\n{TASKS}\nDecisión: ir a dos años\n",
            (
                "Rosa Almendro (cliente)",
                "Pedro Sanz.",
                "para el 13 de noviembre: «Lucía: preparar",
                "Decisión: ir a dos",
            ),
        ),
        (
            "en",
            ENGLISH,
            ("Rosa Almendro (customer)", "by 3 December: “Rosa: send", "Nobody named: “Book", "“Two years”"),
        ),
    ],
    ids=["es", "en"],
)
def test_pasted_notes_give_people_tasks_and_decisions_that_their_text_supports(
    application: bootstrap.Application, company: Company, language: str, notes: str, shown: tuple[str, ...]
) -> None:
    document_id = paste(application, company, notes)
    with application.database.unit_of_work() as uow:
        made = application.after_meetings.run(
            company.account_id, viewer=company.ae, language=Language(language), uow=uow, document_id=document_id
        )
    told = "\n".join(segment.text for segment in made.summary.draft.segments())
    assert [words for words in shown if words not in told] == []
    assert [item.rule for item in made.summary.report.findings if item.rule.startswith(UNSUPPORTED)] == []
