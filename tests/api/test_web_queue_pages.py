"""The queue's pages over HTTP: rights, decisions, edits, downloads."""

import re

from fastapi.testclient import TestClient

from copilot import bootstrap
from tests.api.web_browser import Response, decide, digest_of, form_token, make_brief, sign_in
from tests.api.web_company import Company


def test_every_form_refuses_to_work_without_the_token(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    digest = digest_of(browser.get(item))
    posts = [
        ("/sign-out", {}),
        ("/language", {"language": "en"}),
        (f"/accounts/{company.account_id}/briefs", {"language": "es"}),
        (f"{item}/decision", {"verdict": "approve", "digest": digest}),
        (f"{item}/edit", {"digest": digest, "text:summary.1": "x"}),
        (f"{item}/retry", {}),
    ]
    for address, fields in posts:
        for token in ({}, {"csrf_token": "guess"}):
            answer = browser.post(address, data=fields | token)
            assert answer.status_code == 403, address
            assert "<h1>No puede hacer esto</h1>" in answer.text, address
    assert "Pendiente" in browser.get(item).text


def test_another_teams_pages_read_like_pages_that_do_not_exist(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    pairs = [
        (f"/accounts/{company.account_id}", "/accounts/acc_0"),
        (f"/documents/{company.email_id}", "/documents/doc_0"),
        (
            f"/accounts/{company.account_id}/evidence/record:{company.account_id}:arr",
            "/accounts/acc_0/evidence/record:acc_0:arr",
        ),
        (f"/evidence/metric:days_to_renewal:{company.account_id}", "/evidence/metric:days_to_renewal:acc_0"),
        (f"/search?q=x&account={company.account_id}", "/search?q=x&account=acc_0"),
        (item, "/queue/review_0"),
        (f"{item}/files/brief.md", "/queue/review_0/files/brief.md"),
    ]
    for hidden, absent in pairs:
        forbidden, missing = browser.get(hidden), browser.get(absent)
        assert forbidden.status_code == missing.status_code == 404, hidden
        assert _without_addresses(forbidden) == _without_addresses(missing), hidden
        assert "Valdemora" not in forbidden.text
    token = form_token(browser.get("/accounts"))
    for address, fields in (
        (f"/accounts/{company.account_id}/briefs", {"language": "es"}),
        (f"{item}/decision", {"verdict": "approve", "digest": "0" * 64}),
        (f"{item}/edit", {"digest": "0" * 64, "text:summary.1": "x"}),
        (f"{item}/retry", {}),
    ):
        answer = browser.post(address, data=fields | {"csrf_token": token})
        assert answer.status_code == 404, address
        assert "Valdemora" not in answer.text


def _without_addresses(page: Response) -> str:
    """The page without the address it was asked by, which the language switch repeats."""
    return re.sub(r'name="next" value="[^"]*"', "", page.text)


def test_approve_release_and_download(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    answer = decide(browser, item, "approve")
    assert (answer.status_code, answer.headers["location"]) == (303, item)
    assert "Aprobado. Los archivos se entregarán" in browser.get(item).text
    assert "Aprobado. Los archivos se entregarán" not in browser.get(item).text
    assert browser.get(f"{item}/files/brief.html").status_code == 409
    application.release_due()
    page = browser.get(item).text
    files = re.findall(rf'href="({item}/files/[^"]+)"', page)
    assert len(files) == 4
    download = browser.get(files[0])
    assert download.status_code == 200
    assert "frigorificos-valdemora" in download.headers["content-disposition"]


def test_a_rejection_without_a_reason_comes_back_with_what_to_do(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    refused = decide(browser, item, "reject")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "Para rechazar o pedir cambios hay que decir por qué." in refused.text
    assert decide(browser, item, "reject", comment="Falta el uso de octubre").status_code == 303
    page = browser.get(item).text
    assert "Rechazado" in page
    assert "Falta el uso de octubre" in page


def test_who_comes_too_late_is_told_who_was_faster(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    digest = digest_of(browser.get(item))
    decide(browser, item, "approve")
    browser.cookies.clear()
    sign_in(browser, company.manager)
    fields = {"csrf_token": form_token(browser.get(item)), "digest": digest, "verdict": "reject", "comment": "No"}
    late = browser.post(f"{item}/decision", data=fields)
    assert late.status_code == 409
    assert "Lucía Ferrer decidió antes; ahora está así: Aprobado." in late.text
    assert "<blockquote>No</blockquote>" in late.text, "what was typed stays before who typed it"
    late = browser.post(f"{item}/decision", data=fields | {"comment": ""})
    assert late.status_code == 303
    assert "Lucía Ferrer decidió antes; ahora está así: Aprobado." in browser.get(late.headers["location"]).text


def test_an_edit_leads_to_the_new_version_and_the_old_one_points_to_it(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    form = browser.get(f"{item}?edit=summary.1")
    assert form.text.count("<textarea") == 1
    fields = {
        "csrf_token": form_token(form),
        "digest": digest_of(form),
        "text:summary.1": "Pagan 123456 euros al año.",
    }
    saved = browser.post(f"{item}/edit", data=fields)
    assert saved.status_code == 303
    new = saved.headers["location"]
    page = browser.get(new).text
    assert "versión 2" in page
    assert "Riesgo alto" in page
    assert "no aparece en las fuentes citadas" in page
    assert "Su función no puede aprobar este elemento. Pueden estas funciones: Responsable" in page
    assert 'value="approve"' not in page
    assert f'href="{new}"' in browser.get(item).text
    again = browser.post(f"{item}/edit", data=fields)
    assert again.headers["location"] == new


def test_an_edit_that_changes_nothing_is_said_beside_the_text(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    form = browser.get(f"{item}?edit=summary.1")
    same = re.search(r"<textarea[^>]*>([^<]*)</textarea>", form.text)
    assert same
    fields = {"csrf_token": form_token(form), "digest": digest_of(form), "text:summary.1": same[1]}
    answer = browser.post(f"{item}/edit", data=fields)
    assert answer.status_code == 422
    assert "La edición no cambia nada." in answer.text
    assert "Pendiente" in browser.get(item).text


def test_unsupported_sentences_must_be_ticked_one_by_one(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    form = browser.get(f"{make_brief(browser, company)}?edit=summary.1")
    changed = {"csrf_token": form_token(form), "digest": digest_of(form), "text:summary.1": "Pagan 123456 euros."}
    new = browser.post(f"{str(form.url).split('?')[0]}/edit", data=changed).headers["location"]
    browser.cookies.clear()
    sign_in(browser, company.manager)
    refused = decide(browser, new, "approve")
    assert refused.status_code == 422
    assert "Pendiente" in browser.get(new).text
    assert decide(browser, new, "approve", accepted="summary.1").status_code == 303
    assert "Aprobado" in browser.get(new).text


def test_who_asked_does_not_approve_what_is_risky(browser: TestClient, company: Company) -> None:
    """Invariant 4: a manager who wrote the risky version is told that somebody else has to approve it."""
    sign_in(browser, company.manager)
    form = browser.get(f"{make_brief(browser, company)}?edit=summary.1")
    changed = {"csrf_token": form_token(form), "digest": digest_of(form), "text:summary.1": "Pagan 123456 euros."}
    new = browser.post(f"{str(form.url).split('?')[0]}/edit", data=changed).headers["location"]
    page = browser.get(new)
    assert "debe aprobarlo otra persona" in page.text
    assert 'value="approve"' not in page.text
    fields = {"csrf_token": form_token(page), "digest": digest_of(page), "verdict": "approve", "accepted": "summary.1"}
    assert browser.post(f"{new}/decision", data=fields).status_code == 403


def test_filters_that_mean_nothing_show_the_whole_queue(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    page = browser.get("/queue?show=nonsense&risk=&sort=&mine=").text
    assert "Frigoríficos Valdemora" in page
    assert "Nada coincide con estos filtros" in browser.get("/queue?risk=critical").text
