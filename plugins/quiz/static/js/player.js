// Answering a quiz: one question at a time; each change goes into the journal and to the server at once.
// The clock is the server's: it says how many seconds are left, and this page counts with a clock nobody can set.
import { element, fill, icon } from "contrada/dom.js";
import { request, RequestError } from "contrada/request.js";
import { Journal } from "./journal.js";
import { Gaps, Order } from "./questions.js";

const TYPING_PAUSE_MS = 350;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const MOST_STALE = 8;

class Player extends HTMLElement {
  #journal = new Journal(this.dataset.attempt ?? "");
  #channel = "BroadcastChannel" in window ? new BroadcastChannel(`contrada-quiz:${this.dataset.attempt}`) : null;
  /** @type {Map<number, number>} the highest number known of each question */
  #known = new Map();
  #timer = 0;
  #tries = 0;
  #stale = 0;
  #isSending = false;
  #wantsToSubmit = false;
  #isOver = false;
  #step = 0;
  #endsAt = Infinity;
  /** @type {Set<number>} minutes that were said */
  #said = new Set();

  connectedCallback() {
    for (const section of this.#sections()) this.#known.set(position(section), this.#numberOf(section));
    this.#restore();
    this.#noteEarly();
    this.addEventListener("input", (event) => this.#onChange(event, TYPING_PAUSE_MS));
    this.addEventListener("change", (event) => this.#onChange(event, 0));
    this.addEventListener("click", (event) => this.#onClick(event));
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#form.addEventListener("keydown", (event) => this.#onKey(event));
    window.addEventListener("online", () => void this.#flush());
    window.addEventListener("offline", () => this.#showOffline(true));
    document.addEventListener("visibilitychange", () => void this.#flush());
    window.addEventListener("pagehide", () => void this.#flush());
    this.#channel?.addEventListener("message", (event) => this.#onOtherTab(event.data));
    document.querySelector("[data-role=back]")?.addEventListener("click", () => this.#go(this.#step - 1));
    document.querySelector("[data-role=forward]")?.addEventListener("click", () => this.#go(this.#step + 1));
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".quiz-with-script"))) part.hidden = false;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".quiz-without-script"))) part.hidden = true;
    this.classList.add("is-ready");
    this.#showOffline(!navigator.onLine);
    this.#go(this.#firstStep(), false);
    this.#startClock(this.dataset.left);
    void this.#flush();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  /** @returns {HTMLElement[]} questions, without the page that hands in */
  #sections() {
    return [...this.querySelectorAll(/** @type {"section"} */ ("section[data-position]"))];
  }

  /** @returns {HTMLElement[]} */
  #steps() {
    return [...this.#sections(), /** @type {HTMLElement} */ (this.querySelector("#end"))];
  }

  /** @param {HTMLElement} section */
  #numberOf(section) {
    return Number(/** @type {HTMLInputElement | null} */ (section.querySelector(`[name="a${position(section)}.seq"]`))?.value ?? 0);
  }

  // --- what was answered ---

  /**
   * @param {Event} event
   * @param {number} pause
   */
  #onChange(event, pause) {
    const target = /** @type {HTMLElement} */ (event.target);
    const section = /** @type {HTMLElement | null} */ (target.closest("section[data-position]"));
    if (!section || section.dataset.locked !== undefined || this.#isOver) return;
    if (target instanceof HTMLInputElement && target.type === "file") {
      if (target.files?.length) void this.#replace(section, this.dataset.save ?? "");
      return;
    }
    this.#note(section);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#flush(), pause);
  }

  /** @param {HTMLElement} section */
  #note(section) {
    const place = position(section);
    const fields = fieldsOf(section);
    const kept = this.#journal.all().get(place);
    if (kept && JSON.stringify(kept.fields) === JSON.stringify(fields)) return;
    const seq = Math.max(this.#known.get(place) ?? 0, kept?.seq ?? 0) + 1;
    this.#learn(place, seq);
    this.#journal.put(place, { seq, fields });
    this.#channel?.postMessage({ place, seq, fields });
    this.#markAnswered(section);
    this.#say("saving");
  }

  /**
   * @param {number} place
   * @param {number} seq
   */
  #learn(place, seq) {
    this.#known.set(place, Math.max(seq, this.#known.get(place) ?? 0));
    const field = /** @type {HTMLInputElement | null} */ (this.querySelector(`[name="a${place}.seq"]`));
    if (field) field.value = String(this.#known.get(place));
  }

  async #flush() {
    if (this.#isSending || this.#isOver) return;
    clearTimeout(this.#timer);
    const entries = [...this.#journal.all()];
    if (entries.length === 0) {
      if (this.#wantsToSubmit) await this.#submit();
      return;
    }
    this.#isSending = true;
    this.#say("saving");
    try {
      const changes = entries.map(([place, entry]) => ({ position: place, seq: entry.seq, fields: entry.fields }));
      const answer = await request(this.dataset.answers ?? "", {
        method: "POST", body: JSON.stringify({ changes }), headers: { "Content-Type": "application/json" }, keepalive: document.hidden,
      });
      this.#tries = 0;
      this.#showOffline(false);
      this.#startClock(answer.seconds_left ?? undefined);
      this.#takeIn(answer, new Map(entries));
    } catch (error) {
      this.#failed(error);
      return;
    } finally {
      this.#isSending = false;
    }
    if (this.#journal.all().size > 0) await this.#flush();
    else {
      this.#say("saved");
      if (this.#wantsToSubmit) await this.#submit();
    }
  }

  /**
   * @param {{saved: Record<string, number>, stale: Record<string, number>}} answer
   * @param {Map<number, import("./journal.js").Entry>} sent
   */
  #takeIn(answer, sent) {
    for (const [place] of Object.entries(answer.saved)) this.#journal.acknowledge(Number(place), sent.get(Number(place))?.seq ?? 0);
    for (const [text, seq] of Object.entries(answer.stale)) {
      const place = Number(text);
      const section = this.querySelector(`section[data-position="${place}"]`);
      this.#journal.acknowledge(place, sent.get(place)?.seq ?? 0);
      this.#learn(place, seq);
      // What this person just answered here is the newest, whatever another device sent meanwhile; but not for ever.
      if (section instanceof HTMLElement && section.dataset.locked === undefined && this.#stale++ < MOST_STALE) this.#note(section);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const status = error instanceof RequestError ? error.status : -1;
    if (status === 409) return this.#end();
    if (status === -1) throw error;
    this.#showOffline(status === 0);
    this.#say(status === 0 || status >= 500 ? "kept" : "refused");
    const pause = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#flush(), pause);
  }

  /** What an earlier page kept and the server does not have yet. */
  #restore() {
    for (const [place, entry] of this.#journal.all()) {
      const section = this.querySelector(`section[data-position="${place}"]`);
      const isNewer = entry.seq > (this.#known.get(place) ?? 0);
      if (section instanceof HTMLElement && isNewer && section.dataset.locked === undefined) {
        fillIn(section, entry.fields);
        this.#learn(place, entry.seq);
        this.#markAnswered(section);
      } else this.#journal.acknowledge(place, entry.seq);
    }
  }

  /** What was answered before this script had come: on a slow line people are faster. */
  #noteEarly() {
    for (const section of this.#sections()) {
      if (section.dataset.locked !== undefined || !isTouched(section)) continue;
      this.#note(section);
      if (hasChosenFile(section)) void this.#replace(section, this.dataset.save ?? "");
    }
  }

  /** @param {{place: number, seq: number, fields: [string, string][]}} news */
  #onOtherTab(news) {
    const section = this.querySelector(`section[data-position="${news.place}"]`);
    if (!(section instanceof HTMLElement) || news.seq <= (this.#known.get(news.place) ?? 0)) return;
    this.#learn(news.place, news.seq);
    fillIn(section, news.fields);
    this.#markAnswered(section);
  }

  // --- practice: one question is judged, and comes back with the verdict ---

  /** @param {Event} event */
  #onClick(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const step = /** @type {HTMLElement | null} */ (target.closest("[data-step]"));
    if (step) {
      event.preventDefault();
      this.#go(Number(step.dataset.step));
    }
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const section = /** @type {HTMLElement | null | undefined} */ (button?.closest("section[data-position]"));
    if (button?.dataset.check !== undefined && section) void this.#replace(section, button.formAction);
    else if (button?.dataset.role === "submit") {
      this.#wantsToSubmit = true;
      this.#showWaiting(!navigator.onLine);
      void this.#flush();
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = event.target;
    if (event.key !== "Enter" || !(target instanceof HTMLInputElement)) return;
    event.preventDefault(); // a line of text must not hand in; it goes on, or is checked
    const check = /** @type {HTMLButtonElement | null | undefined} */ (target.closest("section")?.querySelector("[data-check]"));
    if (check) check.click();
    else if (!["radio", "checkbox"].includes(target.type)) this.#go(this.#step + 1);
  }

  /**
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
      if (!fresh) return this.#end();
      const node = /** @type {HTMLElement} */ (document.importNode(fresh, true));
      const isShown = section.classList.contains("is-current");
      section.replaceWith(node);
      node.classList.toggle("is-current", isShown);
      this.#learn(place, this.#numberOf(node));
      this.#journal.acknowledge(place, this.#numberOf(node));
      this.#markAnswered(node);
      this.#say("saved");
      (node.querySelector(".quiz-verdict") ?? node.querySelector(".quiz-number"))?.scrollIntoView({ block: "center" });
      /** @type {HTMLElement | null} */ (node.querySelector("[data-check]") ?? node.querySelector(".quiz-number"))?.focus({ preventScroll: true });
    } catch (error) {
      if (error instanceof RequestError && error.status > 0 && error.status < 500) this.#say("refused");
      else this.#showOffline(true);
    }
  }

  // --- handing in ---

  async #submit() {
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("[data-role=submit]"));
    const key = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("key")).value;
    this.#wantsToSubmit = false;
    try {
      const response = await fetch(button.formAction, { method: "POST", body: new URLSearchParams({ key }), credentials: "same-origin" });
      if (!response.ok) throw new RequestError(response.status, "");
      this.#isOver = true;
      this.#journal.clear();
      location.assign(response.url);
    } catch {
      this.#wantsToSubmit = true;
      this.#showOffline(true);
      this.#showWaiting(true);
      this.#timer = window.setTimeout(() => void this.#flush(), RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
    }
  }

  #end() {
    this.#isOver = true;
    this.#journal.clear();
    location.assign(this.dataset.review ?? "");
  }

  // --- the clock ---

  /** @param {string | number | undefined} left seconds, as the server says */
  #startClock(left) {
    if (left === undefined || left === "") return;
    const isFirst = this.#endsAt === Infinity;
    this.#endsAt = performance.now() + Number(left) * 1000;
    if (isFirst) window.setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  #tick() {
    if (this.#isOver) return;
    const left = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / 1000));
    const shown = this.querySelector("[data-role=time]");
    const words = fill(this.dataset.textLeft, { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` });
    if (shown && shown.textContent !== words) shown.textContent = words;
    this.querySelector("[data-role=clock]")?.classList.toggle("is-short", left <= 60);
    for (const minutes of [10, 5, 1]) {
      if (left <= minutes * 60 && left > minutes * 60 - 30 && !this.#said.has(minutes)) {
        this.#said.add(minutes);
        const status = this.querySelector("[data-role=spoken-time]");
        if (status) status.textContent = minutes === 1 ? (this.dataset.textMinute ?? "") : fill(this.dataset.textMinutes, { minutes });
      }
    }
    if (left <= 2 && !this.#said.has(0)) {
      this.#said.add(0);
      void this.#flush();
    }
    if (left === 0 && !this.#said.has(-1)) {
      this.#said.add(-1);
      this.#wantsToSubmit = true;
      this.#showWaiting(true, this.dataset.textOver);
      void this.#flush();
    }
  }

  // --- what is seen ---

  #firstStep() {
    const asked = this.#sections().findIndex((each) => `#${each.id}` === location.hash);
    if (asked >= 0) return asked;
    const open = this.#sections().findIndex((each) => each.dataset.answered === undefined && each.dataset.kind !== "description");
    return Math.max(0, open);
  }

  /**
   * @param {number} step
   * @param {boolean} [takesFocus]
   */
  #go(step, takesFocus = true) {
    const steps = this.#steps();
    this.#step = Math.min(Math.max(0, step), steps.length - 1);
    steps.forEach((each, number) => each.classList.toggle("is-current", number === this.#step));
    const current = steps[this.#step];
    history.replaceState(null, "", `#${current.id}`);
    this.querySelectorAll("[data-step]").forEach((each, number) => {
      if (number === this.#step) each.setAttribute("aria-current", "step"); else each.removeAttribute("aria-current");
    });
    this.querySelector(`[data-step="${this.#step}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
    const isEnd = this.#step === steps.length - 1;
    const back = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-role=back]"));
    const forward = /** @type {HTMLElement | null} */ (document.querySelector("[data-role=forward]"));
    if (back) back.disabled = this.#step === 0;
    if (forward) forward.hidden = isEnd;
    const where = document.querySelector("[data-role=where]");
    if (where) where.textContent = isEnd ? "" : fill(this.dataset.textQuestion, { number: this.#step + 1, count: steps.length - 1 });
    if (isEnd) this.#summarise();
    if (takesFocus) {
      window.scrollTo({ top: 0 });
      /** @type {HTMLElement | null} */ (current.querySelector(".quiz-number"))?.focus({ preventScroll: true });
    }
  }

  #summarise() {
    const missing = this.#sections().filter((each) => each.dataset.answered === undefined && each.dataset.kind !== "description");
    const names = missing.map((each) => this.querySelector(`a[href="#${each.id}"] [aria-hidden]`)?.textContent ?? "");
    const text = this.querySelector("[data-role=summary]");
    if (text) text.textContent = names.length ? fill(this.dataset.textMissing, { numbers: names.join(", ") }) : (this.dataset.textAll ?? "");
  }

  /** @param {HTMLElement} section */
  #markAnswered(section) {
    const isAnswered = fieldsOf(section).some(([name, value]) => value.trim() !== "" && !name.includes(".place.")) || section.dataset.kind === "ordering";
    section.toggleAttribute("data-answered", isAnswered);
    const link = this.querySelector(`a[href="#${section.id}"][data-step]`);
    link?.toggleAttribute("data-answered", isAnswered);
    const words = link?.querySelector("[data-role=answered]");
    if (words) words.textContent = `, ${isAnswered ? this.dataset.textAnswered : this.dataset.textOpen}`;
  }

  /** @param {"saving" | "saved" | "kept" | "refused"} state */
  #say(state) {
    const line = /** @type {HTMLElement | null} */ (this.querySelector("[data-role=saved]"));
    if (!line || line.dataset.state === state) return;
    line.dataset.state = state;
    const symbols = { saving: "hourglass-split", saved: "check-lg", kept: "exclamation-circle", refused: "exclamation-circle" };
    const texts = { saving: this.dataset.textSaving, saved: this.dataset.textSaved, kept: this.dataset.textKept, refused: this.dataset.textRefused };
    line.replaceChildren(icon(this.dataset.icons, symbols[state]), texts[state] ?? "");
  }

  /** @param {boolean} isOffline */
  #showOffline(isOffline) {
    const banner = /** @type {HTMLElement | null} */ (this.querySelector(".quiz-offline"));
    if (banner) banner.hidden = !isOffline;
  }

  /**
   * @param {boolean} isWaiting
   * @param {string} [words]
   */
  #showWaiting(isWaiting, words = this.dataset.textWait) {
    const line = /** @type {HTMLElement | null} */ (this.querySelector("[data-role=waiting]"));
    if (!line) return;
    line.hidden = !isWaiting;
    line.querySelector("span")?.replaceChildren(element("span", {}, words ?? ""));
  }
}

/** @param {HTMLElement} section */
function position(section) {
  return Number(section.dataset.position);
}

/**
 * @param {HTMLElement} section
 * @returns {[string, string][]} the fields of a question as its form would send them
 */
function fieldsOf(section) {
  /** @type {[string, string][]} */
  const found = [];
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input, select, textarea"))) {
    const isOff = ["checkbox", "radio"].includes(field.type) && !field.checked;
    if (field.name && field.type !== "file" && !isOff && !field.name.endsWith(".seq")) found.push([field.name, field.value]);
  }
  return found;
}

/**
 * @param {HTMLElement} section
 * @returns {boolean} whether its fields hold something else than what the server wrote into the page
 */
function isTouched(section) {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>} */ (section.querySelectorAll("input, select, textarea"));
  return hasChosenFile(section) || [...fields].some((field) => {
    if (field instanceof HTMLSelectElement) return field.selectedOptions[0] !== ([...field.options].find((each) => each.defaultSelected) ?? field.options[0]);
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    return field.type !== "file" && field.value !== field.defaultValue;
  });
}

/** @param {HTMLElement} section */
function hasChosenFile(section) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input[type=file]"))].some((field) => field.files?.length);
}

/**
 * @param {HTMLElement} section
 * @param {[string, string][]} fields
 */
function fillIn(section, fields) {
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input, select, textarea"))) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (!field.name || field.type === "file" || field.name.endsWith(".seq")) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  const order = section.querySelector("quiz-order");
  if (order instanceof Order) order.arrange();
  const gaps = section.querySelector("quiz-gaps");
  if (gaps instanceof Gaps) gaps.mark();
}

customElements.define("quiz-player", Player);
