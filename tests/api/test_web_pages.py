"""The pages over HTTP: forms, languages, errors, hostile content."""

import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.web.links import safe_next
from copilot import bootstrap
from copilot.domain.access import Viewer
from tests.api.web_browser import form_token, make_brief, sign_in
from tests.api.web_company import HOSTILE, PASSWORD, Company


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
