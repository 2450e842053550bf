// The conversation of a session, live: messages arrive in order, one's own are kept until the server has them, files and
// photos are sent, and each sees whether the other is here, is writing, and has read.
import { Channel, newKey } from "contrada/channel.js";
import { clock, element, fill } from "contrada/dom.js";
import { fillAvatar } from "contrada/presence.js";
import { Announcer } from "./announcing.js";
import { act, addTools, endChanges, rewrite, write } from "./messages.js";
import { share } from "./sharing.js";

/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

const TYPING_MS = 2500;
const LAST_MINUTES = 5;

class TutoringChat extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;
  #typedAt = 0;
  #forgetTyping = 0;
  #isHere = false;
  /** @type {Announcer | null} */
  #announcer = null;

  connectedCallback() {
    this.#log.setAttribute("aria-live", "off"); // read by the announcer instead, in peace
    this.#announcer = new Announcer(this.#part("heard"));
    const channel = (this.#channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: `tutoring:${this.dataset.session}`, since: Number(this.dataset.since) }));
    channel.addEventListener("event", (event) => this.#take(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    channel.addEventListener("hint", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("people", (event) => this.#see(/** @type {CustomEvent} */ (event).detail.people.some((/** @type {{id: string}} */ one) => one.id !== this.dataset.user)));
    channel.addEventListener("presence", (event) => this.#meet(/** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("state", () => this.#showState());
    for (const unsent of channel.unsent) this.#show(this.#own(unsent.key), String(unsent.payload.text), true);
    this.querySelector("#tutoring-say")?.addEventListener("submit", (event) => this.#say(event));
    this.#field?.addEventListener("keydown", (event) => this.#sendByEnter(event));
    this.#field?.addEventListener("input", () => this.#typing());
    this.addEventListener("ui:uploaded", (event) => void this.#share(/** @type {CustomEvent} */ (event)));
    document.addEventListener("visibilitychange", () => this.#saySeen());
    this.querySelector("[data-part=quick]")?.addEventListener("submit", (event) => this.#sayQuickly(/** @type {SubmitEvent} */ (event)));
    this.#log.addEventListener("submit", (event) => void act(this, /** @type {SubmitEvent} */ (event)));
    setInterval(() => this.#showTime(), 15000);
    this.#showTime();
    this.#toEnd();
  }

  disconnectedCallback() {
    this.#channel?.close();
  }

  /** @param {Event} submit */
  #say(submit) {
    const field = this.#field;
    const text = field?.value.trim() ?? "";
    if (!field || !text || !this.#channel || this.#channel.state === "refused") return;
    submit.preventDefault();
    const key = newKey();
    field.value = "";
    this.#show(this.#own(key), text, true);
    this.#channel.append("message.sent", { text }, key).catch((problem) => {
      this.#log.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
      field.value = field.value || text;
      field.setCustomValidity(problem.message);
      field.reportValidity();
      field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    });
  }

  /** @param {SubmitEvent} submit */
  #sayQuickly(submit) {
    const text = submit.submitter instanceof HTMLButtonElement ? submit.submitter.value : "";
    if (!text || !this.#channel || this.#channel.state === "refused") return;
    submit.preventDefault();
    const key = newKey();
    this.#show(this.#own(key), text, true);
    this.#channel.append("message.sent", { text }, key).catch(() => this.#log.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove());
    /** @type {HTMLFormElement} */ (submit.target).closest("details")?.removeAttribute("open");
  }

  /** @param {KeyboardEvent} event */
  #sendByEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    /** @type {HTMLFormElement | null} */ (this.querySelector("#tutoring-say"))?.requestSubmit();
  }

  /** @param {CustomEvent} event */
  async #share({ detail }) {
    const form = /** @type {HTMLFormElement} */ (this.querySelector("[data-part=files]"));
    const isShared = await share(form.action, detail.url);
    this.#part("refused").hidden = isShared;
    if (isShared) form.querySelector(".ui-files")?.replaceChildren();
  }

  /** @param {LiveEvent} event */
  #take(event) {
    if (event.kind === "message.withdrawn") return void this.#log.querySelector(`[data-seq="${Number(event.payload.target)}"]`)?.remove();
    if (event.kind === "message.changed") return rewrite(this.#log.querySelector(`[data-seq="${Number(event.payload.target)}"]`), String(event.payload.text), this.dataset.textChanged ?? "");
    if (event.kind === "conversation.ended") return this.#close();
    if (event.kind === "tutor.changed") return this.#pass(String(event.payload.name));
    if (event.kind === "tutor.proposed") return this.#ask(String(event.payload.name));
    if (event.kind === "tutor.declined") return this.#ask("");
    this.#log.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.remove();
    const item = this.#item();
    item.dataset.seq = String(event.seq);
    const isOwn = event.by?.id === this.dataset.user;
    item.classList.toggle("is-own", isOwn);
    const time = clock(event.at);
    const who = item.querySelector(".ui-chat-who");
    if (who) who.textContent = isOwn ? time : `${event.by?.name ?? "–"} · ${time}`;
    if (isOwn) item.querySelector(".ui-avatar")?.remove();
    else fillAvatar(item.querySelector(".ui-avatar"), event.by);
    if (event.kind === "file.shared") item.querySelector(".ui-bubble")?.append(this.#file(event.payload));
    this.#show(item, event.kind === "file.shared" ? "" : String(event.payload.text), false);
    if (!isOwn) this.#announcer?.hear(event.by?.name ?? "–", String(event.kind === "file.shared" ? event.payload.name : event.payload.text));
    if (isOwn) addTools(this, item, { seq: event.seq, at: event.at, text: event.kind === "file.shared" ? null : String(event.payload.text) });
    this.#part("typing").textContent = "";
    this.#saySeen();
  }

  /** Another tutor goes on: said to the trainee; a tutor's page is shown again, with or without this conversation. @param {string} name */
  #pass(name) {
    if (this.dataset.desk) return void location.assign(this.dataset.desk);
    this.dataset.other = name;
    this.querySelector("[data-part=call]")?.remove();
    this.#ask("");
    this.#log.append(element("p", { class: "ui-chat-system" }, fill(this.dataset.textPassed, { name })));
    this.#toEnd();
  }

  /** Whether another tutor may go on: asked of the trainee; an empty name ends it, which a tutor's page shows anew. @param {string} name */
  #ask(name) {
    const box = this.querySelector("[data-part=ask]");
    if (!(box instanceof HTMLElement)) return void (name || !this.dataset.desk || location.reload());
    const words = box.querySelector("p");
    if (words) words.textContent = name ? fill(box.dataset.text, { name }) : "";
    box.hidden = !name;
  }

  #close() {
    const write = this.querySelector("[data-part=write]");
    if (write instanceof HTMLElement) write.hidden = true;
    this.#part("closed").hidden = false;
    for (const tools of this.#log.querySelectorAll(".tutoring-own")) tools.remove();
    this.querySelector("[data-part=call]")?.remove();
  }

  /** @param {Record<string, unknown>} file */
  #file(file) {
    const address = `${this.dataset.files}/${String(file.file_id)}/${encodeURIComponent(String(file.name))}`;
    if (String(file.media_type).startsWith("audio/")) return element("audio", { class: "tutoring-audio", controls: "", preload: "none", src: address, "aria-label": String(file.name) });
    const link = element("a", { href: address });
    if (String(file.media_type).startsWith("image/")) link.append(element("img", { class: "tutoring-picture", src: address, alt: String(file.name) }));
    else link.textContent = String(file.name);
    return link;
  }

  #typing() {
    const letters = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-part=letters]"))?.checked ?? false;
    if (!letters && Date.now() - this.#typedAt < TYPING_MS / 2) return;
    this.#typedAt = Date.now();
    this.#channel?.hint("typing", { text: letters ? (this.#field?.value ?? "").slice(0, 4000) : "" });
  }

  /** @param {{ kind: string, payload: Record<string, unknown> }} hint */
  #hear({ kind, payload }) {
    if (kind === "seen") return this.#markSeen(Number(payload.seq));
    const line = this.#part("typing");
    line.textContent = payload.text ? String(payload.text) : fill(this.dataset.textTyping, { name: this.dataset.other ?? "" });
    clearTimeout(this.#forgetTyping);
    this.#forgetTyping = window.setTimeout(() => (line.textContent = ""), payload.text ? 20000 : TYPING_MS);
  }

  /** @param {number} seq */
  #markSeen(seq) {
    for (const note of this.#log.querySelectorAll(".tutoring-seen")) note.remove();
    const own = [.../** @type {NodeListOf<HTMLElement>} */ (this.#log.querySelectorAll(".is-own[data-seq]"))].filter((item) => Number(item.dataset.seq) <= seq);
    own.at(-1)?.append(element("p", { class: "ui-chat-state tutoring-seen" }, this.dataset.textSeen ?? ""));
  }

  #saySeen() {
    if (!document.hidden && this.#channel?.state === "live" && this.#channel.last) this.#channel.hint("seen", { seq: this.#channel.last });
  }

  /** @param {{ joined?: { id: string }, left?: string }} change */
  #meet({ joined, left }) {
    if (joined && joined.id !== this.dataset.user) this.#see(true);
    if (left && left !== this.dataset.user) this.#see(false);
  }

  /** @param {boolean} isHere */
  #see(isHere) {
    this.#isHere = isHere;
    this.#part("presence").textContent = fill(this.#isHere ? this.dataset.textHere : this.dataset.textAway, { name: this.dataset.other ?? "" });
    if (isHere) this.#saySeen();
  }

  /** Quiet until five minutes before the end, but for the tutor, who keeps the time. */
  #showTime() {
    const minutes = Math.ceil((Date.parse(this.dataset.ends ?? "") - Date.now()) / 60000);
    const isTold = this.dataset.timer !== undefined || (minutes > 0 && minutes <= LAST_MINUTES);
    const words = minutes > 0 ? fill(this.dataset.textLeft, { minutes }) : fill(this.dataset.textOver, { minutes: -minutes });
    this.#part("left").textContent = isTold ? words : "";
    endChanges(this);
    this.#part("left").classList.toggle("is-late", isTold && minutes <= LAST_MINUTES);
  }

  #showState() {
    for (const text of this.querySelectorAll(".tutoring-state > [data-state]")) if (text instanceof HTMLElement) text.hidden = text.dataset.state !== this.#channel?.state;
  }

  /** @param {string} key */
  #own(key) {
    const item = this.#item();
    item.dataset.key = key;
    item.classList.add("is-own");
    item.querySelector(".ui-avatar")?.remove();
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {string} text
   * @param {boolean} isSending
   */
  #show(item, text, isSending) {
    if (text) write(item.querySelector(".ui-bubble"), text);
    const note = item.querySelector(".ui-chat-state");
    if (note instanceof HTMLElement) note.hidden = !isSending;
    this.#log.append(item);
    this.#toEnd();
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #item() {
    const pattern = /** @type {HTMLTemplateElement} */ (this.querySelector("template[data-part=pattern]"));
    return /** @type {HTMLElement} */ (pattern.content.firstElementChild?.cloneNode(true));
  }

  /** Where one writes; messages that can be changed have fields of their own. */
  get #field() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector("#tutoring-say textarea"));
  }

  get #log() {
    return /** @type {HTMLElement} */ (this.querySelector("#tutoring-log"));
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }
}
customElements.define("tutoring-chat", TutoringChat);
