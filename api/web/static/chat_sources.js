// The source of a sentence: beside the conversation on a desk, below the sentence on a phone.

export function sourcePanel(page) {
  const panel = page.querySelector("#source-panel");
  const title = panel.querySelector("[data-source-title]");
  const body = panel.querySelector("[data-source-body]");
  let opener = null;

  const close = ({ focus }) => {
    if (panel.hidden) return false;
    panel.hidden = true;
    page.classList.remove("has-source");
    panel.closest("li")?.classList.remove("has-panel");
    page.append(panel);
    opener?.setAttribute("aria-expanded", "false");
    if (focus) opener?.focus();
    opener = null;
    return true;
  };

  const open = (cite, source) => {
    close({ focus: false });
    opener = cite;
    cite.setAttribute("aria-expanded", "true");
    title.textContent = cite.getAttribute("aria-label").split(":")[0];
    const text = source.querySelector("[data-source-text]").cloneNode(true);
    body.replaceChildren(...text.childNodes);
    if (!matchMedia("(min-width: 60rem)").matches) {
      const line = cite.closest("li");
      line.classList.add("has-panel");
      line.append(panel);
    } else {
      page.classList.add("has-source");
    }
    panel.hidden = false;
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  };

  page.addEventListener("click", (event) => {
    if (event.target.closest("[data-source-close]")) {
      close({ focus: true });
      return;
    }
    const cite = event.target.closest("[data-source]");
    // A new tab is a new tab.
    if (!cite || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const source = document.getElementById(cite.dataset.source);
    if (!source) return;
    event.preventDefault();
    if (cite === opener) close({ focus: true });
    else open(cite, source);
  });
  return { close };
}
