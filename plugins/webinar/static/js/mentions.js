// "@" in the field of the chat offers the people of the room: arrow keys choose, Enter or Tab takes, Escape closes.
import { element, fill } from "contrada/dom.js";
import { announce, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").PersonInfo} PersonInfo */

const SHOWN = 6;
const TYPED = /(?:^|\s)@([^\s@]{0,30})$/;

export class Mentions {
  #room;
  #field;
  #list = part("mention-list");
  /** @type {PersonInfo[]} */
  #offered = [];
  #chosen = 0;
  /** Escape closed the list, or somebody was taken: it opens again with what is typed next. */
  #isDone = false;
  /** Whom the field names: by the words that stand in it. @type {Map<string, string>} */
  #named = new Map();

  /**
   * @param {Room} room
   * @param {HTMLTextAreaElement} field
   */
  constructor(room, field) {
    this.#room = room;
    this.#field = field;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.#list.id);
    field.addEventListener("input", () => {
      this.#isDone = false;
      this.#offer();
    });
    // Names of who has just come in are known a moment later.
    room.addEventListener("change", () => {
      if (this.#list.hidden && !this.#isDone && document.activeElement === field) this.#offer();
    });
    field.addEventListener("focus", () => this.#offer());
    field.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[role=option]"));
      if (option) this.#take(Number(option.dataset.place));
    });
  }

  /**
   * True if the list took the key.
   * @param {KeyboardEvent} event
   */
  takes(event) {
    if (this.#list.hidden || event.isComposing) return false;
    const count = this.#offered.length;
    if (event.key === "ArrowDown") this.#choose((this.#chosen + 1) % count);
    else if (event.key === "ArrowUp") this.#choose((this.#chosen + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#chosen);
    else if (event.key === "Escape") {
      this.#isDone = true;
      this.#close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** What the log gets: ids for the names that were chosen. @param {string} text */
  toLog(text) {
    const longestFirst = [...this.#named].sort(([a], [b]) => b.length - a.length);
    return longestFirst.reduce((made, [name, id]) => made.replaceAll(`@${name}`, `<@${id}>`), text);
  }

  /** What the field shows of a message. @param {string} text */
  toField(text) {
    return text.replace(/<@([0-9a-f-]{36})>/g, (_whole, id) => {
      const name = this.#room.nameOf(id);
      this.#named.set(name, id);
      return `@${name}`;
    });
  }

  forget() {
    this.#named.clear();
    this.#close();
  }

  #offer() {
    const typed = TYPED.exec(this.#field.value.slice(0, this.#field.selectionStart))?.[1]?.toLocaleLowerCase();
    const isMatch = (/** @type {PersonInfo} */ one) => one.name.toLocaleLowerCase().split(/\s+/).some((word) => word.startsWith(typed ?? ""));
    this.#offered = typed === undefined ? [] : this.#room.present.filter((one) => one.id !== this.#room.me && !one.is_program && isMatch(one)).slice(0, SHOWN);
    if (this.#offered.length === 0) return this.#close();
    const wasHidden = this.#list.hidden;
    this.#list.replaceChildren(...this.#offered.map((one, place) => element("li", { role: "option", id: `mention-${place}`, "data-place": String(place) }, one.name)));
    this.#list.hidden = false;
    this.#choose(0);
    if (wasHidden) announce(fill(words.mentionList, { number: this.#offered.length }));
  }

  /** @param {number} place */
  #choose(place) {
    this.#chosen = place;
    for (const [number, option] of [...this.#list.children].entries()) option.setAttribute("aria-selected", String(number === place));
    this.#field.setAttribute("aria-activedescendant", `mention-${place}`);
    this.#list.children[place]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} place */
  #take(place) {
    const one = this.#offered[place];
    if (!one) return;
    this.#isDone = true;
    const at = this.#field.selectionStart;
    const before = this.#field.value.slice(0, at).replace(/@[^\s@]*$/, `@${one.name} `);
    this.#named.set(one.name, one.id);
    this.#field.value = before + this.#field.value.slice(at);
    this.#field.setSelectionRange(before.length, before.length);
    this.#field.focus();
    this.#close();
  }

  #close() {
    this.#list.hidden = true;
    this.#field.removeAttribute("aria-activedescendant");
  }
}
