// Answering a quiz: one question at a time; each change goes into the journal and to the server at once.
import { RequestError } from "contrada/request.js";
import { hasChosenFile, isTouched, position } from "./answer-fields.js";
import { Countdown } from "./countdown.js";
import { Notices } from "./notices.js";
import { Sending } from "./sending.js";
import { Steps } from "./steps.js";

const TYPING_PAUSE_MS = 350;

class Player extends HTMLElement {
  #steps = new Steps(this);
  #notices = new Notices(this);
  #countdown = new Countdown(this, {
    isStopped: () => this.#sending.isOver,
    near: () => void this.#sending.flush(),
    over: () => void this.#sending.handIn(true, this.dataset.textOver),
  });
  /** @type {Sending} */
  #sending = new Sending(this, this.#steps, this.#notices, this.#countdown);

  connectedCallback() {
    this.#sending.begin();
    this.#noteEarly();
    this.addEventListener("input", (event) => this.#onChange(event, TYPING_PAUSE_MS));
    this.addEventListener("change", (event) => this.#onChange(event, 0));
    this.addEventListener("click", (event) => this.#onClick(event));
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#form.addEventListener("keydown", (event) => this.#onKey(event));
    this.#notices.showOffline(!navigator.onLine);
    this.#steps.begin();
    this.#countdown.start(this.dataset.left);
    void this.#sending.flush();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  /** What was answered before this script had come: on a slow line people are faster. */
  #noteEarly() {
    for (const section of this.#steps.questions()) {
      if (section.dataset.locked !== undefined || !isTouched(section)) continue;
      this.#sending.note(section);
      if (hasChosenFile(section)) void this.#replace(section, this.dataset.save ?? "");
    }
  }

  /**
   * @param {Event} event
   * @param {number} pause
   */
  #onChange(event, pause) {
    const target = /** @type {HTMLElement} */ (event.target);
    const section = /** @type {HTMLElement | null} */ (target.closest("section[data-position]"));
    if (!section || section.dataset.locked !== undefined || this.#sending.isOver) return;
    if (target instanceof HTMLInputElement && target.type === "file") {
      if (target.files?.length) void this.#replace(section, this.dataset.save ?? "");
      return;
    }
    this.#sending.note(section);
    this.#sending.sendAfter(pause);
  }

  /** @param {Event} event */
  #onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const step = /** @type {HTMLElement | null} */ (target.closest("[data-step]"));
    if (!step) return;
    event.preventDefault();
    this.#steps.go(Number(step.dataset.step));
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const section = /** @type {HTMLElement | null | undefined} */ (button?.closest("section[data-position]"));
    if (button?.dataset.check !== undefined && section) void this.#replace(section, button.formAction);
    else if (button?.dataset.role === "submit") void this.#sending.handIn(!navigator.onLine);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = event.target;
    if (event.key !== "Enter" || !(target instanceof HTMLInputElement)) return;
    event.preventDefault(); // a line of text must not hand in; it goes on, or is checked
    const check = /** @type {HTMLButtonElement | null | undefined} */ (target.closest("section")?.querySelector("[data-check]"));
    if (check) check.click();
    else if (!["radio", "checkbox"].includes(target.type)) this.#steps.forward();
  }

  /**
   * Send one question as a form, and put it back as the server shows it now: judged, or with its files.
   * @param {HTMLElement} section
   * @param {string} url
   */
  async #replace(section, url) {
    const place = position(section);
    const body = new FormData();
    for (const [name, value] of new FormData(this.#form)) if (name.startsWith(`a${place}.`)) body.append(name, value);
    try {
      const response = await fetch(url, { method: "POST", body, credentials: "same-origin" });
      if (!response.ok) throw new RequestError(response.status, "");
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector(`section[data-position="${place}"]`);
      if (!fresh) return this.#sending.end();
      const node = /** @type {HTMLElement} */ (document.importNode(fresh, true));
      const isShown = section.classList.contains("is-current");
      section.replaceWith(node);
      node.classList.toggle("is-current", isShown);
      this.#sending.accept(node);
      (node.querySelector(".quiz-verdict") ?? node.querySelector(".quiz-number"))?.scrollIntoView({ block: "center" });
      /** @type {HTMLElement | null} */ (node.querySelector("[data-check]") ?? node.querySelector(".quiz-number"))?.focus({ preventScroll: true });
    } catch (error) {
      if (error instanceof RequestError && error.status > 0 && error.status < 500) this.#notices.say("refused");
      else this.#notices.showOffline(true);
    }
  }
}

customElements.define("quiz-player", Player);
