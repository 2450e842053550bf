// Answers on their way: into the journal at once, from there to the server, again until it has them; and handing in when all are there.
import { request, RequestError } from "contrada/request.js";
import { fieldsOf, fillIn, numberOf, position } from "./answer-fields.js";
import { Journal } from "./journal.js";

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const MOST_STALE = 8;

export class Sending {
  #journal;
  #channel;
  /** @type {Map<number, number>} the highest number known of each question */
  #known = new Map();
  #timer = 0;
  #tries = 0;
  #stale = 0;
  #isSending = false;
  #wantsToSubmit = false;
  isOver = false;

  /**
   * @param {HTMLElement} page the questions and the addresses
   * @param {import("./steps.js").Steps} steps
   * @param {import("./notices.js").Notices} notices
   * @param {import("./countdown.js").Countdown} countdown
   */
  constructor(page, steps, notices, countdown) {
    this.page = page;
    this.steps = steps;
    this.notices = notices;
    this.countdown = countdown;
    this.#journal = new Journal(page.dataset.attempt ?? "");
    this.#channel = "BroadcastChannel" in window ? new BroadcastChannel(`contrada-quiz:${page.dataset.attempt}`) : null;
  }

  begin() {
    for (const section of this.steps.questions()) this.#known.set(position(section), numberOf(section));
    this.#restore();
    this.#channel?.addEventListener("message", (event) => this.#onOtherTab(event.data));
    window.addEventListener("online", () => void this.flush());
    window.addEventListener("offline", () => this.notices.showOffline(true));
    document.addEventListener("visibilitychange", () => void this.flush());
    window.addEventListener("pagehide", () => void this.flush());
  }

  /**
   * Keep what is answered now, if it is new; it is sent after a pause.
   * @param {HTMLElement} section
   */
  note(section) {
    const place = position(section);
    const fields = fieldsOf(section);
    const kept = this.#journal.all().get(place);
    if (kept && JSON.stringify(kept.fields) === JSON.stringify(fields)) return;
    const seq = Math.max(this.#known.get(place) ?? 0, kept?.seq ?? 0) + 1;
    this.#learn(place, seq);
    this.#journal.put(place, { seq, fields });
    this.#channel?.postMessage({ place, seq, fields });
    this.steps.markAnswered(section);
    this.notices.say("saving");
  }

  /** @param {number} pause milliseconds */
  sendAfter(pause) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), pause);
  }

  async flush() {
    if (this.#isSending || this.isOver) return;
    clearTimeout(this.#timer);
    const entries = [...this.#journal.all()];
    if (entries.length === 0) {
      if (this.#wantsToSubmit) await this.#submit();
      return;
    }
    this.#isSending = true;
    this.notices.say("saving");
    try {
      const changes = entries.map(([place, entry]) => ({ position: place, seq: entry.seq, fields: entry.fields }));
      const answer = await request(this.page.dataset.answers ?? "", {
        method: "POST", body: JSON.stringify({ changes }), headers: { "Content-Type": "application/json" }, keepalive: document.hidden,
      });
      this.#tries = 0;
      this.notices.showOffline(false);
      this.countdown.start(answer.seconds_left);
      this.#takeIn(answer, new Map(entries));
    } catch (error) {
      this.#failed(error);
      return;
    } finally {
      this.#isSending = false;
    }
    if (this.#journal.all().size > 0) await this.flush();
    else {
      this.notices.say("saved");
      if (this.#wantsToSubmit) await this.#submit();
    }
  }

  /**
   * Hand in as soon as the server has everything.
   * @param {boolean} isWaiting
   * @param {string} [words]
   */
  async handIn(isWaiting, words) {
    this.#wantsToSubmit = true;
    this.notices.showWaiting(isWaiting, words);
    await this.flush();
  }

  /**
   * A question came anew from the server: what it holds is there.
   * @param {HTMLElement} section
   */
  accept(section) {
    const [place, seq] = [position(section), numberOf(section)];
    this.#learn(place, seq);
    this.#journal.acknowledge(place, seq);
    this.steps.markAnswered(section);
    this.notices.say("saved");
  }

  /** It is over on the server: nothing can be sent any more. */
  end() {
    this.isOver = true;
    this.#journal.clear();
    location.assign(this.page.dataset.review ?? "");
  }

  /**
   * @param {number} place
   * @param {number} seq
   */
  #learn(place, seq) {
    this.#known.set(place, Math.max(seq, this.#known.get(place) ?? 0));
    const field = /** @type {HTMLInputElement | null} */ (this.page.querySelector(`[name="a${place}.seq"]`));
    if (field) field.value = String(this.#known.get(place));
  }

  /**
   * @param {{saved: Record<string, number>, stale: Record<string, number>}} answer
   * @param {Map<number, import("./journal.js").Entry>} sent
   */
  #takeIn(answer, sent) {
    for (const [place] of Object.entries(answer.saved)) this.#journal.acknowledge(Number(place), sent.get(Number(place))?.seq ?? 0);
    for (const [text, seq] of Object.entries(answer.stale)) {
      const place = Number(text);
      const section = this.steps.question(place);
      this.#journal.acknowledge(place, sent.get(place)?.seq ?? 0);
      this.#learn(place, seq);
      // What this person just answered here is the newest, whatever another device sent meanwhile; but not for ever.
      if (section && section.dataset.locked === undefined && this.#stale++ < MOST_STALE) this.note(section);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const status = error instanceof RequestError ? error.status : -1;
    if (status === 409) return this.end();
    if (status === -1) throw error;
    this.notices.showOffline(status === 0);
    this.notices.say(status === 0 || status >= 500 ? "kept" : "refused");
    this.#tryAgain();
  }

  #tryAgain() {
    this.sendAfter(RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
  }

  /** What an earlier page kept and the server does not have yet. */
  #restore() {
    for (const [place, entry] of this.#journal.all()) {
      const section = this.steps.question(place);
      const isNewer = entry.seq > (this.#known.get(place) ?? 0);
      if (section && isNewer && section.dataset.locked === undefined) {
        fillIn(section, entry.fields);
        this.#learn(place, entry.seq);
        this.steps.markAnswered(section);
      } else this.#journal.acknowledge(place, entry.seq);
    }
  }

  /** @param {{place: number, seq: number, fields: [string, string][]}} news */
  #onOtherTab(news) {
    const section = this.steps.question(news.place);
    if (!section || news.seq <= (this.#known.get(news.place) ?? 0)) return;
    this.#learn(news.place, news.seq);
    fillIn(section, news.fields);
    this.steps.markAnswered(section);
  }

  async #submit() {
    const button = /** @type {HTMLButtonElement} */ (this.page.querySelector("[data-role=submit]"));
    const key = /** @type {HTMLInputElement} */ (this.page.querySelector("[name=key]")).value;
    this.#wantsToSubmit = false;
    try {
      const response = await fetch(button.formAction, { method: "POST", body: new URLSearchParams({ key }), credentials: "same-origin" });
      if (!response.ok) throw new RequestError(response.status, "");
      this.isOver = true;
      this.#journal.clear();
      location.assign(response.url);
    } catch {
      this.#wantsToSubmit = true;
      this.notices.showOffline(true);
      this.notices.showWaiting(true);
      this.#tryAgain();
    }
  }
}
