// Makes the office's lounge live: announcements arrive, people come and go, one's own announcement is sent without reload.
import { Channel, ChannelError, newKey } from "./channel.js";
import { clock } from "./dom.js";
import { PeopleList, fillAvatar } from "./presence.js";

/** @typedef {import("./channel.js").LiveEvent} LiveEvent */

class OfficeLounge extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;

  connectedCallback() {
    const channel = new Channel({
      namespace: "/lounge",
      office: this.dataset.office ?? "",
      name: "lounge",
      since: Number(this.dataset.since),
    });
    this.#channel = channel;
    new PeopleList(channel, {
      list: this.#part("people"),
      pattern: this.#pattern("person-pattern"),
      count: this.#part("count"),
      nobody: this.#part("nobody"),
    });
    channel.addEventListener("event", (event) => this.#take(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    channel.addEventListener("state", () => this.#showState());
    this.#showState();
    for (const unsent of channel.unsent) this.#showSending(unsent.key, String(unsent.payload.text));
    this.querySelector(".lounge-compose form")?.addEventListener("submit", (event) => this.#announce(event));
  }

  disconnectedCallback() {
    this.#channel?.close();
  }

  /** @param {Event} submit */
  #announce(submit) {
    const form = /** @type {HTMLFormElement} */ (submit.currentTarget);
    const field = form.querySelector("textarea");
    const text = field?.value.trim() ?? "";
    // Without a connection, or with nothing to say, the form goes to the server, which has the better words.
    if (!field || !text || !this.#channel || this.#channel.state !== "live") return;
    submit.preventDefault();
    const key = newKey();
    field.value = "";
    this.#showSending(key, text);
    this.#channel.append("announcement.posted", { text }, key).catch((problem) => this.#refused(key, field, text, problem));
    field.focus();
  }

  /**
   * @param {string} key
   * @param {HTMLTextAreaElement} field
   * @param {string} text
   * @param {unknown} problem
   */
  #refused(key, field, text, problem) {
    this.#log.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
    field.value = field.value || text;
    field.setCustomValidity(problem instanceof ChannelError ? problem.fields.text ?? problem.message : "");
    field.reportValidity();
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  }

  /** @param {LiveEvent} event */
  #take(event) {
    if (event.kind === "announcement.withdrawn") {
      this.#log.querySelector(`[data-seq="${Number(event.payload.target)}"]`)?.remove();
    } else if (event.kind === "announcement.posted") {
      this.#log.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.remove();
      this.#show(event);
    }
    this.#part("empty").hidden = this.#log.childElementCount > 0;
  }

  /** @param {LiveEvent} event */
  #show(event) {
    const item = this.#newItem(String(event.payload.text));
    item.dataset.seq = String(event.seq);
    fillAvatar(item.querySelector(".ui-avatar"), event.by);
    const name = item.querySelector("strong");
    if (name) name.textContent = event.by?.name ?? "–";
    const time = item.querySelector("time");
    if (time) {
      time.dateTime = event.at;
      time.textContent = clock(event.at);
    }
    const form = item.querySelector("form");
    if (form && event.by?.id === this.dataset.user) {
      form.action = `${form.dataset.action}/${event.seq}/withdraw`;
      form.hidden = false;
    }
    this.#log.prepend(item);
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  #showSending(key, text) {
    const item = this.#newItem(text);
    item.dataset.key = key;
    const note = item.querySelector("[data-part=sending]");
    if (note instanceof HTMLElement) note.hidden = false;
    this.#log.prepend(item);
    this.#part("empty").hidden = true;
  }

  /** @param {string} text */
  #newItem(text) {
    const item = /** @type {HTMLElement} */ (this.#pattern("announcement-pattern").content.firstElementChild?.cloneNode(true));
    const body = item.querySelector(".lounge-text");
    if (body) body.textContent = text;
    return item;
  }

  #showState() {
    for (const text of this.#part("state").querySelectorAll("[data-state]")) {
      if (text instanceof HTMLElement) text.hidden = text.dataset.state !== this.#channel?.state;
    }
  }

  get #log() {
    return this.#part("log");
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }

  /** @param {string} name */
  #pattern(name) {
    return /** @type {HTMLTemplateElement} */ (this.querySelector(`template[data-part="${name}"]`));
  }
}

customElements.define("office-lounge", OfficeLounge);
