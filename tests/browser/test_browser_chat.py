"""The chat in a real browser: as it comes about, by keyboard alone, without scripts, in both languages, on a phone."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Open, Visit, accessibility_problems, too_wide_by

pytestmark = pytest.mark.browser
QUESTIONS = {
    "es": "¿Qué ha pasado con Frigoríficos Valdemora en los últimos 90 días?",
    "en": "What happened with Frigoríficos Valdemora in the last 90 days?",
}
NOT_OURS = {"es": "Escríbeme un poema sobre el mar", "en": "Write me a poem about the sea"}
UNREVIEWED = {"es": "Sin revisar por nadie", "en": "Not reviewed by anybody"}


def signed_in(visit: Open, *, language: str, size: tuple[int, int] = (1280, 900), **how: object) -> Visit:
    one = visit(language=language, size=size, **how)
    one.go("/chat")
    one.sign_in(one.site.company.ae, language=language)
    one.go("/chat")
    return one


def ask(page: Page, question: str) -> None:
    """Type a question, send it with Enter and wait until the server's own words stand on the page."""
    before = page.locator("[data-turn]").count()
    page.fill("#message", question)
    page.press("#message", "Enter")
    # The first question of a process waits for what it is answered with to be loaded.
    expect(page.locator("[data-turn]")).to_have_count(before + 1, timeout=20_000)


def tab_to(page: Page, selector: str, *, key: str = "Tab") -> None:
    for _ in range(120):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{selector} cannot be reached by keyboard")


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_question_is_answered_with_sources_beside_it(visit: Open, language: str) -> None:
    one = signed_in(visit, language=language)
    page = one.page
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator(".chat-empty button").first).to_contain_text("Frigoríficos Valdemora")
    ask(page, QUESTIONS[language])
    assert "/chat/thread_" in page.url
    turn = page.locator("[data-turn]")
    expect(turn).to_have_attribute("data-state", "answered")
    expect(turn.locator(".unreviewed")).to_have_text(UNREVIEWED[language])
    expect(turn.locator(".sentences li").first).to_be_visible()
    expect(page.locator("[data-said]")).to_contain_text(UNREVIEWED[language])
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator("[data-threads] a[aria-current]")).to_contain_text("Valdemora")

    cite = turn.locator("a.cite:visible").first
    cite.click()
    panel = page.locator("#source-panel")
    expect(panel).to_be_visible()
    expect(panel).to_be_focused()
    expect(cite).to_have_attribute("aria-expanded", "true")
    box, beside = panel.bounding_box(), turn.bounding_box()
    assert box
    assert beside
    assert box["x"] >= beside["x"] + beside["width"]
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(cite).to_be_focused()
    cite.click()
    panel.locator("[data-source-body] a").click()
    expect(page.locator("h1")).not_to_contain_text("Valdemora en los")
    page.go_back()
    expect(page.locator("[data-turn]")).to_have_count(1)


def test_everything_by_keyboard_alone(visit: Open) -> None:
    page = signed_in(visit, language="es").page
    page.keyboard.type("¿Qué ha pasado con Frigoríficos Valdemora")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("en los últimos 90 días?")
    page.keyboard.press("Enter")
    expect(page.locator("[data-turn][data-state=answered]")).to_have_count(1)
    tab_to(page, "[data-turn] a.cite", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#source-panel")).to_be_focused()
    page.keyboard.press("Escape")
    tab_to(page, ".answer-actions form button")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".standing")).to_contain_text("Usted la aceptó")
    expect(page.locator(".unreviewed")).to_have_count(0)
    tab_to(page, ".tool.confirm summary", key="Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, ".tool.confirm button")
    page.keyboard.press("Enter")
    expect(page.locator(".chat-empty")).to_be_visible()


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_all_works_without_scripts(visit: Open, language: str) -> None:
    page = signed_in(visit, language=language, size=PHONE, scripts=False).page
    page.click(".examples button >> nth=0")
    turn = page.locator("[data-turn]")
    expect(turn).to_have_count(1)
    assert "#turn-" in page.url
    page.click("text=Corregirla" if language == "es" else "text=Correct it")
    first = page.locator(".edit-answer textarea").first
    said = first.input_value()
    first.fill("")
    page.click(".edit-answer button.primary")
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".sentences").first).not_to_contain_text(said)
    page.click(".report summary")
    page.fill(".report textarea", "Falta una llamada.")
    page.click(".report button")
    expect(page.locator(".standing")).to_contain_text("Usted la señaló" if language == "es" else "You reported it")
    expect(page.locator(".answer-actions")).to_have_count(0)
    page.fill("#message", NOT_OURS[language])
    page.click(".composer button")
    expect(page.locator("[data-turn][data-state=refused]")).to_have_count(1)
    page.click(".chat-tools summary >> nth=0")
    page.fill("#thread-title", "Lo de Valdemora")
    page.click(".chat-tools .save-form button")
    expect(page.locator("h1")).to_have_text("Lo de Valdemora")
    cited = page.locator("a.cite:visible")
    if cited.count():
        cited.first.click()
        expect(page.locator("h1")).not_to_have_text("Lo de Valdemora")


def test_on_a_phone_the_source_opens_below_its_sentence(visit: Open) -> None:
    page = signed_in(visit, language="es", size=PHONE).page
    ask(page, QUESTIONS["es"])
    cite = page.locator("a.cite:visible").first
    cite.click()
    inside = page.locator(".sentences li #source-panel")
    expect(inside).to_be_visible()
    box, above = inside.bounding_box(), cite.bounding_box()
    assert box
    assert above
    assert box["y"] > above["y"]
    page.click("[data-source-close]")
    expect(inside).to_have_count(0)
    expect(cite).to_be_focused()


def test_a_broken_connection_is_gone_on_from(visit: Open) -> None:
    one = signed_in(visit, language="en")
    page = one.page
    broken = []

    def cut(route: Route) -> None:
        """Hand over the beginning of the stream only, as a proxy that gives up."""
        answer = route.fetch()
        broken.append(answer.status)
        begun = answer.text().split("\n\n")
        route.fulfill(status=answer.status, headers=answer.headers, body="\n\n".join(begun[:2]) + "\n\n")

    page.route("**/api/v1/chat/threads/*/turns", cut)
    ask(page, QUESTIONS["en"])
    expect(page.locator("[data-turn]")).to_have_attribute("data-state", "answered")
    assert broken == [200]


def test_a_refused_question_comes_back_to_be_changed(visit: Open) -> None:
    one = signed_in(visit, language="es")
    page = one.page
    page.evaluate("document.querySelector('#message').removeAttribute('maxlength')")
    page.fill("#message", "x" * 4001)
    page.press("#message", "Enter")
    expect(page.locator("#problem")).to_contain_text("demasiado largo")
    expect(page.locator("#message")).to_have_value("x" * 4001)
    expect(page.locator("#message")).to_be_focused()
    one.problems.clear()  # the browser says that the server refused it


def test_escape_stops_waiting_and_nothing_is_lost(visit: Open) -> None:
    one = signed_in(visit, language="es")
    page = one.page

    def hold(route: Route) -> None:
        """The question arrives, and its answer does not come back while somebody watches."""
        route.fetch()

    page.route("**/api/v1/chat/threads/*/turns", hold)
    page.fill("#message", QUESTIONS["es"])
    page.press("#message", "Enter")
    expect(page.locator(".turn.is-running")).to_have_count(1)
    page.wait_for_timeout(2_000)
    page.keyboard.press("Escape")
    expect(page.locator("[data-status]")).to_contain_text("dejado de esperar")
    one.go("/chat")
    page.click(".thread-list a >> nth=0")
    expect(page.locator("[data-turn]").last).to_have_attribute("data-state", "answered")
    one.problems.clear()


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_every_state_is_accessible_and_fits(visit: Open, theme: str, language: str, size: tuple[int, int]) -> None:
    one = signed_in(visit, language=language, size=size, theme=theme)
    page = one.page
    found = problems(page, "empty")
    ask(page, QUESTIONS[language])
    found += problems(page, "answered")
    page.locator("a.cite:visible").first.click()
    page.locator(".turn-sources summary").first.click()
    found += problems(page, "source")
    ask(page, NOT_OURS[language])
    for summary in page.locator("main summary").all():
        summary.click()
    found += problems(page, "refused, all open")
    page.locator(".answer-actions a.button").first.click()
    expect(page.locator(".edit-answer textarea").first).to_be_focused()
    found += problems(page, "correcting")
    assert found == []


def problems(page: Page, what: str) -> list[str]:
    wide = too_wide_by(page)
    found = [f"{what} scrolls sideways by {wide} pixels"] if wide > 0 else []
    return found + [f"{what}: {problem}" for problem in accessibility_problems(page)]
