"""The main job of each role from beginning to end with the keyboard alone, in both languages, on desk and phone.

Nothing is clicked, filled in or given the focus by the test; every stop of the focus on the way is in sight, uncovered
and shows itself, see `tests.browser.keyboard`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from copilot.domain.access import Role
from tests import alert_worlds
from tests.api.web_queue_items import file_draft
from tests.browser.conftest import DESKTOP, PAYS, PHONE, People, Sit, Site
from tests.portfolio_builders import Made, customer
from tests.rfp_files import HOSTED, XLSX, workbook_bytes

pytestmark = pytest.mark.browser
_READ = 60_000
"""Milliseconds for a run on a slow machine."""
_ACCOUNT = "Frigoríficos Valdemora"
both = pytest.mark.parametrize(
    ("language", "size"), [("en", DESKTOP), ("es", PHONE)], ids=["english-desktop", "spanish-phone"]
)

Waiting = Callable[[str, str], list[str]]


@both
def test_an_account_executive_asks_accepts_and_follows_up(
    sit: Sit, people: People, language: str, size: tuple[int, int]
) -> None:
    keys = sit(Role.AE, language=language, size=size)
    page = keys.page
    keys.follow(keys.named("link", "Chat"))
    keys.to(page.locator("#message"))
    keys.type({"es": f"¿Qué ha pasado con {_ACCOUNT}?", "en": f"What happened with {_ACCOUNT}?"}[language])
    keys.press("Enter")
    expect(page.locator("[data-turn][data-state=answered]")).to_have_count(1, timeout=_READ)
    cite = page.locator("[data-turn] a.cite:visible").last
    keys.to(cite, key="Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#source-panel")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#source-panel")).to_be_hidden()
    expect(cite).to_be_focused()
    keys.follow(keys.named("button", "It is right: accept it"))
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".unreviewed")).to_have_count(0)
    assert keys.missed() == []

    keys.press("Control+k")
    keys.type(_ACCOUNT)
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text(_ACCOUNT)
    keys.leave("Enter")
    keys.follow(keys.named("button", "Write a follow-up"))
    page.wait_for_url("**/queue/review_*")
    keys.follow(keys.named("link", "Edit all the text"))
    sentence = page.locator("textarea[name^='text:']").first
    keys.to(sentence)
    keys.press("Control+End")
    keys.type(" Saludos." if language == "es" else " Regards.")
    keys.follow(keys.named("button", "Save as a new version"))
    expect(page.locator(".notice.success")).to_be_visible()
    keys.choose(page.locator("#assignee"), people[Role.MANAGER, language].name)
    keys.follow(keys.named("button", "Ask"))
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator("#assignee option:checked")).to_contain_text(people[Role.MANAGER, language].name)


@pytest.fixture(scope="module")
def looked_after(site: Site, people: People) -> Callable[[str], str]:
    """Makes a customer of the customer success manager of a language, about whom an alert stands; gives the name."""

    def made(language: str) -> str:
        name, database = f"Molinos Tecla {language}", site.application.database
        with database.unit_of_work() as uow:
            account_id = customer(uow, name, Made(owner=people[Role.CSM, language].email))
        alert_worlds.got_worse(database, account_id)
        alert_worlds.raise_due(database)
        return name

    return made


@both
def test_a_customer_success_manager_finds_a_customer_and_acts(
    sit: Sit, people: People, looked_after: Callable[[str], str], language: str, size: tuple[int, int]
) -> None:
    name = looked_after(language)
    keys = sit(Role.CSM, language=language, size=size)
    page = keys.page
    keys.to(page.locator("header details.menu summary").first)
    keys.press("Enter")
    keys.follow(keys.named("link", "Portfolio"))
    keys.follow(page.locator("main nav").get_by_role("link", name=keys.word("Customers")))
    keys.choose(page.locator("#owner"), people[Role.CSM, language].name)
    keys.follow(page.locator(".portfolio-filters button"))
    assert "owner=csm" in page.url
    keys.follow(page.locator("tbody").get_by_role("link", name=name, exact=True))
    keys.follow(keys.named("button", "Make a brief"))
    expect(page.locator(".notice.success")).to_be_visible()
    keys.follow(keys.named("link", "Review it in the queue"))
    page.wait_for_url("**/queue/review_*")

    keys.follow(page.locator("header").get_by_role("link", name=keys.word("Alerts"), exact=True))
    keys.follow(page.locator("tbody").get_by_role("link", name=name, exact=True))
    keys.follow(page.locator("section[aria-labelledby=playbook] button").first)
    expect(page.locator("section[aria-labelledby=playbook] .state-approved")).to_have_count(1)
    until = page.locator("#until")
    keys.to(until)
    keys.type("12122026")  # whatever comes first, day or month
    expect(until).to_have_value("2026-12-12")
    keys.follow(keys.named("button", "Snooze"))
    expect(page.locator(".notice.success")).to_be_visible()
    keys.follow(keys.named("button", "Bring it back now"))
    expect(keys.named("button", "Bring it back now")).to_have_count(0)


@pytest.fixture
def waiting(site: Site, people: People) -> Waiting:
    """Files four harmless drafts of the account executive of a language, which a word finds; gives their ids."""

    def filed(word: str, language: str) -> list[str]:
        return [
            file_draft(
                site.application,
                site.company,
                f"{word} {number}",
                viewer=people[Role.AE, language],
                sentences=(PAYS,),
            ).id
            for number in range(4)
        ]

    return filed


@both
def test_a_manager_decides_one_by_one_and_together(
    sit: Sit, waiting: Waiting, language: str, size: tuple[int, int]
) -> None:
    word = {"en": "harpsichord", "es": "organillo"}[language]
    waiting(word, language)
    keys = sit(Role.MANAGER, language=language, size=size)
    page = keys.page
    keys.follow(page.locator("header").get_by_role("link", name=keys.word("Queue"), exact=True))
    keys.press("/")
    keys.type(word)
    keys.leave("Enter")
    expect(page.locator("a[data-open]")).to_have_count(4)

    # By shortcuts: opened, approved, back to the list.
    keys.press("j")
    keys.leave("o")
    keys.press("a")
    expect(page.locator("button[value=approve]")).to_be_focused()
    keys.leave("Enter")
    expect(page.locator(".notice.success")).to_be_visible()
    keys.leave("u")
    expect(page.locator("a[data-open]")).to_have_count(3)

    # By Tab and Enter: rejected with a reason; without one it is refused, and the focus is on why.
    keys.follow(page.locator("a[data-open]").first)
    keys.to(keys.named("link", "Go to the decision"))
    keys.press("Enter")
    expect(page.locator("#decision")).to_be_focused()
    keys.follow(keys.named("button", "Reject"))
    expect(page.locator("#problem")).to_be_focused()
    keys.visit.problems.clear()  # the browser says that the server refused it
    keys.to(page.locator("#comment"))
    keys.type("Falta octubre." if language == "es" else "October is missing.")
    keys.follow(keys.named("button", "Reject"))
    expect(page.locator(".notice.success")).to_be_visible()
    keys.follow(page.locator("#to-list"))

    # Together.
    expect(page.locator("input[name=item]")).to_have_count(2)
    keys.press("j", "x", "j", "x")
    keys.follow(page.locator(".bulk-bar button"), key="Shift+Tab")
    keys.follow(page.locator("form.stack button.primary"))
    expect(page.locator("#approved")).to_contain_text("2")

    keys.to(page.locator("header details.menu summary").first)
    keys.press("Enter")
    keys.follow(page.locator("header").get_by_role("link", name=keys.word("Policies"), exact=True))
    keys.choose(page.locator("#audience"), keys.word("External"))
    keys.follow(page.locator("form[action$=dry-run] button.primary"))
    expect(page.locator("#verdict")).to_be_focused()


@both
def test_an_administrator_adds_somebody_closes_the_door_and_sends_files(
    sit: Sit, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    keys = sit(Role.ADMIN, language=language, size=size)
    page = keys.page
    keys.follow(page.locator("header").get_by_role("link", name=keys.word("Admin"), exact=True))
    keys.follow(page.locator("main").get_by_role("link", name=keys.word("People"), exact=True))
    keys.to(page.locator("#email"))
    keys.type(f"nueva.{language}@tramontia.example")
    keys.to(page.locator("#name"))
    keys.type(f"Nueva Prueba {language}")
    keys.follow(keys.named("button", "Add"))
    expect(page.locator("code.secret")).to_be_visible()
    keys.to(page.locator("details.confirm summary"))
    keys.press("Enter")
    keys.follow(page.locator("details.confirm button.danger"))
    expect(page.locator(".notice.success")).to_be_visible()
    expect(keys.named("button", "Let them in again")).to_be_visible()

    keys.follow(page.locator(".crumbs a").first)
    keys.follow(page.locator("main").get_by_role("link", name=keys.word("Data sources"), exact=True))
    export = tmp_path / "accounts.csv"
    export.write_text("account id,name,country\nt1,Molinos de la Tecla,ES\n", encoding="utf-8")
    keys.to(page.locator("#source"))
    keys.type(f"Tecla {language}")
    # Waited for from here on: the browser is only told to hand the dialog over, and Space would be faster.
    with page.expect_file_chooser() as chooser:
        keys.to(page.locator("#files"))
        keys.press("Space")
    chooser.value.set_files(str(export))
    keys.follow(keys.named("button", "Check the files"))
    page.wait_for_url("**/uploads/*")


@both
def test_a_questionnaire_comes_in_is_answered_and_goes_out(sit: Sit, language: str, size: tuple[int, int]) -> None:
    keys = sit(Role.AE, language=language, size=size, path="/rfps")
    page = keys.page
    if language == "en":
        with page.expect_file_chooser() as chooser:
            keys.to(page.locator("#rfp-file"))
            keys.press("Space")
        chooser.value.set_files({"name": "vendor.xlsx", "mimeType": XLSX, "buffer": workbook_bytes()})
    else:
        keys.to(page.locator("#rfp-pasted"))
        keys.type(f"1. {HOSTED}\n")
    keys.follow(keys.named("button", "Read it"))
    expect(page.locator("#selection")).to_be_visible()
    keys.follow(keys.named("button", "Confirm and have them answered"))
    expect(page.locator("article.rfp-question").first).to_be_visible()
    expect(page.locator("[data-rfp-progress]")).to_have_count(0, timeout=_READ)
    question = page.locator("article.rfp-question", has_text=HOSTED)
    keys.to(question.locator("summary", has_text=keys.word("Write the answer")))
    keys.press("Enter")
    keys.to(question.locator("textarea"))
    keys.press("Control+a")
    keys.type("In Frankfurt and Dublin.")
    keys.follow(question.locator("button.primary"))
    expect(page.locator(".notice.success")).to_be_visible()
    expect(question).to_contain_text("In Frankfurt and Dublin.")
    assert keys.missed() == []
    keys.to(keys.named("link", "Working copy for colleagues"))
    with page.expect_download() as copy:
        keys.press("Enter")
    assert copy.value.path().stat().st_size > 0
