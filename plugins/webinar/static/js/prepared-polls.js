// Polls that were prepared before the meeting: who presents asks one with one press.
import { element, fill } from "contrada/dom.js";
import { complain, keepList, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{ id: string, kind: string, question: string, options: string[], is_anonymous: boolean }} Prepared */

export class PreparedPolls {
  #room;
  #list = part("prepared-list");
  /** @type {Prepared[]} */
  #polls = [];
  #known = -1;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#follow());
  }

  /** Ask again when something was prepared, or when this person has come to present. */
  #follow() {
    const changes = this.#room.rights.has("present") ? (this.#room.state.prepared_changes ?? 0) : -1;
    if (changes !== this.#known) {
      this.#known = changes;
      if (changes >= 0) void this.#load();
      else this.#polls = [];
    }
    this.#show();
  }

  async #load() {
    try {
      this.#polls = (await this.#room.ask("poll.list_prepared", {})).polls;
    } catch {
      this.#known = -1;
      return;
    }
    this.#show();
  }

  #show() {
    const waiting = this.#polls.filter((each) => !(each.id in this.#room.state.polls));
    part("prepared").hidden = waiting.length === 0;
    keepList(this.#list, waiting.map((each) => ({ id: each.id, stamp: JSON.stringify(each), make: () => this.#item(each) })));
  }

  /** @param {Prepared} each */
  #item(each) {
    const kind = [words[`kind_${each.kind}`], each.is_anonymous ? words.pollAnonymous : "", ...each.options].filter(Boolean).join(" · ");
    const start = element("button", { type: "button", class: "btn btn-sm btn-secondary", "aria-label": fill(words.pollStartOne, { question: each.question }) }, words.pollStart ?? "");
    start.addEventListener("click", () => {
      part("poll-list").focus({ preventScroll: true });
      this.#room.order("poll.start", { poll: each.id }).catch(complain);
    });
    return element("li", {}, element("span", {}, each.question, element("small", {}, kind)), start);
  }
}
