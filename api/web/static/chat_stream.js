// Events of a turn: asked for, read as they come, and read on behind the last one when the connection breaks.

const STREAM = "text/event-stream";
const TRIES = 6;

export async function* put({ thread, question, headers, signal }) {
  const sent = { ...headers, "content-type": "application/json" };
  const into = thread || (await begun(sent, signal));
  const answer = await fetch(`/api/v1/chat/threads/${encodeURIComponent(into)}/turns`, {
    method: "POST",
    headers: { ...sent, accept: STREAM },
    body: JSON.stringify({ message: question }),
    signal,
  });
  yield* whole(await opened(answer), { headers, signal });
}

export async function* follow({ turn, headers, signal }) {
  yield* whole(null, { headers, signal, turn });
}

async function begun(headers, signal) {
  const answer = await opened(await fetch("/api/v1/chat/threads", { method: "POST", headers, body: "{}", signal }));
  return (await answer.json()).id;
}

async function opened(answer) {
  if (answer.ok) return answer;
  const error = new Error("refused");
  const type = answer.headers.get("content-type") ?? "";
  if (type.includes("json")) error.problem = await answer.json();
  throw error;
}

// All events up to the last one, over as many connections as it takes.
async function* whole(answer, { headers, signal, turn = "" }) {
  let last = "";
  let left = TRIES;
  for (;;) {
    try {
      if (!answer) answer = await again(turn, last, { headers, signal });
      if (answer.status === 204) return;
      for await (const event of parsed(answer.body)) {
        left = TRIES;
        if (event.id) last = event.id;
        if (event.data.type === "started") turn = event.data.turn_id;
        yield event.data;
        if (event.data.type === "finished") return;
      }
    } catch (error) {
      if (error.name === "AbortError" || error.problem || !turn || left <= 0) throw error;
    }
    left -= 1;
    if (left < 0) throw new Error("lost");
    answer = null;
    await new Promise((done) => setTimeout(done, 1000));
    signal.throwIfAborted();
  }
}

async function again(turn, last, { headers, signal }) {
  const address = `/api/v1/chat/turns/${encodeURIComponent(turn)}/events`;
  const sent = { ...headers, accept: STREAM };
  if (last) sent["last-event-id"] = last;
  return opened(await fetch(address, { headers: sent, signal }));
}

async function* parsed(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { id: "", data: null };
      for (const line of block.split("\n")) {
        if (line.startsWith("id: ")) event.id = line.slice(4);
        else if (line.startsWith("data: ")) event.data = JSON.parse(line.slice(6));
      }
      if (event.data) yield event;
    }
  }
}
