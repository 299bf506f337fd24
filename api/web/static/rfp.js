// How far a run or the filing is, without reloading. Without this file the link beside it looks again.

let leaves = false; // a reload would drop the page that answers a form
document.addEventListener("submit", (event) => { leaves ||= !event.defaultPrevented; });
window.addEventListener("pageshow", () => { leaves = false; });

const watch = (place) => {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[role=status]");
  let pause = 1500;
  const show = ({ progress, filing }) => {
    if (bar) {
      bar.max = Math.max(progress.total, 1);
      bar.value = progress.worked_on;
    }
    const values = { done: progress.worked_on, total: progress.total, filing };
    const said = place.dataset.text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    if (text.textContent !== said) text.textContent = said;
  };
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.rfpProgress, { headers: { accept: "application/json" } });
      if ([401, 404].includes(answer.status)) {
        if (!leaves) location.reload(); // the session has ended, or it is gone: another page says it
        return;
      }
      if (answer.ok) {
        const now = await answer.json();
        if (bar ? now.state !== "answering" : !now.filing) {
          if (!leaves) location.reload();
          return;
        }
        show(now);
      }
    } catch {
      // The page stays usable; the link beside the bar looks again.
    }
    pause = Math.min(pause * 1.2, 8000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
};

document.querySelectorAll("[data-rfp-progress]").forEach(watch);
