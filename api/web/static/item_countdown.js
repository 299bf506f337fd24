// Seconds left until something leaves. The page says the moment in words too, and the server decides.

export function countDown(places) {
  for (const place of places) {
    const until = Date.parse(place.dataset.until);
    const tick = () => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      place.textContent = `${place.dataset.left} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left > 0) setTimeout(tick, 1000 - (Date.now() % 1000));
    };
    tick();
  }
}
