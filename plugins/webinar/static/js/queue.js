// The one queue of those who lead: knocks, hands, calls for help, the oldest first, each with its age.
import { age, announce, complain, keepList, part, pattern, showAvatar, words } from "./parts.js";
import { fill } from "contrada/dom.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{ id: string, what: "knock" | "hand" | "help", person: string, at: string, problem: string }} Entry */

const AGE_MS = 5000;

export class Queue {
  #room;
  #list = part("queue-list");
  #known = new Set();

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    this.#list.addEventListener("click", (event) => this.#click(event));
    part("admit-all").addEventListener("click", () => void room.order("lobby.admit").catch(complain));
    setInterval(() => this.#showAges(), AGE_MS);
  }

  /** @returns {Entry[]} */
  get entries() {
    const room = this.#room;
    /** @type {Map<string, Entry>} */
    const found = new Map();
    for (const event of room.staffLog) {
      const person = String(event.payload.person);
      const knock = `knock-${person}`;
      const help = `help-${person}`;
      if (event.kind === "lobby.changed" && event.payload.state === "waiting") found.set(knock, found.get(knock) ?? { id: knock, what: "knock", person, at: event.at, problem: "" });
      else if (event.kind === "lobby.changed") found.delete(knock);
      else if (event.kind === "help.called") found.set(help, { id: help, what: "help", person, at: event.at, problem: String(event.payload.problem) });
      else if (event.kind === "help.settled") found.delete(help);
    }
    for (const hand of room.state.hands) found.set(`hand-${hand.person}`, { id: `hand-${hand.person}`, what: "hand", person: hand.person, at: hand.at, problem: "" });
    return [...found.values()].sort((a, b) => a.at.localeCompare(b.at));
  }

  #show() {
    if (!this.#room.isModerator) return;
    const entries = this.entries;
    const knocks = entries.filter((each) => each.what === "knock");
    part("queue-empty").hidden = entries.length > 0;
    part("admit-all").hidden = knocks.length < 2;
    const count = part("queue-count");
    count.textContent = String(entries.length);
    count.hidden = entries.length === 0;
    part("queue-open").hidden = entries.length === 0;
    part("queue-open-text").textContent = fill(words.queueOpen, { number: entries.length });
    keepList(this.#list, entries.map((each) => ({ id: each.id, stamp: `${this.#room.nameOf(each.person)} ${each.at}`, make: () => this.#item(each) })));
    for (const entry of entries) if (!this.#known.has(entry.id)) announce(fill(words[`new_${entry.what}`], { name: this.#room.nameOf(entry.person) }));
    this.#known = new Set(entries.map((each) => each.id));
    this.#showAges();
  }

  /** @param {Entry} entry */
  #item(entry) {
    const item = pattern("queue-item");
    showAvatar(item, this.#room.people.get(entry.person));
    part("name", item).textContent = this.#room.nameOf(entry.person);
    part("what", item).textContent = words[entry.what === "help" ? `help_${entry.problem}` : `queue_${entry.what}`] ?? "";
    part("age", item).dataset.at = entry.at;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll("[data-do]"))) button.hidden = button.dataset.for !== entry.what;
    return item;
  }

  #showAges() {
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("[data-at]"))) item.textContent = age(item.dataset.at ?? "");
  }

  /** @param {Event} event */
  #click(event) {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-do]"));
    const entry = /** @type {HTMLElement | null} */ (button?.closest("[data-id]"))?.dataset.id ?? "";
    const person = entry.slice(entry.indexOf("-") + 1);
    const order = button?.dataset.do;
    if (order) this.#room.order(order, { person }).catch(complain);
  }
}
