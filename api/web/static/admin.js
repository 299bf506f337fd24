// How far a check or an import is, without reloading. Without this file the link below the bar looks again.

let leaves = false; // a reload would drop the page that answers a form
document.addEventListener("submit", (event) => { leaves ||= !event.defaultPrevented; });
window.addEventListener("pageshow", () => { leaves = false; });

const watch = (place) => {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[role=status]");
  const counts = place.querySelector("[data-counts]");
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const counted = (upload) => (upload.total && ["writing", "documents"].includes(upload.stage)
    ? counts.dataset.counts.replace("{done}", number.format(upload.done)).replace("{total}", number.format(upload.total))
    : "");
  let pause = 800;
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.upload, { headers: { accept: "application/json" } });
      const found = answer.ok ? await answer.json() : null;
      // A new phase, its turn has come, or a worker was cut off and it waits again: another page says it.
      if (found && (found.upload.phase !== place.dataset.phase || found.waiting !== ("waiting" in place.dataset))) {
        if (!leaves) location.reload();
        return;
      }
      if (found && bar) {
        bar.max = Math.max(found.upload.total, 1);
        bar.value = found.upload.done;
        if (found.stage_words && text.textContent !== found.stage_words) text.textContent = found.stage_words;
        counts.textContent = counted(found.upload);
      }
    } catch {
      // The page stays usable; the link below the bar looks again.
    }
    pause = Math.min(pause * 1.2, 5000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
};

document.querySelectorAll("[data-upload]").forEach(watch);
