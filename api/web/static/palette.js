// Search everything from any page: Ctrl-K or the button opens it. Without scripts the button leads to the page that searches.

const dialog = document.querySelector("#palette");
const opener = document.querySelector("#palette-open");
const field = document.querySelector("#palette-q");
const list = document.querySelector("#palette-list");
const status = document.querySelector("#palette-status");
const WAIT = 150;

let options = [];
let chosen = -1;
let asked = null;
let timer = 0;

const choose = (place) => {
  options[chosen]?.setAttribute("aria-selected", "false");
  chosen = options.length ? (place + options.length) % options.length : -1;
  const option = options[chosen];
  if (!option) {
    field.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const option = (hit, id) => {
  const link = document.createElement("a");
  link.id = id;
  link.href = hit.address;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  const label = document.createElement("span");
  label.textContent = hit.label;
  link.append(label);
  if (hit.detail) {
    const detail = document.createElement("span");
    detail.className = "soft small";
    detail.textContent = hit.detail;
    link.append(detail);
  }
  return link;
};

const show = (groups) => {
  list.replaceChildren();
  options = [];
  for (const group of groups) {
    const box = document.createElement("div");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", group.name);
    const name = document.createElement("div");
    name.className = "palette-group";
    name.setAttribute("aria-hidden", "true");
    name.textContent = group.name;
    box.append(name);
    for (const hit of group.hits) {
      const made = option(hit, `palette-option-${options.length}`);
      options.push(made);
      box.append(made);
    }
    list.append(box);
  }
  chosen = -1;
  choose(-1);
  field.setAttribute("aria-expanded", String(options.length > 0));
};

const clear = () => {
  asked?.abort();
  clearTimeout(timer);
  show([]);
  field.removeAttribute("aria-activedescendant");
  status.textContent = "";
};

const look = async () => {
  const text = field.value.trim();
  if (!text) {
    clear();
    return;
  }
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  try {
    const answer = await fetch(`/api/v1/everything?${new URLSearchParams({ q: text, limit: "5" })}`, {
      headers: { accept: "application/json", "accept-language": document.documentElement.lang },
      signal: mine.signal,
    });
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    show(found.groups);
    if (options.length) choose(0);
    const number = String(options.length);
    status.textContent = options.length ? dialog.dataset.some.replace("{number}", number) : dialog.dataset.none;
  } catch {
    if (mine.signal.aborted) return;
    show([]);
    status.textContent = dialog.dataset.failed;
  }
};

const open = () => {
  if (dialog.open) return;
  dialog.showModal();
  field.select();
  if (field.value.trim()) look();
};

opener.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
document.querySelector("#palette-close").addEventListener("click", () => dialog.close());
// The event comes after the closing: by then somebody may have opened it again.
dialog.addEventListener("close", () => { if (!dialog.open) clear(); });
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else if (!document.querySelector("dialog[open]")) open();
});

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter" && options[chosen]) {
    event.preventDefault();
    options[chosen].click();
  } else if (event.key === "Escape") {
    // A search field would only empty itself.
    event.preventDefault();
    dialog.close();
  }
});
