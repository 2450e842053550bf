// A combobox over people (ARIA pattern: the list is driven from the text field).
import { element, fill, iconButton } from "./dom.js";
import { request, RequestError } from "./request.js";

const PAUSE_MS = 180;

/** @typedef {{id: string, name: string, detail?: string, initials: string, hue: number}} Person */

class PersonPicker extends HTMLElement {
  #timer = 0;
  #active = -1;
  /** @type {Person[]} */
  #people = [];
  /** @type {AbortController | null} */
  #asking = null;

  connectedCallback() {
    this.input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=text]"));
    this.list = /** @type {HTMLElement} */ (this.querySelector(".ui-options"));
    this.picked = /** @type {HTMLElement} */ (this.querySelector(".ui-picked"));
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS);
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#show([]));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target instanceof Element ? event.target.closest("li") : null;
      if (option) this.#choose(this.#people[Number(option.dataset.index)]);
    });
    this.picked.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      button?.closest("li")?.remove();
      if (button) this.input?.focus();
    });
  }

  async #ask() {
    this.#asking?.abort();
    const text = this.input?.value.trim() ?? "";
    if (text.length < 2) return this.#show([]);
    this.#asking = new AbortController();
    const url = new URL(this.dataset.source ?? "", location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await request(url.href, { signal: this.#asking.signal });
      const taken = new Set([...(this.picked?.children ?? [])].map((chip) => chip.getAttribute("data-id")));
      this.#show(/** @type {Person[]} */ (answer.people).filter((person) => !taken.has(person.id)), true);
    } catch (error) {
      if (error instanceof RequestError) this.#say(error.message);
      else if (!(error instanceof DOMException)) throw error;
    }
  }

  /**
   * @param {Person[]} people
   * @param {boolean} [isAnswer] say how many were found
   */
  #show(people, isAnswer = false) {
    this.#people = people;
    this.#active = -1;
    this.list?.replaceChildren(...people.map((person, index) => this.#option(person, index)));
    if (this.list) this.list.hidden = people.length === 0;
    this.input?.setAttribute("aria-expanded", String(people.length > 0));
    this.input?.removeAttribute("aria-activedescendant");
    if (isAnswer) this.#say(people.length ? fill(this.dataset.textFound, { number: people.length }) : this.dataset.textNone);
  }

  /**
   * @param {Person} person
   * @param {number} index
   */
  #option(person, index) {
    const words = element("span", {}, person.name, element("small", {}, person.detail ?? ""));
    return element("li", { role: "option", id: `${this.list?.id}-${index}`, "data-index": String(index), "aria-selected": "false" }, avatar(person), words);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") this.#show([]);
    if (!this.#people.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#move((Math.max(this.#active, step > 0 ? -1 : 0) + step + this.#people.length) % this.#people.length);
    } else if (event.key === "Enter" && this.#active >= 0) {
      this.#choose(this.#people[this.#active]);
    } else return;
    event.preventDefault();
  }

  /** @param {number} index */
  #move(index) {
    this.#active = index;
    [...(this.list?.children ?? [])].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.list?.children[index];
    option?.scrollIntoView({ block: "nearest" });
    this.input?.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  /** @param {Person} person */
  #choose(person) {
    const remove = iconButton(this.dataset.icons, "x-lg", fill(this.dataset.textRemove, { name: person.name }));
    const hidden = element("input", { type: "hidden", name: this.dataset.name ?? "", value: person.id });
    const chip = element("li", { "data-id": person.id }, avatar(person), element("span", {}, person.name), hidden, remove);
    if (!("multiple" in this.dataset)) this.picked?.replaceChildren();
    this.picked?.append(chip);
    if (this.input) this.input.value = "";
    this.#show([]);
    this.dispatchEvent(new CustomEvent("ui:picked", { bubbles: true, detail: person }));
  }

  /** @param {string | undefined} text */
  #say(text) {
    const status = this.querySelector("[role=status]");
    if (status) status.textContent = text ?? "";
  }
}
customElements.define("ui-person-picker", PersonPicker);

/** @param {Person} person */
function avatar(person) {
  const colour = Math.floor(person.hue / 30) % 12;
  return element("span", { class: `ui-avatar ui-avatar-sm ui-hue-${colour}`, "aria-hidden": "true" }, person.initials);
}
