// Questions to those who present, the most wanted first; the timer; captions.
import { element, fill } from "contrada/dom.js";
import { announce, complain, keepList, part, words } from "./parts.js";
import { newId } from "./polls.js";

/** @typedef {import("./room.js").Room} Room */

export class Questions {
  #room;
  #list = part("question-list");
  #wanted = new Set();
  #count = 0;
  /** @type {() => void} */
  onNew = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    const form = /** @type {HTMLFormElement} */ (part("question-form"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = String(new FormData(form).get("text") ?? "").trim();
      room.order("question.ask", { question: newId(), text }).then(() => form.reset(), complain);
    });
  }

  #show() {
    const room = this.#room;
    part("question-form").hidden = !room.rights.has("ask");
    const rank = { open: 0, answered: 1, done: 2 };
    const found = Object.entries(room.state.questions)
      .filter(([, each]) => each.state !== "removed")
      .sort(([, a], [, b]) => rank[/** @type {keyof typeof rank} */ (a.state)] - rank[/** @type {keyof typeof rank} */ (b.state)] || b.votes - a.votes || a.at.localeCompare(b.at));
    part("question-empty").hidden = found.length > 0;
    if (found.length > this.#count) this.onNew();
    this.#count = found.length;
    keepList(this.#list, found.map(([id, each]) => ({ id, stamp: JSON.stringify([each, room.nameOf(each.person), room.rights.has("present"), this.#wanted.has(id)]), make: () => this.#item(id, each) })));
  }

  /**
   * @param {string} id
   * @param {any} each
   */
  #item(id, each) {
    const room = this.#room;
    const isMine = each.person === room.me;
    const state = each.state === "open" ? "" : ` · ${each.state === "answered" ? words.answered : words.answeredAloud}`;
    const item = element("li", { class: "webinar-question" }, element("p", { class: "small text-muted" }, `${isMine ? words.you : room.nameOf(each.person)}${state}`), element("p", {}, each.text));
    if (each.answer) item.append(element("p", { class: "webinar-quote" }, each.answer));
    const deeds = element("p", { class: "webinar-question-deeds" });
    if (each.state === "open") {
      const isWanted = this.#wanted.has(id);
      const want = this.#button(`▲ ${each.votes}`, () => {
        if (isWanted) this.#wanted.delete(id);
        else this.#wanted.add(id);
        return room.order("question.want", { question: id, is_wanted: !isWanted });
      });
      want.setAttribute("aria-label", fill(words.wantToo, { number: each.votes }));
      want.setAttribute("aria-pressed", String(isWanted));
      want.disabled = isMine || !room.rights.has("vote");
      deeds.append(want);
      if (room.rights.has("present")) deeds.append(this.#button(words.answeredAloud, () => room.order("question.settle", { question: id, state: "done" })), this.#button(words.writeAnswer, () => this.#writeAnswer(item, id)));
      if (isMine || room.isModerator) deeds.append(this.#button(isMine ? words.takeBack : words.remove, () => room.order("question.settle", { question: id, state: "removed" })));
    }
    item.append(deeds);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {string} id
   */
  #writeAnswer(item, id) {
    const field = element("textarea", { class: "form-control", rows: "2", maxlength: "2000", required: "", "aria-label": words.writeAnswer ?? "" });
    const form = element("form", {}, field, element("button", { class: "btn btn-sm btn-primary mt-2" }, words.send ?? ""));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      field.blur();
      this.#room.order("question.settle", { question: id, state: "answered", answer: field.value }).catch(complain);
    });
    item.querySelector("form")?.remove();
    item.append(form);
    field.focus();
  }

  /**
   * @param {string | undefined} text
   * @param {() => unknown} deed
   */
  #button(text, deed) {
    const button = element("button", { type: "button", class: "btn btn-sm ui-quiet" }, text ?? "");
    button.addEventListener("click", () => void Promise.resolve(deed()).catch(complain));
    return button;
  }
}

/** How much time is left, for everybody. */
export class Timer {
  #room;
  #told = "";

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    setInterval(() => this.#show(), 500);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-timer]"))) {
      button.addEventListener("click", () => {
        const seconds = Number(button.dataset.timer);
        void (seconds ? room.order("timer.start", { seconds }) : room.order("timer.stop")).catch(complain);
      });
    }
  }

  #show() {
    const place = part("timer");
    const timer = this.#room.state.timer;
    place.hidden = !timer;
    if (!timer) return;
    const left = Math.max(0, Math.ceil((Date.parse(timer.at) + timer.seconds * 1000 - Date.now()) / 1000));
    part("timer-text").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    place.classList.toggle("is-late", left <= 30);
    const stamp = `${timer.at} ${left === 0 ? "over" : left <= 60 ? "minute" : ""}`;
    if (stamp !== this.#told && left <= 60) announce((left === 0 ? words.timeOver : words.minuteLeft) ?? "");
    this.#told = stamp;
  }
}

/** Lines that somebody types, under the stage. */
export class Captions {
  #room;
  #isOn = false;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    setInterval(() => this.#show(), 2000);
    const wish = /** @type {HTMLInputElement} */ (part("captions-wish"));
    wish.addEventListener("change", () => {
      this.#isOn = wish.checked;
      this.#show();
    });
    const form = /** @type {HTMLFormElement} */ (part("caption-form"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = String(new FormData(form).get("text") ?? "").trim();
      if (text) room.order("caption.say", { text }).catch(complain);
      form.reset();
    });
  }

  #show() {
    const lines = this.#room.state.captions.filter((/** @type {{ at: string }} */ each) => Date.now() - Date.parse(each.at) < 12000);
    const place = part("captions");
    place.hidden = !this.#isOn || lines.length === 0;
    const text = lines.map((/** @type {{ text: string }} */ each) => each.text).join("\n");
    if (place.textContent !== text) place.textContent = text;
  }
}
