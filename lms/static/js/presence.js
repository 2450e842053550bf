// The list of who is here, kept up to date by a channel.

/** @typedef {import("./channel.js").Person} Person */
/** @typedef {{ list: HTMLElement, pattern: HTMLTemplateElement, count?: HTMLElement | null, nobody?: HTMLElement | null }} Parts */

const HUES = 12;

/** Shows people as list entries made from a pattern with `.ui-avatar` and `.ui-person-text`. */
export class PeopleList {
  /** @type {Map<string, Person>} */
  #people = new Map();
  #count = 0;
  #parts;

  /**
   * @param {import("./channel.js").Channel} channel
   * @param {Parts} parts
   */
  constructor(channel, parts) {
    this.#parts = parts;
    channel.addEventListener("people", (event) => this.#replace(/** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("presence", (event) => this.#change(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {{ people: Person[], count: number }} now */
  #replace({ people, count }) {
    this.#people = new Map(people.map((person) => [person.id, person]));
    this.#count = count;
    this.#show();
  }

  /** @param {{ joined?: Person, left?: string }} change */
  #change({ joined, left }) {
    if (joined && !this.#people.has(joined.id)) {
      this.#people.set(joined.id, joined);
      this.#count += 1;
    }
    if (left) {
      if (this.#people.delete(left)) this.#count -= 1;
    }
    this.#show();
  }

  #show() {
    const { list, pattern, count, nobody } = this.#parts;
    const sorted = [...this.#people.values()].sort((a, b) => a.name.localeCompare(b.name));
    list.replaceChildren(...sorted.map((person) => entry(pattern, person)));
    if (count) count.textContent = String(this.#count);
    if (nobody) nobody.hidden = sorted.length > 0;
  }
}

/**
 * Fill an avatar as the macro `avatar` writes it.
 * @param {Element | null} avatar
 * @param {Person | null} person
 */
export function fillAvatar(avatar, person) {
  if (!avatar) return;
  avatar.textContent = person?.initials ?? "–";
  avatar.classList.add(`ui-hue-${Math.floor((person?.hue ?? 30) / 30) % HUES}`);
}

/**
 * @param {HTMLTemplateElement} pattern
 * @param {Person} person
 */
function entry(pattern, person) {
  const item = /** @type {HTMLElement} */ (pattern.content.firstElementChild?.cloneNode(true));
  item.dataset.id = person.id;
  fillAvatar(item.querySelector(".ui-avatar"), person);
  const text = item.querySelector(".ui-person-text");
  if (text) text.textContent = person.name;
  return item;
}
