// Enhancements only: every page works without this file.

// A form that takes a while says so, and is not sent twice.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    const status = form.querySelector(".busy");
    if (status) status.textContent = form.dataset.busy;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
}

// Coming back with the browser's back button finds the form ready again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    const status = form.querySelector(".busy");
    if (status) status.textContent = "";
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// Reloading while a form is on its way would drop the page that answers it, with the message on it.
let leaves = false;
document.addEventListener("submit", (event) => { leaves ||= !event.defaultPrevented; });
window.addEventListener("pageshow", () => { leaves = false; });

// An approved draft shows its files as soon as they are released; a message that stands on the page is read first.
const waiting = document.querySelector("[data-poll]");
if (waiting) {
  let left = 30;
  const look = async () => {
    left -= 1;
    try {
      const answer = await fetch(waiting.dataset.poll, { headers: { accept: "application/json" } });
      const found = answer.ok ? await answer.json() : null;
      const waits = found?.release?.waits_for ?? "";
      if (found && (found.entry.item.state !== waiting.dataset.state || waits !== (waiting.dataset.waits ?? ""))) {
        if (!leaves) location.reload();
        return;
      }
    } catch {
      // The page stays usable; the link next to this looks again.
    }
    if (left > 0) setTimeout(look, 2000);
  };
  setTimeout(look, document.querySelector("main > .notice[role=status]") ? 5000 : 1000);
}

// A message is for the tab that acted: once it is read, the address no longer names it.
const here = new URL(location.href);
if (here.searchParams.has("told")) {
  const query = here.search.slice(1).split("&").filter((part) => !part.startsWith("told=")).join("&");
  history.replaceState(history.state, "", `${here.pathname}${query ? `?${query}` : ""}${here.hash}`);
}
for (const button of document.querySelectorAll("[data-dismiss]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.parentElement.remove();
    document.querySelector("#content").focus({ preventScroll: true });
  });
}

// A menu closes when somebody goes elsewhere, and by Escape, which leads back to what opened it.
const menus = [...document.querySelectorAll("header details.menu")];
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = menus.find((one) => one.open && one.contains(document.activeElement));
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// What the address points at gets the focus, so that a keyboard or a screen reader goes on from there.
const focusTarget = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (target && target.tabIndex < 0) target.setAttribute("tabindex", "-1");
  if (target) target.focus({ preventScroll: true });
};
window.addEventListener("hashchange", focusTarget);
if (location.hash) focusTarget();
// A page that answers a form without an address of its own begins at the answer.
else document.querySelector("#problem[role=alert], [data-answer]")?.focus();
