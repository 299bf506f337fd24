// Copies the approved text. The server records it first and then hands it out; without that nothing is copied.

export function copyOnRequest(form, say) {
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    if (!navigator.clipboard?.write || !window.ClipboardItem) return;
    event.preventDefault();
    const asked = fetch(form.action, {
      method: "POST",
      headers: { accept: "text/plain" },
      body: new FormData(form),
    }).then(async (answer) => {
      if (!answer.ok) throw new Error("refused");
      return new Blob([await answer.text()], { type: "text/plain" });
    });
    try {
      // The clipboard takes a promise, so that waiting for the record does not outlast the key press that allowed it.
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": asked })]);
      say(form.dataset.done);
      note(form, form.dataset.done, "success");
    } catch {
      // Recorded or refused, the page that the form leads to says which, and shows the text to be copied by hand.
      form.submit();
    }
  });
}

function note(form, text, level) {
  const place = form.querySelector(".copy-note") ?? form.appendChild(document.createElement("span"));
  place.className = `copy-note small ${level}`;
  place.textContent = text;
}
