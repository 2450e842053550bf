// What was answered and is not acknowledged yet, kept in the browser so that closing the laptop loses nothing. Shared by all tabs.

/**
 * @typedef {object} Entry
 * @property {number} seq the number of the answer, higher than all before it
 * @property {[string, string][]} fields the fields of the question
 */

const PREFIX = "contrada-quiz:";

export class Journal {
  /** @param {string} attempt */
  constructor(attempt) {
    this.key = PREFIX + attempt;
    /** @type {Map<number, Entry>} what a browser without storage keeps as long as the page is open */
    this.memory = new Map();
  }

  /** @returns {Map<number, Entry>} entries by the position of their question */
  all() {
    const found = new Map(this.memory);
    for (const name of this.#names()) {
      const position = Number(name.slice(this.key.length + 1));
      const entry = this.#read(name);
      const known = found.get(position);
      if (entry && (!known || entry.seq > known.seq)) found.set(position, entry);
    }
    return found;
  }

  /**
   * @param {number} position
   * @param {Entry} entry
   */
  put(position, entry) {
    this.memory.set(position, entry);
    try {
      localStorage.setItem(`${this.key}:${position}`, JSON.stringify(entry));
    } catch {
      // No room or no storage: the memory of this page still has it, and it is sent all the same.
    }
  }

  /**
   * Forget what the server has: entries up to that number.
   * @param {number} position
   * @param {number} seq
   */
  acknowledge(position, seq) {
    if ((this.memory.get(position)?.seq ?? 0) <= seq) this.memory.delete(position);
    const name = `${this.key}:${position}`;
    if ((this.#read(name)?.seq ?? 0) <= seq) this.#drop(name);
  }

  /** Forget everything: it was handed in. */
  clear() {
    this.memory.clear();
    for (const name of this.#names()) this.#drop(name);
  }

  /** @returns {string[]} */
  #names() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(`${this.key}:`));
    } catch {
      return [];
    }
  }

  /**
   * @param {string} name
   * @returns {Entry | null}
   */
  #read(name) {
    try {
      const entry = JSON.parse(localStorage.getItem(name) ?? "null");
      return entry && Number.isSafeInteger(entry.seq) && Array.isArray(entry.fields) ? entry : null;
    } catch {
      return null;
    }
  }

  /** @param {string} name */
  #drop(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      // Without storage there is nothing to remove.
    }
  }
}
