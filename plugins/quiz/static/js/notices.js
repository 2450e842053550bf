// What the page says about saving: the line above, the banner without a connection, and that it waits to hand in.
import { element, icon } from "contrada/dom.js";

const SYMBOLS = { saving: "hourglass-split", saved: "check-lg", kept: "exclamation-circle", refused: "exclamation-circle" };

export class Notices {
  /** @param {HTMLElement} page holds the words and the places where they are shown */
  constructor(page) {
    this.page = page;
  }

  /** @param {"saving" | "saved" | "kept" | "refused"} state */
  say(state) {
    const line = /** @type {HTMLElement | null} */ (this.page.querySelector("[data-role=saved]"));
    if (!line || line.dataset.state === state) return;
    line.dataset.state = state;
    const words = this.page.dataset;
    const texts = { saving: words.textSaving, saved: words.textSaved, kept: words.textKept, refused: words.textRefused };
    line.replaceChildren(icon(words.icons, SYMBOLS[state]), texts[state] ?? "");
  }

  /** @param {boolean} isOffline */
  showOffline(isOffline) {
    const banner = /** @type {HTMLElement | null} */ (this.page.querySelector(".quiz-offline"));
    if (banner) banner.hidden = !isOffline;
  }

  /**
   * @param {boolean} isWaiting
   * @param {string} [words]
   */
  showWaiting(isWaiting, words = this.page.dataset.textWait) {
    const line = /** @type {HTMLElement | null} */ (this.page.querySelector("[data-role=waiting]"));
    if (!line) return;
    line.hidden = !isWaiting;
    line.querySelector("span")?.replaceChildren(element("span", {}, words ?? ""));
  }
}
