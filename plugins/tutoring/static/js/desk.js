// The tutor's desk: what is not read in the chats that are not in front, going from one to the next, replies by "/".
import { Channel } from "contrada/channel.js";
import { fill } from "contrada/dom.js";

/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

/** The list of open chats. How far each was read is kept in the tab; the chat in front is read. */
class TutoringChats extends HTMLElement {
  /** @type {Channel[]} */
  #channels = [];

  connectedCallback() {
    for (const link of this.#links) this.#listen(link);
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    for (const channel of this.#channels) channel.close();
    document.removeEventListener("keydown", this.#onKey);
  }

  /** @param {HTMLAnchorElement} link */
  #listen(link) {
    const id = link.dataset.session ?? "";
    const isInFront = link.hasAttribute("aria-current");
    const read = `tutoring-read:${id}`;
    // The chat in front has a channel of its own; a second one of that name would only say the same again.
    if (isInFront) {
      const chat = document.querySelector("tutoring-chat");
      const mark = () => sessionStorage.setItem(read, String(this.#lastShown(chat)));
      mark();
      if (chat) new MutationObserver(mark).observe(chat, { childList: true, subtree: true });
      return;
    }
    let unread = 0;
    const channel = new Channel({ namespace: "/tutoring", office: this.dataset.office ?? "", name: `tutoring:${id}`, since: Number(sessionStorage.getItem(read) ?? 0) });
    channel.addEventListener("event", (event) => {
      const { kind, by } = /** @type {CustomEvent<LiveEvent>} */ (event).detail;
      if ((kind === "message.sent" || kind === "file.shared") && by?.id !== this.dataset.user) this.#show(link, (unread += 1));
    });
    this.#channels.push(channel);
  }

  /** @param {Element | null} chat @returns {number} */
  #lastShown(chat) {
    const shown = [...(chat?.querySelectorAll("[data-seq]") ?? [])].map((item) => Number(item instanceof HTMLElement ? item.dataset.seq : 0));
    return Math.max(0, Number(chat instanceof HTMLElement ? chat.dataset.since : 0), ...shown);
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {number} unread
   */
  #show(link, unread) {
    const count = link.querySelector("[data-part=unread]");
    if (!(count instanceof HTMLElement)) return;
    count.hidden = unread === 0;
    count.textContent = String(unread);
    count.setAttribute("role", "img");
    count.setAttribute("aria-label", fill(this.dataset.textUnread, { count: unread }));
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!event.altKey || !step) return;
    const links = this.#links;
    const next = links[links.findIndex((link) => link.hasAttribute("aria-current")) + step];
    if (!next) return;
    event.preventDefault();
    location.assign(next.href);
  };

  get #links() {
    return /** @type {HTMLAnchorElement[]} */ ([...this.querySelectorAll("a[data-session]")]);
  }
}

/** Replies: "/" at the beginning of a message opens the list, letters narrow it, Enter inserts. */
class TutoringReplies extends HTMLElement {
  connectedCallback() {
    const field = this.#field;
    if (!field || !this.#options.length) return;
    field.setAttribute("aria-controls", "replies");
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("input", () => this.#narrow());
    this.addEventListener("keydown", (event) => this.#onKey(event), { capture: true });
    this.#list.addEventListener("mousedown", (event) => {
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (!(option instanceof HTMLElement)) return;
      event.preventDefault();
      this.#insert(option);
    });
  }

  #narrow() {
    const text = this.#field?.value ?? "";
    const isAsked = text.startsWith("/") && !/\s/.test(text);
    const wanted = text.slice(1).toLocaleLowerCase();
    for (const option of this.#options) option.hidden = !(option.dataset.name ?? "").toLocaleLowerCase().startsWith(wanted);
    const first = this.#shown[0];
    this.#list.hidden = !isAsked || !first;
    this.#choose(this.#list.hidden ? null : (first ?? null));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.#list.hidden || event.target !== this.#field || event.isComposing) return;
    const shown = this.#shown;
    const at = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey) this.#choose(shown[(at + step + shown.length) % shown.length] ?? null);
    else if ((event.key === "Enter" || event.key === "Tab") && shown[at]) this.#insert(shown[at]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLElement | null} option */
  #choose(option) {
    for (const each of this.#options) each.setAttribute("aria-selected", String(each === option));
    if (option) this.#field?.setAttribute("aria-activedescendant", option.id);
    else this.#field?.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLElement} option */
  #insert(option) {
    const field = this.#field;
    if (!field) return;
    const { name = "", tutor = "", officeName = "" } = this.dataset;
    field.value = fill(option.dataset.text, { name, tutor, office: officeName });
    this.#close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  #close() {
    this.#list.hidden = true;
    this.#choose(null);
  }

  get #field() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector("#tutoring-say textarea"));
  }

  get #list() {
    return /** @type {HTMLElement} */ (this.querySelector("#replies"));
  }

  get #options() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=option]")]);
  }

  get #shown() {
    return this.#options.filter((option) => !option.hidden);
  }
}

customElements.define("tutoring-chats", TutoringChats);
customElements.define("tutoring-replies", TutoringReplies);
