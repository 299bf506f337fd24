// How far a check, an import or an erasure is, without reloading. Without this file the link below the bar looks again.

let leaves = false; // a reload would drop the page that answers a form, or what somebody is filling in
document.addEventListener("input", (event) => { leaves ||= Boolean(event.target.closest("main form")); });
document.addEventListener("submit", (event) => { leaves ||= !event.defaultPrevented; });
window.addEventListener("pageshow", () => { leaves = false; });

// What the answers say, in one form. `phase`: another one needs another page.
const readers = {
  upload: ({ upload, waiting, stage_words: words }) => ({
    phase: `${upload.phase}${waiting ? " waiting" : ""}`,
    done: upload.done,
    total: upload.total,
    words,
    counts: ["writing", "documents"].includes(upload.stage),
  }),
  erasure: ({ state, begun, done, total, step_words: words }) => ({
    phase: `${state} ${begun}`, done, total, words, counts: true,
  }),
};

const watch = (place, address, read) => {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[role=status]");
  const counts = place.querySelector("[data-counts]");
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const counted = (found) => (found.counts && found.total
    ? counts.dataset.counts.replace("{done}", number.format(found.done)).replace("{total}", number.format(found.total))
    : "");
  let pause = 800;
  const look = async () => {
    try {
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      const found = answer.ok ? read(await answer.json()) : null;
      // A new phase, its turn has come, or a worker was cut off and it waits again: another page says it. So it does
      // where the session has ended or what was watched is gone.
      if ([401, 404].includes(answer.status) || (found && found.phase !== place.dataset.phase)) {
        if (!leaves) location.reload();
        return;
      }
      if (found && bar) {
        bar.max = Math.max(found.total, 1);
        bar.value = found.done;
        if (found.words && text.textContent !== found.words) text.textContent = found.words;
        counts.textContent = counted(found);
      }
    } catch {
      // The page stays usable; the link below the bar looks again.
    }
    pause = Math.min(pause * 1.2, 5000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
};

for (const [kind, read] of Object.entries(readers)) {
  document.querySelectorAll(`[data-${kind}]`).forEach((place) => watch(place, place.dataset[kind], read));
}
