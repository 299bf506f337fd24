"""The pages over HTTP: rights, forms, languages, errors, hostile content."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.web.links import safe_next
from copilot import bootstrap
from copilot.domain.access import Viewer
from tests.api.web_company import HOSTILE, PASSWORD, Company, seed


@pytest.fixture
def company(application: bootstrap.Application) -> Company:
    return seed(application)


@pytest.fixture
def browser(application: bootstrap.Application) -> Iterator[TestClient]:
    """A browser that does not follow redirects by itself."""
    app = create_app(application, worker=False)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def form_token(page: Response) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, "the page has no form"
    return found[1]


def sign_in(browser: TestClient, viewer: Viewer, *, following: str = "") -> Response:
    page = browser.get("/sign-in", params={"next": following} if following else {})
    fields = {"email": viewer.email, "password": PASSWORD, "next": following, "csrf_token": form_token(page)}
    return browser.post("/sign-in", data=fields)


def make_brief(browser: TestClient, company: Company, *, language: str = "es") -> str:
    """Ask for a brief on the account page and return the address of its review item."""
    address = f"/accounts/{company.account_id}"
    fields = {"language": language, "csrf_token": form_token(browser.get(address))}
    made = browser.post(f"{address}/briefs", data=fields)
    assert made.status_code == 303, made.text
    found = re.search(r'href="(/queue/review_\w+)"', browser.get(address).text)
    assert found
    return found[1]


def digest_of(page: Response) -> str:
    found = re.search(r'name="digest" value="(\w+)"', page.text)
    assert found
    return found[1]


def decide(browser: TestClient, address: str, verdict: str, **fields: str) -> Response:
    page = browser.get(address)
    return browser.post(
        f"{address}/decision",
        data={"csrf_token": form_token(page), "digest": digest_of(page), "verdict": verdict} | fields,
    )


def test_who_is_not_signed_in_comes_back_to_the_page_asked_for(browser: TestClient, company: Company) -> None:
    wanted = f"/accounts/{company.account_id}"
    asked = browser.get(wanted)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/sign-in?next=%2Faccounts%2F")
    assert sign_in(browser, company.ae, following=wanted).headers["location"] == wanted


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\\..\\b",
        "/api/v1/me",
        "/sign-in?next=/",
        "x" * 3000,
        "",
    ],
)
def test_next_never_leaves_the_site(address: str) -> None:
    assert safe_next(address) == "/"


def test_next_keeps_a_page_with_its_query() -> None:
    assert safe_next("/documents/doc_1?start=3&end=9") == "/documents/doc_1?start=3&end=9"


def test_sign_in_follows_no_foreign_address(browser: TestClient, company: Company) -> None:
    assert sign_in(browser, company.ae, following="//evil.example").headers["location"] == "/"


def test_a_wrong_password_is_said_beside_the_form_and_the_address_is_kept(
    browser: TestClient, company: Company
) -> None:
    page = browser.get("/sign-in", headers={"accept-language": "es"})
    fields = {"email": company.ae.email, "password": "wrong password", "csrf_token": form_token(page)}
    answer = browser.post("/sign-in", data=fields, headers={"accept-language": "es"})
    assert answer.status_code == 401
    assert "El correo o la contraseña no son correctos." in answer.text
    assert company.ae.email in answer.text
    assert "wrong password" not in answer.text


def test_signing_in_needs_the_form_of_this_browser(browser: TestClient, company: Company) -> None:
    fields = {"email": company.ae.email, "password": PASSWORD, "csrf_token": "guess"}
    answer = browser.post("/sign-in", data=fields)
    assert answer.status_code == 403
    assert browser.get("/accounts").status_code == 303


def test_the_session_changes_at_sign_in(browser: TestClient, company: Company) -> None:
    browser.cookies.set("sc_session", "planted")
    answer = sign_in(browser, company.ae)
    assert "planted" not in answer.headers["set-cookie"]
    assert "sc_session=" in answer.headers["set-cookie"]


def test_every_form_of_every_page_carries_the_token(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    pages = ["/accounts", f"/accounts/{company.account_id}", "/queue", item, f"{item}?edit=all", "/search?q=contrato"]
    for address in pages:
        forms = re.findall(r'<form method="post".*?</form>', browser.get(address).text, re.DOTALL)
        assert forms, address
        assert all('name="csrf_token"' in form for form in forms), address


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


def test_the_language_is_changed_and_remembered_also_after_signing_out(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/accounts")
    assert '<html lang="es">' in page.text
    fields = {"language": "en", "next": "/queue", "csrf_token": form_token(page)}
    assert browser.post("/language", data=fields).headers["location"] == "/queue"
    english = browser.get("/accounts")
    assert '<html lang="en">' in english.text
    assert "2 accounts you may see." in english.text
    browser.post("/sign-out", data={"csrf_token": form_token(english)})
    assert '<html lang="en">' in browser.get("/sign-in").text


def test_the_sign_in_page_speaks_the_language_of_the_browser_or_the_one_chosen(
    browser: TestClient, company: Company
) -> None:
    assert '<html lang="es">' in browser.get("/sign-in", headers={"accept-language": "fr, es-CL;q=0.8"}).text
    browser.get("/sign-in?language=en")
    assert '<html lang="en">' in browser.get("/sign-in", headers={"accept-language": "es"}).text


def test_figures_and_dates_are_written_as_the_language_does(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get(f"/accounts/{company.account_id}").text
    assert "84.000\N{NO-BREAK SPACE}€" in page
    assert "31 de enero de 2027" in page


def test_hostile_names_and_texts_are_only_text(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for address in ("/accounts", f"/accounts/{company.second_id}", "/search?q=" + HOSTILE):
        page = browser.get(address)
        assert page.status_code == 200
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text


def test_nothing_runs_or_is_styled_inline_and_nothing_comes_from_elsewhere(
    browser: TestClient, company: Company
) -> None:
    class Inline(HTMLParser):
        bad: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = dict(attrs)
            source = names.get("src") or (names.get("href") if tag == "link" else None) or ""
            inline = tag == "style" or "style" in names or any(name.startswith("on") for name in names)
            if inline or (tag == "script" and not source.startswith("/static/")) or source.startswith(("http", "//")):
                self.bad.append(self.get_starttag_text() or tag)

    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    for address in ("/accounts", f"/accounts/{company.account_id}", item, f"/documents/{company.email_id}", "/nothing"):
        parser = Inline()
        parser.bad = []
        parser.feed(browser.get(address).text)
        assert parser.bad == [], address


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


def test_an_account_without_a_brief_explains_what_one_is(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert "Todavía no hay ningún informe" in browser.get(f"/accounts/{company.account_id}").text


def test_no_accounts_teaches_how_to_import(
    browser: TestClient, application: bootstrap.Application, manager: Viewer
) -> None:
    sign_in(browser, manager)
    assert "sales-copilot import PATH --dry-run" in browser.get("/accounts").text


def test_a_citation_leads_to_the_marked_passage(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    page = browser.get(f"/accounts/{company.account_id}").text
    numbers = re.findall(r'class="cite" href="#source-(\d+)"', page)
    assert numbers
    assert all(f'id="source-{number}"' in page for number in numbers)
    sources = re.findall(r'href="(/documents/[^"]+)"', page)
    cited = next(address for address in sources if "start=" in address).replace("&amp;", "&")
    document = browser.get(cited).text
    start, end = (int(number) for number in re.findall(r"(?:start|end)=(\d+)", cited))
    marked = re.search(r'<mark id="passage" tabindex="-1">([^<]*)</mark>', document)
    assert marked
    assert len(marked[1]) == end - start
    assert "Text hidden" not in document
    assert "Se encontró texto oculto" in document
    assert '<details class="quoted">' in document


def test_a_passage_that_is_gone_is_said_to_be_gone(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get(f"/documents/{company.email_id}?start=5&end=900000").text
    assert 'id="passage"' not in page
    assert "ya no está en esta versión" in page


def test_a_figure_page_shows_its_formula_and_inputs(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    address = f"/accounts/{company.account_id}/evidence/metric:days_to_renewal:{company.account_id}"
    page = browser.get(address).text
    assert "76" in page
    assert "fecha de renovación - hoy" in page
    assert "31 de enero de 2027" in page


def test_evidence_of_one_account_is_not_shown_under_another(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert browser.get(f"/accounts/{company.second_id}/evidence/record:{company.account_id}:arr").status_code == 404


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
    assert len(files) == 3
    download = browser.get(files[0])
    assert download.status_code == 200
    assert "frigorificos-valdemora" in download.headers["content-disposition"]


def test_a_rejection_without_a_reason_comes_back_with_what_to_do(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    refused = decide(browser, item, "reject")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "Para rechazar hay que decir por qué." in refused.text
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
    assert late.status_code == 303
    page = browser.get(late.headers["location"]).text
    assert "Alguien decidió antes: Aprobado por Lucía Ferrer." in page


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
    assert "Su función no puede decidir" in page
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
    assert "debe aprobarla otra persona" in page.text
    assert 'value="approve"' not in page.text
    fields = {"csrf_token": form_token(page), "digest": digest_of(page), "verdict": "approve", "accepted": "summary.1"}
    assert browser.post(f"{new}/decision", data=fields).status_code == 403


def test_filters_that_mean_nothing_show_the_whole_queue(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    page = browser.get("/queue?show=nonsense&risk=&sort=&mine=").text
    assert "Frigoríficos Valdemora" in page
    assert "Nada coincide con estos filtros" in browser.get("/queue?risk=critical").text


def test_search_shows_where_the_words_are(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/search?q=contrato+firmado&kind=email").text
    assert "<mark>contrato</mark>" in page
    assert "se busca solo por palabras" in page
    assert browser.get("/search?q=%20").status_code == 200


def test_unknown_pages_and_wrong_methods_say_what_to_do(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    unknown = browser.get("/nothing/here")
    assert unknown.status_code == 404
    assert "<h1>Esta página no existe</h1>" in unknown.text
    assert browser.get(f"/accounts/{company.account_id}/briefs").status_code == 405
    assert browser.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"


def test_an_unexpected_error_says_nothing_but_a_number(
    browser: TestClient, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("secret of Rosa Almendro")

    sign_in(browser, company.ae)
    monkeypatch.setattr("copilot.store.accounts.AccountRepository.page", crash)
    page = browser.get("/accounts")
    assert page.status_code == 500
    assert "secret" not in page.text
    assert re.search(r"<code>[0-9a-f]{12}</code>", page.text)
    assert page.headers["content-security-policy"]
    program = browser.get("/api/v1/accounts")
    assert program.status_code == 500
    assert "reference" in program.json()
    assert "secret" not in program.text


def test_a_forged_flash_cookie_says_nothing(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for value in ("bm9uc2Vuc2U=", "WyJub25lIix7fV0=", "%%%", "WzFd"):
        browser.cookies.set("sc_flash", value)
        page = browser.get("/accounts")
        assert page.status_code == 200
        assert 'class="notice' not in page.text
