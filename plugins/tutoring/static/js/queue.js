// The drop-in queue, live: where one stands on a trainee's page, who waits on a tutor's page.
import { Channel } from "contrada/channel.js";

const HERE_EVERY_MS = 30000;

/** @param {string} address @returns {Promise<Response | null>} null without a connection */
async function ask(address, method = "GET") {
  try {
    const answer = await fetch(address, { method, headers: { Accept: method === "POST" ? "application/json" : "text/html", "X-Requested-With": "fetch" } });
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** One's own place: says every half minute that the page is there, and goes on to the conversation. */
class TutoringQueue extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;
  #timer = 0;

  connectedCallback() {
    this.#channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: `tutoring_place:${this.dataset.place}` });
    this.#channel.addEventListener("event", () => void this.#ask());
    this.#channel.addEventListener("state", () => this.#showState());
    this.#timer = window.setInterval(() => void this.#ask(), HERE_EVERY_MS);
    document.addEventListener("visibilitychange", this.#onVisible);
    const byHand = this.#part("by-hand");
    if (byHand) byHand.hidden = true;
    void this.#ask();
  }

  disconnectedCallback() {
    this.#channel?.close();
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisible);
  }

  #onVisible = () => {
    if (!document.hidden) void this.#ask();
  };

  async #ask() {
    const answer = await ask(this.dataset.here ?? "", "POST");
    if (!answer || !this.isConnected) return;
    /** @type {{ go_to?: string, position?: number, wait?: string }} */
    const standing = await answer.json();
    if (standing.go_to) return void location.assign(standing.go_to);
    this.#say("position", String(standing.position));
    this.#say("wait", standing.wait ?? "");
  }

  #showState() {
    const line = /** @type {HTMLElement | null} */ (this.querySelector("[data-state=offline]"));
    if (line) line.hidden = this.#channel?.state !== "offline";
  }

  /**
   * Only what changed is written, so that it is read aloud once.
   * @param {string} name
   * @param {string} text
   */
  #say(name, text) {
    const part = this.#part(name);
    if (part && part.textContent !== text) part.textContent = text;
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`[data-part="${name}"]`));
  }
}

/** All who wait, for tutors: fetched again when something changes, and now and then for those whose connection went. */
class TutoringWaiting extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;
  #timer = 0;

  connectedCallback() {
    this.#channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: "tutoring_desk" });
    this.#channel.addEventListener("event", () => void this.#fetch());
    this.#timer = window.setInterval(() => void this.#fetch(), HERE_EVERY_MS);
  }

  disconnectedCallback() {
    this.#channel?.close();
    clearInterval(this.#timer);
  }

  async #fetch() {
    const answer = await ask(this.dataset.queue ?? "");
    const list = this.querySelector("[data-part=queue]");
    if (!answer || !list) return;
    const fresh = /** @type {Element} */ (list.cloneNode(false));
    fresh.append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    if (fresh.isEqualNode(list)) return;
    const held = document.activeElement instanceof HTMLButtonElement && list.contains(document.activeElement) ? document.activeElement.value : null;
    list.replaceWith(fresh);
    if (held !== null) /** @type {HTMLElement | null} */ (fresh.querySelector(held ? `button[value="${CSS.escape(held)}"]` : "[data-part=next]"))?.focus();
  }
}

/** On pages that a tutor opens from the desk (a note, the replies): stays at the desk, so that nobody takes the chats over. */
class TutoringAtDesk extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;

  connectedCallback() {
    this.#channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: "tutoring_desk" });
  }

  disconnectedCallback() {
    this.#channel?.close();
  }
}

customElements.define("tutoring-at-desk", TutoringAtDesk);
customElements.define("tutoring-queue", TutoringQueue);
customElements.define("tutoring-waiting", TutoringWaiting);
