"""What the reviewer of one draft is shown: sources, counter-evidence, changes, and characters nobody sees."""

import html
import re
from datetime import date
from decimal import Decimal

from fastapi.testclient import TestClient
from sqlalchemy import delete

from copilot import bootstrap
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.domain.review_items import ReviewItem
from copilot.store.tables.documents import PassageRow
from copilot.store.tables.records import AccountRow
from tests.api import web_company
from tests.api.item_worlds import filed
from tests.api.web_browser import Response, decide, digest_of, form_token, sign_in
from tests.api.web_company import Company

HIDDEN = "Pagan\u200b 84.000 € al \u202eoña\u202c en p\u0430gos."
CONTRARY = "Según la hoja de pedido, el contrato vence el 28 de febrero de 2027. Un saludo, Rosa Almendro"


def sentence_of(page: Response, segment_id: str) -> str:
    """The row of one sentence with its sources, as text without tags."""
    rows = re.split(r'<li class="segment ', page.text)
    row = next(row for row in rows if f'id="segment-{segment_id}"' in row)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", row.split("</ol>")[0])).split())


def edited(browser: TestClient, item: ReviewItem, **texts: str) -> str:
    page = browser.get(f"/queue/{item.id}?edit=all")
    fields = {f"text:{name.replace('_', '.')}": text for name, text in texts.items()}
    saved = browser.post(
        f"/queue/{item.id}/edit", data={"csrf_token": form_token(page), "digest": digest_of(page)} | fields
    )
    assert saved.status_code == 303, saved.text
    return str(saved.headers["location"])


def test_each_sentence_is_labelled_in_words_beside_what_it_rests_on(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    sentences = (
        ("Pagan 84.000 € al año.", ("arr",)),
        ("Pagan 99.000 € al año.", ("arr",)),
        ("Enviarán el contrato firmado antes del 30 de noviembre de 2026.", ("email",)),
    )
    item = filed(application, company, viewer=company.ae, sentences=sentences)
    sign_in(browser, company.manager)
    page = browser.get(f"/queue/{item.id}")
    assert "Con apoyo" in sentence_of(page, "summary.1")
    assert "Sin apoyo" in sentence_of(page, "summary.2")
    assert "carried-supported" in page.text
    assert "carried-unsupported" in page.text
    assert "<mark>84.000\u00a0€</mark>" in page.text or "<mark>84.000 €</mark>" in page.text
    assert re.search(r"<mark>[^<]*contrato firmado antes del 30 de noviembre de 2026", page.text)
    assert "Contrato de renovación" in sentence_of(page, "summary.3")
    assert "Cliente" in sentence_of(page, "summary.3")
    assert "No se ha encontrado nada en los registros y textos de la cuenta." in sentence_of(page, "summary.1")


def test_a_text_that_gives_another_date_is_shown_as_counter_evidence(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        web_company._document(
            uow,
            "emails/vence.eml",
            CONTRARY,
            kind=DocumentKind.EMAIL,
            account_id=company.account_id,
            title="Vencimiento",
            origin=Origin.CUSTOMER,
        )
    item = filed(application, company, viewer=company.ae)
    sign_in(browser, company.ae)
    shown = sentence_of(browser.get(f"/queue/{item.id}"), "summary.2")
    assert "con algo en contra" in shown
    assert "Hay fuentes que contradicen 1 frase" in browser.get(f"/queue/{item.id}").text
    assert "«31 de enero de 2027» aquí, «28 de febrero de 2027» en otra fuente" in shown
    assert "vence el 28 de febrero de 2027" in shown
    assert "con algo en contra" not in sentence_of(browser.get(f"/queue/{item.id}"), "summary.1")


def test_a_source_that_changed_or_is_gone_is_said_beside_the_sentence(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    sentences = (("Pagan 84.000 € al año.", ("arr",)), ("Enviarán el contrato firmado.", ("email",)))
    item = filed(application, company, viewer=company.ae, sentences=sentences)
    with application.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, company.account_id).arr = Decimal(90000)
        uow.session.execute(delete(PassageRow).where(PassageRow.document_id == company.email_id))
    sign_in(browser, company.ae)
    page = browser.get(f"/queue/{item.id}")
    changed = sentence_of(page, "summary.1")
    assert "Ha cambiado desde que se citó." in changed
    assert "90.000" in changed
    assert "Ya no está, o usted no puede verla." in sentence_of(page, "summary.2")


def test_a_sentence_without_a_source_says_so(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae, sentences=(("Pagan mucho.", ()),))
    sign_in(browser, company.ae)
    shown = sentence_of(browser.get(f"/queue/{item.id}"), "summary.1")
    assert "Sin apoyo 0 fuentes" in shown
    assert "Sin fuente." in shown


def test_what_nobody_sees_is_named_in_draft_diff_form_and_evidence(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae)
    sign_in(browser, company.manager)
    new = edited(browser, item, summary_1=HIDDEN)
    page = browser.get(new)
    for char in "\u200b\u202e\u202c":
        assert char not in page.text
    shown = sentence_of(page, "summary.1")
    assert "espacio de ancho cero (ZWSP)" in shown
    assert "orden forzado: de derecha a izquierda" in shown
    assert "parece una letra corriente y es otro carácter" in shown
    assert "[quitado:" in page.text
    assert re.search(r"<ins>.*?U\+0430", page.text, re.DOTALL)
    form = browser.get(f"{new}?edit=summary.1").text
    assert "espacio de ancho cero (ZWSP)" in form


def test_an_edit_shows_word_by_word_what_changed(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae)
    sign_in(browser, company.ae)
    page = browser.get(edited(browser, item, summary_2="Renuevan el 28 de febrero de 2027.")).text
    changes = page[page.index('id="changes"') : page.index('id="draft"')]
    assert re.search(r"<del>.*31.*</del><ins>.*28.*</ins> de <del>.*enero.*</del><ins>.*febrero.*</ins>", changes)
    assert "Desde la versión 1" in changes
    assert "Lucía Ferrer" in changes


def test_the_last_approved_one_is_compared_with(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    first = filed(application, company, viewer=company.ae)
    sign_in(browser, company.ae)
    assert "No hay con qué comparar" in browser.get(f"/queue/{first.id}").text
    assert decide(browser, f"/queue/{first.id}", "approve").status_code == 303
    second = filed(application, company, viewer=company.ae, sentences=(("Pagan 84.000 € al mes.", ("arr",)),))
    page = browser.get(f"/queue/{second.id}").text
    assert "Desde el último aprobado de este tipo para esta cuenta" in page
    assert re.search(r"<del>.*año.*</del><ins>.*mes.*</ins>", page)


def test_hostile_text_is_text_in_sentences_edits_and_reasons(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae)
    sign_in(browser, company.manager)
    hostile = "<img src=x onerror=alert(1)></textarea><script>alert(2)</script>\"'{{ 7*7 }}"
    new = edited(browser, item, summary_1=hostile)
    for address in (new, f"{new}?edit=all"):
        page = browser.get(address).text
        assert "<img src=x" not in page
        assert "<script>alert(2)" not in page
        assert "{{ 7*7 }}" in page
    refused = decide(browser, new, "reject", comment="</textarea><script>alert(3)</script>", digest="0" * 64)
    assert refused.status_code == 409
    assert "<script>alert(3)" not in refused.text
    assert decide(browser, new, "reject", comment="</textarea><script>alert(3)</script>").status_code == 303
    assert "<script>alert(3)" not in browser.get(new).text


def test_an_address_of_a_list_that_is_no_list_leads_to_the_queue_and_nowhere_else(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae)
    sign_in(browser, company.ae)
    for text in ("//evil.example", "show=nonsense&x=<script>", "javascript:alert(1)", "%00"):
        page = browser.get(f"/queue/{item.id}", params={"list": text})
        assert page.status_code in {200, 400}
        if page.status_code == 200:
            assert re.findall(r'id="to-list"', page.text)
            [address] = re.findall(r'<a href="([^"]+)" id="to-list"', page.text)
            assert address.startswith("/queue")
            assert "evil" not in address
            assert "<script>" not in page.text.split("<main")[1].split("</main>")[0].replace(
                '<script type="module"', ""
            )


def test_the_clock_and_the_policy_are_said_in_words(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = filed(application, company, viewer=company.ae, email=True)
    sign_in(browser, company.manager)
    page = browser.get(f"/queue/{item.id}").text
    assert "Decisión para" in page
    assert "antes de salir y se puede recuperar" in page
    assert "rosa@valdemora.example" in page
    assert date(2026, 11, 16) <= item.requirement.due_at.date()
