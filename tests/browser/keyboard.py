"""A person without a mouse: presses keys, and at every stop must see where they are.

Invariant: nothing here points, fills in or sets the focus; what the keys do not reach counts as missing. `look` reads
where the focus is and changes nothing.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ElementHandle, Locator, Page, expect

from api.localisation import translate
from copilot.domain.language import Language

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

_MOST_STOPS = 140
"""Of the focus, from where it is to what is wanted."""
_PARTS_OF_A_DATE = 4
"""Stops within one field: day, month, year and the calendar."""

_LOOK = """wanted => {
  const name = one => one.outerHTML.replace(/\\s+/g, " ").slice(0, 140)
  const style = one => {
    const now = getComputedStyle(one)
    const ring = now.outlineStyle === "none" ? "" : `${now.outlineWidth} ${now.outlineStyle} ${now.outlineColor}`
    return { ring, shadow: now.boxShadow, border: `${now.borderTopWidth} ${now.borderTopStyle} ${now.borderTopColor}` }
  }
  const active = document.activeElement, visited = (window.visited ??= new Set())
  // What everything looks like while it is not chosen, for comparison.
  const known = (window.unchosen ??= new Map())
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (one !== active && !known.has(one)) known.set(one, style(one))
  }
  // Where an address leads is no stop: it marks itself where that matters.
  const found = wanted.includes(active), same = window.stoodOn === active
  window.stoodOn = active
  const round = active === window.begun
  if (active !== document.body) window.begun ??= active
  visited.add(active)
  if (!active || active === document.body || active.tabIndex < 0) return { found, same, round, at: "", problem: "" }
  const now = style(active), before = known.get(active)
  const thick = text => Math.max(0, ...[...text.matchAll(/(-?[\\d.]+)px/g)].map(found => Math.abs(found[1]))) >= 2
  const clear = text => /rgba\\([^)]*, 0\\)/.test(text)
  const shows = (what) => now[what] && now[what] !== "none" && thick(now[what]) && !clear(now[what])
    && (before ? now[what] !== before[what] : what === "ring")
  let problem = ""
  if (!shows("ring") && !shows("shadow") && !shows("border")) problem = "does not show that it has the focus"
  const places = [...active.getClientRects()].map(box => ({
    left: Math.max(box.left, 0), right: Math.min(box.right, innerWidth),
    top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight),
  })).filter(box => box.right - box.left > 1 && box.bottom - box.top > 1)
  const seen = places.some(box => {
    const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    return hit && (hit === active || active.contains(hit) || hit.contains(active))
  })
  if (!places.length) problem ||= "is out of sight"
  else if (!seen) problem ||= "is covered by something else"
  return { found, same, round, at: name(active), problem: problem && `${name(active)} ${problem}` }
}"""


@dataclass(frozen=True)
class Keys:
    """The keyboard on one page, in the reader's language."""

    visit: "Visit"
    language: str
    problems: list[str] = field(default_factory=list)
    """Stops that a person would not see."""

    @property
    def page(self) -> Page:
        """What is open."""
        return self.visit.page

    def word(self, text: str, **values: str) -> str:
        """A text of the pages as this reader reads it."""
        found = translate(text, language=Language(self.language))
        return found % values if values else found

    def named(self, role: str, text: str, *, exact: bool = True, **values: str) -> Locator:
        """What has this role and this name, which is given in English."""
        return self.page.get_by_role(role, name=self.word(text, **values), exact=exact)  # type: ignore[arg-type]

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Write where the focus is."""
        self.page.keyboard.type(text)

    def to(self, wanted: Locator, *, key: str = "Tab") -> None:
        """Press Tab until the wanted element has the focus; every stop on the way is one that a person can see."""
        expect(wanted.first).to_be_visible()
        handles = wanted.element_handles()
        stood = 0
        for stop in range(_MOST_STOPS):
            seen = self._look(handles)
            if seen["found"]:
                return
            stood = stood + 1 if stop and seen["same"] else 0
            assert stood < _PARTS_OF_A_DATE, f"{self.page.url}: the focus does not leave {seen['at']}"
            self.press(key)
        raise AssertionError(f"{self.page.url}: {wanted} is not reached by {key}")

    def _look(self, wanted: list[ElementHandle]) -> dict[str, Any]:
        seen: dict[str, Any] = self.page.evaluate(_LOOK, wanted)
        if seen["problem"]:
            self.problems.append(f"{self.page.url}: {seen['problem']}")
        return seen

    def choose(self, wanted: Locator, option: str) -> None:
        """Go to a list and move down it to the option that begins so."""
        self.to(wanted)
        for _ in wanted.locator("option").all():
            if wanted.locator("option:checked").inner_text().startswith(option):
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: {wanted} has no option {option}")

    def follow(self, wanted: Locator, *, key: str = "Tab") -> None:
        """Go to a link or a button and press Enter; another page opens."""
        self.to(wanted, key=key)
        self.leave("Enter")

    def leave(self, *keys: str) -> None:
        """Press what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.press(*keys)

    def has_focus(self, selector: str) -> bool:
        """Whether what has the focus is this."""
        return bool(self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector))

    def missed(self) -> list[str]:
        """Once round the page with Tab: what can be pressed or filled in and was no stop."""
        self.page.evaluate("window.begun = null; window.visited = new Set()")
        for _ in range(_MOST_STOPS * 4):
            self.press("Tab")
            seen = self._look([])
            if seen["round"]:
                return list(self.page.evaluate(_MISSED))
        raise AssertionError(f"{self.page.url}: Tab does not come round, it is at {seen['at']}")


_MISSED = """() => {
  const can = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(one =>
    one.checkVisibility({ checkVisibilityCSS: true }) && !one.disabled && one.tabIndex >= 0 && one.type !== "hidden"
    && !(one.type === "radio" && !one.checked))
  return can.filter(one => !window.visited.has(one)).map(one => one.outerHTML.slice(0, 120))
}"""
