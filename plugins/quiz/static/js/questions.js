// What questions gain by a script: moving items by button, key and drag; words dragged into gaps. The fields below are what counts.
import { element, fill, icon } from "contrada/dom.js";

/** @param {Element} from */
function changed(from) {
  from.dispatchEvent(new Event("change", { bubbles: true }));
}

class Order extends HTMLElement {
  connectedCallback() {
    if (this.dataset.locked !== undefined || this.dataset.ready) return;
    this.dataset.ready = "yes";
    for (const item of this.#items()) {
      const buttons = element("span", { class: "quiz-order-buttons" },
        this.#button("quiz-up", this.dataset.textUp ?? "", item, -1), this.#button("quiz-down", this.dataset.textDown ?? "", item, 1));
      item.append(buttons);
      item.draggable = true;
      item.addEventListener("dragstart", (event) => { item.classList.add("is-dragged"); event.dataTransfer?.setData("text/plain", ""); });
      item.addEventListener("dragend", () => { item.classList.remove("is-dragged"); this.#renumber(); });
      item.addEventListener("dragover", (event) => this.#over(event, item));
    }
    this.classList.add("is-ready");
  }

  #items() {
    return /** @type {HTMLLIElement[]} */ ([...this.querySelectorAll(".quiz-order-item")]);
  }

  /**
   * @param {string} look
   * @param {string} label
   * @param {HTMLLIElement} item
   * @param {number} by
   */
  #button(look, label, item, by) {
    const name = item.querySelector(".quiz-order-text")?.textContent?.trim() ?? "";
    const button = element("button", { type: "button", class: `btn ui-quiet ui-icon-button ${look}`, "aria-label": `${label}: ${name}` }, icon(this.dataset.icons, "chevron-down"));
    button.addEventListener("click", () => this.#move(item, by, button));
    return button;
  }

  /**
   * @param {HTMLLIElement} item
   * @param {number} by
   * @param {HTMLButtonElement} button
   */
  #move(item, by, button) {
    const items = this.#items();
    const other = items[items.indexOf(item) + by];
    if (!other) return;
    if (by < 0) other.before(item); else other.after(item);
    this.#renumber();
    button.focus();
    const status = this.querySelector("[role=status]");
    if (status) status.textContent = fill(this.dataset.textMoved, { place: this.#items().indexOf(item) + 1, count: items.length });
  }

  /**
   * @param {DragEvent} event
   * @param {HTMLLIElement} item
   */
  #over(event, item) {
    const dragged = this.querySelector(".is-dragged");
    if (!dragged || dragged === item) return;
    event.preventDefault();
    const box = item.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) item.before(dragged); else item.after(dragged);
  }

  #renumber() {
    let isNew = false;
    this.#items().forEach((item, place) => {
      const field = item.querySelector("select");
      if (field && field.value !== String(place + 1)) { field.value = String(place + 1); isNew = true; }
    });
    if (isNew) changed(this);
  }

  /** Show the items in the order that the fields say (after another window changed them). */
  arrange() {
    const list = this.querySelector("ol");
    const place = (/** @type {HTMLLIElement} */ item) => Number(item.querySelector("select")?.value ?? 0);
    list?.append(...this.#items().sort((a, b) => place(a) - place(b)));
  }
}

class Gaps extends HTMLElement {
  /** @type {HTMLElement | null} */
  #held = null;

  connectedCallback() {
    if (this.dataset.locked !== undefined || this.dataset.ready) return;
    this.dataset.ready = "yes";
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".quiz-with-script"))) part.hidden = false;
    for (const word of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".quiz-word"))) {
      word.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", word.dataset.word ?? ""));
      word.addEventListener("click", () => this.#hold(word));
    }
    for (const gap of /** @type {NodeListOf<HTMLSelectElement>} */ (this.querySelectorAll("select.is-dropped"))) {
      gap.addEventListener("dragover", (event) => { event.preventDefault(); gap.classList.add("is-over"); });
      gap.addEventListener("dragleave", () => gap.classList.remove("is-over"));
      gap.addEventListener("drop", (event) => { event.preventDefault(); gap.classList.remove("is-over"); this.#put(gap, event.dataTransfer?.getData("text/plain") ?? ""); });
      gap.addEventListener("pointerdown", (event) => { if (this.#held) { event.preventDefault(); this.#put(gap, this.#held.dataset.word ?? ""); } });
    }
    this.addEventListener("change", () => this.mark());
    this.mark();
  }

  /** @param {HTMLElement} word */
  #hold(word) {
    const isHeld = this.#held === word;
    this.#held?.classList.remove("is-held");
    this.#held = isHeld ? null : word;
    this.#held?.classList.add("is-held");
  }

  /**
   * @param {HTMLSelectElement} gap
   * @param {string} word
   */
  #put(gap, word) {
    if (![...gap.options].some((each) => each.value === word)) return;
    gap.value = word;
    this.#held?.classList.remove("is-held");
    this.#held = null;
    const status = this.querySelector("[role=status]");
    const gaps = [...this.querySelectorAll(".quiz-gap")];
    if (status) status.textContent = `${word}. ${fill(this.dataset.textFilled, { number: gaps.findIndex((each) => each.contains(gap)) + 1 })}`;
    changed(gap);
  }

  /** Words that are in a gap look used. */
  mark() {
    const used = [...this.querySelectorAll("select.is-dropped")].map((gap) => /** @type {HTMLSelectElement} */ (gap).value);
    for (const word of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".quiz-word"))) word.classList.toggle("is-used", used.includes(word.dataset.word ?? ""));
  }
}

customElements.define("quiz-order", Order);
customElements.define("quiz-gaps", Gaps);
export { Gaps, Order };
