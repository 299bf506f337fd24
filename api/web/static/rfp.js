// How far a run is, without reloading. Without this file the link beside it looks again.

const place = document.querySelector("[data-rfp-progress]");
if (place) {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[role=status]");
  let pause = 1500;
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.rfpProgress, { headers: { accept: "application/json" } });
      if (answer.ok) {
        const { state, progress } = await answer.json();
        if (state !== "answering") {
          location.reload();
          return;
        }
        bar.max = Math.max(progress.total, 1);
        bar.value = progress.worked_on;
        const said = place.dataset.text.replace("{done}", progress.worked_on).replace("{total}", progress.total);
        if (text.textContent !== said) text.textContent = said;
      }
    } catch {
      // The page stays usable; the link beside the bar looks again.
    }
    pause = Math.min(pause * 1.2, 8000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
}
