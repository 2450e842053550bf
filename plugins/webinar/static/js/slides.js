// Slides: what everybody sees, and for who presents: turning pages, the pages at a glance, the pointer.
import { element, fill } from "contrada/dom.js";
import { announce, complain, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {{ id: string, name: string, pages: number, texts: string[] }} Deck */

const POINTER_MS = 50;
const POINTER_GONE_MS = 4000;

export class Slides {
  #room;
  #stage;
  #base;
  /** @type {Deck[]} */
  #decks = [];
  #known = -1;
  #shown = "";
  #pointedAt = 0;
  #pointerTimer = 0;
  #isPointing = false;
  #picture = /** @type {HTMLImageElement} */ (part("slide-picture"));

  /**
   * @param {Room} room
   * @param {Stage} stage
   * @param {string} base address of the slides of the room
   */
  constructor(room, stage, base) {
    this.#room = room;
    this.#stage = stage;
    this.#base = base;
    room.addEventListener("change", () => this.#show());
    room.addEventListener("hint", (event) => this.#hint(/** @type {CustomEvent} */ (event).detail));
    part("slide-back").addEventListener("click", () => this.#turn(-1));
    part("slide-next").addEventListener("click", () => this.#turn(1));
    part("slide-hide").addEventListener("click", () => void room.order("slide.show", { deck: null }).catch(complain));
    part("slide-point").addEventListener("click", () => {
      this.#isPointing = !this.#isPointing;
      part("slide-point").setAttribute("aria-pressed", String(this.#isPointing));
    });
    this.#picture.addEventListener("pointermove", (event) => this.#point(event));
    part("deck-list").addEventListener("click", (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-deck]"));
      if (button) this.#go(button.dataset.deck ?? "", Number(button.dataset.number));
    });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #show() {
    const { slide, decks } = this.#room.state;
    const mayPresent = this.#room.rights.has("present");
    for (const only of document.querySelectorAll("[data-for=presenter]")) /** @type {HTMLElement} */ (only).hidden = !mayPresent;
    if (decks !== this.#known) {
      this.#known = decks;
      void this.#load();
    }
    const deck = this.#decks.find((each) => each.id === slide?.deck);
    const hasSlides = Boolean(slide);
    if (this.#stage.hasSlides !== hasSlides) {
      this.#stage.hasSlides = hasSlides;
      this.#stage.show();
    }
    part("slide-bar").hidden = !mayPresent || !slide;
    const stamp = slide ? `${slide.deck}/${slide.number}/${deck?.pages ?? 0}` : "";
    if (!slide || stamp === this.#shown) return;
    this.#shown = stamp;
    this.#picture.src = this.#address(slide.deck, slide.number);
    const text = deck?.texts[slide.number - 1] ?? "";
    const where = fill(words.slideOf, { page: slide.number, pages: deck?.pages ?? "–" });
    this.#picture.alt = where;
    part("slide-text").textContent = text;
    part("slide-number").textContent = `${slide.number} / ${deck?.pages ?? "–"}`;
    announce(`${where}. ${text.slice(0, 300)}`);
    if (deck && slide.number < deck.pages) new Image().src = this.#address(slide.deck, slide.number + 1);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (part("deck-list").querySelectorAll("[data-deck]"))) {
      const isNow = button.dataset.deck === slide.deck && Number(button.dataset.number) === slide.number;
      if (isNow) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  async #load() {
    try {
      this.#decks = (await this.#room.ask("slides.list", {})).decks;
    } catch {
      this.#known = -1;
      return;
    }
    this.#shown = "";
    part("deck-empty").hidden = this.#decks.length > 0;
    if (this.#room.rights.has("present")) part("deck-list").replaceChildren(...this.#decks.flatMap((deck) => this.#thumbnails(deck)));
    this.#show();
  }

  /** @param {Deck} deck */
  #thumbnails(deck) {
    const pages = Array.from({ length: deck.pages }, (_, index) => {
      const picture = element("img", { src: this.#address(deck.id, index + 1), alt: "", loading: "lazy", width: "160" });
      return element("li", {}, element("button", { type: "button", "data-deck": deck.id, "data-number": String(index + 1), "aria-label": fill(words.showPage, { page: index + 1, name: deck.name }) }, picture, element("span", {}, String(index + 1))));
    });
    return [element("h2", {}, deck.name), element("ol", { class: "webinar-thumbnails" }, ...pages)];
  }

  /** @param {number} by */
  #turn(by) {
    const slide = this.#room.state.slide;
    const deck = this.#decks.find((each) => each.id === slide?.deck);
    if (!slide || !deck) return;
    const number = Math.min(deck.pages, Math.max(1, slide.number + by));
    if (number !== slide.number) this.#go(deck.id, number);
  }

  /**
   * @param {string} deck
   * @param {number} number
   */
  #go(deck, number) {
    this.#room.order("slide.show", { deck, number }).catch(complain);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.#room.state.slide || !this.#room.rights.has("present") || target.closest("input, textarea, select, [role=tablist], [role=log]")) return;
    const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#turn(by);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (!this.#isPointing || !this.#room.rights.has("present") || Date.now() - this.#pointedAt < POINTER_MS) return;
    this.#pointedAt = Date.now();
    const box = this.#picture.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * 1000);
    const y = Math.round(((event.clientY - box.top) / box.height) * 1000);
    this.#room.hint("pointer", { x, y });
    this.#showPointer(x, y);
  }

  /** @param {{ kind: string, payload: Record<string, unknown> }} hint */
  #hint({ kind, payload }) {
    if (kind === "pointer") this.#showPointer(Number(payload.x), Number(payload.y));
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #showPointer(x, y) {
    const dot = part("slide-pointer");
    dot.hidden = false;
    dot.style.insetInlineStart = `${x / 10}%`;
    dot.style.insetBlockStart = `${y / 10}%`;
    clearTimeout(this.#pointerTimer);
    this.#pointerTimer = window.setTimeout(() => (dot.hidden = true), POINTER_GONE_MS);
  }

  /**
   * @param {string} deck
   * @param {number} number
   */
  #address(deck, number) {
    return `${this.#base}/${deck}/${number}.webp`;
  }
}
