// Keyboard and selection on the queue's list. Everything here can be done by Tab, Enter and Space too.

const STORED = "sales-copilot.shortcuts";
const rows = [...document.querySelectorAll("tr[data-row]")];
const links = rows.map((row) => row.querySelector("a[data-open]"));
const dialog = document.getElementById("keys");
const enabled = document.getElementById("keys-on");
let awaitingSecondKey = 0;

const readSetting = () => {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
};
const writeSetting = (on) => {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
};

const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
const currentIndex = () => rows.findIndex((row) => row.contains(document.activeElement));

// Roving focus: the keys go on from the row that was left last, Tab still reaches every link.
let lastIndex = -1;
document.addEventListener("focusin", () => {
  const index = currentIndex();
  if (index < 0) return;
  lastIndex = index;
  for (const [number, row] of rows.entries()) row.toggleAttribute("data-current", number === index);
});

const move = (step) => {
  if (!links.length) return;
  const from = currentIndex() >= 0 ? currentIndex() : lastIndex;
  const to = from < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(from + step, 0), links.length - 1);
  links[to].focus();
  rows[to].scrollIntoView({ block: "nearest" });
};
const open = () => links[currentIndex()]?.click();
const choose = () => rows[currentIndex()]?.querySelector("input[type=checkbox]")?.click();
const search = () => {
  const field = document.getElementById("q");
  field?.focus();
  field?.select();
};

const KEYS = { j: () => move(1), k: () => move(-1), o: open, x: choose, "/": search, "?": () => dialog.showModal() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (isTyping(event.target)) return;
  const inList = currentIndex() >= 0;
  if (inList && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (!enabled.checked) return;
  if (event.key === "g") {
    awaitingSecondKey = event.timeStamp;
    return;
  }
  if (event.key === "q" && event.timeStamp - awaitingSecondKey < 1500 && awaitingSecondKey) {
    event.preventDefault();
    location.assign("/queue");
    return;
  }
  awaitingSecondKey = 0;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

enabled.checked = readSetting();
enabled.addEventListener("change", () => writeSetting(enabled.checked));
for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}

// How many are chosen.
const boxes = [...document.querySelectorAll("input[form=bulk]")];
const chosen = document.querySelector(".bulk-bar .chosen");
if (chosen) {
  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    chosen.textContent = number ? chosen.dataset.many.replace("{number}", String(number)) : "";
    for (const box of boxes) box.closest("tr").toggleAttribute("data-chosen", box.checked);
  };
  for (const box of boxes) box.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  count();
}
