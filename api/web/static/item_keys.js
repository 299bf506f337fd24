// Shortcuts of one key. They are on or off together with those of the list, and never work while somebody types.

const STORED = "sales-copilot.shortcuts";
const TYPING = "input, textarea, select, [contenteditable]";

const stored = () => {
  try {
    return localStorage.getItem(STORED) === "off";
  } catch {
    return false;
  }
};

const store = (off) => {
  try {
    localStorage.setItem(STORED, off ? "off" : "on");
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
};

export function shortcuts(sentences, say) {
  const dialog = document.querySelector("#keys");
  const opener = document.querySelector("#keys-open");
  const form = document.querySelector("#decision-form");
  const comment = document.querySelector("#comment");
  const on = document.querySelector("#keys-on");
  let off = stored();
  on.checked = !off;
  on.addEventListener("change", () => {
    off = !on.checked;
    store(off);
  });
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  document.querySelector("#keys-close").addEventListener("click", () => dialog.close());

  const button = (verdict) => form?.querySelector(`button[value=${verdict}]`);
  const toApprove = () => {
    const unticked = form?.querySelector("input[name=accepted]:not(:checked)");
    (unticked ?? button("approve") ?? document.querySelector("#decision")).focus();
  };
  const toSendBack = (verdict) => {
    const wanted = button(verdict);
    if (!wanted) {
      document.querySelector("#decision").focus();
      return;
    }
    form.dataset.wanted = verdict;
    for (const other of form.querySelectorAll("button")) other.classList.toggle("wanted", other === wanted);
    comment.focus();
    say(form.getAttribute(`data-lead-${verdict}`));
  };
  comment?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form.dataset.wanted) return;
    event.preventDefault();
    form.requestSubmit(button(form.dataset.wanted));
  });

  const follow = (id) => document.querySelector(id)?.click();
  const keys = {
    j: () => sentences?.move(1),
    ArrowDown: () => sentences?.move(1),
    k: () => sentences?.move(-1),
    ArrowUp: () => sentences?.move(-1),
    e: () => sentences?.edit(),
    a: toApprove,
    r: () => toSendBack("reject"),
    c: () => toSendBack("request_changes"),
    n: () => follow("#to-next"),
    p: () => follow("#to-previous"),
    u: () => follow("#to-list"),
    "?": () => dialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (off || dialog.open || event.defaultPrevented || event.repeat && !/^(j|k|Arrow)/.test(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest(TYPING)) return;
    // The arrows scroll the page unless a sentence has the focus.
    if (event.key.startsWith("Arrow") && !event.target.closest("[data-choose]")) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}
