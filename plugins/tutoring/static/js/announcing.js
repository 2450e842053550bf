// New messages for who listens: one is read at once; when many come, how many and the last, so that nobody is talked over.
import { fill } from "contrada/dom.js";

const QUIET_MS = 4000;
const LONGEST = 300;

export class Announcer {
  /** @type {{ name: string, text: string }[]} */
  #waiting = [];
  #isQuiet = false;

  /** @param {HTMLElement} region polite; its ``data-text-one`` and ``data-text-many`` are the words */
  constructor(region) {
    this.region = region;
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  hear(name, text) {
    this.#waiting.push({ name, text: text.slice(0, LONGEST) });
    if (!this.#isQuiet) this.#read();
  }

  #read() {
    const last = this.#waiting.at(-1);
    this.#isQuiet = last !== undefined;
    if (!last) return;
    const { textOne, textMany } = this.region.dataset;
    this.region.textContent = fill(this.#waiting.length === 1 ? textOne : textMany, { ...last, count: this.#waiting.length });
    this.#waiting = [];
    setTimeout(() => this.#read(), QUIET_MS);
  }
}
