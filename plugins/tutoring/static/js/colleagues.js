// What tutors say among themselves beside a conversation: arrives live, is sent without leaving the page.
import { Channel, newKey } from "contrada/channel.js";
import { clock, element } from "contrada/dom.js";

/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

class TutoringColleagues extends HTMLElement {
  /** @type {Channel | null} */
  #channel = null;

  connectedCallback() {
    this.#channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: "tutoring_colleagues", since: Number(this.dataset.since) });
    this.#channel.addEventListener("event", (event) => this.#take(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    this.querySelector("form")?.addEventListener("submit", (event) => this.#say(event));
    this.querySelector("textarea")?.addEventListener("keydown", (event) => this.#sendByEnter(event));
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  disconnectedCallback() {
    this.#channel?.close();
  }

  /** As in every conversation. @param {KeyboardEvent} event */
  #sendByEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.querySelector("form")?.requestSubmit();
  }

  /** @param {Event} submit */
  #say(submit) {
    const field = this.querySelector("textarea");
    const text = field?.value.trim() ?? "";
    if (!field || !text || this.#channel?.state !== "live") return;
    submit.preventDefault();
    field.value = "";
    this.#channel.append("whisper.sent", { text }, newKey()).catch((problem) => {
      field.value = field.value || text;
      field.setCustomValidity(problem.message);
      field.reportValidity();
      field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    });
  }

  /** @param {LiveEvent} event */
  #take(event) {
    const time = clock(event.at);
    const isOwn = event.by?.id === this.dataset.user;
    this.#log.append(
      element("div", { class: `ui-chat-item${isOwn ? " is-own" : ""}` },
        element("p", { class: "ui-chat-who" }, isOwn ? time : `${event.by?.name ?? "–"} · ${time}`),
        element("div", { class: "ui-bubble" }, String(event.payload.text))),
    );
    this.#log.scrollTop = this.#log.scrollHeight;
    const details = this.closest("details");
    if (details && !details.open && !isOwn) details.querySelector(".ui-count")?.removeAttribute("hidden");
    details?.addEventListener("toggle", () => details.querySelector(".ui-count")?.setAttribute("hidden", ""), { once: true });
  }

  get #log() {
    return /** @type {HTMLElement} */ (this.querySelector("#colleagues-log"));
  }
}
customElements.define("tutoring-colleagues", TutoringColleagues);
