// One question and its answer on the page while it comes about. All text is set as text, never as markup.

export class TurnOnPage {
  constructor(template, question) {
    this.id = "";
    this.question = question;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.querySelector("[data-question]").textContent = question;
    this.sources = new Map();
    this.said = new Set();
  }

  // A turn that the server has put on the page already.
  static of(element) {
    const turn = Object.create(TurnOnPage.prototype);
    turn.id = element.dataset.turn;
    turn.question = "";
    turn.element = element;
    turn.sources = new Map();
    turn.said = new Set();
    return turn;
  }

  tell(event) {
    if (event.type === "progress") this.progress(event.text);
    else if (event.type === "planned") this.plan(event.steps);
    else if (event.type === "citation") this.sources.set(event.number, event);
    else if (event.type === "sentence") this.sentence(event);
  }

  progress(text) {
    const place = this.element.querySelector("[data-progress]");
    if (place) place.textContent = text;
  }

  plan(steps) {
    const list = this.element.querySelector("[data-plan]");
    if (!list) return;
    list.replaceChildren(...steps.map((step) => made("li", step)));
    list.hidden = !steps.length;
  }

  sentence(event) {
    const sections = this.element.querySelector("[data-sections]");
    if (!sections || this.said.has(event.segment_id)) return;
    this.said.add(event.segment_id);
    let section = sections.lastElementChild;
    if (section?.dataset.title !== event.section) {
      section = made("section", "");
      section.className = "answer-section";
      section.dataset.title = event.section;
      const list = made("ul", "");
      list.className = "sentences";
      section.append(made("h3", event.section), list);
      sections.append(section);
    }
    const line = made("li", event.text);
    for (const number of event.citations) {
      const source = this.sources.get(number);
      if (!source) continue;
      const link = made("a", String(number));
      link.className = "cite";
      link.href = source.path;
      line.append(" ", link);
    }
    section.lastElementChild.append(line);
  }

  end(text) {
    this.element.removeAttribute("aria-busy");
    this.element.querySelector(".spinner")?.remove();
    this.progress(text);
  }
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
