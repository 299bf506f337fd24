// Choosing a sentence shows what it rests on: beside it on a desk, below it on a phone.

const ROW = "[data-sentence]";

export function chooser() {
  const panes = document.querySelector(".panes");
  const rows = [...document.querySelectorAll(ROW)];
  if (!panes || !rows.length) return null;
  panes.classList.add("one-at-a-time");
  let chosen = null;

  const room = () => {
    // The sources stand beside their sentence without taking room there: the pane is as tall as it needs to be.
    panes.style.minHeight = "";
    if (!chosen) return;
    const shown = chosen.querySelector(".rests-on");
    if (getComputedStyle(shown).position !== "absolute") return;
    const needed = shown.getBoundingClientRect().bottom - panes.getBoundingClientRect().top;
    panes.style.minHeight = `${Math.ceil(needed)}px`;
  };

  const choose = (row, { focus = false } = {}) => {
    for (const other of rows) {
      const link = other.querySelector("[data-choose]");
      const is = other === row;
      other.classList.toggle("is-chosen", is);
      other.querySelector(".rests-on").hidden = !is;
      if (link) link.setAttribute("aria-expanded", String(is));
    }
    chosen = row;
    room();
    if (focus && row) {
      (row.querySelector("[data-choose]") ?? row).focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  };

  for (const row of rows) {
    const link = row.querySelector("[data-choose]");
    if (link) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-controls", `evidence-${row.dataset.sentence}`);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        choose(row === chosen ? null : row);
      });
      link.addEventListener("keydown", (event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        link.click();
      });
    }
    row.querySelector("textarea")?.addEventListener("focus", () => choose(row));
    row.querySelector(".said").addEventListener("click", (event) => {
      // Marking text to copy it, or following a link, is no choice of a sentence.
      if (event.target.closest("a, button, textarea, label") || String(getSelection())) return;
      choose(row);
    });
  }

  const fromAddress = () => {
    const id = decodeURIComponent(location.hash.slice(1)).replace(/^(segment|evidence)-/, "");
    return rows.find((row) => row.dataset.sentence === id);
  };
  const doubtful = rows.find((row) => row.matches(".carried-unsupported, .carried-weak"));
  choose(fromAddress() ?? rows.find((row) => row.querySelector("textarea")) ?? doubtful ?? rows[0]);
  window.addEventListener("hashchange", () => {
    const row = fromAddress();
    if (row) choose(row, { focus: true });
  });
  window.addEventListener("resize", room);

  return {
    move(step) {
      const place = chosen ? rows.indexOf(chosen) + step : step > 0 ? 0 : rows.length - 1;
      choose(rows[Math.min(rows.length - 1, Math.max(0, place))], { focus: true });
    },
    edit() {
      const link = (chosen ?? rows[0]).querySelector(".edit-link");
      if (link) link.click();
      return Boolean(link);
    },
  };
}
