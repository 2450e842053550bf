// A question of the office's bank as a poll: found by its words, chosen, asked. What is right stays on the server.
import { element, fill } from "contrada/dom.js";
import { complain, part, words } from "./parts.js";
import { newId } from "./polls.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{ ref: string, kind: string, question: string, options: string[] }} Offered */

const PAUSE = 250;

export class PollBank {
  #room;
  #place = part("bank");
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    if (!this.#place) return;
    const search = part("bank-search");
    this.#place.addEventListener("toggle", () => this.#isOpen && void this.#find());
    search.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => void this.#find(), PAUSE);
    });
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#find();
    });
    part("bank-form").addEventListener("submit", (event) => this.#ask(event));
  }

  get #isOpen() {
    return /** @type {HTMLDetailsElement} */ (this.#place).open;
  }

  async #find() {
    clearTimeout(this.#waiting);
    const asked = ++this.#asked;
    const query = /** @type {HTMLInputElement} */ (part("poll-bank-words", this.#place)).value.trim();
    try {
      const { questions } = await this.#room.ask("poll.bank", { query });
      if (asked === this.#asked) this.#show(questions);
    } catch (problem) {
      complain(problem);
    }
  }

  /** @param {Offered[]} questions */
  #show(questions) {
    part("bank-found").textContent = questions.length ? fill(words.bankFound, { number: questions.length }) : words.bankNone ?? "";
    part("bank-list").replaceChildren(...questions.map((each, number) => {
      const choice = element("input", { type: "radio", name: "ref", value: each.ref, id: `bank-${number}`, required: "" });
      return element("label", { class: "ui-choice", for: choice.id }, choice, element("span", {}, each.question, element("small", {}, each.options.join(" · "))));
    }));
    part("bank-form").hidden = questions.length === 0;
  }

  /** @param {Event} event */
  #ask(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const given = new FormData(form);
    this.#room.order("poll.ask_from_bank", { poll: newId(), ref: given.get("ref"), is_anonymous: given.get("is_anonymous") !== null }).then(() => {
      form.reset();
      this.#place.removeAttribute("open");
    }, complain);
  }
}
