// The chat as it comes about: steps at once, sentences as they are verified. Every page works without this file.

import { follow, put } from "./chat_stream.js";
import { sourcePanel } from "./chat_sources.js";
import { TurnOnPage } from "./chat_turn.js";

const page = document.querySelector("[data-chat]");
const composer = page.querySelector("[data-composer]");
const field = composer.querySelector("textarea");
const status = page.querySelector("[data-status]");
const said = page.querySelector("[data-said]");
const turns = page.querySelector("[data-turns]");
const token = composer.querySelector("[name=csrf_token]").value;
const headers = { "x-csrf-token": token, "accept-language": page.dataset.language };
const panel = sourcePanel(page);
let waiting = null;

const say = (text) => {
  if (status.textContent !== text) status.textContent = text;
};

function busy(is) {
  composer.setAttribute("aria-busy", String(is));
  for (const button of page.querySelectorAll("[data-ask] button")) {
    if (is) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// The turn as the server shows it: with its forms, its sources in words and everything that events do not carry.
async function settle(turn) {
  const answer = await fetch(`/chat/${page.dataset.thread}?only=${turn.id}`, { headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error("not shown");
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = shown.querySelector("[data-turn]");
  if (!found) throw new Error("not shown");
  panel.close({ focus: false });
  // Suggestions and choices belong to the last question only.
  for (const old of turns.querySelectorAll(".suggestions, .choices + p")) old.remove();
  for (const old of turns.querySelectorAll(".choices button")) old.closest("ul").remove();
  turn.element.replaceWith(document.adoptNode(found));
  for (const part of ["[data-threads]", "[data-head]"]) {
    const now = page.querySelector(part);
    const then = shown.querySelector(part);
    if (now && then && !now.contains(document.activeElement)) now.replaceWith(document.adoptNode(then));
  }
  foldThreads();
  return found;
}

async function watch(turn, events) {
  busy(true);
  try {
    for await (const event of events) {
      if (event.type === "started") {
        turn.id = event.turn_id;
        page.dataset.thread = event.thread_id;
        const address = `/chat/${event.thread_id}`;
        composer.action = address;
        if (location.pathname !== address) history.pushState(null, "", address);
      }
      turn.tell(event);
      if (event.type === "progress") say(event.text);
    }
    const shown = await settle(turn);
    say("");
    // Said once, as a whole: sentences that come one by one would be read over each other.
    said.textContent = `${page.dataset.sayDone} ${spoken(shown)}`;
  } catch (error) {
    await broke(turn, error);
  } finally {
    waiting = null;
    busy(false);
  }
}

function spoken(shown) {
  const parts = shown.querySelectorAll("[data-answer-text] .notice, .answer-section h3, .sentences > li, .standing .badge, .filed a");
  const texts = [...parts].map((part) => {
    const copy = part.cloneNode(true);
    for (const cite of copy.querySelectorAll(".cites, form")) cite.remove();
    return copy.textContent.trim().replace(/\s+/g, " ");
  });
  return texts.join(" ");
}

async function broke(turn, error) {
  if (error.name === "AbortError") {
    say(page.dataset.sayStopped);
    if (turn.id) await settle(turn).catch(() => turn.end(page.dataset.sayStopped));
    else turn.end(page.dataset.sayStopped);
    return;
  }
  if (error.problem) {
    // Refused before any work began: what was written goes back where it can be changed.
    turn.element.remove();
    if (!field.value) field.value = turn.question;
    say("");
    if (error.problem.status === 401) signedOut();
    else problem([error.problem.detail, error.problem.hint].filter(Boolean).join(" "));
    return;
  }
  if (turn.id) turn.end(page.dataset.sayLost);
  else {
    turn.element.remove();
    if (!field.value) field.value = turn.question;
    problem(page.dataset.sayFailed);
  }
}

function problem(text) {
  page.querySelector("#problem")?.remove();
  const box = document.createElement("p");
  box.id = "problem";
  box.className = "notice error";
  box.setAttribute("role", "alert");
  box.textContent = text;
  composer.before(box);
  field.focus();
}

// The page cannot sign in by itself: the reader takes the question along, and comes back here.
function signedOut() {
  problem(page.dataset.sayEnded);
  const link = document.createElement("a");
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = page.dataset.signIn;
  page.querySelector("#problem").append(" ", link);
}

async function ask(question) {
  if (waiting) {
    say(page.dataset.sayWorking);
    return;
  }
  page.querySelector("#problem")?.remove();
  page.querySelector("[data-empty]")?.remove();
  said.textContent = "";
  waiting = new AbortController();
  const turn = new TurnOnPage(document.querySelector("#turn-template"), question);
  turns.append(turn.element);
  turn.element.scrollIntoView({ block: "start" });
  say(page.dataset.saySent);
  await watch(turn, put({ thread: page.dataset.thread, question, headers, signal: waiting.signal }));
}

page.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-ask]");
  if (!form) return;
  event.preventDefault();
  const question = form.querySelector("[name=message]").value.trim();
  if (!question) return;
  if (form === composer && !waiting) field.value = "";
  ask(question);
  field.focus({ preventScroll: true });
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (panel.close({ focus: true })) return;
  if (waiting) waiting.abort();
});

window.addEventListener("popstate", () => location.reload());

// Threads are folded on a phone, where they would push the conversation out of sight.
function foldThreads() {
  if (!matchMedia("(min-width: 60rem)").matches) page.querySelector(".thread-list")?.removeAttribute("open");
}

// A turn that was still being answered when the page was opened.
const running = page.querySelector("[data-follow]");
if (running) {
  waiting = new AbortController();
  const turn = TurnOnPage.of(running.closest("[data-turn]"));
  watch(turn, follow({ turn: turn.id, headers, signal: waiting.signal }));
}

// Where the reader goes on: where the address says, else at the last question; a phone's keyboard stays away.
function arrive() {
  foldThreads();
  page.querySelector("[data-keys]").hidden = false;
  if (location.hash || page.querySelector("#problem, .edit-answer")) return;
  const asked = turns.querySelectorAll("[data-turn]");
  if (asked.length > 1) asked[asked.length - 1].scrollIntoView({ block: "start", behavior: "instant" });
  if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
}

arrive();
