// Signs on single messages: given and taken away by a press, counted for everybody, with names for who asks.
import { element, fill } from "contrada/dom.js";
import { announce, complain, keepList, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */

export class Signs {
  #room;
  /** What one gave oneself, by number of the message. @type {Map<number, Set<string>>} */
  #own = new Map();
  /** @type {() => void} */
  onChange = () => undefined;

  /**
   * @param {Room} room
   * @param {HTMLElement} log
   */
  constructor(room, log) {
    this.#room = room;
    log.addEventListener("click", (event) => this.#click(event));
    log.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close(/** @type {HTMLElement} */ (event.target).closest("[data-seq]"));
    });
    room.addEventListener("connection", (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "live") void this.#learn();
    });
  }

  /**
   * Show what a message got.
   * @param {HTMLElement} item
   * @param {number} seq
   * @param {Record<string, number>} counts
   */
  show(item, seq, counts) {
    const mayGive = this.#room.rights.has("chat");
    item.dataset.seq = String(seq);
    part("react", item).hidden = !mayGive;
    const given = Object.entries(counts).filter(([, number]) => number > 0);
    const place = part("signs-given", item);
    place.hidden = given.length === 0;
    const own = this.#own.get(seq) ?? new Set();
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll("[data-part=sign-row] [data-chat-sign]"))) button.setAttribute("aria-pressed", String(own.has(button.dataset.chatSign ?? "")));
    const focused = place.contains(document.activeElement);
    keepList(part("signs", item), given.map(([name]) => ({ id: name, stamp: "", make: () => this.#chip(item, name) })));
    for (const [name, number] of given) {
      const chip = /** @type {HTMLButtonElement} */ (place.querySelector(`[data-chat-sign="${CSS.escape(name)}"]`));
      chip.setAttribute("aria-pressed", String(own.has(name)));
      chip.disabled = !mayGive;
      part("number", chip).textContent = String(number);
    }
    if (focused && !place.contains(document.activeElement)) part("react", item).focus();
    if (given.length === 0) this.#hideNames(item);
  }

  /**
   * A message is made anew, as it was written anew or its name is known now: who was using it goes on where they were.
   * @param {HTMLElement} before
   * @param {HTMLElement} item
   * @returns {() => void} to be done once it is shown
   */
  carry(before, item) {
    const used = before.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const isOpen = !part("sign-row", before).hidden;
    return () => {
      part("sign-row", item).hidden = !isOpen;
      part("react", item).setAttribute("aria-expanded", String(isOpen));
      if (!used) return;
      const { chatSign, part: name } = used.dataset;
      /** @type {HTMLElement | null} */ (item.querySelector(chatSign ? `[data-part=sign-row] [data-chat-sign="${CSS.escape(chatSign)}"]` : `[data-part="${CSS.escape(name ?? "")}"]`))?.focus({ preventScroll: true });
    };
  }

  /**
   * @param {HTMLElement} item
   * @param {string} name
   */
  #chip(item, name) {
    const sample = /** @type {HTMLElement} */ (item.querySelector(`[data-part=sign-row] [data-chat-sign="${CSS.escape(name)}"]`));
    const label = element("span", { class: "visually-hidden" }, `${sample.getAttribute("aria-label")}: `);
    return element("span", {}, element("button", { type: "button", class: "webinar-chip", "data-chat-sign": name, title: sample.title }, element("span", { "aria-hidden": "true" }, sample.textContent ?? ""), label, element("span", { "data-part": "number" })));
  }

  /** @param {Event} event */
  #click(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-seq]"));
    if (!item) return;
    const sign = /** @type {HTMLElement | null} */ (target.closest("[data-chat-sign]"));
    if (sign) void this.#give(item, sign);
    else if (target.closest("[data-part=react]")) this.#open(item);
    else if (target.closest("[data-part=sign-names-open]")) void this.#showNames(item);
  }

  /** @param {HTMLElement} item */
  #open(item) {
    const row = part("sign-row", item);
    row.hidden = !row.hidden;
    part("react", item).setAttribute("aria-expanded", String(!row.hidden));
    if (!row.hidden) row.querySelector("button")?.focus();
    item.scrollIntoView({ block: "nearest" });
  }

  /** @param {Element | null} item */
  #close(item) {
    if (!(item instanceof HTMLElement) || part("sign-row", item).hidden) return;
    part("sign-row", item).hidden = true;
    part("react", item).setAttribute("aria-expanded", "false");
    part("react", item).focus();
  }

  /**
   * @param {HTMLElement} item
   * @param {HTMLElement} button
   */
  async #give(item, button) {
    const seq = Number(item.dataset.seq);
    const name = button.dataset.chatSign ?? "";
    const own = this.#own.get(seq) ?? new Set();
    const isGiven = !own.has(name);
    if (part("sign-row", item).contains(button)) this.#close(item);
    try {
      await this.#room.order("chat.sign", { target: seq, name, is_given: isGiven });
    } catch (problem) {
      complain(problem);
      return;
    }
    if (isGiven) own.add(name);
    else own.delete(name);
    this.#own.set(seq, own);
    announce(fill(isGiven ? words.signGiven : words.signTaken, { sign: button.title }));
    this.#hideNames(item);
    this.onChange();
  }

  /** @param {HTMLElement} item */
  async #showNames(item) {
    const opener = part("sign-names-open", item);
    if (opener.getAttribute("aria-expanded") === "true") return this.#hideNames(item);
    try {
      const { signs } = await this.#room.ask("chat.signs", { target: Number(item.dataset.seq) });
      const lines = Object.entries(signs).map(([name, people]) => [item.querySelector(`[data-part=sign-row] [data-chat-sign="${CSS.escape(name)}"]`), people.join(", ")]);
      part("sign-names", item).replaceChildren(...lines.map(([sample, people]) => element("span", {}, `${/** @type {Element | null} */ (sample)?.textContent ?? ""} ${people}`)));
      announce(lines.map(([sample, people]) => `${/** @type {HTMLElement | null} */ (sample)?.title ?? ""}: ${people}`).join(". "));
    } catch (problem) {
      complain(problem);
      return;
    }
    part("sign-names", item).hidden = false;
    opener.setAttribute("aria-expanded", "true");
  }

  /** @param {HTMLElement} item */
  #hideNames(item) {
    part("sign-names", item).hidden = true;
    part("sign-names-open", item).setAttribute("aria-expanded", "false");
  }

  /** A page that was loaded again does not know what its person gave. */
  async #learn() {
    try {
      const { signs } = await this.#room.ask("chat.own_signs", {});
      this.#own = new Map(Object.entries(signs).map(([seq, names]) => [Number(seq), new Set(names)]));
      this.onChange();
    } catch {
      // Without a connection; it is asked again when there is one.
    }
  }
}
