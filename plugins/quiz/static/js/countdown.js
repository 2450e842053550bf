// The time that is left: the server says how many seconds, and this counts with a clock nobody can set.
import { fill } from "contrada/dom.js";

const SPOKEN_MINUTES = [10, 5, 1];
const LAST_SECONDS = 2;

export class Countdown {
  #endsAt = Infinity;
  /** @type {Set<number>} minutes that were said */
  #said = new Set();
  #isNear = false;
  #isOver = false;

  /**
   * @param {HTMLElement} page holds the words and shows the time
   * @param {{isStopped: () => boolean, near: () => void, over: () => void}} calls whether it counts no more, and what happens just before the end and at it
   */
  constructor(page, calls) {
    this.page = page;
    this.calls = calls;
  }

  /** @param {string | number | null | undefined} left seconds, as the server says; nothing where there is no limit */
  start(left) {
    if (left === undefined || left === null || left === "") return;
    const isFirst = this.#endsAt === Infinity;
    this.#endsAt = performance.now() + Number(left) * 1000;
    if (isFirst) window.setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  #tick() {
    if (this.calls.isStopped()) return;
    const left = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / 1000));
    this.#show(left);
    if (left <= LAST_SECONDS && !this.#isNear) {
      this.#isNear = true;
      this.calls.near();
    }
    if (left === 0 && !this.#isOver) {
      this.#isOver = true;
      this.calls.over();
    }
  }

  /** @param {number} left */
  #show(left) {
    const texts = this.page.dataset;
    const shown = this.page.querySelector("[data-role=time]");
    const words = fill(texts.textLeft, { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` });
    if (shown && shown.textContent !== words) shown.textContent = words;
    this.page.querySelector("[data-role=clock]")?.classList.toggle("is-short", left <= 60);
    const status = this.page.querySelector("[data-role=spoken-time]");
    for (const minutes of SPOKEN_MINUTES) {
      if (left > minutes * 60 || left <= minutes * 60 - 30 || this.#said.has(minutes)) continue;
      this.#said.add(minutes);
      if (status) status.textContent = minutes === 1 ? (texts.textMinute ?? "") : fill(texts.textMinutes, { minutes });
    }
  }
}
