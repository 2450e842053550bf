// Saves the fields inside as one types. Until the server has said yes, the page warns before it is left and keeps trying.
import { clock, fill, icon } from "./dom.js";
import { request, RequestError } from "./request.js";

const PAUSE_MS = 800;
const RETRY_MS = [2000, 5000, 15000, 30000];
const symbols = { idle: "", saving: "hourglass-split", saved: "check-lg", failed: "exclamation-circle" };

class Autosave extends HTMLElement {
  #timer = 0;
  #tries = 0;
  #changed = false;
  /** @type {Promise<void> | null} what is being sent */
  #sent = null;

  connectedCallback() {
    this.addEventListener("input", () => this.#later(PAUSE_MS));
    this.addEventListener("change", () => this.#later(0));
    // A form that is sent takes everything with it: nothing is lost, so nothing is asked.
    this.closest("form")?.addEventListener("submit", (event) => { if (!event.defaultPrevented) this.#settle(event); });
    window.addEventListener("online", this.#now);
    window.addEventListener("beforeunload", this.#warn);
    document.addEventListener("visibilitychange", this.#now);
    if (this.#wasTyped()) this.#later(PAUSE_MS);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    window.removeEventListener("online", this.#now);
    window.removeEventListener("beforeunload", this.#warn);
    document.removeEventListener("visibilitychange", this.#now);
  }

  /** Whether somebody typed before this script had come: a fast hand, or a slow link. */
  #wasTyped() {
    const field = document.activeElement;
    if (!this.contains(field)) return false;
    if (field instanceof HTMLInputElement) return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
    if (!(field instanceof HTMLSelectElement)) return false;
    const options = [...field.options];
    return field.selectedIndex !== Math.max(0, options.findIndex((option) => option.defaultSelected));
  }

  /** @param {SubmitEvent} event */
  #settle(event) {
    clearTimeout(this.#timer);
    this.#changed = false;
    if (!this.#sent) return;
    // What is on its way must not arrive behind the form and bring an older text back.
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    void this.#sent.then(() => form.requestSubmit(event.submitter));
  }

  #now = () => {
    if (!this.#changed) return;
    if (this.#sent) return this.#later(PAUSE_MS);
    this.#sent = this.#save().finally(() => { this.#sent = null; });
  };

  /** @param {BeforeUnloadEvent} event */
  #warn = (event) => { if (this.#changed) event.preventDefault(); };

  /** @param {number} wait milliseconds */
  #later(wait) {
    this.#changed = true;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#now, wait);
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#changed = false;
    this.#say("saving");
    try {
      const answer = await request(this.dataset.action ?? "", { method: "POST", body: this.#values(), keepalive: document.hidden });
      this.#tries = 0;
      if (!this.#changed) this.#say("saved", answer?.saved_at ?? clock(new Date()));
    } catch (error) {
      const refused = error instanceof Error ? error.message : "";
      this.#say("failed", refused);
      this.#changed = true;
      // What the server refuses it would refuse again: only another text helps then.
      const isRefusal = error instanceof RequestError && error.status >= 400 && error.status < 500;
      if (!isRefusal) this.#later(RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
    }
  }

  #values() {
    const values = new FormData();
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input, textarea, select"))) {
      const isOff = ["checkbox", "radio"].includes(field.type) && !field.checked;
      if (field.name && !field.disabled && !isOff) values.append(field.name, field.value);
    }
    return values;
  }

  /**
   * @param {keyof typeof symbols} state
   * @param {string} [detail] the time, or the server's own words
   */
  #say(state, detail = "") {
    const line = /** @type {HTMLElement | null} */ (this.querySelector(".ui-saved"));
    if (!line) return;
    line.dataset.state = state;
    const texts = { idle: "", saving: this.dataset.textSaving, saved: fill(this.dataset.textSaved, { time: detail }), failed: detail || this.dataset.textFailed };
    line.replaceChildren(icon(this.dataset.icons, symbols[state]), texts[state] ?? "");
  }
}
customElements.define("ui-autosave", Autosave);
