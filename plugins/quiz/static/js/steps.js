// One question at a time: which one is shown, the overview above, the buttons below, and what is not answered yet.
import { fill } from "contrada/dom.js";
import { fieldsOf } from "./answer-fields.js";

export class Steps {
  #step = 0;

  /** @param {HTMLElement} page the questions and the overview; the buttons are in the foot of the shell */
  constructor(page) {
    this.page = page;
  }

  /** Show the page as the script shows it, at the question asked for or the first that is open. */
  begin() {
    document.querySelector("[data-role=back]")?.addEventListener("click", () => this.go(this.#step - 1));
    document.querySelector("[data-role=forward]")?.addEventListener("click", () => this.forward());
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".quiz-with-script"))) part.hidden = false;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".quiz-without-script"))) part.hidden = true;
    this.page.classList.add("is-ready");
    this.go(this.#first(), false);
  }

  /** @returns {HTMLElement[]} questions, without the page that hands in */
  questions() {
    return [...this.page.querySelectorAll(/** @type {"section"} */ ("section[data-position]"))];
  }

  /**
   * @param {number} place
   * @returns {HTMLElement | null} the question at a place of the quiz
   */
  question(place) {
    return this.page.querySelector(`section[data-position="${place}"]`);
  }

  forward() {
    this.go(this.#step + 1);
  }

  /**
   * @param {number} step
   * @param {boolean} [takesFocus]
   */
  go(step, takesFocus = true) {
    const steps = [...this.questions(), /** @type {HTMLElement} */ (this.page.querySelector("#end"))];
    this.#step = Math.min(Math.max(0, step), steps.length - 1);
    steps.forEach((each, number) => each.classList.toggle("is-current", number === this.#step));
    const current = steps[this.#step];
    history.replaceState(null, "", `#${current.id}`);
    this.#showPlace(this.#step === steps.length - 1, steps.length - 1);
    if (takesFocus) {
      window.scrollTo({ top: 0 });
      /** @type {HTMLElement | null} */ (current.querySelector(".quiz-number"))?.focus({ preventScroll: true });
    }
  }

  /** @param {HTMLElement} section whose fields have changed */
  markAnswered(section) {
    const isAnswered = fieldsOf(section).some(([name, value]) => value.trim() !== "" && !name.includes(".place.")) || section.dataset.kind === "ordering";
    section.toggleAttribute("data-answered", isAnswered);
    const link = this.page.querySelector(`a[href="#${section.id}"][data-step]`);
    link?.toggleAttribute("data-answered", isAnswered);
    const words = link?.querySelector("[data-role=answered]");
    if (words) words.textContent = `, ${isAnswered ? this.page.dataset.textAnswered : this.page.dataset.textOpen}`;
  }

  #first() {
    const asked = this.questions().findIndex((each) => `#${each.id}` === location.hash);
    return asked >= 0 ? asked : Math.max(0, this.questions().findIndex(isOpen));
  }

  /**
   * @param {boolean} isEnd
   * @param {number} count
   */
  #showPlace(isEnd, count) {
    this.page.querySelectorAll("[data-step]").forEach((each, number) => {
      if (number === this.#step) each.setAttribute("aria-current", "step"); else each.removeAttribute("aria-current");
    });
    this.page.querySelector(`[data-step="${this.#step}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
    const back = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-role=back]"));
    const forward = /** @type {HTMLElement | null} */ (document.querySelector("[data-role=forward]"));
    if (back) back.disabled = this.#step === 0;
    if (forward) forward.hidden = isEnd;
    const where = document.querySelector("[data-role=where]");
    if (where) where.textContent = isEnd ? "" : fill(this.page.dataset.textQuestion, { number: this.#step + 1, count });
    if (isEnd) this.#summarise();
  }

  #summarise() {
    const missing = this.questions().filter(isOpen);
    const names = missing.map((each) => this.page.querySelector(`a[href="#${each.id}"] [aria-hidden]`)?.textContent ?? "");
    const text = this.page.querySelector("[data-role=summary]");
    if (text) text.textContent = names.length ? fill(this.page.dataset.textMissing, { numbers: names.join(", ") }) : (this.page.dataset.textAll ?? "");
  }
}

/** @param {HTMLElement} section */
function isOpen(section) {
  return section.dataset.answered === undefined && section.dataset.kind !== "description";
}
