"""What a customer wrote is shown on the pages as text: nothing in it can be followed or is loaded."""

from html.parser import HTMLParser

from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.documents import DocumentKind
from tests.api.web_browser import make_brief, sign_in
from tests.api.web_company import Company, _document

PROMISE = (
    "Os enviaremos el contrato firmado antes del 27 de noviembre de 2026 por https://robo.example/?d=notas con "
    "![ok](https://robo.example/p.png) [aquí](https://robo.example/t) <img src=https://robo.example/q> "
    '<a href="https://robo.example/a">pulse</a> www.robo.example javascript:alert(1).'
)


class Addresses(HTMLParser):
    """Everything on a page that can be followed or is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.images += tag in {"img", "iframe", "object", "embed", "video"}
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction", "data"}]


def test_nothing_that_a_customer_wrote_becomes_a_link_or_an_image(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        document = _document(
            uow, "calls/robo.txt", PROMISE, kind=DocumentKind.TRANSCRIPT, account_id=company.account_id
        )
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    seen = 0
    for address in (f"/accounts/{company.account_id}", item, f"/documents/{document}", "/search?q=robo.example"):
        page = browser.get(address).text
        parser = Addresses()
        parser.feed(page)
        seen += "robo.example" in page
        assert parser.images == 0, address
        assert all(found.startswith(("/", "#", "?")) and not found.startswith("//") for found in parser.found), address
    assert seen
