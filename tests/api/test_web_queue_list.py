"""The queue's list over HTTP: parts, filters, order, what is offered to whom, hostile addresses."""

import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.web.queue_query import Group, QueueQuery, from_text
from copilot import bootstrap
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.language import Language
from copilot.store.queue_pages import Sort
from tests.api.web_browser import sign_in
from tests.api.web_company import Company
from tests.api.web_queue_items import UNSUPPORTED, file_draft


def titles(page: str) -> list[str]:
    """Titles of the listed drafts, in order."""
    return re.findall(r"data-open[^>]*>([^<]+)</a>", page)


def count_of(page: str, group: Group) -> str:
    """The number beside a part of the queue."""
    found = re.search(rf'href="/queue\?show={group.value}[^"]*"[^>]*>.*?<span class="count">([^<]+)</span>', page, re.S)
    assert found
    return found[1]


def _filters(query: QueueQuery) -> int:
    return sum(len(value) if isinstance(value, list) else 1 for value in query.parameters.values())


@pytest.fixture
def queue(application: bootstrap.Application, company: Company) -> dict[str, str]:
    """Title -> item id of a small queue."""
    return {
        "Uno": file_draft(application, company, "Uno").id,
        "Dos": file_draft(application, company, "Dos", sentences=(UNSUPPORTED,)).id,
        "Three": file_draft(
            application, company, "Three", kind=DraftKind.FOLLOW_UP, audience=Audience.EXTERNAL, language=Language.EN
        ).id,
    }


_FILTERS = [
    ("show=open", {"Uno", "Dos", "Three"}),
    ("show=open&risk=low", {"Uno", "Three"}),
    ("show=open&risk=low&risk=high&risk=medium&risk=critical", {"Uno", "Dos", "Three"}),
    ("show=open&kind=follow_up", {"Three"}),
    ("show=open&language=en", {"Three"}),
    ("show=open&audience=external", {"Three"}),
    ("show=open&found=grounding", {"Dos"}),
    ("show=open&requester=me", {"Uno", "Dos", "Three"}),
    ("show=open&requester=user-marta", set()),
    ("show=open&assignee=me", set()),
    ("show=open&value=1e300", {"Uno", "Dos", "Three"}),
    ("show=open&value=999999", set()),
    ("show=open&state=in_review", set()),
    ("show=open&q=Dos", {"Dos"}),
    ("show=open&q=valdemora", {"Uno", "Dos", "Three"}),
    ("show=overdue", set()),
    ("show=changes", set()),
    ("show=decided", set()),
]


@pytest.mark.usefixtures("queue")
def test_filters_narrow_to_what_they_say(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for address, expected in _FILTERS:
        assert set(titles(browser.get(f"/queue?{address}").text)) == expected, address


def test_what_waits_for_me_is_what_i_may_approve(browser: TestClient, company: Company, queue: dict[str, str]) -> None:
    sign_in(browser, company.ae)
    mine = browser.get("/queue?show=for-me").text
    # The requester approves a harmless internal draft alone, nothing risky and nothing that leaves the company.
    assert titles(mine) == ["Uno"]
    assert (count_of(mine, Group.FOR_ME), count_of(mine, Group.OPEN)) == ("1", "3")
    assert queue["Uno"] in mine
    browser.cookies.clear()
    sign_in(browser, company.manager)
    assert set(titles(browser.get("/queue").text)) == {"Uno", "Dos", "Three"}


@pytest.mark.usefixtures("queue")
def test_another_team_learns_nothing(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.outsider)
    for address in ("show=open", "show=open&q=Uno", f"show=open&account={company.account_id}", "requester=user-lucia"):
        page = browser.get(f"/queue?{address}").text
        assert titles(page) == []
        assert count_of(page, Group.OPEN) == "0"
        for secret in ("Valdemora", "Uno</a>", "Lucía"):
            assert secret not in page, address


@pytest.mark.usefixtures("queue")
def test_active_filters_can_be_taken_away_one_by_one(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/queue?show=open&risk=low&risk=medium&kind=brief&q=uno&value=1000&overdue=yes").text
    chips = re.findall(r'class="chip" href="([^"]+)"', page)
    assert len(chips) == 6
    left = {text: from_text(text.partition("?")[2].replace("&amp;", "&")) for text in chips}
    whole = from_text("show=open&risk=low&risk=medium&kind=brief&q=uno&value=1000&overdue=yes")
    assert all(_filters(query) == _filters(whole) - 1 for query in left.values())
    assert len({query.text for query in left.values()}) == 6
    assert "Quitar todos los filtros" in page
    assert "0 borradores" in page


@pytest.mark.usefixtures("queue")
def test_an_opened_item_remembers_its_list(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/queue?show=open&sort=deadline&kind=brief").text
    found = re.search(r'href="(/queue/review_\w+\?list=[^"]+)" data-open', page)
    assert found
    assert quote("show=open&kind=brief&sort=deadline", safe="") in found[1]
    assert browser.get(found[1]).status_code == 200


def test_pages_follow_each_other_in_every_order(
    browser: TestClient, company: Company, application: bootstrap.Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.pages.queue.PAGE_SIZE", 2)
    wanted = {f"Borrador {number}" for number in range(5)}
    for title in sorted(wanted):
        file_draft(application, company, title)
    sign_in(browser, company.ae)
    for sort in Sort:
        address: str | None = f"/queue?show=open&sort={sort.value}"
        seen: list[str] = []
        while address:
            page = browser.get(address).text
            seen += titles(page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = following[1].replace("&amp;", "&") if following else None
        assert sorted(seen) == sorted(wanted), sort


_HOSTILE = [
    "q=%01%1b%7f",
    "q=" + "a" * 5_000,
    "q=%27%3B+drop+table+users%3B--",
    "q=%22+or+%28%26%7C%21%3A%2A",
    "q=<script>alert(1)</script>",
    "account=%27+or+1%3D1",
    "account=" + "x" * 4_000,
    "requester=../../etc/passwd",
    "assignee=%C2%85",
    "value=-1",
    "value=NaN",
    "value=Infinity",
    "value=1e999999999",
    "value=%F0%9F%92%A9",
    "state=approved",
    "state=nonsense&show=decided",
    "risk=" + "&risk=".join(["low"] * 200),
    "found=leak%27",
    "overdue=" + "y" * 3_000,
    "sort=random()",
    "kind=brief&kind=rfp_answer",
    "&".join(f"p{number}=1" for number in range(500)),
    "%ff%fe=%ff",
]


@pytest.mark.usefixtures("queue")
def test_hostile_addresses_show_a_list_and_run_nothing(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for address in _HOSTILE:
        page = browser.get(f"/queue?{address}")
        assert page.status_code == 200, address[:80]
        assert "<script>alert" not in page.text
    assert browser.get("/queue?q=%00").status_code == 400


def test_a_marker_that_is_not_ours_is_explained(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for cursor in ("x", "W10=", "a" * 600, "eyJhIjoxfQ==", "%F0%9F%92%A9"):
        page = browser.get(f"/queue?cursor={cursor}")
        assert page.status_code == 422, cursor[:20]
        assert "<h1>" in page.text


def test_every_part_says_what_to_do_when_it_is_empty(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    said = set()
    for group in Group:
        page = browser.get(f"/queue?show={group.value}").text
        found = re.search(
            r'<div class="card empty">\s*<h2>([^<]+)</h2>\s*<p>[^<]{20,}</p>\s*<p class="actions"><a', page
        )
        assert found, group
        said.add(found[1])
    assert len(said) == len(Group)


@pytest.mark.parametrize(
    "text",
    [
        "show=for-me",
        "show=open&q=a+b&risk=high&risk=low&kind=brief&language=es&audience=external",
        "show=leaving&state=release_failed&sort=value",
        "show=open&requester=me&assignee=user-1&value=1000.5&overdue=yes&cursor=abc",
    ],
)
def test_a_query_writes_the_address_it_was_read_from(text: str) -> None:
    assert from_text(text).text == text
    assert from_text(from_text(text).text) == from_text(text)
